/** Readings and events (design, section 4), as they are once they have been checked, and the JSON that they travel as. */

/** An edge, or any other publisher: the `node` of the payload. */
export type EdgeId = string;
/** What is measured: `temperature`, `humidity`, `light`, `airquality`, or any other name. */
export type SensorName = string;

/** Fits into a topic and into the text of a rule. */
export const telemetryNamePattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

export const telemetryLimits = {
  /** One payload. The documents' own is about 150 bytes. */
  payloadBytes: 4 * 1024,
  /** Larger values are faults of a device; their squares would also leave the range of numbers. */
  largestValue: 1e15,
  unitChars: 32,
  qualityChars: 32,
  /** Fields that are not ours, kept as they are. */
  unknownFields: 32,
  /** How far ahead of our clock a stamp may be: the widest mistake of time zone, 14 h before or after, and a slow clock. */
  futureMs: 24 * 3_600_000,
  /** 2001-01-01. Clocks that were never set start in 1970, 1980 or 2000. */
  earliestMs: 978_307_200_000,
} as const;

/** One value of one sensor at one time. */
export interface Reading {
  readonly sensor: SensorName;
  readonly value: number;
  /** Unix milliseconds by the clock of the edge, which may be off. */
  readonly stampMs: number;
  readonly node: EdgeId;
  /** The publisher's verdict on this reading; `eventType` may say which rule. */
  readonly event: boolean;
  readonly eventType: string | null;
  readonly unit?: string;
  /** A durable counter of the edge's starts, and the number of the reading within (boot, sensor). */
  readonly boot?: number;
  readonly seq?: number;
  /** Sent late, from the outbox: fills history, raises no alarm. */
  readonly hist: boolean;
  readonly quality?: string;
  /** Fields that are not ours. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** What a rule found, published: `event` true when it fired or still holds, false when it cleared. */
export interface TelemetryEvent extends Reading {
  readonly eventType: string;
}

/** The JSON of a reading or event. */
export interface TelemetryPayload {
  readonly sensor: SensorName;
  readonly value: number;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly node: EdgeId;
  readonly event: boolean;
  readonly event_type: string | null;
  readonly unit?: string;
  readonly boot?: number;
  readonly seq?: number;
  readonly hist?: boolean;
  readonly quality?: string;
  readonly [unknownField: string]: unknown;
}

/** ISO 8601 in UTC. Throws a RangeError beyond 8.64e15 ms, which no clock shows. */
export function isoTime(unixMs: number): string {
  return new Date(unixMs).toISOString();
}

/** The inverse; NaN for what is no such time. */
export function unixTime(iso: string): number {
  return Date.parse(iso);
}

/** The inverse of `parseReading`. What is not ours cannot replace what is. */
export function telemetryPayload(reading: Reading): TelemetryPayload {
  const { sensor, value, stampMs, node, event, eventType, hist, extra, ...optional } = reading;
  const timestamp = isoTime(stampMs);
  const own = { sensor, value, timestamp, node, event, event_type: eventType, ...optional };
  return { ...extra, ...own, ...(hist ? { hist } : {}) };
}
