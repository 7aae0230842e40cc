/** What is stored of an edge, as it is told: in messages that fit. */
import type { EdgeControl, SensorName } from '@bothy/wire';
import type { IngestStream } from './ingest-stream.ts';

/** Of 100 bytes at most, each with the longest name. */
const mostPerMessage = 600;

export function storedMessages(home: string, streams: Iterable<IngestStream>): readonly EdgeControl[] {
  const messages: EdgeControl[] = [];
  let boots = new Map<number, Record<SensorName, number>>();
  let count = 0;
  const finish = (): void => {
    if (count === 0) return;
    messages.push({
      kind: 'storedUpTo',
      home,
      boots: [...boots].map(([boot, upTo]) => ({ boot, upTo })),
    });
    boots = new Map();
    count = 0;
  };
  for (const { boot, sensor, upTo } of streams) {
    if (upTo === undefined) continue;
    const known = boots.get(boot) ?? {};
    known[sensor] = upTo;
    boots.set(boot, known);
    count += 1;
    if (count >= mostPerMessage) finish();
  }
  finish();
  return messages;
}
