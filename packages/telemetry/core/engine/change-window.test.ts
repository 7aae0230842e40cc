import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChangeWindow } from './change-window.ts';

test('[TLE4] the window holds all of its time, and at most a sixteenth more', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: -50, max: 50 })), {
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(steps, (list) => {
      const window = new ChangeWindow(1_600);
      const all: { readonly ms: number; readonly value: number }[] = [];
      let ms = 0;
      for (const [waitMs, value] of list) {
        ms += waitMs;
        window.add(value, ms);
        all.push({ ms, value });
        const since = (ageMs: number): number[] =>
          all.filter((each) => ms - each.ms < ageMs).map((each) => each.value);
        const [inner, outer] = [since(1_600), since(window.reachMs)];
        expect(window.lowest).toBeLessThanOrEqual(Math.min(...inner));
        expect(window.lowest).toBeGreaterThanOrEqual(Math.min(...outer));
        expect(window.highest).toBeGreaterThanOrEqual(Math.max(...inner));
        expect(window.highest).toBeLessThanOrEqual(Math.max(...outer));
      }
    }),
    { seed: 5, numRuns: 200 },
  );
});
