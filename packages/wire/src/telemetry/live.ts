/** What a dashboard is shown: `telemetry.subscribe`, its ticks, and the answers of REST. */
import type { Alarm, AlarmEntry, AlarmNotification } from './alarm.ts';
import type { EdgeStatus, SensorState } from './edge-messages.ts';
import type { EdgeId, SensorName } from './reading.ts';

export const liveLimits = {
  /** Patterns of one subscription. */
  sensors: 200,
  /** Between two ticks. */
  shortestTickMs: 100,
  longestTickMs: 60_000,
  defaultTickMs: 250,
  /** Values that a sensor's sparkline starts with. */
  recent: 60,
  /** Points of one answer for one sensor: more pixels than a screen has. */
  points: 5_000,
  /** Sensors of one question. */
  series: 20,
} as const;

/** `edge/sensor`. */
export type SensorKey = string;
export function sensorKey(edge: EdgeId, sensor: SensorName): SensorKey {
  return `${edge}/${sensor}`;
}

export interface LiveSensor {
  readonly edge: EdgeId;
  readonly sensor: SensorName;
  readonly unit?: string;
  readonly value: number | null;
  /** Unix milliseconds by the edge's stamp, and by our clock when it came. */
  readonly stampMs: number | null;
  readonly heardMs: number | null;
  /** `unknown`: a plain device, which says nothing of its health. */
  readonly state: SensorState | 'unknown';
  readonly quality?: string;
  /** The last values, oldest first, as [stampMs, value]. */
  readonly recent: readonly (readonly [number, number])[];
}

export interface LiveEdge {
  readonly edge: EdgeId;
  /** `plain`: a device that speaks only readings. */
  readonly kind: 'edge' | 'plain';
  readonly state: 'online' | 'offline' | 'unknown';
  readonly enrolled: boolean;
  readonly home: string | null;
  readonly heardMs: number | null;
  readonly status: EdgeStatus | null;
  readonly counts: EdgeCounts;
}

/** Since the first reading that its home node saw of it. */
export interface EdgeCounts {
  readonly stored: number;
  /** Numbers of which nothing came although later ones did, or a status states them. */
  readonly missing: number;
  /** Came late: marked `hist`, or after later ones. */
  readonly late: number;
  readonly double: number;
  readonly refused: number;
  /** The last that was refused, and why. */
  readonly lastRefused?: { readonly atMs: number; readonly reason: string; readonly example: string };
  /** How long a reading took from its stamp to our store, by the edge's clock corrected. */
  readonly delayMs: number | null;
}

/** Of the whole node, over the last ten seconds. */
export interface TelemetryFigures {
  readonly readingsPerSecond: number;
  readonly eventsPerMinute: number;
  /** From publish heard to tick written. */
  readonly tickDelayMs: number;
  readonly edgeDelayP50Ms: number | null;
  readonly edgeDelayP99Ms: number | null;
}

/** The params of `telemetry.subscribe`. A later one replaces it; with neither sensors nor alarms it ends. */
export interface TelemetrySubscription {
  /** `edge/sensor`, `edge/*`, `*`. @default ["*"] */
  readonly sensors?: readonly string[];
  /** @default true */
  readonly alarms?: boolean;
  /** @default 250 */
  readonly everyMs?: number;
}

export interface TelemetrySnapshot {
  readonly node: string;
  readonly atMs: number;
  readonly sensors: readonly LiveSensor[];
  readonly edges: readonly LiveEdge[];
  /** Active, or not acknowledged. */
  readonly alarms: readonly Alarm[];
  readonly figures: TelemetryFigures;
}

/** `telemetry.tick`: what is new since the last one, in one frame. */
export interface TelemetryTick {
  readonly atMs: number;
  /** [edge, sensor, stampMs, value]: every reading since, oldest first, no more than `recent` for each sensor. */
  readonly readings: readonly (readonly [EdgeId, SensorName, number, number])[];
  /** What else changed of sensors (state, unit) and sensors that are new, whole. */
  readonly sensors?: readonly LiveSensor[];
  readonly edges?: readonly LiveEdge[];
  /** About once in a second. */
  readonly figures?: TelemetryFigures;
  readonly gone?: readonly SensorKey[];
}

/** `alarm.changed`. */
export interface AlarmChanged {
  readonly alarm: Alarm;
  readonly entry?: AlarmEntry;
  /** A route says: show this as a notification, where the person has allowed it. */
  readonly notify?: AlarmNotification;
  /** A route names this person: it comes to all of their sessions, also to those that do not watch alarms. */
  readonly forYou?: true;
}

export const resolutions = ['raw', '1m', '5m', '1h'] as const;
export type Resolution = (typeof resolutions)[number];

/** A question for history. Times are Unix milliseconds; `fromMs` in, `toMs` out. */
export interface ReadingsQuery {
  readonly edge: EdgeId;
  readonly sensor: SensorName;
  readonly fromMs: number;
  readonly toMs: number;
  /** Never more than so many: the finest resolution that fits is taken, thinned by min and max where raw does not. */
  readonly points: number;
  /** @default the finest that fits */
  readonly resolution?: Resolution;
}

/** Columns of equal length. `raw`: `min`, `max` and `count` are absent. */
export interface ReadingsSeries {
  readonly edge: EdgeId;
  readonly sensor: SensorName;
  readonly unit?: string;
  readonly resolution: Resolution;
  /** Raw readings that were thinned to fit `points`: the lowest and highest of each stretch are kept. */
  readonly thinned: boolean;
  /** Starts of the stretches, or stamps. */
  readonly stampsMs: readonly number[];
  readonly mean: readonly number[];
  readonly min?: readonly number[];
  readonly max?: readonly number[];
  readonly count?: readonly number[];
}
