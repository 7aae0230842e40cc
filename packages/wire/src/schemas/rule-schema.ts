/** Rules as data from outside: a configuration file, REST, an edge's control topic. */
import * as z from 'zod/mini';
import { telemetryLimits, telemetryNamePattern } from '../telemetry/reading.ts';
import {
  anomalyChecks,
  type Condition,
  changeDirections,
  comparisons,
  type Rule,
  ruleLimits,
  severities,
  type WeekSpan,
  weekdays,
} from '../telemetry/rule.ts';
import { ruleProblem } from '../telemetry/rule-problem.ts';
import { type Parsed, textLike, wholeNumber } from './parse.ts';

const name = textLike(telemetryNamePattern);
const number = z.number().check(z.gte(-telemetryLimits.largestValue), z.lte(telemetryLimits.largestValue));
const duration = wholeNumber(1).check(z.lte(ruleLimits.durationMs));
const sensor = { sensor: z.union([name, z.literal('*')]), node: z.exactOptional(name) };

const condition: z.ZodMiniType<Condition> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('threshold'),
    ...sensor,
    is: z.enum(comparisons),
    limit: number,
    until: z.exactOptional(number),
  }),
  z.strictObject({
    kind: z.literal('change'),
    ...sensor,
    direction: z.enum(changeDirections),
    by: number.check(z.gte(0)),
    withinMs: duration,
  }),
  z.strictObject({ kind: z.literal('stale'), ...sensor, afterMs: duration }),
  z.strictObject({
    kind: z.literal('anomaly'),
    ...sensor,
    by: z.exactOptional(z.array(z.enum(anomalyChecks)).check(z.minLength(1), z.maxLength(6))),
  }),
  z.strictObject({
    kind: z.enum(['any', 'all']),
    get of(): z.ZodMiniType<readonly Condition[]> {
      return z.array(condition).check(z.minLength(2), z.maxLength(ruleLimits.leaves));
    },
  }),
]);

/** Hours of the week. What a shape cannot say about them, `spanProblem` says. */
export const weekSpanSchema: z.ZodMiniType<WeekSpan> = z.strictObject({
  days: z.array(z.enum(weekdays)).check(z.minLength(1), z.maxLength(7)),
  from: textLike(/^([01]\d|2[0-3]):[0-5]\d$/),
  to: textLike(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/),
});

const rule: z.ZodMiniType<Rule> = z.strictObject({
  name,
  severity: z.enum(severities),
  when: condition,
  forMs: z.exactOptional(duration),
  clearForMs: z.exactOptional(duration),
  repeatMs: z.exactOptional(duration),
  only: z.exactOptional(weekSpanSchema),
  quiet: z.exactOptional(weekSpanSchema),
});

/** Unknown fields are refused here: a misspelt `forMs` would make a rule that fires too soon. */
export function checkRule(data: unknown): Parsed<Rule> {
  // Before the schema, which would follow data of any depth, and YAML whose aliases go round.
  if (groupsDeeper(data, 2 * ruleLimits.depth + 4)) {
    return { ok: false, reason: `Conditions nest ${ruleLimits.depth} deep at most.` };
  }
  const parsed = rule.safeParse(data);
  if (!parsed.success) {
    const path = parsed.error.issues[0]?.path.join('.') ?? '';
    return { ok: false, reason: path === '' ? 'This is not a rule.' : `${path.slice(0, 80)} is not right.` };
  }
  const problem = ruleProblem(parsed.data);
  return problem === undefined ? { ok: true, value: parsed.data } : { ok: false, reason: problem };
}

/** A whole set: each name once. */
export function checkRules(data: unknown): Parsed<readonly Rule[]> {
  if (!Array.isArray(data)) return { ok: false, reason: 'Rules are a list.' };
  if (data.length > ruleLimits.rules)
    return { ok: false, reason: `There are ${ruleLimits.rules} rules at most.` };
  const rules: Rule[] = [];
  const names = new Set<string>();
  for (const [at, each] of data.entries()) {
    const checked = checkRule(each);
    if (!checked.ok) return { ok: false, reason: `Rule ${at + 1}: ${checked.reason}` };
    if (names.has(checked.value.name)) {
      return { ok: false, reason: `There are two rules of the name ${checked.value.name}.` };
    }
    names.add(checked.value.name);
    rules.push(checked.value);
  }
  return { ok: true, value: rules };
}

function groupsDeeper(data: unknown, most: number): boolean {
  if (typeof data !== 'object' || data === null) return false;
  return most === 0 || Object.values(data).some((inner) => groupsDeeper(inner, most - 1));
}
