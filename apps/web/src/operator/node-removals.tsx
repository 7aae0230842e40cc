import { BothyError } from '@bothy/wire';
import { useCallback, useEffect, useState } from 'react';
import type { OperatorClient, Removal } from '../node/operator-client.ts';
import { mayKeep, removalWords } from './removal-words.ts';

/** While something is under way it is asked for again after so long. */
const againMs = 2_000;

interface NodeRemovalsProps {
  readonly client: OperatorClient;
  /** One has ended: names have changed. */
  readonly onEnded: () => void;
}

/** Who is being removed, how far that is, and the way back. Nothing while there is nobody. */
export function NodeRemovals({ client, onEnded }: NodeRemovalsProps) {
  const [removals, setRemovals] = useState<readonly Removal[]>([]);
  const [problem, setProblem] = useState<string>();
  const isUnderWay = removals.some(({ state }) => state === 'running' || state === 'compensating');

  const read = useCallback(async () => {
    try {
      setRemovals(await client.removals());
      setProblem(undefined);
    } catch (thrown) {
      setProblem(BothyError.from(thrown).message);
    }
  }, [client]);
  useEffect(() => void read(), [read]);
  useEffect(() => {
    if (!isUnderWay) return;
    const timer = setInterval(() => void read(), againMs);
    return () => {
      clearInterval(timer);
      onEnded();
    };
  }, [isUnderWay, read, onEnded]);

  async function keep(id: string): Promise<void> {
    try {
      await client.keep(id);
    } catch (thrown) {
      return setProblem(BothyError.from(thrown).message);
    }
    await read();
  }

  if (removals.length === 0 && problem === undefined) return null;
  return (
    <section className="node-removals" aria-label="Removed people">
      <h3>Removed people</h3>
      {problem !== undefined && (
        <p className="notice bad" role="alert">
          {problem}
        </p>
      )}
      <ul className="name-list" aria-live="polite">
        {removals.map((removal) => (
          <li key={removal.id}>
            <div className="name-line">
              <p>
                <strong>{removal.name}</strong>
                <span className="hint">{removalWords(removal)}</span>
              </p>
              {mayKeep(removal) && (
                <button
                  type="button"
                  className="button small"
                  aria-label={`Keep ${removal.name}`}
                  onClick={() => keep(removal.id)}
                >
                  Keep
                </button>
              )}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
