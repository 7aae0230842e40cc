/** The shapes of what the node answers to Monitor over REST. */
import type { BacktestAlarm, BacktestSummary, Explanation } from '@bothy/telemetry/core';
import type { AlarmEntry, Rule } from '@bothy/wire';
import { alarmSchema, checkRule, liveParts } from '@bothy/wire/schemas';
import * as z from 'zod/mini';

const nullableNumber = z.nullable(z.number());

const explanation: z.ZodMiniType<Explanation> = z.object({
  rule: z.string(),
  text: z.string(),
  isFiring: z.boolean(),
  sentence: z.string(),
  conditions: z.array(
    z.object({
      demand: z.string(),
      finding: z.string(),
      holds: z.nullable(z.boolean()),
      limit: nullableNumber,
      until: nullableNumber,
      value: nullableNumber,
      samples: z.array(z.object({ value: z.number(), stampMs: z.number(), ageMs: z.number() })),
    }),
  ),
  transitions: z.array(
    z.object({
      to: z.enum(['idle', 'pending', 'firing', 'clearing']),
      wallMs: z.number(),
      value: nullableNumber,
    }),
  ),
});

export interface NamedRule {
  readonly name: string;
  readonly text: string;
  readonly rule: Rule;
}

/** A rule of a later version has no place here: it is left out rather than shown half. */
const namedRule = z.object({ name: z.string(), text: z.string(), rule: z.unknown() });
const rulesShape = z.object({ rules: z.array(namedRule) });

export function rulesOf(answer: z.infer<typeof rulesShape>): readonly NamedRule[] {
  return answer.rules.flatMap(({ name, text, rule }) => {
    const checked = checkRule(rule);
    return checked.ok ? [{ name, text, rule: checked.value }] : [];
  });
}

const history: z.ZodMiniType<readonly AlarmEntry[]> = z.array(liveParts.alarmEntry);

const backtestAlarm: z.ZodMiniType<BacktestAlarm> = z.object({
  node: z.string(),
  sensor: z.string(),
  firedMs: z.number(),
  clearedMs: nullableNumber,
  value: nullableNumber,
  sentence: z.string(),
});
const backtestSummary: z.ZodMiniType<BacktestSummary> = z.object({
  readings: z.number(),
  alarms: z.number(),
  outOfOrder: z.number(),
  isComplete: z.boolean(),
});

/** What a client sent that was no reading, event or status. */
const refusal = z.object({
  client: z.string(),
  count: z.number(),
  last: z.object({ atMs: z.number(), reason: z.string(), example: z.string() }),
});
export type Refusal = z.infer<typeof refusal>;

export const answers = {
  refusals: z.object({ refusals: z.array(refusal) }),
  series: z.object({ series: z.array(liveParts.readingsSeries) }),
  command: z.object({ id: z.string() }),
  alarms: z.object({ alarms: z.array(alarmSchema) }),
  alarm: z.object({ alarm: alarmSchema }),
  alarmDetail: z.object({ alarm: alarmSchema, history, why: z.nullable(explanation) }),
  rules: rulesShape,
  backtest: z.object({ alarms: z.array(backtestAlarm), summary: backtestSummary }),
  routes: z.object({ routes: z.array(z.unknown()) }),
  tried: z.object({ ok: z.boolean(), sentence: z.string() }),
} as const;

export type AlarmDetail = z.infer<typeof answers.alarmDetail>;
export type BacktestAnswer = z.infer<typeof answers.backtest>;
export type TryAnswer = z.infer<typeof answers.tried>;
