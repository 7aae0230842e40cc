import { countWords } from '@bothy/telemetry/views';
import { useEffect, useState } from 'react';
import type { Refusal } from './monitor-answers.ts';
import { useMonitor, useTelemetry } from './monitor-context.ts';
import { momentWords } from './time-labels.ts';

const everyMs = 10_000;
const mostShown = 20;

/** What was sent and is no reading: who wires a device up looks here for why nothing appears. */
export function Refusals() {
  const { client } = useMonitor();
  const { kind } = useTelemetry();
  const [refusals, setRefusals] = useState<readonly Refusal[]>([]);
  useEffect(() => {
    if (kind !== 'live') return;
    let shown = true;
    function read(): void {
      if (document.visibilityState !== 'visible') return;
      // Without an answer what is shown stays; the page says above when no node answers.
      client.refusals().then(
        (told) => shown && setRefusals(told),
        () => {},
      );
    }
    read();
    const timer = setInterval(read, everyMs);
    return () => {
      shown = false;
      clearInterval(timer);
    };
  }, [client, kind]);
  if (refusals.length === 0) return null;
  const inOrder = refusals.toSorted((a, b) => b.last.atMs - a.last.atMs);
  return (
    <details className="refused">
      <summary>
        {countWords(
          refusals.reduce((sum, { count }) => sum + count, 0),
          'message',
        )}{' '}
        could not be read
      </summary>
      <ul>
        {inOrder.slice(0, mostShown).map(({ client: name, count, last }) => (
          <li key={name}>
            <p>
              <strong>{name}</strong>: {count}, the last at {momentWords(last.atMs)}: {last.reason}
            </p>
            <pre>{last.example}</pre>
          </li>
        ))}
      </ul>
    </details>
  );
}
