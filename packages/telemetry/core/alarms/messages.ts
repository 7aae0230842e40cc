/** What the alarm core takes in and gives out. */
import type { ClearTimer, Persist, SetTimer, TimerFired } from '@bothy/protocols';
import type {
  Alarm,
  AlarmCommand,
  AlarmEntry,
  AlarmId,
  EdgeId,
  ErrorCode,
  Rule,
  SensorName,
  TelemetryEvent,
} from '@bothy/wire';
import type { RuleEvent } from '../engine/messages.ts';
import type { AlarmWrite } from './records.ts';

export type AlarmInput =
  /** Once, first: arms what was restored. */
  | { readonly kind: 'start' }
  /** Published by an edge or a device that has its home here. */
  | { readonly kind: 'event'; readonly event: TelemetryEvent }
  /** Of this node's own rule engine. */
  | { readonly kind: 'ruleEvent'; readonly event: RuleEvent }
  /** Answered by `answer` with the same id. `by`: a person's name. */
  | {
      readonly kind: 'command';
      readonly id: string;
      readonly alarm: AlarmId;
      readonly by: string;
      readonly command: AlarmCommand;
    }
  /** All rules that are known: how severe their alarms are, and what they ask, for sentences. */
  | { readonly kind: 'rules'; readonly rules: readonly Rule[] }
  /** What the status of an edge says. */
  | { readonly kind: 'edge'; readonly edge: EdgeId; readonly state: 'online' | 'offline' }
  /** An edge, or a sensor of it, was taken out: its alarms clear and count as acknowledged by who did it. */
  | { readonly kind: 'forget'; readonly edge: EdgeId; readonly sensor?: SensorName; readonly by: string }
  /**
   * This node became the home of an edge: what the one before said of its alarms, from `edge/<id>/alarms`. That may come
   * late, and again.
   */
  | { readonly kind: 'adopt'; readonly edge: EdgeId; readonly alarms: readonly Alarm[] }
  /** Another node is its home now: its alarms go from here, unsaid. */
  | { readonly kind: 'release'; readonly edge: EdgeId }
  /** What became of telling: from RoutesCore, to be in the history of these alarms. */
  | {
      readonly kind: 'told';
      readonly alarms: readonly AlarmId[];
      readonly outcome: 'notified' | 'notificationFailed' | 'escalated';
      readonly text: string;
    }
  | TimerFired;

export type AlarmAnswer =
  | { readonly ok: true; readonly alarm: Alarm }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

export type AlarmOutput =
  /** For dashboards, for `edge/<id>/alarms`, and for RoutesCore. Without `entry`: its value or sentence is newer, no more. */
  | { readonly kind: 'changed'; readonly alarm: Alarm; readonly entry?: AlarmEntry }
  /** It is kept no longer: no room, or another home. */
  | { readonly kind: 'removed'; readonly alarm: AlarmId; readonly edge: EdgeId }
  | { readonly kind: 'answer'; readonly id: string; readonly result: AlarmAnswer }
  /** There is no room for another alarm; said the first time and every thousandth. */
  | {
      readonly kind: 'refused';
      readonly alarm: AlarmId;
      readonly count: number;
      readonly sentence: string;
    }
  | Persist<AlarmWrite>
  | SetTimer
  | ClearTimer;

export interface AlarmConfig {
  /** The id of this node: the home of what it opens. */
  readonly node: string;
  /** How long an edge is offline before that is an alarm: longer than a restart of it takes. @default 60000 */
  readonly offlineMs?: number;
  /** @default alarmLimits.alarms */
  readonly mostAlarms?: number;
}
