import { BothyError } from '@bothy/wire';
import { useState } from 'react';
import { AskedOnce } from '../shell/asked-once.tsx';

interface ForgetNodeProps {
  readonly node: string;
  /** Rejects with `directory_unavailable` when that takes force, or somebody's patience. */
  readonly forget: (force: boolean) => Promise<void>;
}

/** What is asked, or under way. */
type Stage = 'button' | 'asking' | 'forgetting' | 'askingForce' | 'forcing';

/** The way to part with a node that is gone: a question, and a second one where most of the directory goes with it. */
export function ForgetNode({ node, forget }: ForgetNodeProps) {
  const [stage, setStage] = useState<Stage>('button');
  const [problem, setProblem] = useState<string>();

  async function part(force: boolean): Promise<void> {
    setStage(force ? 'forcing' : 'forgetting');
    setProblem(undefined);
    try {
      await forget(force);
    } catch (thrown) {
      const { code, message } = BothyError.from(thrown);
      const mayForce = code === 'directory_unavailable' && !force;
      // The second question says itself what is the matter.
      if (!mayForce) setProblem(message);
      setStage(mayForce ? 'askingForce' : 'button');
    }
  }
  const wait = () => setStage('button');

  return (
    <>
      {problem !== undefined && (
        <p className="notice bad" role="alert">
          {problem}
        </p>
      )}
      {stage === 'button' && (
        <button type="button" className="button small" onClick={() => setStage('asking')}>
          Forget {node}…
        </button>
      )}
      {(stage === 'asking' || stage === 'forgetting') && (
        <AskedOnce
          key="forget"
          className="forget-question"
          question={`Forget ${node}?`}
          act="Forget it"
          underWay={stage === 'forgetting' ? 'Forgetting…' : undefined}
          decline="Keep waiting"
          onAct={() => void part(false)}
          keep={wait}
        >
          Only when it will never come back: the rooms that it keeps are gone for everybody, and deletions
          that wait for it end.
        </AskedOnce>
      )}
      {(stage === 'askingForce' || stage === 'forcing') && (
        <AskedOnce
          key="force"
          className="forget-question"
          question={`Begin anew without ${node}?`}
          act="Begin anew without it"
          underWay={stage === 'forcing' ? 'Beginning anew…' : undefined}
          decline="Keep waiting"
          onAct={() => void part(true)}
          keep={wait}
        >
          Those who decide on names, rooms and edges cannot be reached, so it is not forgotten yet. Only when
          they will never come back: the nodes that are left go on with what they know, and what only the lost
          ones knew is gone.
        </AskedOnce>
      )}
    </>
  );
}
