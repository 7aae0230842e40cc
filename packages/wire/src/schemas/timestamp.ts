/** Timestamps of devices: ISO 8601, with a zone or in the node's. */
import type { Parsed } from './parse.ts';

/** Minutes east of UTC at a local time, given as if it were UTC: summer time makes it depend on the time itself. */
export type ZoneOffset = (localMs: number) => number;

const pattern =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|z|[+-]\d\d(?::?\d\d)?)?$/;

/** Unix milliseconds; digits beyond them, as Python writes, are cut off. */
export function parseTimestamp(text: string, zoneOffset: ZoneOffset): Parsed<number> {
  const usual = usualTime(text);
  if (usual !== undefined) return { ok: true, value: usual };
  const match = pattern.exec(text);
  if (match === null) return { ok: false, reason: 'is not a time like 2026-11-20T09:30:00.000Z' };
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  const ms = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const fields = [year ?? 0, (month ?? 0) - 1, day ?? 0, hour ?? 0, minute ?? 0, second ?? 0] as const;
  const local = new Date(Date.UTC(...fields, ms));
  const isReal =
    local.getUTCMonth() === fields[1] &&
    local.getUTCDate() === fields[2] &&
    local.getUTCHours() === fields[3] &&
    local.getUTCMinutes() === fields[4] &&
    local.getUTCSeconds() === fields[5];
  if (!isReal) return { ok: false, reason: 'is a date or an hour that does not exist' };
  const offset = offsetMinutes(match[8], local.getTime(), zoneOffset);
  if (offset === undefined) return { ok: false, reason: 'has a zone that does not exist' };
  return { ok: true, value: local.getTime() - offset * 60_000 };
}

/**
 * What `toISOString` writes, as our edges and most libraries do: a node reads tens of thousands of them in a second, and
 * the pattern takes ten times as long. Undefined for everything else, and for days that not every month has.
 */
function usualTime(text: string): number | undefined {
  if (text.length !== 24 || text.charCodeAt(10) !== letterT || text.charCodeAt(23) !== letterZ)
    return undefined;
  if (text.charCodeAt(4) !== dash || text.charCodeAt(7) !== dash || text.charCodeAt(19) !== dot)
    return undefined;
  if (text.charCodeAt(13) !== colon || text.charCodeAt(16) !== colon) return undefined;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = digits(text, 17, 2);
  const ms = digits(text, 20, 3);
  // Years below 100 are taken for those of the last century by Date.UTC.
  const isReal =
    year >= 1_000 && month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour < 24 && minute < 60;
  return isReal && second < 60 && ms >= 0
    ? Date.UTC(year, month - 1, day, hour, minute, second, ms)
    : undefined;
}

const [letterT, letterZ, dash, dot, colon, zero] = [0x54, 0x5a, 0x2d, 0x2e, 0x3a, 0x30];

/** NaN where there is anything else. */
function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at += 1) {
    const digit = text.charCodeAt(at) - zero;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

function offsetMinutes(zone: string | undefined, localMs: number, local: ZoneOffset): number | undefined {
  if (zone === undefined) return local(localMs);
  if (zone === 'Z' || zone === 'z') return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(':', ''))];
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
