import fc from 'fast-check';
import { expect, test } from 'vitest';
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
  for (const numbers of [[1, 3], [1, 2, 2], [2, 1], [4], [0]]) {
    expect(replay(2, numbers.map(sound))).toMatchObject({ kind: 'corrupt', reason: 'missing' });
  }
  expect(replay(2, [sound(2), sound(4)])).toMatchObject({ after: 2 });
  expect(replay(2, [sound(4)])).toMatchObject({ after: 2 });
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
