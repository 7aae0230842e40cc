/** The outbox against a list, and between a sender that crashes and a receiver that keeps. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ObviousOutbox } from '../../testing/obvious-outbox.ts';
import { seededRandom } from '../random.ts';
import { Outbox } from './outbox.ts';

/** What may be done, by which number, with which weight. */
const step = fc.oneof(
  { weight: 16, arbitrary: fc.record({ kind: fc.constant('add'), at: fc.nat(60) }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('next'), at: fc.constant(0) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom('send', 'confirm', 'confirmUpTo'),
      at: fc.nat(300),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('resend', 'disconnected', 'restart'),
      at: fc.constant(0),
    }),
  },
);

test('[OB2, OB3, OB4, OB5, OB6, OB7, OB8, OB9] whatever is done, it is as a list would be', () => {
  const seen = { givenUp: 0, inWindow: 0 };
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 150, maxLength: 400 }),
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 300 }),
      (steps, window, mostItems) => {
        const options = { mostItems, mostBytes: 50 * mostItems, window };
        let outbox = new Outbox(options);
        const list = new ObviousOutbox(mostItems, options.mostBytes, window);
        for (const { kind, at } of steps) {
          // Numbers around what is there, most of the time.
          const number = (list.items[0]?.number ?? list.lastNumber) - 3 + (at % 40);
          if (kind === 'add') {
            const wanted = list.add(at);
            expect(outbox.add(at)).toEqual({ number: list.lastNumber, givenUp: wanted });
          } else if (kind === 'next') expect(outbox.next()).toBe(list.next());
          else if (kind === 'send') expect(outbox.send(number)).toBe(list.send(number));
          else if (kind === 'confirm') expect(outbox.confirm(number)).toBe(list.confirm(number));
          else if (kind === 'confirmUpTo') {
            const upTo = number - 30;
            expect(outbox.confirmUpTo(upTo)).toBe(list.confirmUpTo(upTo));
          } else if (kind === 'resend') expect(outbox.resend()).toBe(list.resend());
          else if (kind === 'disconnected') {
            outbox.disconnected();
            list.disconnected();
          } else {
            outbox = new Outbox(options, { items: list.items, lastNumber: list.lastNumber });
            list.restart();
          }
          const { size, bytes, waiting, inWindow, givenUp, oldest, lastNumber } = outbox;
          expect({ size, bytes, waiting, inWindow, givenUp, oldest, lastNumber }).toEqual({
            size: list.items.length,
            bytes: list.bytes,
            waiting: list.items.filter(({ state }) => state === 'waiting').length,
            inWindow: list.inWindow,
            givenUp: list.givenUp,
            oldest: list.items[0]?.number,
            lastNumber: list.lastNumber,
          });
          seen.givenUp += givenUp > 0 ? 1 : 0;
          seen.inWindow += inWindow > 0 ? 1 : 0;
        }
      },
    ),
    { seed: 11, numRuns: 300 },
  );
  expect(Math.min(seen.givenUp, seen.inWindow)).toBeGreaterThan(2_000);
});

test('[OB12] over a network that loses and doubles, through crashes of both, each arrives once', () => {
  fc.assert(
    fc.property(fc.nat(1e9), (seed) => {
      const random = seededRandom(`outbox ${seed}`);
      const options = { mostItems: 500, mostBytes: 1e6, window: 5 };
      let outbox = new Outbox(options);
      const disk = new Map<number, number>();
      const arrived = new Set<number>();
      const twice: number[] = [];
      let wire: number[] = [];
      const deliver = (number: number): void => {
        if (random.below(4) === 0) return;
        // The receiver keeps the numbers of what it has: only so is at least once made exactly once.
        if (arrived.has(number)) twice.push(number);
        arrived.add(number);
        if (random.below(4) > 0 && outbox.confirm(number)) disk.delete(number);
      };
      for (let round = 0; round < 400; round++) {
        const chance = random.below(round < 300 ? 40 : 10);
        if (chance < 10 && round < 300) disk.set(outbox.add(1).number, 1);
        for (let next = outbox.next(); next !== undefined; next = outbox.next()) wire.push(next);
        if (chance === 20) outbox.disconnected();
        if (chance === 21) wire = [];
        if (chance === 22) {
          const items = [...disk].map(([number, bytes]) => ({ number, bytes }));
          outbox = new Outbox(options, { items, lastNumber: outbox.lastNumber });
        }
        for (const number of wire.splice(0, random.below(4))) deliver(number);
        if (chance % 3 === 0) outbox.resend();
      }
      const { lastNumber } = outbox;
      for (let rest = 0; outbox.size > 0 && rest < 1_000; rest++) {
        outbox.disconnected();
        for (let next = outbox.next(); next !== undefined; next = outbox.next()) deliver(next);
      }
      expect(arrived.size).toBe(lastNumber);
      expect([outbox.size, outbox.givenUp, disk.size]).toEqual([0, 0, 0]);
      expect(twice.length).toBeGreaterThan(0);
    }),
    { seed: 3, numRuns: 60 },
  );
});
