import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CheckpointSchedule } from './checkpoint.ts';
import { type Checkpoint, type ReadRecord, replayLog } from './log-replay.ts';

const damaged = { kind: 'damaged' } as const;
const sound = (number: number): ReadRecord<string> => ({ kind: 'sound', number, body: `${number}` });
const state = (upTo: number): Checkpoint<string> => ({
  state: Array.from({ length: upTo }, (_, at) => at + 1).join(''),
  upTo,
});
const replay = (upTo: number, records: readonly ReadRecord<string>[], maxReplayed?: number) =>
  replayLog({
    checkpoint: state(upTo),
    records,
    apply: (text, body) => text + body,
    ...(maxReplayed === undefined ? {} : { maxReplayed }),
  });

test('[CP5] what the checkpoint holds is skipped, what follows is carried out again', () => {
  const recovered = { kind: 'recovered', torn: 0 };
  expect(replay(2, [1, 2, 3, 4].map(sound))).toEqual({
    ...recovered,
    state: '1234',
    upTo: 4,
    replayed: 2,
    skipped: 2,
  });
  expect(replay(2, [3].map(sound))).toEqual({ ...recovered, state: '123', upTo: 3, replayed: 1, skipped: 0 });
  expect(replay(0, [])).toEqual({ ...recovered, state: '', upTo: 0, replayed: 0, skipped: 0 });
});

test('[CP6] what is damaged at the end is cut off, what is damaged inside is an error', () => {
  expect(replay(0, [sound(1), damaged, damaged])).toMatchObject({ kind: 'recovered', state: '1', torn: 2 });
  expect(replay(0, [sound(1), damaged, sound(3)])).toEqual({
    kind: 'corrupt',
    after: 1,
    reason: 'damagedInside',
  });
  expect(replay(2, [damaged, sound(3)])).toEqual({ kind: 'corrupt', after: 2, reason: 'damagedInside' });
});

test('[CP7] a number that is missing, or comes twice, is an error', () => {
  for (const numbers of [[1, 2, 4], [1, 2, 2], [2, 1], [3, 3], [4], [0]]) {
    expect(replay(2, numbers.map(sound))).toMatchObject({ kind: 'corrupt', reason: 'missing' });
  }
  expect(replay(2, [sound(2), sound(4)])).toMatchObject({ after: 2 });
  expect(replay(2, [sound(4)])).toMatchObject({ after: 2 });
});

test('[CP6, CP7] what is missing and in the checkpoint is no loss: an end that was damaged there was cut off', () => {
  const found = replay(4, [sound(2), damaged, damaged]);
  expect(found).toMatchObject({ kind: 'recovered', upTo: 4, torn: 2 });
  // The next start finds what was appended after that.
  expect(replay(4, [2, 5, 6].map(sound))).toMatchObject({ kind: 'recovered', state: '123456', skipped: 1 });
});

test('[CP8] a log that is longer than it may be is an error, and is not read to its end', () => {
  let read = 0;
  function* endless(): Iterable<ReadRecord<string>> {
    for (;;) yield sound(++read);
  }
  const answer = replayLog({
    checkpoint: state(0),
    records: endless(),
    apply: (text: string) => text,
    maxReplayed: 10,
  });
  expect(answer).toEqual({ kind: 'corrupt', after: 10, reason: 'tooLong' });
  expect(read).toBe(11);
  expect(replay(3, [1, 2, 3, 4].map(sound), 1)).toMatchObject({ kind: 'recovered', upTo: 4 });
});

test('[CP9] an upTo that is no count throws a RangeError', () => {
  for (const upTo of [-1, 0.5, Number.NaN]) {
    expect(() => replayLog({ checkpoint: { state: '', upTo }, records: [], apply: () => '' })).toThrow(
      RangeError,
    );
  }
});

test('[CP10] whichever checkpoint is read, and however often it is replayed, the state is the same', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 40 }),
      fc.nat(40),
      fc.nat(40),
      (bodies, one, other) => {
        const apply = (sum: number, body: number): number => sum * 2 + body;
        const records = bodies.map(
          (body, at): ReadRecord<number> => ({ kind: 'sound', number: at + 1, body }),
        );
        const full = bodies.reduce(apply, 0);
        const [early, late] = [one, other].map((each) => Math.min(each, bodies.length)).sort((a, b) => a - b);
        const checkpoint = { state: bodies.slice(0, late).reduce(apply, 0), upTo: late ?? 0 };
        const first = replayLog({ checkpoint, records: records.slice(early), apply });
        expect(first).toMatchObject({ kind: 'recovered', state: full, upTo: bodies.length });
        if (first.kind !== 'recovered') return;
        expect(replayLog({ checkpoint: first, records, apply })).toMatchObject({ state: full, replayed: 0 });
      },
    ),
    { seed: 17, numRuns: 300 },
  );
});

test('[CP1, CP2, CP5, CP6, CP7, CP8] a log with checkpoints, a crash in the midst of one, and logs that are not sound', async () => {
  const lines: string[] = [];
  const schedule = new CheckpointSchedule({ maxLogEntries: 3 });
  const append = (number: number): void => {
    schedule.appended(1, 10);
    lines.push(
      `append ${number}: ${schedule.logEntries} in the log${schedule.isDue ? ', a checkpoint is due' : ''}`,
    );
  };
  for (const number of [1, 2, 3]) append(number);
  schedule.begin();
  lines.push('a checkpoint of 1 to 3 begins');
  append(4);
  schedule.end(30);
  lines.push(`it is durable: ${schedule.logEntries} in the log`);
  append(5);
  const start = (
    what: string,
    upTo: number,
    records: readonly ReadRecord<string>[],
    maxReplayed = 10,
  ): void => {
    const found = replay(upTo, records, maxReplayed);
    lines.push(`start, ${what}: checkpoint up to ${upTo}, log ${records.map(recordWords).join(' ')}`);
    lines.push(
      found.kind === 'corrupt'
        ? `  corrupt after ${found.after}: ${found.reason}`
        : `  up to ${found.upTo}: ${found.skipped} skipped, ${found.replayed} carried out, ${found.torn} cut off`,
    );
  };
  start('as it should be', 3, [4, 5].map(sound));
  start('the power went before the log was cut', 3, [1, 2, 3, 4, 5].map(sound));
  start('the power went in the midst of a write', 3, [sound(4), sound(5), damaged]);
  start('a block is bad', 3, [sound(4), damaged, sound(6)]);
  start('a file of the log is gone', 3, [5, 6].map(sound));
  start('checkpoints have not happened', 0, [1, 2, 3, 4].map(sound), 3);
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../testdata/log-replay.txt');
});

function recordWords(record: ReadRecord<string>): string {
  return record.kind === 'sound' ? `${record.number}` : 'damaged';
}
