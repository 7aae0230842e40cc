import { BothyError } from '@bothy/wire';
import type { ClusterStatusAnswer } from '@bothy/wire/schemas';
import { useCallback, useEffect, useState } from 'react';
import { type ClusterAccess, readCluster } from './cluster-client.ts';

export interface ClusterState {
  /** As it was heard last. */
  readonly status?: ClusterStatusAnswer;
  /** Why it is not heard of now. */
  readonly problem?: string;
}

/** Nodes hear of each other every second; twice as long is still live to an eye. */
const everyMs = 2_000;

/** The cluster, read again and again while somebody looks. */
export function useCluster(access: ClusterAccess): ClusterState & { readonly read: () => Promise<void> } {
  const [state, setState] = useState<ClusterState>({});
  const read = useCallback(async () => {
    try {
      const heard = await readCluster(access);
      // In the same places whichever node tells of them.
      const nodes = heard.nodes.toSorted((one, other) => (one.id < other.id ? -1 : 1));
      setState({ status: { ...heard, nodes } });
    } catch (thrown) {
      const problem = BothyError.from(thrown).message;
      setState((before) => ({ ...before, problem }));
    }
  }, [access]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let ended = false;
    async function again(): Promise<void> {
      if (document.visibilityState === 'visible') await read();
      if (!ended) timer = setTimeout(() => void again(), everyMs);
    }
    void again();
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, [read]);
  return { ...state, read };
}
