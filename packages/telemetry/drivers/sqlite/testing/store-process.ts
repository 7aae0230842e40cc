/**
 * A store in a process of its own, to be killed: `node store-process.ts FILE READINGS`. It commits so many readings at
 * once with a record of how many there are, one commit after the other, seals each day that is over, and prints
 * `done COUNT` after each commit. When one is refused it prints the refusal as JSON with what is held then, and ends.
 */
import { BothyError } from '@bothy/wire';
import type { TelemetryWrite } from '../../../core/store-writes.ts';
import { SqliteTelemetryStore } from '../index.ts';
import { committed } from './open-store.ts';
import { all, dayMs, friday, minuteMs, put, steady } from './samples.ts';

const [file = '', readings = '1'] = process.argv.slice(2);
const perCommit = Number(readings);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

function writes(count: number): TelemetryWrite[] {
  // Values that do not compress, so that a limited file is soon full.
  const added = steady(friday + count * minuteMs, perCommit, minuteMs).map((each, i) => ({
    ...each,
    value: Math.sin(count + i),
  }));
  const last = count + perCommit;
  const ranges = {
    edge: 'edge-1',
    boot: 1,
    sensor: 'temperature',
    base: 0,
    last,
    ranges: [[1, last]],
  } as const;
  return [put(...added), { kind: 'putRanges', ...ranges }];
}

try {
  let count = 0;
  const wallMs = (): number => friday + count * minuteMs;
  const store = await SqliteTelemetryStore.open({
    file,
    wallMs,
    headReadings: 300,
    retention: { rawDays: 365, minuteDays: 365 },
  });
  count = (await store.load()).ingest.ranges[0]?.ranges[0]?.[1] ?? 0;
  print('open');
  for (;;) {
    try {
      await committed(store, writes(count));
    } catch (thrown) {
      const { code, message } = BothyError.from(thrown);
      const held = (await store.load()).ingest.ranges[0]?.ranges[0]?.[1];
      const found = (await all(store.scan({ fromMs: 0, toMs: friday + 999 * dayMs }))).length;
      print(JSON.stringify({ code, message, held, found }));
      break;
    }
    count += perCommit;
    print(`done ${count}`);
    const yesterday = new Date(wallMs() - dayMs).toISOString().slice(0, 10);
    // Beside the commits; on a full disk it fails as they do.
    void store.seal(yesterday).catch(() => {});
  }
  await store.close();
} catch (thrown) {
  const { code, message } = BothyError.from(thrown);
  print(JSON.stringify({ code, message }));
}
