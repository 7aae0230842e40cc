import type { MessageItem } from '@bothy/peer/views';
import { describe, expect, it } from 'vitest';
import { type DayFormat, dayLabel, groupByDay, shortMoment, timeLabel } from './day-groups.ts';

const berlin: DayFormat = { locale: 'en-GB', timeZone: 'Europe/Berlin' };

function item(key: string, at: string, author = 'ben'): MessageItem {
  const about = { edited: false, deleted: false, clockAhead: false, status: undefined };
  return { key, n: 1, author, mine: false, text: key, atMs: Date.parse(at), ...about };
}

describe('days', () => {
  it("begin at the reader's midnight, not at Greenwich's", () => {
    const groups = groupByDay([item('a', '2026-11-20T22:59:00Z'), item('b', '2026-11-20T23:01:00Z')], berlin);
    expect(groups.map((group) => [group.day, group.items.map((placed) => placed.key)])).toEqual([
      ['2026-11-20', ['a']],
      ['2026-11-21', ['b']],
    ]);
  });

  it('keep the order they are given', () => {
    const groups = groupByDay(
      [
        item('a', '2026-11-21T10:00:00Z'),
        item('b', '2026-11-20T10:00:00Z'),
        item('c', '2026-11-21T11:00:00Z'),
      ],
      berlin,
    );
    expect(groups.map((group) => group.day)).toEqual(['2026-11-21', '2026-11-20', '2026-11-21']);
  });

  it('draw messages together that one author wrote within five minutes', () => {
    const [group] = groupByDay(
      [
        item('a', '2026-11-21T10:00:00Z'),
        item('b', '2026-11-21T10:04:59Z'),
        item('c', '2026-11-21T10:05:00Z', 'ada'),
        item('d', '2026-11-21T10:10:00Z', 'ada'),
      ],
      berlin,
    );
    expect(group?.items.map((placed) => placed.follows)).toEqual([false, true, false, false]);
  });

  it.each([
    ['2026-11-21', 'Today'],
    ['2026-11-20', 'Yesterday'],
    ['2026-11-16', 'Monday 16 November'],
    ['2025-12-31', 'Wednesday, 31 December 2025'],
  ])('%s is called %s', (day, label) => {
    expect(dayLabel(day, Date.parse('2026-11-21T12:00:00Z'), berlin)).toBe(label);
  });

  it.each([
    ['2026-03-29', '2026-03-29T22:10:00Z'],
    ['2026-10-25', '2026-10-25T23:30:00Z'],
  ])('know yesterday on the day after the clocks changed on %s', (day, justAfterMidnight) => {
    const now = Date.parse(justAfterMidnight);
    expect(dayLabel(day, now, berlin)).toBe('Yesterday');
    expect(shortMoment(Date.parse(`${day}T10:00:00Z`), now, berlin)).toBe('Yesterday');
  });

  it('give a list the time today and the day before that', () => {
    const now = Date.parse('2026-11-21T12:00:00Z');
    expect(timeLabel(now, berlin)).toBe('13:00');
    expect(shortMoment(Date.parse('2026-11-21T07:05:00Z'), now, berlin)).toBe('08:05');
    expect(shortMoment(Date.parse('2026-11-20T07:05:00Z'), now, berlin)).toBe('Yesterday');
    expect(shortMoment(Date.parse('2026-11-05T07:05:00Z'), now, berlin)).toBe('5 Nov');
  });
});
