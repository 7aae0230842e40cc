/** Times in queries, which people write by hand: ISO 8601, or Unix milliseconds. */
import { BothyError } from '@bothy/wire';
import { parseTimestamp, type ZoneOffset } from '@bothy/wire/schemas';

/** Unix milliseconds. Throws `bad_request`. */
export function timeOf(name: string, text: string, zoneOffset: ZoneOffset): number {
  if (/^-?\d{1,16}$/.test(text)) return Number(text);
  // A `+` of a zone that was not escaped has become a space.
  const parsed = parseTimestamp(text.replace(/ (\d\d:?\d\d)$/, '+$1'), zoneOffset);
  if (parsed.ok) return parsed.value;
  const wanted = 'a time such as 2026-11-20T09:30:00Z, or Unix milliseconds';
  throw new BothyError('bad_request', `query.${name} is ${text.slice(0, 40)}; it must be ${wanted}.`);
}
