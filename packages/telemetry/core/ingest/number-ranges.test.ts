import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NumberRanges } from './number-ranges.ts';

test('[TI2] numbers are kept as ranges, exactly as in a set, up to their limit', () => {
  const operation = fc.tuple(fc.constantFrom('add', 'add', 'add', 'delete', 'drop'), fc.nat(60));
  let refused = 0;
  fc.assert(
    fc.property(fc.array(operation, { minLength: 20, maxLength: 200 }), (operations) => {
      const ranges = new NumberRanges(8);
      const set = new Set<number>();
      for (const [kind, number] of operations) {
        if (kind === 'add') {
          const wasThere = set.has(number);
          const added = ranges.add(number);
          if (added === 'full') {
            refused += 1;
            expect([wasThere, set.has(number - 1), set.has(number + 1), ranges.size]).toEqual([
              ...[false, false, false, 8],
            ]);
          } else {
            expect(added).toBe(wasThere ? 'known' : 'new');
            set.add(number);
          }
        } else if (kind === 'delete' && ranges.size < 8) {
          ranges.delete(number);
          set.delete(number);
        } else if (kind === 'drop' && number < 20) {
          ranges.dropUpTo(number);
          for (const each of set) if (each <= number) set.delete(each);
        }
        expect(ranges.has(number)).toBe(set.has(number));
      }
      const numbers = ranges
        .all()
        .flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
      expect(numbers).toEqual([...set].sort((a, b) => a - b));
      expect(ranges.count(10, 40)).toBe(numbers.filter((each) => each >= 10 && each <= 40).length);
      expect(ranges.last).toBe(numbers.at(-1));
      expect(new NumberRanges(8, ranges.all()).all()).toEqual(ranges.all());
    }),
    { seed: 4, numRuns: 500 },
  );
  expect(refused).toBeGreaterThan(100);
});
