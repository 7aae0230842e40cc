/** Whether a wall time lies within hours of the week. */
import { type WeekSpan, weekdays } from '@bothy/wire';

const dayMs = 86_400_000;
/** 1970-01-01 was a Thursday. */
const firstWeekday = 3;

/** `offsetMinutes` is the zone's, east of UTC, at this time. */
export function isWithin({ days, from, to }: WeekSpan, wallMs: number, offsetMinutes: number): boolean {
  const localMs = wallMs + offsetMinutes * 60_000;
  const day = Math.floor(localMs / dayMs);
  const minute = Math.floor((localMs - day * dayMs) / 60_000);
  const [begin, end] = [minutesOf(from), minutesOf(to)];
  const isDay = (each: number): boolean => days.some((name) => weekdays.indexOf(name) === weekdayOf(each));
  if (begin < end) return isDay(day) && minute >= begin && minute < end;
  return (isDay(day) && minute >= begin) || (isDay(day - 1) && minute < end);
}

function weekdayOf(day: number): number {
  return (((day + firstWeekday) % 7) + 7) % 7;
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}
