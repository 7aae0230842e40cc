import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../random.ts';
import { Bulkhead, type BulkheadOptions } from './bulkhead.ts';

test('[BH1, BH2] so many run, so many wait, and the next is refused', () => {
  const bulkhead = new Bulkhead<string>({ maxRunning: 2, maxWaiting: 1 });
  expect(['a', 'b', 'c', 'd'].map((work) => bulkhead.enter(work))).toEqual(['run', 'run', 'wait', 'refused']);
  expect([bulkhead.running, bulkhead.waiting]).toEqual([2, 1]);
});

test('[BH2] without a place to wait, what does not run is refused', () => {
  const bulkhead = new Bulkhead<string>({ maxRunning: 1 });
  expect(['a', 'b'].map((work) => bulkhead.enter(work))).toEqual(['run', 'refused']);
  expect(bulkhead.end('a')).toBeUndefined();
  expect(bulkhead.enter('b')).toBe('run');
});

test('[BH3] a place goes to the one that waited longest, and not to one that comes just then', () => {
  const bulkhead = new Bulkhead<string>({ maxRunning: 1, maxWaiting: 2 });
  for (const work of ['a', 'b', 'c']) bulkhead.enter(work);
  expect(bulkhead.end('a')).toBe('b');
  expect(bulkhead.enter('d')).toBe('wait');
  expect([bulkhead.end('b'), bulkhead.end('c'), bulkhead.end('d')]).toEqual(['c', 'd', undefined]);
});

test('[BH4] one that gives up waiting makes room to wait, and begins nothing', () => {
  const bulkhead = new Bulkhead<string>({ maxRunning: 1, maxWaiting: 1 });
  for (const work of ['a', 'b']) bulkhead.enter(work);
  expect(bulkhead.end('b')).toBeUndefined();
  expect(bulkhead.enter('c')).toBe('wait');
  expect(bulkhead.end('a')).toBe('c');
});

test('[BH5] what is ended twice, or was refused, frees no place', () => {
  const bulkhead = new Bulkhead<string>({ maxRunning: 1, maxWaiting: 2 });
  for (const work of ['a', 'b', 'c', 'd']) bulkhead.enter(work);
  expect([bulkhead.end('d'), bulkhead.end('a'), bulkhead.end('a')]).toEqual([undefined, 'b', undefined]);
  expect([bulkhead.running, bulkhead.waiting]).toEqual([1, 1]);
});

test('[BH6] what enters twice is inside once', () => {
  const bulkhead = new Bulkhead<string>({ maxRunning: 1, maxWaiting: 1 });
  expect(['a', 'a', 'b', 'b'].map((work) => bulkhead.enter(work))).toEqual(['run', 'run', 'wait', 'wait']);
  expect([bulkhead.running, bulkhead.waiting]).toEqual([1, 1]);
});

test('[BH7] emptied, it names all that was inside, what ran first, and has room again', () => {
  const bulkhead = new Bulkhead<string>({ maxRunning: 1, maxWaiting: 2 });
  for (const work of ['a', 'b', 'c']) bulkhead.enter(work);
  expect(bulkhead.clear()).toEqual(['a', 'b', 'c']);
  expect([bulkhead.end('a'), bulkhead.end('b')]).toEqual([undefined, undefined]);
  expect(['d', 'e'].map((work) => bulkhead.enter(work))).toEqual(['run', 'wait']);
  expect(bulkhead.end('d')).toBe('e');
});

test('[BH8] options out of their range throw a RangeError', () => {
  const wrong: Partial<BulkheadOptions>[] = [
    ...[0, 1.5, Infinity, Number.NaN].map((maxRunning) => ({ maxRunning })),
    ...[-1, 1.5, Infinity, Number.NaN].map((maxWaiting) => ({ maxWaiting })),
  ];
  for (const options of wrong)
    expect(() => new Bulkhead({ maxRunning: 1, maxWaiting: 1, ...options })).toThrow(RangeError);
});

test('[BH1, BH2, BH3, BH4, BH5, BH6, BH7] agrees with one list of all that came, the first of which run', () => {
  const what = fc.constantFrom('enter', 'enter', 'enter', 'end', 'end', 'end', 'end', 'clear');
  const step = fc.record({ what, work: fc.nat(9) });
  const options = fc.record({
    maxRunning: fc.integer({ min: 1, max: 4 }),
    maxWaiting: fc.integer({ min: 0, max: 4 }),
  });
  fc.assert(
    fc.property(options, fc.array(step, { maxLength: 120 }), (chosen, steps) => {
      const bulkhead = new Bulkhead<number>(chosen);
      let inside: number[] = [];
      const running = (): number[] => inside.slice(0, chosen.maxRunning);
      for (const { what, work } of steps) {
        const before = running();
        if (what === 'clear') {
          expect([...bulkhead.clear()].sort()).toEqual([...inside].sort());
          inside = [];
        } else if (what === 'end') {
          inside = inside.filter((each) => each !== work);
          const begun = running().find((each) => !before.includes(each));
          expect(bulkhead.end(work)).toBe(begun);
        } else {
          const hasRoom = inside.length < chosen.maxRunning + chosen.maxWaiting;
          if (!inside.includes(work) && hasRoom) inside.push(work);
          const place = running().includes(work) ? 'run' : inside.includes(work) ? 'wait' : 'refused';
          expect(bulkhead.enter(work)).toBe(place);
        }
        expect(bulkhead.running).toBe(running().length);
        expect(bulkhead.waiting).toBe(inside.length - running().length);
      }
    }),
    { seed: 10, numRuns: 500 },
  );
});

test('[BH1, BH2, BH3, BH4] ten come within seconds to a service for two at a time', async () => {
  const random = seededRandom('service');
  const bulkhead = new Bulkhead<string>({ maxRunning: 2, maxWaiting: 3 });
  const lines: string[] = [];
  const ends = new Map<string, number>();
  const begin = (work: string, second: number): void => {
    ends.set(work, second + 3 + random.below(4));
  };
  for (let second = 0; second <= 24; second++) {
    const happened: string[] = [];
    for (const [work, atSecond] of [...ends]) {
      if (atSecond !== second) continue;
      ends.delete(work);
      const next = bulkhead.end(work);
      happened.push(`${work} ends${next === undefined ? '' : `, ${next} begins`}`);
      if (next !== undefined) begin(next, second);
    }
    if (second < 10) {
      const work = `call ${second}`;
      const entered = bulkhead.enter(work);
      if (entered === 'run') begin(work, second);
      happened.push(`${work}: ${entered}`);
    }
    if (second === 8) happened.push(`call 4 gives up: ${bulkhead.end('call 4') ?? 'nothing begins'}`);
    if (happened.length === 0) continue;
    const [runs, waits] = [bulkhead.running, bulkhead.waiting];
    lines.push(`${String(second).padStart(2)} s  ${runs} run, ${waits} wait  ${happened.join('; ')}`);
  }
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../testdata/bulkhead.txt');
});
