import { BothyError } from '@bothy/wire';
import { type ReactNode, useState } from 'react';

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
        <Question
          key="forget"
          title={`Forget ${node}?`}
          act="Forget it"
          underWay={stage === 'forgetting' ? 'Forgetting…' : undefined}
          go={() => void part(false)}
          wait={wait}
        >
          Only when it will never come back: the rooms that it keeps are gone for everybody, and deletions
          that wait for it end.
        </Question>
      )}
      {(stage === 'askingForce' || stage === 'forcing') && (
        <Question
          key="force"
          title={`Begin anew without ${node}?`}
          act="Begin anew without it"
          underWay={stage === 'forcing' ? 'Beginning anew…' : undefined}
          go={() => void part(true)}
          wait={wait}
        >
          Those who decide on names, rooms and edges cannot be reached, so it is not forgotten yet. Only when
          they will never come back: the nodes that are left go on with what they know, and what only the lost
          ones knew is gone.
        </Question>
      )}
    </>
  );
}

interface QuestionProps {
  readonly title: string;
  readonly act: string;
  /** Said instead of the buttons, which could do nothing then. */
  readonly underWay: string | undefined;
  readonly go: () => void;
  readonly wait: () => void;
  readonly children: ReactNode;
}

function Question({ title, act, underWay, go, wait, children }: QuestionProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would be drawn as a part of a form
    <div className="forget-question" role="group" aria-label={title} aria-busy={underWay !== undefined}>
      <p>
        <strong>{title}</strong> {children}
      </p>
      {underWay === undefined ? (
        <div className="actions">
          <button type="button" className="button small danger" onClick={go}>
            {act}
          </button>
          <button
            type="button"
            className="button small"
            // biome-ignore lint/a11y/noAutofocus: the button that had the focus has just gone
            autoFocus
            onClick={wait}
          >
            Keep waiting
          </button>
        </div>
      ) : (
        <p className="hint" role="status">
          {underWay}
        </p>
      )}
    </div>
  );
}
