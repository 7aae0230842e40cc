import { expect, it } from 'vitest';
import { briefClockWords, clockHint, clockWords, roundTripWords } from './clock-words.ts';

const clock = (offsetMs: number, errorMs = 23, delayMs = 40) => ({ offsetMs, errorMs, delayMs });
const minuteMs = 60_000;
const hourMs = 3_600_000;

it.each([
  [180_000, 'Their clock is 3 minutes ahead of yours.'],
  [-180_000, 'Their clock is 3 minutes behind yours.'],
  [12_300, 'Their clock is 12 seconds ahead of yours.'],
  [59_600, 'Their clock is 1 minute ahead of yours.'],
  [95_000, 'Their clock is 1 minute 35 seconds ahead of yours.'],
  [3_599_900, 'Their clock is 1 hour ahead of yours.'],
  [-(hourMs + 20_000), 'Their clock is 1 hour behind yours.'],
  [hourMs + minuteMs, 'Their clock is 1 hour 1 minute ahead of yours.'],
  [25 * hourMs, 'Their clock is 1 day 1 hour ahead of yours.'],
  [-20_000 * 24 * hourMs, 'Their clock is 20000 days behind yours.'],
])('says how far a clock is off: %d ms', (offsetMs, words) => {
  expect(clockWords(clock(offsetMs))).toBe(words);
});

it('says nothing of what does not matter, or is not certain', () => {
  expect(clockWords(undefined)).toBeUndefined();
  expect(clockWords(clock(5_022))).toBeUndefined();
  expect(clockWords(clock(5_023))).toBeDefined();
  // Three minutes, give or take one: no figure to tell.
  expect(clockWords(clock(180_000, 60_000))).toBeUndefined();
  expect(clockWords(clock(180_000, 45_000))).toBeDefined();
});

it('speaks of messages once their times show it', () => {
  expect(briefClockWords(clock(30_000))).toBeUndefined();
  expect(clockHint(clock(30_000))).toBeUndefined();
  expect(briefClockWords(clock(minuteMs + 23))).toBe('Their clock is 1 minute ahead.');
  expect(briefClockWords(clock(-minuteMs - 23))).toBe('Their clock is 1 minute behind.');
  expect(clockHint(clock(-2 * hourMs))).toContain('keeps an answer below its question');
  expect(clockHint(clock(2 * hourMs + 1))).toContain('may stand above its question');
});

it('says how long a question and its answer take', () => {
  expect(roundTripWords(undefined)).toBeUndefined();
  expect(roundTripWords(clock(0, 2, 0))).toBe('There and back in less than 1\u00a0ms.');
  expect(roundTripWords(clock(0, 20, 38))).toBe('There and back in 38\u00a0ms.');
  expect(roundTripWords(clock(0, 900, 1_740))).toBe('There and back in 1.7\u00a0s.');
});
