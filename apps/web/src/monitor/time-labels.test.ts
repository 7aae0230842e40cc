import { expect, it } from 'vitest';
import { timeLabels } from './time-labels.ts';

const at = (text: string): number => Date.parse(text);
const labels = (texts: readonly string[], stepMs: number, zone = 'UTC') =>
  timeLabels(texts.map(at), stepMs, 'en-GB', zone);

it('names the day where it begins, and the time at each mark', () => {
  expect(labels(['2026-11-20T22:00Z', '2026-11-20T23:00Z', '2026-11-21T00:00Z'], 3_600_000)).toEqual([
    '22:00\n20 Nov',
    '23:00',
    '00:00\n21 Nov',
  ]);
});

it('is as fine as the marks are', () => {
  expect(labels(['2026-11-20T22:00:30Z', '2026-11-20T22:00:35Z'], 5_000)).toEqual([
    '22:00:30\n20 Nov',
    '22:00:35',
  ]);
  expect(labels(['2026-11-20T00:00Z', '2026-11-22T00:00Z'], 2 * 86_400_000)).toEqual(['20 Nov', '22 Nov']);
});

it('is in the zone of the reader', () => {
  expect(labels(['2026-11-20T23:30Z'], 60_000, 'Europe/Berlin')).toEqual(['00:30\n21 Nov']);
});
