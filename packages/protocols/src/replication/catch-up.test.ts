import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CatchUp } from './catch-up.ts';

const bounds = { maxPage: 4, maxUnconfirmed: 6 };

test('[AE17] pages of what they lack, at most so many unconfirmed, log by log in order', () => {
  const catchUp = new CatchUp(bounds);
  const ours = { b: 9, a: 2 };
  expect(catchUp.next(ours)).toBeUndefined();
  catchUp.told(ours, { a: 1 });
  expect(catchUp.next(ours)).toEqual({ key: 'a', from: 2, limit: 4 });
  expect(catchUp.next(ours)).toBeUndefined();
  expect(catchUp.read(1)).toEqual({ key: 'a', from: 2, to: 2 });
  expect(catchUp.next(ours, 3)).toEqual({ key: 'b', from: 1, limit: 3 });
  expect(catchUp.read(3)).toEqual({ key: 'b', from: 1, to: 3 });
  expect(catchUp.next(ours)).toEqual({ key: 'b', from: 4, limit: 3 });
  expect(catchUp.read(3)).toEqual({ key: 'b', from: 4, to: 6 });
  expect(catchUp.next(ours)).toBeUndefined();
  catchUp.told(ours, { b: 5 });
  expect(catchUp.confirmed('b')).toBe(5);
  expect(catchUp.next(ours)).toEqual({ key: 'b', from: 7, limit: 4 });
});

test('[AE18] what was just written is handed over at once where they lack nothing before it', () => {
  const catchUp = new CatchUp(bounds);
  expect(catchUp.continues('a', 1, 1)).toBe(false);
  catchUp.told({ a: 3 }, { a: 3 });
  expect(catchUp.continues('a', 5, 1)).toBe(false);
  expect(catchUp.continues('a', 4, 7)).toBe(false);
  expect(catchUp.continues('a', 4, 6)).toBe(true);
  expect(catchUp.reached('a')).toBe(9);
  expect(catchUp.continues('a', 10, 1)).toBe(false);
  catchUp.told({ a: 9 }, { a: 9 });
  catchUp.next({ a: 10 });
  // While a page is awaited, what is written comes with the next one: it may be in this one.
  expect(catchUp.continues('a', 10, 1)).toBe(false);
});

test('[AE19] what they gave us meanwhile is not handed back, and what the store has lost is not counted', () => {
  const catchUp = new CatchUp(bounds);
  catchUp.told({ a: 4 }, {});
  catchUp.next({ a: 4 });
  catchUp.gave('a', 2);
  expect(catchUp.read(4)).toEqual({ key: 'a', from: 3, to: 4 });
  catchUp.told({ a: 8 }, { a: 4 });
  catchUp.next({ a: 8 });
  expect(catchUp.read(0)).toBeUndefined();
  expect(catchUp.read(4)).toBeUndefined();
  expect(catchUp.reached('a')).toBe(4);
});

test('[AE20] a log that is not held here is passed over, whatever they claim of it', () => {
  const catchUp = new CatchUp(bounds);
  catchUp.told({ a: 1 }, { a: 1, z: 1_000_000 });
  expect(catchUp.reached('z')).toBe(0);
  expect(catchUp.next({ a: 1, z: 2 })).toEqual({ key: 'z', from: 1, limit: 4 });
});

test('[AE16] bounds out of range throw', () => {
  for (const wrong of [{ maxPage: 0 }, { maxPage: 1.5 }, { maxUnconfirmed: 0 }, { maxUnconfirmed: NaN }]) {
    expect(() => new CatchUp({ ...bounds, ...wrong })).toThrow(RangeError);
  }
});

test('[AE17, AE18, AE19] whatever happens between pages, each entry is handed over once and in order, within the window', () => {
  const event = fc.record({
    kind: fc.constantFrom('write', 'write', 'page', 'read', 'read', 'confirm', 'gave'),
    log: fc.constantFrom('a', 'b'),
    count: fc.integer({ min: 1, max: 5 }),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 200, size: 'max' }), (events) => {
      const catchUp = new CatchUp(bounds);
      const ours: Record<string, number> = { a: 0, b: 0 };
      const theirs: Record<string, number> = { a: 0, b: 0 };
      let page: ReturnType<CatchUp['next']>;
      catchUp.told(ours, theirs);
      const hand = (key: string, from: number, to: number): void => {
        expect(from).toBe((theirs[key] ?? 0) + 1);
        theirs[key] = to;
        expect(to - catchUp.confirmed(key)).toBeLessThanOrEqual(bounds.maxUnconfirmed);
      };
      const read = (): void => {
        if (page === undefined) return;
        const range = catchUp.read(Math.min(page.limit, (ours[page.key] ?? 0) - page.from + 1));
        if (range !== undefined) hand(range.key, range.from, range.to);
        page = undefined;
      };
      for (const { kind, log, count } of events) {
        const held = ours[log] ?? 0;
        if (kind === 'write') {
          ours[log] = held + count;
          if (catchUp.continues(log, held + 1, count)) hand(log, held + 1, held + count);
        } else if (kind === 'page') page ??= catchUp.next(ours);
        else if (kind === 'read') read();
        else if (kind === 'confirm') catchUp.told(ours, { ...theirs });
        else {
          // They got it by another way, and it came to us from them.
          const to = Math.min(held, (theirs[log] ?? 0) + count);
          theirs[log] = to;
          catchUp.gave(log, to);
        }
      }
      for (let round = 0; round < 1_000 && (theirs.a !== ours.a || theirs.b !== ours.b); round++) {
        read();
        catchUp.told(ours, { ...theirs });
        page = catchUp.next(ours);
      }
      expect(theirs).toEqual(ours);
    }),
    { numRuns: 200, seed: 3 },
  );
});
