import { expect, test } from 'vitest';
import { LocalZone } from './local-zone.ts';

const at = (text: string): number => Date.parse(`${text}Z`);

test.each([
  ['UTC', '2026-07-01T12:00:00', 0],
  ['Europe/Berlin', '2026-01-01T12:00:00', 60],
  ['Europe/Berlin', '2026-07-01T12:00:00', 120],
  ['Asia/Kolkata', '2026-07-01T12:00:00', 330],
  ['America/St_Johns', '2026-01-01T12:00:00', -210],
  ['Pacific/Chatham', '2026-01-01T12:00:00', 825],
])('%s is at %s so many minutes east: %i', (name, time, minutes) => {
  expect(new LocalZone(name).offsetAt(at(time))).toBe(minutes);
});

test('the offset changes in the very minute in which clocks are changed', () => {
  const berlin = new LocalZone('Europe/Berlin');
  expect(berlin.offsetAt(at('2026-03-29T00:59:59'))).toBe(60);
  expect(berlin.offsetAt(at('2026-03-29T01:00:00'))).toBe(120);
});

test.each([
  ['2026-07-01T12:00:00', 120],
  ['2026-01-01T12:00:00', 60],
  ['2026-03-29T01:59:00', 60],
  ['2026-03-29T03:00:00', 120],
  // This hour comes twice: the first one is meant.
  ['2026-10-25T02:30:00', 120],
  ['2026-10-25T03:00:00', 60],
  // This one never comes: an hour later by the clock on the wall.
  ['2026-03-29T02:30:00', 60],
])('a device in Berlin that writes %s is so many minutes east: %i', (local, minutes) => {
  expect(new LocalZone('Europe/Berlin').offsetOfLocal(at(local))).toBe(minutes);
});

test('a zone that there is not is refused with what to write', () => {
  expect(() => new LocalZone('Europe/Berlyn')).toThrow(
    expect.objectContaining({
      code: 'configuration_invalid',
      message: expect.stringContaining('Europe/Berlin'),
    }),
  );
});

test('without a name it is the zone of this machine', () => {
  const own = new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
  for (const time of ['2026-01-01T12:00:00', '2026-07-01T12:00:00']) {
    expect(new LocalZone().offsetAt(at(time))).toBe(new LocalZone(own).offsetAt(at(time)));
  }
});
