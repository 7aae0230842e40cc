/** What dashboards ask for and are shown: `telemetry.subscribe`, its ticks, and answers of REST (design, section 4). */
import * as z from 'zod/mini';
import { alarmEntryKinds } from '../telemetry/alarm.ts';
import { type EdgeStatus, sensorStates } from '../telemetry/edge-messages.ts';
import {
  type AlarmChanged,
  type EdgeCounts,
  type LiveEdge,
  type LiveSensor,
  liveLimits,
  type ReadingsSeries,
  resolutions,
  type TelemetryFigures,
  type TelemetrySnapshot,
  type TelemetrySubscription,
  type TelemetryTick,
} from '../telemetry/live.ts';
import { telemetryNamePattern } from '../telemetry/reading.ts';
import { alarmSchema } from './alarm-schema.ts';
import { type Parsed, textLike, wholeNumber } from './parse.ts';
import { type ParsedParams, parseParams } from './room-parts.ts';

/** An edge, a sensor, a rule. */
export const telemetryName = textLike(telemetryNamePattern);
const millis = wholeNumber(0);
const optional = z.exactOptional;

/** `edge/sensor`, `edge/*`, `*`. */
const sensorPattern = textLike(
  /^(\*|[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\/(\*|[A-Za-z0-9][A-Za-z0-9_.-]{0,63}))$/,
);

export const telemetrySubscription: z.ZodMiniType<TelemetrySubscription> = z.object({
  sensors: optional(z.array(sensorPattern).check(z.maxLength(liveLimits.sensors))),
  alarms: optional(z.boolean()),
  everyMs: optional(z.int().check(z.gte(20), z.lte(liveLimits.longestTickMs))),
});

/** What a subscription says, with what it leaves out. */
export type WholeSubscription = Required<TelemetrySubscription>;

export function parseTelemetrySubscription(params: unknown): ParsedParams<WholeSubscription> {
  const parsed = parseParams(telemetrySubscription, params);
  if (!parsed.ok) return parsed;
  const { sensors = ['*'], alarms = true, everyMs = liveLimits.defaultTickMs } = parsed.value;
  return { ok: true, value: { sensors, alarms, everyMs } };
}

export const liveSensor: z.ZodMiniType<LiveSensor> = z.object({
  edge: telemetryName,
  sensor: telemetryName,
  unit: optional(z.string()),
  value: z.nullable(z.number()),
  stampMs: z.nullable(z.number()),
  heardMs: z.nullable(z.number()),
  state: z.enum([...sensorStates, 'unknown']),
  quality: optional(z.string()),
  recent: z.array(z.readonly(z.tuple([z.number(), z.number()]))),
});

export const edgeCounts: z.ZodMiniType<EdgeCounts> = z.object({
  stored: millis,
  missing: millis,
  late: millis,
  double: millis,
  refused: millis,
  lastRefused: optional(z.object({ atMs: z.number(), reason: z.string(), example: z.string() })),
  delayMs: z.nullable(z.number()),
});

/** The node that shows it has checked the status as it came from the edge; here only what all of them have. */
const shownStatus = z.looseObject({
  v: z.literal(1),
  node: telemetryName,
  state: z.enum(['online', 'offline']),
  boot: millis,
}) as unknown as z.ZodMiniType<EdgeStatus>;

export const liveEdge: z.ZodMiniType<LiveEdge> = z.object({
  edge: telemetryName,
  kind: z.enum(['edge', 'plain']),
  state: z.enum(['online', 'offline', 'unknown']),
  enrolled: z.boolean(),
  home: z.nullable(z.string()),
  heardMs: z.nullable(z.number()),
  status: z.nullable(shownStatus),
  counts: edgeCounts,
});

const rate = z.number().check(z.gte(0));
export const telemetryFigures: z.ZodMiniType<TelemetryFigures> = z.object({
  readingsPerSecond: rate,
  eventsPerMinute: rate,
  tickDelayMs: rate,
  edgeDelayP50Ms: z.nullable(z.number()),
  edgeDelayP99Ms: z.nullable(z.number()),
});

export const telemetrySnapshot: z.ZodMiniType<TelemetrySnapshot> = z.object({
  node: z.string(),
  atMs: z.number(),
  sensors: z.array(liveSensor),
  edges: z.array(liveEdge),
  alarms: z.array(alarmSchema),
  figures: telemetryFigures,
});

export const telemetryTick: z.ZodMiniType<TelemetryTick> = z.object({
  atMs: z.number(),
  readings: z.array(z.readonly(z.tuple([telemetryName, telemetryName, z.number(), z.number()]))),
  sensors: optional(z.array(liveSensor)),
  edges: optional(z.array(liveEdge)),
  figures: optional(telemetryFigures),
  gone: optional(z.array(z.string())),
});

export const alarmEntry = z.object({
  alarm: z.string(),
  atMs: z.number(),
  kind: z.enum(alarmEntryKinds),
  by: optional(z.string()),
  text: optional(z.string()),
  value: optional(z.nullable(z.number())),
});
export const alarmChanged: z.ZodMiniType<AlarmChanged> = z.object({
  alarm: alarmSchema,
  entry: optional(alarmEntry),
  notify: optional(z.object({ id: z.string(), route: z.string(), text: z.string() })),
  forYou: optional(z.literal(true)),
});

/** The result of `telemetry.subscribe`, at a client. */
export function parseTelemetrySnapshot(result: unknown): Parsed<TelemetrySnapshot> {
  const parsed = checked(z.object({ snapshot: telemetrySnapshot }), result);
  return parsed.ok ? { ok: true, value: parsed.value.snapshot } : parsed;
}

/** The params of `telemetry.tick`, at a client. */
export function parseTelemetryTick(params: unknown): Parsed<TelemetryTick> {
  return checked(telemetryTick, params);
}

/** The params of `alarm.changed`, at a client. */
export function parseAlarmChanged(params: unknown): Parsed<AlarmChanged> {
  return checked(alarmChanged, params);
}

function checked<T>(schema: z.ZodMiniType<T>, data: unknown): Parsed<T> {
  const result = schema.safeParse(data);
  if (result.success) return { ok: true, value: result.data };
  return {
    ok: false,
    reason: `wrong shape at ${(result.error.issues[0]?.path ?? []).join('.').slice(0, 80)}`,
  };
}

const numbers = z.array(z.number());
export const readingsSeries: z.ZodMiniType<ReadingsSeries> = z.object({
  edge: telemetryName,
  sensor: telemetryName,
  unit: optional(z.string()),
  resolution: z.enum(resolutions),
  thinned: z.boolean(),
  stampsMs: numbers,
  mean: numbers,
  min: optional(numbers),
  max: optional(numbers),
  count: optional(numbers),
});
