/** Questions and answers between nodes about edges (telemetry/question.ts). */
import * as z from 'zod/mini';
import { alarmIdPattern } from '../telemetry/alarm.ts';
import { liveLimits, resolutions } from '../telemetry/live.ts';
import {
  type QuestionKind,
  questionLimits,
  type TelemetryAnswers,
  type TelemetryQuestion,
} from '../telemetry/question.ts';
import { alarmCommandSchema, alarmSchema } from './alarm-schema.ts';
import { alarmEntry, liveEdge, liveSensor, readingsSeries, telemetryName } from './live-schema.ts';
import { type Parsed, parseJson, textLike, textUpTo, wholeNumber } from './parse.ts';

const edge = { edge: telemetryName };
const sensor = { sensor: telemetryName };
const alarm = textLike(alarmIdPattern);
const millis = z.number();
const by = textUpTo(128);

const question: z.ZodMiniType<TelemetryQuestion> = z.discriminatedUnion('ask', [
  z.object({ ask: z.literal('edge'), ...edge }),
  z.object({
    ask: z.literal('series'),
    query: z.object({
      ...edge,
      ...sensor,
      fromMs: millis,
      toMs: millis,
      points: z.int().check(z.gte(2), z.lte(liveLimits.points)),
      resolution: z.exactOptional(z.enum(resolutions)),
    }),
  }),
  z.object({
    ask: z.literal('rows'),
    ...edge,
    ...sensor,
    fromMs: millis,
    toMs: millis,
    skip: wholeNumber(0),
  }),
  z.object({
    ask: z.literal('alarms'),
    edge: z.exactOptional(telemetryName),
    limit: z.int().check(z.gte(1), z.lte(1_000)),
  }),
  z.object({ ask: z.literal('alarm'), alarm }),
  z.object({ ask: z.literal('alarmCommand'), alarm, by, command: alarmCommandSchema }),
  z.object({ ask: z.literal('forget'), ...edge, by }),
]);

const answers: { readonly [Kind in QuestionKind]: z.ZodMiniType<TelemetryAnswers[Kind]> } = {
  edge: z.object({ edge: liveEdge, sensors: z.array(liveSensor) }),
  series: readingsSeries,
  rows: z.object({
    rows: z.array(z.readonly(z.tuple([z.number(), z.number(), z.string()]))),
    complete: z.boolean(),
  }),
  alarms: z.object({ alarms: z.array(alarmSchema) }),
  alarm: z.object({
    alarm: alarmSchema,
    history: z.array(alarmEntry),
    why: z.nullable(z.record(z.string(), z.unknown())),
  }),
  alarmCommand: z.object({ alarm: alarmSchema }),
  forget: z.object(edge),
};

export function parseTelemetryQuestion(text: string): Parsed<TelemetryQuestion> {
  return parseJson(question, text, questionLimits.questionBytes);
}

/** What a node answered to a question of this kind. */
export function parseTelemetryAnswer<Kind extends QuestionKind>(
  kind: Kind,
  text: string,
): Parsed<TelemetryAnswers[Kind]> {
  const schema = answers[kind] as z.ZodMiniType<TelemetryAnswers[Kind]>;
  return parseJson(schema, text, questionLimits.answerBytes);
}
