/** Readings and events from outside (design, section 4). What is refused is refused with a reason for whoever sent it. */
import * as z from 'zod/mini';
import {
  type Reading,
  type TelemetryEvent,
  telemetryLimits,
  telemetryNamePattern,
} from '../telemetry/reading.ts';
import { type Parsed, parseJson, textLike, textUpTo, wholeNumber } from './parse.ts';
import { parseTimestamp, type ZoneOffset } from './timestamp.ts';

/** What the receiver knows. */
export interface ReadingContext {
  /** Our wall clock when it arrived: stamps that miss are taken from it, and others compared with it. */
  readonly receivedMs: number;
  readonly zoneOffset: ZoneOffset;
}

const name = textLike(telemetryNamePattern);
const { largestValue } = telemetryLimits;

/** Made once: to make a schema takes longer than to parse a reading. */
const anything = z.unknown();

const payloadSchema = z.looseObject({
  sensor: name,
  value: z.number().check(z.gte(-largestValue), z.lte(largestValue)),
  timestamp: z.optional(textUpTo(40)),
  node: name,
  event: z.optional(z.boolean()),
  event_type: z.optional(z.nullable(name)),
  unit: z.optional(z.nullable(textUpTo(telemetryLimits.unitChars))),
  boot: z.optional(z.nullable(wholeNumber(0))),
  seq: z.optional(z.nullable(wholeNumber(0))),
  hist: z.optional(z.nullable(z.boolean())),
  quality: z.optional(z.nullable(textUpTo(telemetryLimits.qualityChars))),
});

/** What to send instead, by field. */
const wanted: Readonly<Record<string, string>> = {
  sensor: 'a name of letters, digits, "_", "." and "-", 64 at most',
  value: `a number from -${largestValue} to ${largestValue}, not a text`,
  timestamp: 'a time like 2026-11-20T09:30:00.000Z',
  node: 'the name of the edge: letters, digits, "_", "." and "-", 64 at most',
  event: 'true or false',
  event_type: 'a name or null',
  unit: `a text of ${telemetryLimits.unitChars} characters at most`,
  boot: 'a whole number',
  seq: 'a whole number',
  hist: 'true or false',
  quality: `a text of ${telemetryLimits.qualityChars} characters at most`,
};

/** One payload of `env/<type>/raw`. */
export function parseReading(text: string, context: ReadingContext): Parsed<Reading> {
  const json = parseJson<unknown>(anything, text, telemetryLimits.payloadBytes);
  if (!json.ok) return json;
  return checkReading(json.value, context);
}

/** One payload of `env/event/<event_type>`. */
export function parseTelemetryEvent(text: string, context: ReadingContext): Parsed<TelemetryEvent> {
  const reading = parseReading(text, context);
  if (!reading.ok) return reading;
  const { eventType } = reading.value;
  if (eventType === null) return { ok: false, reason: 'event_type must be the name of the event' };
  return { ok: true, value: { ...reading.value, eventType } };
}

/** The same for what is an object already: a row of a CSV file, an element of a batch. */
export function checkReading(payload: unknown, { receivedMs, zoneOffset }: ReadingContext): Parsed<Reading> {
  const parsed = payloadSchema.safeParse(payload);
  if (!parsed.success) {
    const field = String(parsed.error.issues[0]?.path[0] ?? '');
    const want = Object.hasOwn(wanted, field) ? wanted[field] : undefined;
    return { ok: false, reason: want === undefined ? 'not a JSON object' : `${field} must be ${want}` };
  }
  const { sensor, value, timestamp, node, event, event_type, unit, boot, seq, hist, quality, ...unknown } =
    parsed.data;
  const extra = Object.keys(unknown);
  if (extra.length > telemetryLimits.unknownFields) {
    return { ok: false, reason: `has more than ${telemetryLimits.unknownFields} fields that are not known` };
  }
  const stamp = timestamp === undefined ? receivedMs : stampOf(timestamp, receivedMs, zoneOffset);
  if (typeof stamp === 'string') return { ok: false, reason: stamp };
  const reading: Reading = {
    sensor,
    value,
    stampMs: stamp,
    node,
    event: event ?? false,
    eventType: event_type ?? null,
    hist: hist ?? false,
    ...(unit == null ? {} : { unit }),
    ...(boot == null ? {} : { boot }),
    ...(seq == null ? {} : { seq }),
    ...(quality == null ? {} : { quality }),
    ...(extra.length === 0 ? {} : { extra: unknown }),
  };
  return { ok: true, value: reading };
}

/** The stamp, or why it is refused. */
function stampOf(timestamp: string, receivedMs: number, zoneOffset: ZoneOffset): number | string {
  const parsed = parseTimestamp(timestamp, zoneOffset);
  if (!parsed.ok) return `timestamp ${parsed.reason}`;
  if (parsed.value < telemetryLimits.earliestMs) {
    return `timestamp ${timestamp} is from before 2001: the clock of this device was never set`;
  }
  if (parsed.value > receivedMs + telemetryLimits.futureMs) {
    return `timestamp ${timestamp} is more than a day ahead: set the clock of this device`;
  }
  return parsed.value;
}
