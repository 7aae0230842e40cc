import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTimestamp } from './timestamp.ts';

const never = (): number => {
  throw new Error('it has a zone');
};

test('what toISOString writes is read as it was, whenever that is', () => {
  const times = fc.integer({ min: -2_208_988_800_000, max: 4_102_444_800_000 });
  fc.assert(
    fc.property(times, (ms) => {
      expect(parseTimestamp(new Date(ms).toISOString(), never)).toEqual({ ok: true, value: ms });
    }),
    { numRuns: 2_000 },
  );
});

test('one character that is wrong is never read as another time', () => {
  const text = '2026-11-20T09:30:15.250Z';
  // Of the first century nobody writes, and it is refused as from before 2001.
  const changes = fc.tuple(
    fc.integer({ min: 1, max: text.length - 1 }),
    fc.constantFrom('0', '3', '9', 'x', ' ', '-', ':', 'Z'),
  );
  fc.assert(
    fc.property(changes, ([at, character]) => {
      const changed = text.slice(0, at) + character + text.slice(at + 1);
      const parsed = parseTimestamp(changed, () => 0);
      if (parsed.ok && changed.endsWith('Z') && changed[10] === 'T') {
        expect(new Date(parsed.value).toISOString()).toBe(changed);
      }
    }),
    { numRuns: 2_000 },
  );
});

test.each(['2026-02-29', '2026-02-30', '2026-04-31', '2026-13-01', '2026-00-10', '2026-01-00'])(
  '%s is a day that there is not',
  (day) => {
    expect(parseTimestamp(`${day}T00:00:00.000Z`, never).ok).toBe(false);
  },
);
