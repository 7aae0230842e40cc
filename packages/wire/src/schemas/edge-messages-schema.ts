/** What edges and their home nodes say to each other (design, section 4): `edge/<id>/status`, `/control` and `/home`. */
import * as z from 'zod/mini';
import { nodeIdPattern } from '../rooms/room-entry.ts';
import {
  type EdgeCommand,
  type EdgeControl,
  type EdgeHome,
  type EdgeStatus,
  edgeFaults,
  edgeLimits,
  sensorStates,
} from '../telemetry/edge-messages.ts';
import { type EdgeId, telemetryLimits, telemetryNamePattern } from '../telemetry/reading.ts';
import { type Rule, ruleLimits, severities } from '../telemetry/rule.ts';
import { type Parsed, parseJson, textLike, textUpTo, wholeNumber } from './parse.ts';
import { checkRules } from './rule-schema.ts';

// Taken by name: a namespace that is destructured is bundled whole.
const maybe = z.exactOptional;
const name = textLike(telemetryNamePattern);
const nodeId = textLike(nodeIdPattern);
const sentence = textUpTo(edgeLimits.sentenceChars);
/** ISO 8601 in UTC, as `toISOString` writes it. */
const time = textLike(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/);
const id = textLike(/^[A-Za-z0-9_.:-]{1,64}$/);
const finite = z.number().check(z.gte(-Number.MAX_SAFE_INTEGER), z.lte(Number.MAX_SAFE_INTEGER));
const value = z.number().check(z.gte(-telemetryLimits.largestValue), z.lte(telemetryLimits.largestValue));
const count = wholeNumber(0);
const intervalMs = wholeNumber(edgeLimits.shortestIntervalMs).check(z.lte(edgeLimits.longestIntervalMs));

/** Numbers by sensor, no more than an edge has sensors. */
const numbers = z
  .record(name, count)
  .check(z.refine((record) => Object.keys(record).length <= edgeLimits.sensors));

const sensorStatus = z.object({
  sensor: name,
  kind: textUpTo(32),
  unit: maybe(textUpTo(telemetryLimits.unitChars)),
  intervalMs,
  state: z.enum(sensorStates),
  sentence: maybe(sentence),
  fault: maybe(textUpTo(32)),
});

const answer = z.object({ id, ok: z.boolean(), sentence });

const firingRule = z.object({
  rule: name,
  sensor: name,
  severity: z.enum(severities),
  value: z.nullable(value),
  since: time,
  sentence,
});

// Fields that are not known are dropped: an edge of a later version must still be heard.
const statusSchema: z.ZodMiniType<EdgeStatus> = z.object({
  v: z.literal(1),
  node: name,
  state: z.enum(['online', 'offline']),
  boot: count,
  seq: maybe(count),
  at: maybe(time),
  ping: maybe(id),
  version: maybe(textUpTo(40)),
  startedAt: maybe(time),
  sensors: maybe(z.array(sensorStatus).check(z.maxLength(edgeLimits.sensors))),
  boots: maybe(
    z
      .array(z.object({ boot: count, last: numbers, first: maybe(numbers) }))
      .check(z.maxLength(edgeLimits.boots)),
  ),
  outbox: maybe(
    z.object({
      waiting: count,
      bytes: count,
      starts: maybe(count),
      oldest: maybe(time),
      dropped: count,
    }),
  ),
  clock: maybe(z.object({ offsetMs: finite, errorMs: finite.check(z.gte(0)) })),
  resources: maybe(
    z.object({
      cpuPercent: finite.check(z.gte(0)),
      memoryBytes: count,
      loopDelayMs: finite.check(z.gte(0)),
    }),
  ),
  answers: maybe(z.array(answer).check(z.maxLength(edgeLimits.answers))),
  events: maybe(count),
  firing: maybe(z.array(firingRule).check(z.maxLength(edgeLimits.firing))),
});

