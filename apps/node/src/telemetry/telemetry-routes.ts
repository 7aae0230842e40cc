/** The REST routes of monitoring: history, edges, alarms, rules and where alarms are told. */
import { alarmIdPattern, liveLimits, resolutions, ruleLimits, telemetryNamePattern } from '@bothy/wire';
import { alarmSchema, liveParts } from '@bothy/wire/schemas';
import * as z from 'zod/mini';
import { queryNumber, type RestRoute } from '../rest/rest-route.ts';

const name = z.string().check(z.regex(telemetryNamePattern));
const ofEdge = z.object({ edge: name });
const ofAlarm = z.object({ alarm: z.string().check(z.regex(alarmIdPattern)) });
const { exactOptional: optional } = z;
const millis = z.number();
/** ISO 8601 with a zone, or Unix milliseconds. */
const time = z.string().check(z.maxLength(40));
/** A query has one or several. */
const several = z.pipe(
  z.union([z.string(), z.array(z.string()).check(z.maxLength(liveLimits.series))]),
  z.transform((given) => (typeof given === 'string' ? [given] : given)),
);

const sensors = z.array(liveParts.liveSensor);
const alarms = z.object({ alarms: z.array(alarmSchema) });
const oneAlarm = z.object({ alarm: alarmSchema });
const ruleText = z.string().check(z.maxLength(ruleLimits.textChars));
/** As `Rule` of the wire; checked where it is made. */
const rule = z.record(z.string(), z.unknown());
const rules = z.object({ rules: z.array(z.object({ name, text: z.string(), rule })) });
const routes = z.object({ routes: z.array(z.record(z.string(), z.unknown())) });
/** A guest of this machine says who they are; of who is signed in it is known. */
const by = { by: optional(z.string().check(z.regex(/^[a-z0-9][a-z0-9._-]{1,31}$/))) };
const note = z.string().check(z.minLength(1), z.maxLength(1_000));

