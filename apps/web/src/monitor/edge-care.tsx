import { BothyError, type LiveEdge } from '@bothy/wire';
import { useState } from 'react';
import { goTo } from '../routing/use-route.ts';
import { useMonitor, useOperates, useTelemetry } from './monitor-context.ts';
import { monitorHash } from './monitor-route.ts';

/** For an operator: which node keeps an edge's readings, and parting with one that is gone. */
export function EdgeCare({ edge }: { edge: LiveEdge }) {
  const { client } = useMonitor();
  const { view } = useTelemetry();
  const operates = useOperates();
  const [asking, setAsking] = useState<'nothing' | 'forget' | 'move'>('nothing');
  const [problem, setProblem] = useState<string>();
  if (!operates) return null;
  const here = view?.node;

  async function does(what: () => Promise<void>, then: () => void): Promise<void> {
    try {
      await what();
      setProblem(undefined);
      setAsking('nothing');
      then();
    } catch (thrown) {
      setProblem(BothyError.from(thrown).message);
    }
  }
  const { edge: id, home } = edge;
  return (
    <section className="edge-care" aria-labelledby="edge-care">
      <h3 id="edge-care">Look after it</h3>
      {asking === 'nothing' && (
        <div className="actions">
          {home !== null && home !== here && (
            <button type="button" className="button small" onClick={() => setAsking('move')}>
              Make {here} its home…
            </button>
          )}
          <button type="button" className="button small" onClick={() => setAsking('forget')}>
            Forget {id}…
          </button>
        </div>
      )}
      {asking === 'move' && (
        <Question
          title={`Make ${here} the home of ${id}?`}
          about={`From now on ${here} stores its readings and raises its alarms. What ${home} has stored stays there.`}
          yes="Move it"
          isHard={false}
          sure={() =>
            does(
              () => client.moveEdge(id),
              () => {},
            )
          }
          keep={() => setAsking('nothing')}
        />
      )}
      {asking === 'forget' && (
        <Question
          title={`Forget ${id}?`}
          about="Its sensors, its counts and its alarms go from every page. Stored readings stay until their time is over. If it speaks again, it is a new edge."
          yes="Forget"
          isHard
          sure={() =>
            does(
              () => client.forgetEdge(id),
              () => goTo(monitorHash({ page: 'overview' })),
            )
          }
          keep={() => setAsking('nothing')}
        />
      )}
      {problem !== undefined && (
        <p className="notice bad" role="alert">
          {problem}
        </p>
      )}
    </section>
  );
}

interface QuestionProps {
  readonly title: string;
  readonly about: string;
  readonly yes: string;
  readonly isHard: boolean;
  readonly sure: () => Promise<void>;
  readonly keep: () => void;
}

function Question({ title, about, yes, isHard, sure, keep }: QuestionProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would be drawn as a part of a form
    <div className="question" role="group" aria-label={title}>
      <p>
        <strong>{title}</strong> {about}
      </p>
      <div className="actions">
        <button
          type="button"
          className={isHard ? 'button small danger' : 'button small primary'}
          onClick={() => void sure()}
        >
          {yes}
        </button>
        <button type="button" className="button small" onClick={keep}>
          Keep
        </button>
      </div>
    </div>
  );
}