const sensorCommands = [
  z.strictObject({ name: z.literal('fault'), fault: z.enum(edgeFaults), sensor: maybe(name) }),
  z.strictObject({ name: z.literal('reset'), sensor: maybe(name) }),
  z.strictObject({ name: z.literal('interval'), sensor: name, intervalMs }),
  z.strictObject({ name: z.literal('read'), sensor: maybe(name) }),
] as const;
const commandShape = z.discriminatedUnion('name', [
  ...sensorCommands,
  z.strictObject({
    name: z.literal('rules'),
    rules: z.array(z.unknown()).check(z.maxLength(ruleLimits.rules)),
  }),
]);

const controlShape = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('storedUpTo'),
    home: nodeId,
    boots: z.array(z.object({ boot: count, upTo: numbers })).check(z.maxLength(2 * edgeLimits.boots)),
  }),
  z.object({ kind: z.literal('time'), ping: id, saidMs: finite, heardMs: finite, answeredMs: finite }),
  z.strictObject({ kind: z.literal('command'), id, command: commandShape }),
]);

const homeSchema: z.ZodMiniType<EdgeHome> = z.object({
  v: z.literal(1),
  edge: name,
  home: nodeId,
  epoch: wholeNumber(1),
  claimedMs: count,
});

/** What is known of a message before it is read. */
export interface EdgeTopicContext {
  /** From its topic: a message about another edge is refused. */
  readonly edge: EdgeId;
}

/** One payload of `edge/<id>/status`. An empty one, which takes a retained status away, is for the caller to know. */
export function parseEdgeStatus(text: string, { edge }: EdgeTopicContext): Parsed<EdgeStatus> {
  const parsed = parseJson(statusSchema, text, edgeLimits.statusBytes);
  if (!parsed.ok) return parsed;
  const { node, sensors = [], boots = [], boot } = parsed.value;
  if (node !== edge) return { ok: false, reason: `node is ${node}, and the topic is that of ${edge}` };
  if (new Set(sensors.map(({ sensor }) => sensor)).size < sensors.length) {
    return { ok: false, reason: 'sensors has one twice' };
  }
  if (new Set(boots.map((each) => each.boot)).size < boots.length) {
    return { ok: false, reason: 'boots has one twice' };
  }
  if (boots.some((each) => each.boot > boot)) return { ok: false, reason: 'boots has one of the future' };
  return parsed;
}

/** One payload of `edge/<id>/control`. */
export function parseEdgeControl(text: string): Parsed<EdgeControl> {
  const parsed = parseJson(controlShape, text, edgeLimits.controlBytes);
  if (!parsed.ok) return parsed;
  if (parsed.value.kind !== 'command') return { ok: true, value: parsed.value };
  const command = withRules(parsed.value.command);
  return command.ok ? { ok: true, value: { ...parsed.value, command: command.value } } : command;
}

/** A command of an operator, from REST. */
export function checkEdgeCommand(data: unknown): Parsed<EdgeCommand> {
  const parsed = commandShape.safeParse(data);
  if (parsed.success) return withRules(parsed.data);
  const path = parsed.error.issues[0]?.path.join('.') ?? '';
  return {
    ok: false,
    reason: path === '' ? 'not a command of an edge' : `${path.slice(0, 80)} is not right`,
  };
}

/** One payload of `edge/<id>/home`. */
export function parseEdgeHome(text: string, { edge }: EdgeTopicContext): Parsed<EdgeHome> {
  const parsed = parseJson(homeSchema, text, 1_024);
  if (!parsed.ok || parsed.value.edge === edge) return parsed;
  return { ok: false, reason: `edge is ${parsed.value.edge}, and the topic is that of ${edge}` };
}

type CommandShape = z.infer<typeof commandShape>;

/** Rules are refused with the sentences that people get elsewhere. */
function withRules(command: CommandShape): Parsed<EdgeCommand> {
  if (command.name !== 'rules') return { ok: true, value: command };
  const rules: Parsed<readonly Rule[]> = checkRules(command.rules);
  return rules.ok ? { ok: true, value: { name: 'rules', rules: rules.value } } : rules;
}
