/** Messages by calendar day, as the reader's clock and time zone see it. */

export interface DayFormat {
  readonly locale: string | undefined;
  /** IANA name; the machine's zone when undefined. */
  readonly timeZone: string | undefined;
}

/** What is needed of whatever stands in a timeline. */
export interface Dated {
  readonly author: string;
  /** Unix milliseconds. */
  readonly atMs: number;
}

export type Placed<Item extends Dated> = Item & {
  /** Belongs to the one above: same author, a short time later. */
  readonly follows: boolean;
};

export interface DayGroup<Item extends Dated> {
  /** The day, and the how manieth group of it this is. */
  readonly key: string;
  /** `2026-11-21` */
  readonly day: string;
  readonly items: readonly Placed<Item>[];
}

/** Beyond this a message of the same author starts a new group. */
const followsWithinMs = 5 * 60_000;

/** Groups consecutive items of one day; a day comes twice when clocks disagree about the order. */
export function groupByDay<Item extends Dated>(
  items: readonly Item[],
  format: DayFormat,
): readonly DayGroup<Item>[] {
  const dayOf = dayFormatter(format);
  const groups: (DayGroup<Item> & { items: Placed<Item>[] })[] = [];
  for (const item of items) {
    const day = dayOf(item.atMs);
    const last = groups.at(-1);
    if (last === undefined || last.day !== day) {
      const nth = groups.filter((group) => group.day === day).length;
      groups.push({ key: `${day}#${nth}`, day, items: [{ ...item, follows: false }] });
      continue;
    }
    const before = last.items.at(-1);
    const follows = before?.author === item.author && item.atMs - before.atMs < followsWithinMs;
    last.items.push({ ...item, follows });
  }
  return groups;
}

/** "Today", "Yesterday", "Monday 16 November", with the year when it is not this one. */
export function dayLabel(day: string, nowMs: number, format: DayFormat): string {
  const dayOf = dayFormatter(format);
  const today = dayOf(nowMs);
  if (day === today) return 'Today';
  if (day === dayOf(noonOf(today) - 24 * 3_600_000)) return 'Yesterday';
  const year = day.slice(0, 4) === today.slice(0, 4) ? {} : { year: 'numeric' as const };
  return new Intl.DateTimeFormat(format.locale, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    timeZone: 'UTC',
    ...year,
  }).format(noonOf(day));
}

/** Hours and minutes, as the locale writes them. */
export function timeLabel(atMs: number, format: DayFormat): string {
  return new Intl.DateTimeFormat(format.locale, {
    hour: '2-digit',
    minute: '2-digit',
    timeZone: format.timeZone,
  }).format(atMs);
}

/** For a list: the time today, else a short day. */
export function shortMoment(atMs: number, nowMs: number, format: DayFormat): string {
  const dayOf = dayFormatter(format);
  const day = dayOf(atMs);
  const today = dayOf(nowMs);
  if (day === today) return timeLabel(atMs, format);
  if (day === dayOf(noonOf(today) - 24 * 3_600_000)) return 'Yesterday';
  return new Intl.DateTimeFormat(format.locale, { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(
    noonOf(day),
  );
}

/** The Swedish locale writes dates as ISO 8601 does. */
function dayFormatter(format: DayFormat): (atMs: number) => string {
  const formatter = new Intl.DateTimeFormat('sv-SE', { timeZone: format.timeZone });
  return (atMs) => formatter.format(atMs);
}

/** Noon, UTC: no change to summer time reaches it. */
function noonOf(day: string): number {
  return Date.parse(`${day}T12:00:00Z`);
}
