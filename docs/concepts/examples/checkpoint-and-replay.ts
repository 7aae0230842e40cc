/** A ledger with a log: when a checkpoint is worth it, and what a start makes of a log that a crash has torn. */
import { CheckpointSchedule, type ReadRecord, replayLog } from '@bothy/protocols';

const schedule = new CheckpointSchedule({ maxLogEntries: 1_000, minLogBytes: 500, logPerCheckpoint: 1 });
let state = 0;
let checkpoints = 0;
for (let entry = 1; entry <= 200; entry++) {
  schedule.appended(1, 20);
  state += 10;
  if (!schedule.isDue) continue;
  schedule.begin();
  checkpoints += 1;
  schedule.end(state);
}
console.log(
  `200 entries, ${checkpoints} checkpoints, ${schedule.logEntries} entries to carry out at a start`,
);

const sound = (number: number, body: number): ReadRecord<number> => ({ kind: 'sound', number, body });
const start = (records: readonly ReadRecord<number>[]): string => {
  const replayed = replayLog({
    checkpoint: { state: 70, upTo: 4 },
    records,
    apply: (sum, amount) => sum + amount,
  });
  if (replayed.kind === 'corrupt') return `not started: ${replayed.reason} after ${replayed.after}`;
  const { skipped, torn, upTo } = replayed;
  return `${replayed.state} after number ${upTo}; carried out ${replayed.replayed}, skipped ${skipped}, torn ${torn}`;
};
console.log(start([sound(3, 5), sound(4, 5), sound(5, 10), sound(6, -30), { kind: 'damaged' }]));
console.log(start([sound(5, 10), { kind: 'damaged' }, sound(7, 1)]));
console.log(start([sound(5, 10), sound(7, 1)]));
