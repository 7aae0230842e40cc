/** Alarms between nodes, commands on them and routes from outside: REST, a configuration file, `edge/<id>/alarms`. */
import * as z from 'zod/mini';
import { namePattern } from '../ids.ts';
import { nodeIdPattern, roomIdPattern } from '../rooms/room-entry.ts';
import {
  type Alarm,
  type AlarmCommand,
  type AlarmRoute,
  type AlarmTarget,
  alarmIdPattern,
  alarmLimits,
  type EdgeAlarms,
  edgeAlarmsLimits,
  routeLimits,
} from '../telemetry/alarm.ts';
import { edgeLimits } from '../telemetry/edge-messages.ts';
import { telemetryLimits, telemetryNamePattern } from '../telemetry/reading.ts';
import { severities } from '../telemetry/rule.ts';
import { spanProblem } from '../telemetry/rule-problem.ts';
import { type Parsed, parseJson, textLike, textUpTo, wholeNumber } from './parse.ts';
import { weekSpanSchema } from './rule-schema.ts';

const name = textLike(telemetryNamePattern);
const timeMs = wholeNumber(0);
const note = textUpTo(alarmLimits.noteChars).check(z.minLength(1));
const by = textUpTo(128);
const { largestValue } = telemetryLimits;
const value = z.nullable(z.number().check(z.gte(-largestValue), z.lte(largestValue)));

/** An alarm as its home says it. Fields of later versions are let go. */
export const alarmSchema: z.ZodMiniType<Alarm> = z.object({
  id: textLike(alarmIdPattern),
  edge: name,
  sensor: name,
  rule: name,
  severity: z.enum(severities),
  active: z.boolean(),
  acknowledged: z.boolean(),
  openedMs: timeMs,
  clearedMs: z.exactOptional(timeMs),
  lastMs: timeMs,
  count: wholeNumber(1),
  value,
  unit: z.exactOptional(textUpTo(telemetryLimits.unitChars)),
  sentence: textUpTo(edgeLimits.sentenceChars),
  acknowledgedBy: z.exactOptional(by),
  acknowledgedMs: z.exactOptional(timeMs),
  shelvedUntilMs: z.exactOptional(timeMs),
  shelvedBy: z.exactOptional(by),
  escalatedMs: z.exactOptional(timeMs),
  notes: z.array(z.object({ atMs: timeMs, by, text: note })).check(z.maxLength(alarmLimits.notes)),
  home: textLike(nodeIdPattern),
  version: wholeNumber(1),
});

const edgeAlarms: z.ZodMiniType<EdgeAlarms> = z.object({
  v: z.literal(1),
  edge: name,
  home: textLike(nodeIdPattern),
  epoch: z.exactOptional(wholeNumber(1)),
  alarms: z.array(alarmSchema).check(z.maxLength(edgeAlarmsLimits.alarms)),
});

const forMs = wholeNumber(1_000).check(z.lte(alarmLimits.shelveMs));

export const alarmCommandSchema: z.ZodMiniType<AlarmCommand> = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('acknowledge'), note: z.exactOptional(note) }),
  z.strictObject({ name: z.literal('shelve'), forMs, note: z.exactOptional(note) }),
  z.strictObject({ name: z.literal('unshelve') }),
  z.strictObject({ name: z.literal('note'), text: note }),
]);

/** Spaces and line ends in an address would end up in a header. */
const mailAddress = textLike(/^[^\s<>,;:"()[\]\\@]{1,64}@[^\s<>,;:"()[\]\\@]{1,190}$/);
const webAddress = textUpTo(routeLimits.urlChars).check(z.refine((text) => isWebAddress(text)));

const target: z.ZodMiniType<AlarmTarget> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('room'), room: textLike(roomIdPattern) }),
  z.strictObject({ kind: z.literal('person'), name: textLike(namePattern) }),
  z.strictObject({ kind: z.literal('browser') }),
  z.strictObject({
    kind: z.literal('webhook'),
    url: webAddress,
    secret: z.exactOptional(textUpTo(routeLimits.secretChars).check(z.minLength(16))),
  }),
  z.strictObject({
    kind: z.literal('email'),
    to: z.array(mailAddress).check(z.minLength(1), z.maxLength(routeLimits.recipients)),
  }),
]);

const patterns = z
  .array(textLike(/^[A-Za-z0-9_.*-]{1,64}$/))
  .check(z.minLength(1), z.maxLength(routeLimits.patterns));

