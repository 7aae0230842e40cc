/** Timestamps of devices: ISO 8601, with a zone or in the node's. */
import type { Parsed } from './parse.ts';

/** Minutes east of UTC at a local time, given as if it were UTC: summer time makes it depend on the time itself. */
export type ZoneOffset = (localMs: number) => number;

const pattern =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|z|[+-]\d\d(?::?\d\d)?)?$/;

/** Unix milliseconds; digits beyond them, as Python writes, are cut off. */
export function parseTimestamp(text: string, zoneOffset: ZoneOffset): Parsed<number> {
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

function offsetMinutes(zone: string | undefined, localMs: number, local: ZoneOffset): number | undefined {
  if (zone === undefined) return local(localMs);
  if (zone === 'Z' || zone === 'z') return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(':', ''))];
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
