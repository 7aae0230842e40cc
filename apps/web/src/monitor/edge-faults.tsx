import { BothyError, type CommandAnswer, type EdgeCommand, type EdgeFault, type LiveEdge } from '@bothy/wire';
import { useState } from 'react';
import { useMonitor, useOperates } from './monitor-context.ts';

const faults: readonly { readonly fault: EdgeFault; readonly title: string }[] = [
  { fault: 'overheat', title: 'Overheat' },
  { fault: 'lowlight', title: 'Low light' },
  { fault: 'poorair', title: 'Poor air' },
  { fault: 'stuck', title: 'Stuck' },
  { fault: 'dropout', title: 'Drop out' },
];

interface Asked {
  readonly title: string;
  /** The answer carries it; undefined while the command is on its way. */
  readonly id?: string;
  readonly problem?: string;
}

/** Breaks simulated sensors, to see what happens then. Real ones are never touched. */
export function EdgeFaults({ edge }: { edge: LiveEdge }) {
  const { client } = useMonitor();
  const operates = useOperates();
  const [asked, setAsked] = useState<Asked>();
  const simulated = (edge.status?.sensors ?? []).filter(({ kind }) => kind === 'simulated');
  if (simulated.length === 0) return null;
  const answer = edge.status?.answers?.find(({ id }) => id === asked?.id);
  const broken = simulated.filter(({ fault }) => fault !== undefined);

  async function give(title: string, command: EdgeCommand): Promise<void> {
    setAsked({ title });
    try {
      setAsked({ title, id: await client.command(edge.edge, command) });
    } catch (thrown) {
      setAsked({ title, problem: BothyError.from(thrown).message });
    }
  }

  return (
    <section className="edge-faults" aria-labelledby="edge-faults">
      <h3 id="edge-faults">Break a simulated sensor</h3>
      <p className="hint">
        {broken.length === 0
          ? 'They are well. A fault lasts until it is mended.'
          : `Broken now: ${broken.map(({ sensor, fault }) => `${sensor} (${fault})`).join(', ')}.`}
        {!operates && ' An operator of the node can break and mend them.'}
      </p>
      <div className="actions">
        {faults.map(({ fault, title }) => (
          <button
            key={fault}
            type="button"
            className="button small"
            disabled={!operates || edge.state !== 'online'}
            onClick={() => void give(title, { name: 'fault', fault })}
          >
            {title}
          </button>
        ))}
        <button
          type="button"
          className="button small primary"
          disabled={!operates || edge.state !== 'online'}
          onClick={() => void give('Mend', { name: 'reset' })}
        >
          Mend all
        </button>
      </div>
      {asked !== undefined && <Answer asked={asked} answer={answer} edge={edge.edge} />}
    </section>
  );
}

function Answer({ asked, answer, edge }: { asked: Asked; answer: CommandAnswer | undefined; edge: string }) {
  if (asked.problem !== undefined) {
    return (
      <p className="notice bad" role="alert">
        {asked.title}: {asked.problem}
      </p>
    );
  }
  return (
    <p className={answer?.ok === false ? 'notice bad' : 'notice'} role="status">
      {asked.title}: {answer === undefined ? `told ${edge}; it has not answered yet.` : answer.sentence}
    </p>
  );
}
