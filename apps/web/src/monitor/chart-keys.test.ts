import { expect, it } from 'vitest';
import { windowAfterKey } from './chart-keys.ts';

const nowMs = 1_800_000_000_000;
const live = { kind: 'live', spanMs: 400_000 } as const;

it('keys zoom, go back and forth, and return to now', () => {
  expect(windowAfterKey('+', live, nowMs)).toEqual({ kind: 'live', spanMs: 200_000 });
  expect(windowAfterKey('-', live, nowMs)).toEqual({ kind: 'live', spanMs: 800_000 });
  const back = windowAfterKey('ArrowLeft', live, nowMs);
  expect(back).toEqual({ kind: 'fixed', fromMs: nowMs - 500_000, toMs: nowMs - 100_000 });
  if (back === undefined) return;
  expect(windowAfterKey('ArrowRight', back, nowMs)).toEqual(live);
  expect(windowAfterKey('0', back, nowMs)).toEqual(live);
  expect(windowAfterKey('a', live, nowMs)).toBeUndefined();
});