export const telemetryRoutes = {
  sensors: {
    method: 'GET',
    path: '/api/v1/sensors',
    summary: 'Every sensor, with its last values.',
    access: 'read',
    answer: z.object({ sensors }),
  },
  readings: {
    method: 'GET',
    path: '/api/v1/readings',
    summary: 'History of up to 20 sensors, never more points than asked for; with `format=csv` as a file.',
    access: 'read',
    query: z.object({
      /** `edge/sensor`, as often as wanted. */
      series: several,
      from: optional(time),
      to: optional(time),
      points: optional(queryNumber(2, liveLimits.points)),
      resolution: optional(z.enum(resolutions)),
      format: optional(z.enum(['json', 'csv'])),
    }),
    answer: z.object({ series: z.array(liveParts.readingsSeries) }),
  },
  edges: {
    method: 'GET',
    path: '/api/v1/edges',
    summary: 'Every edge and plain device, and what was refused to whom.',
    access: 'read',
    answer: z.object({
      edges: z.array(liveParts.liveEdge),
      refusals: z.array(
        z.object({
          client: z.string(),
          count: z.int(),
          last: z.object({ atMs: millis, reason: z.string(), example: z.string() }),
        }),
      ),
    }),
  },
  edge: {
    method: 'GET',
    path: '/api/v1/edges/:edge',
    summary: 'An edge and its sensors, as its home node knows them.',
    access: 'read',
    params: ofEdge,
    answer: z.object({ edge: liveParts.liveEdge, sensors }),
  },
  command: {
    method: 'POST',
    path: '/api/v1/edges/:edge/commands',
    summary: 'Sends a command to an edge; its next status answers it by this id.',
    access: 'operatorOrGuest',
    params: ofEdge,
    body: z.object({ command: z.unknown() }),
    answer: z.object({ id: z.string() }),
  },
  forget: {
    method: 'DELETE',
    path: '/api/v1/edges/:edge',
    summary: 'Takes an edge out, with its alarms; its readings stay until their day goes.',
    access: 'operator',
    params: ofEdge,
    answer: ofEdge,
  },
  move: {
    method: 'POST',
    path: '/api/v1/edges/:edge/home',
    summary: 'Makes a node the home of an edge: this one, or another of the cluster.',
    access: 'operator',
    params: ofEdge,
    body: z.object({ node: optional(z.string().check(z.maxLength(63))) }),
    answer: z.object({ edge: name, home: z.string(), epoch: z.int() }),
  },
  alarms: {
    method: 'GET',
    path: '/api/v1/alarms',
    summary: 'Alarms: those that are active or not acknowledged, or all that are kept.',
    access: 'read',
    query: z.object({
      state: optional(z.enum(['open', 'all'])),
      edge: optional(name),
      limit: optional(queryNumber(1, 1_000)),
    }),
    answer: alarms,
  },
  alarm: {
    method: 'GET',
    path: '/api/v1/alarms/:alarm',
    summary: 'An alarm, its history, and why its rule stands as it does, where this node judges it.',
    access: 'read',
    params: ofAlarm,
    answer: z.object({
      alarm: alarmSchema,
      history: z.array(liveParts.alarmEntry),
      why: z.nullable(z.record(z.string(), z.unknown())),
    }),
  },
  acknowledge: {
    method: 'POST',
    path: '/api/v1/alarms/:alarm/acknowledge',
    summary: 'Says that somebody looks after it.',
    access: 'read',
    params: ofAlarm,
    body: z.object({ note: optional(note), ...by }),
    answer: oneAlarm,
  },
  shelve: {
    method: 'POST',
    path: '/api/v1/alarms/:alarm/shelve',
    summary: 'Keeps it quiet for a time.',
    access: 'read',
    params: ofAlarm,
    body: z.object({ forMs: z.int(), note: optional(note), ...by }),
    answer: oneAlarm,
  },
  unshelve: {
    method: 'POST',
    path: '/api/v1/alarms/:alarm/unshelve',
    summary: 'Lets it speak again.',
    access: 'read',
    params: ofAlarm,
    body: z.object(by),
    answer: oneAlarm,
  },
  note: {
    method: 'POST',
    path: '/api/v1/alarms/:alarm/note',
    summary: 'Writes something beside it.',
    access: 'read',
    params: ofAlarm,
    body: z.object({ text: note, ...by }),
    answer: oneAlarm,
  },
  rules: {
    method: 'GET',
    path: '/api/v1/rules',
    summary: 'The rules of this node: for plain devices, and those that name their edges.',
    access: 'read',
    answer: rules,
  },
  putRules: {
    method: 'PUT',
    path: '/api/v1/rules',
    summary: 'Replaces the rules of this node.',
    access: 'operator',
    body: z.object({ rules: z.array(ruleText).check(z.maxLength(ruleLimits.rules)) }),
    answer: rules,
  },
  checkRule: {
    method: 'POST',
    path: '/api/v1/rules/check',
    summary: 'Whether a text is a rule, and if not where and why.',
    access: 'read',
    body: z.object({ text: z.string().check(z.maxLength(2 * ruleLimits.textChars)) }),
    answer: z.union([
      z.object({ ok: z.literal(true), rule, formatted: z.string() }),
      z.object({ ok: z.literal(false), column: z.int(), sentence: z.string() }),
    ]),
  },
  backtest: {
    method: 'POST',
    path: '/api/v1/rules/backtest',
    summary: 'The alarms that a rule would have raised over stored history.',
    access: 'read',
    body: z.object({
      text: ruleText,
      fromMs: z.int().check(z.gte(0)),
      toMs: z.int().check(z.gte(0)),
      edges: optional(z.array(name).check(z.maxLength(100))),
    }),
    answer: z.object({
      alarms: z.array(
        z.object({
          node: name,
          sensor: name,
          firedMs: millis,
          clearedMs: z.nullable(millis),
          value: z.nullable(z.number()),
          sentence: z.string(),
        }),
      ),
      summary: z.object({
        readings: z.int(),
        alarms: z.int(),
        outOfOrder: z.int(),
        isComplete: z.boolean(),
      }),
    }),
  },
  routes: {
    method: 'GET',
    path: '/api/v1/routes',
    summary: 'Where alarms are told.',
    access: 'operatorOrGuest',
    answer: routes,
  },
  putRoutes: {
    method: 'PUT',
    path: '/api/v1/routes',
    summary: 'Replaces where alarms are told.',
    access: 'operator',
    body: z.object({ routes: z.array(z.unknown()) }),
    answer: routes,
  },
  tryRoute: {
    method: 'POST',
    path: '/api/v1/routes/:route/try',
    summary: 'Tells a made-up alarm by a route, to see that it arrives.',
    access: 'operator',
    params: z.object({ route: name }),
    answer: z.object({ ok: z.boolean(), sentence: z.string() }),
  },
} as const satisfies Readonly<Record<string, RestRoute>>;