const route: z.ZodMiniType<AlarmRoute> = z.strictObject({
  name,
  to: target,
  severities: z.exactOptional(z.array(z.enum(severities)).check(z.minLength(1), z.maxLength(3))),
  edges: z.exactOptional(patterns),
  sensors: z.exactOptional(patterns),
  rules: z.exactOptional(patterns),
  tellsEnd: z.exactOptional(z.boolean()),
  afterMs: z.exactOptional(wholeNumber(0).check(z.lte(routeLimits.longestMs))),
  repeatMs: z.exactOptional(wholeNumber(routeLimits.shortestRepeatMs).check(z.lte(routeLimits.longestMs))),
  quiet: z.exactOptional(weekSpanSchema),
  quietDanger: z.exactOptional(z.boolean()),
});

/** What to send instead, by field. */
const wantedOfCommand: Readonly<Record<string, string>> = {
  name: '"acknowledge", "shelve", "unshelve" or "note"',
  forMs: 'milliseconds, a second to 30 days',
  note: `a text of 1 to ${alarmLimits.noteChars} characters`,
  text: `a text of 1 to ${alarmLimits.noteChars} characters`,
};
const wantedOfRoute: Readonly<Record<string, string>> = {
  'to.kind': '"room", "person", "browser", "webhook" or "email"',
  'to.room': "a room's id",
  'to.name': "a person's name",
  'to.url': 'an address that begins with http:// or https:// and holds no password',
  'to.secret': `a text of 16 to ${routeLimits.secretChars} characters`,
  'to.to': `a list of 1 to ${routeLimits.recipients} mail addresses`,
  name: 'a name of letters, digits, "_", "." and "-", 64 at most',
  severities: 'a list of "info", "warning" and "danger"',
  edges: 'a list of names, "*" for any run of characters',
  sensors: 'a list of names, "*" for any run of characters',
  rules: 'a list of names, "*" for any run of characters',
  afterMs: 'milliseconds, 30 days at most',
  repeatMs: 'milliseconds, a minute to 30 days',
  quiet: 'hours such as {"days":["mon"],"from":"22:00","to":"06:00"}',
};

/** A command on an alarm, of REST or of a room. The reason is a sentence for whoever gave it. */
export function parseAlarmCommand(data: unknown): Parsed<AlarmCommand> {
  return checked(alarmCommandSchema, data, wantedOfCommand, 'This is not a command for an alarm.');
}

/** Unknown fields are refused: a misspelt `afterMs` would wake somebody at once. */
export function parseAlarmRoute(data: unknown): Parsed<AlarmRoute> {
  const parsed = checked(route, data, wantedOfRoute, 'This is not a route.');
  if (!parsed.ok) return parsed;
  const problem = spanProblem(parsed.value.quiet);
  return problem === undefined ? parsed : { ok: false, reason: problem };
}

/** A whole set: each name once. */
export function parseAlarmRoutes(data: unknown): Parsed<readonly AlarmRoute[]> {
  if (!Array.isArray(data)) return { ok: false, reason: 'Routes are a list.' };
  if (data.length > routeLimits.routes)
    return { ok: false, reason: `There are ${routeLimits.routes} routes at most.` };
  const routes: AlarmRoute[] = [];
  const names = new Set<string>();
  for (const [at, each] of data.entries()) {
    const parsed = parseAlarmRoute(each);
    if (!parsed.ok) return { ok: false, reason: `Route ${at + 1}: ${parsed.reason}` };
    if (names.has(parsed.value.name))
      return { ok: false, reason: `There are two routes of the name ${parsed.value.name}.` };
    names.add(parsed.value.name);
    routes.push(parsed.value);
  }
  return { ok: true, value: routes };
}

/** The payload of `edge/<id>/alarms`; the topic names the edge, and the payload must agree with it. */
export function parseEdgeAlarms(text: string, edge: string): Parsed<EdgeAlarms> {
  const parsed = parseJson(edgeAlarms, text, edgeAlarmsLimits.bytes);
  if (!parsed.ok) return parsed;
  const { value: said } = parsed;
  const isOf = said.edge === edge && said.alarms.every((alarm) => alarm.edge === edge);
  return isOf ? parsed : { ok: false, reason: 'names another edge than its topic' };
}

function checked<T>(
  schema: z.ZodMiniType<T>,
  data: unknown,
  wanted: Readonly<Record<string, string>>,
  otherwise: string,
): Parsed<T> {
  const parsed = schema.safeParse(data);
  if (parsed.success) return { ok: true, value: parsed.data };
  const issue = parsed.error.issues[0];
  const path = (issue?.path ?? []).map(String);
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  if (unknown !== undefined)
    return { ok: false, reason: `There is no field ${[...path, unknown.slice(0, 40)].join('.')}.` };
  for (let length = Math.min(path.length, 2); length > 0; length--) {
    const field = path.slice(0, length).join('.');
    if (Object.hasOwn(wanted, field)) return { ok: false, reason: `${field} must be ${wanted[field]}.` };
  }
  return { ok: false, reason: otherwise };
}

function isWebAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hostname } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '' && hostname !== '';
}
