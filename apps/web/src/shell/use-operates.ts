import { useEffect, useState } from 'react';

/** Whether this person looks after the node that the tab talks with; at another one they may be somebody else. */
export function useOperates(isOperator: () => Promise<boolean>, node: string | undefined): boolean {
  const [operates, setOperates] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again at another node
  useEffect(() => {
    let shown = true;
    isOperator().then(
      (is) => shown && setOperates(is),
      () => shown && setOperates(false),
    );
    return () => {
      shown = false;
    };
  }, [isOperator, node]);
  return operates;
}
