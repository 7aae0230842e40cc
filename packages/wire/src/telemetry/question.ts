/** What one node asks another about the edges that it keeps: JSON, in one unary call. */
import type { Alarm, AlarmCommand, AlarmEntry, AlarmId } from './alarm.ts';
import type { LiveEdge, LiveSensor, ReadingsQuery, ReadingsSeries } from './live.ts';
import type { EdgeId, SensorName } from './reading.ts';

export const questionLimits = {
  /** Rows of one answer with readings; the next question goes on after the last of them. */
  rows: 5_000,
  questionBytes: 16 * 1024,
  answerBytes: 4 * 1024 * 1024,
} as const;

export type TelemetryQuestion =
  | { readonly ask: 'edge'; readonly edge: EdgeId }
  | { readonly ask: 'series'; readonly query: ReadingsQuery }
  | {
      readonly ask: 'rows';
      readonly edge: EdgeId;
      readonly sensor: SensorName;
      readonly fromMs: number;
      readonly toMs: number;
      /** Of those at `fromMs`, so many were told already. */
      readonly skip: number;
    }
  /** All alarms of an edge that are kept; without one, of all edges of that node. */
  | { readonly ask: 'alarms'; readonly edge?: EdgeId; readonly limit: number }
  | { readonly ask: 'alarm'; readonly alarm: AlarmId }
  | {
      readonly ask: 'alarmCommand';
      readonly alarm: AlarmId;
      readonly by: string;
      readonly command: AlarmCommand;
    }
  | { readonly ask: 'forget'; readonly edge: EdgeId; readonly by: string };

export interface TelemetryAnswers {
  readonly edge: { readonly edge: LiveEdge; readonly sensors: readonly LiveSensor[] };
  readonly series: ReadingsSeries;
  /** [stampMs, value, unit]: unit is empty where there is none. */
  readonly rows: {
    readonly rows: readonly (readonly [number, number, string])[];
    readonly complete: boolean;
  };
  readonly alarms: { readonly alarms: readonly Alarm[] };
  readonly alarm: {
    readonly alarm: Alarm;
    readonly history: readonly AlarmEntry[];
    /** An explanation of the node's own rule, for people. */
    readonly why: Readonly<Record<string, unknown>> | null;
  };
  readonly alarmCommand: { readonly alarm: Alarm };
  readonly forget: { readonly edge: EdgeId };
}

export type QuestionKind = TelemetryQuestion['ask'];
export type QuestionOf<Kind extends QuestionKind> = Extract<TelemetryQuestion, { readonly ask: Kind }>;
