/** What stands below the axis of time: as fine as its marks are, with the day where one begins. */
import { readerFormat } from '../timeline/reader-format.ts';

const dayMs = 86_400_000;

/** `timeZone` as `Intl` takes it; the reader's own unless a test says so. */
export function timeLabels(
  marksMs: readonly number[],
  stepMs: number,
  locale: string | undefined = readerFormat.locale,
  timeZone?: string,
): readonly string[] {
  const zone = timeZone === undefined ? {} : { timeZone };
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', ...zone });
  if (stepMs >= dayMs) return marksMs.map((ms) => day.format(ms));
  const seconds = stepMs < 60_000 ? { second: '2-digit' as const } : {};
  const time = new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...seconds,
    ...zone,
  });
  let before = '';
  return marksMs.map((ms) => {
    const today = day.format(ms);
    const text = today === before ? time.format(ms) : `${time.format(ms)}\n${today}`;
    before = today;
    return text;
  });
}

/** A moment in full, for what is under the pointer. */
export function momentWords(ms: number, locale: string | undefined = readerFormat.locale): string {
  return new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(ms);
}
