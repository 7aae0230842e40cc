import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EdgeDisk } from './edge-disk.ts';
import { EdgeOutbox } from './edge-outbox.ts';
import type { EdgeWrite } from './records.ts';

const options = { items: 12, bytes: 5_000, window: 4 };
const sensors = ['a', 'b', 'c'] as const;

const operation = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant('add' as const), fc.nat(2), fc.nat(20)) },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constantFrom('stored' as const, 'arrived' as const), fc.nat(2), fc.nat(20)),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constant('restart' as const), fc.nat(2), fc.nat(20)) },
);

test('[TO1, TO2, TO5, TO7] whatever arrives in whatever order, is given up or read again: memory is as the disk is', () => {
  const seen = { givenUp: 0, outOfTurn: 0, starts: 0 };
  fc.assert(
    fc.property(fc.array(operation, { minLength: 60, maxLength: 200 }), (operations) => {
      const disk = new EdgeDisk();
      let boot = 1;
      let outbox = new EdgeOutbox(options, disk.snapshot(), boot);
      /** Acknowledged by the broker before the ones ahead of them: these stay on the disk until those have arrived. */
      const outOfTurn = new Set<number>();
      const write = (writes: readonly (EdgeWrite | undefined)[]): void => {
        for (const each of writes) if (each !== undefined) disk.write(each);
      };
      for (const [kind, which, at] of operations) {
        const sensor = sensors[which] ?? 'a';
        if (kind === 'add') {
          const seq = outbox.nextSeq(sensor);
          const { number, writes, isGivenUp } = outbox.add(sensor, at, 100);
          const item = { number, boot, sensor, seq, stampMs: at, value: 1, bytes: 100 };
          write([{ kind: 'addItem', item }, ...writes]);
          if (isGivenUp) seen.givenUp += 1;
        } else if (kind === 'stored') {
          const [older] = outbox.boots(16);
          write([outbox.storedUpTo(at % 2 === 0 ? boot : (older?.boot ?? boot), sensor, at)]);
        } else if (kind === 'arrived') {
          const all = disk.all();
          const item = all[at % Math.max(1, all.length)];
          if (item === undefined) continue;
          outOfTurn.add(item.number);
          write([outbox.arrived(item.number, item.boot, item.sensor)]);
        } else {
          boot += 1;
          outbox = new EdgeOutbox(options, disk.snapshot(), boot);
          outOfTurn.clear();
          seen.starts += 1;
        }
        const kept = disk.all().filter(({ number }) => outbox.outbox.has(number));
        expect(kept.length).toBe(outbox.outbox.size);
        const rest = disk.all().filter(({ number }) => !outbox.outbox.has(number));
        expect(rest.filter(({ number }) => !outOfTurn.has(number))).toEqual([]);
        seen.outOfTurn += rest.length;
        // What arrived out of its turn is read again at a start, and makes room with the next.
        if (kind === 'add') expect(outbox.outbox.size).toBeLessThanOrEqual(options.items);
        expect(disk.snapshot().dropped).toBe(outbox.dropped);
        for (const { boot: each, last, first = {} } of outbox.boots(99)) {
          for (const name of Object.keys(last)) {
            const seqs = kept
              .filter((item) => item.boot === each && item.sensor === name)
              .map(({ seq }) => seq);
            expect(first[name]).toBe(seqs[0] ?? (last[name] ?? 0) + 1);
          }
        }
      }
    }),
    { seed: 6, numRuns: 100 },
  );
  expect(Math.min(seen.givenUp, seen.outOfTurn, seen.starts)).toBeGreaterThan(500);
});

test('a store with a hole is not taken for whole', () => {
  const item = (number: number, seq: number) => ({
    number,
    boot: 1,
    sensor: 'a',
    seq,
    stampMs: 0,
    bytes: 10,
  });
  const snapshot = { ...new EdgeDisk().snapshot(), outbox: [item(1, 1), item(2, 3)], lastNumber: 2 };
  expect(() => new EdgeOutbox(options, snapshot, 2)).toThrow(/a hole in the outbox before 3/);
});
