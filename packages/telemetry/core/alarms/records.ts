/** What the alarm core keeps on disk, and what it is started with. */
import type { Alarm, AlarmEntry, AlarmId } from '@bothy/wire';

/** Which event of its publisher an alarm heard last: what is older, or the same, changes nothing. */
export interface EventOrder {
  /** Of our own edges; null for a device that numbers nothing, which is told by its stamps alone. */
  readonly boot: number | null;
  readonly seq: number | null;
  readonly stampMs: number;
  /** What was heard at this very place: a rule may fire and clear at one reading, when its hours end. */
  readonly seen: 'fired' | 'cleared' | 'both';
}

export interface AlarmRecord {
  readonly alarm: Alarm;
  /** Null: it is opened by this node's own rules, which come in order. */
  readonly last: EventOrder | null;
}

export type AlarmWrite =
  /** Replaces the one of the same `alarm.id`. */
  | ({ readonly kind: 'putAlarm' } & AlarmRecord)
  /** The store keeps the last `alarmLimits.historyPerAlarm` of each alarm. */
  | { readonly kind: 'addAlarmEntry'; readonly entry: AlarmEntry }
  /** With its history. */
  | { readonly kind: 'deleteAlarm'; readonly id: AlarmId };

export interface AlarmSnapshot {
  readonly alarms: readonly AlarmRecord[];
}
