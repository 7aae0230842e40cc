/** Alarms: the long-lived things that events open (design, sections 3 and 8). */
import type { EdgeId, SensorName } from './reading.ts';
import type { Severity, WeekSpan } from './rule.ts';

export const alarmLimits = {
  noteChars: 1_000,
  /** Notes that an alarm carries; older ones stay in its history. */
  notes: 20,
  /** Shelving is for a time: 30 days at most. */
  shelveMs: 30 * 86_400_000,
  /** Alarms of one node; the oldest that are cleared and acknowledged go first. */
  alarms: 20_000,
  historyPerAlarm: 500,
} as const;

/** `<edge>~<sensor>~<rule>`: there is one, however often its rule fires. */
export type AlarmId = string;
export const alarmIdPattern =
  /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}~[A-Za-z0-9][A-Za-z0-9_.-]{0,63}~[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

export function alarmId(edge: EdgeId, sensor: SensorName, rule: string): AlarmId {
  return `${edge}~${sensor}~${rule}`;
}

export interface AlarmNote {
  readonly atMs: number;
  /** A person's name, or `room <name>`. */
  readonly by: string;
  readonly text: string;
}

/** All times are Unix milliseconds by the home node's clock. */
export interface Alarm {
  readonly id: AlarmId;
  readonly edge: EdgeId;
  readonly sensor: SensorName;
  /** The event type. */
  readonly rule: string;
  readonly severity: Severity;
  readonly active: boolean;
  readonly acknowledged: boolean;
  /** When it became active, the last time that it did. */
  readonly openedMs: number;
  readonly clearedMs?: number;
  /** The last event. */
  readonly lastMs: number;
  /** How often it became active, ever. */
  readonly count: number;
  /** The value of the last event; null when it had none (a silent sensor). */
  readonly value: number | null;
  readonly unit?: string;
  /** Why, for people. */
  readonly sentence: string;
  readonly acknowledgedBy?: string;
  readonly acknowledgedMs?: number;
  /** Until then it speaks nowhere. */
  readonly shelvedUntilMs?: number;
  readonly shelvedBy?: string;
  readonly escalatedMs?: number;
  readonly notes: readonly AlarmNote[];
  /** The node that keeps it. */
  readonly home: string;
  /** Rises with every change; the higher one is the later one. */
  readonly version: number;
}

export const alarmEntryKinds = [
  'opened',
  'cleared',
  'acknowledged',
  'shelved',
  'unshelved',
  'noted',
  'escalated',
  'notified',
  'notificationFailed',
] as const;
export type AlarmEntryKind = (typeof alarmEntryKinds)[number];

/** One line of an alarm's history. */
export interface AlarmEntry {
  readonly alarm: AlarmId;
  readonly atMs: number;
  readonly kind: AlarmEntryKind;
  readonly by?: string;
  readonly text?: string;
  readonly value?: number | null;
}

export type AlarmCommand =
  | { readonly name: 'acknowledge'; readonly note?: string }
  | { readonly name: 'shelve'; readonly forMs: number; readonly note?: string }
  | { readonly name: 'unshelve' }
  | { readonly name: 'note'; readonly text: string };

/** Where alarms go, as an operator writes it down. */
export type AlarmTarget =
  | { readonly kind: 'room'; readonly room: string }
  | { readonly kind: 'person'; readonly name: string }
  /** A notification of the browsers of all who watch: they ask for it on their own. */
  | { readonly kind: 'browser' }
  | { readonly kind: 'webhook'; readonly url: string; readonly secret?: string }
  | { readonly kind: 'email'; readonly to: readonly string[] };

export interface AlarmRoute {
  /** `[A-Za-z0-9_.-]`, unique. */
  readonly name: string;
  readonly to: AlarmTarget;
  /** Which alarms; what is absent is not asked. `*` stands for any run of characters. */
  readonly severities?: readonly Severity[];
  readonly edges?: readonly string[];
  readonly sensors?: readonly string[];
  readonly rules?: readonly string[];
  /** Tells also that it cleared, and who acknowledged it. @default true */
  readonly tellsEnd?: boolean;
  /** Only of alarms that nobody has acknowledged this long after they opened. @default 0, at once */
  readonly afterMs?: number;
  /** Told again this often while active and not acknowledged. */
  readonly repeatMs?: number;
  /** In these hours it says nothing, except of `danger` unless `quietDanger`; what still holds at their end is said then. */
  readonly quiet?: WeekSpan;
  readonly quietDanger?: boolean;
}

export const routeLimits = {
  routes: 100,
  /** Severities aside, of each kind. */
  patterns: 50,
  patternChars: 64,
  urlChars: 2_000,
  secretChars: 256,
  recipients: 20,
  /** Between two repeats: what is told every few seconds is not read. */
  shortestRepeatMs: 60_000,
  /** 30 days. */
  longestMs: 30 * 86_400_000,
} as const;

/** What a route has a browser show. */
export interface AlarmNotification {
  /** The same for everything that is told at once, also when it comes again: shown once. */
  readonly id: string;
  readonly route: string;
  readonly text: string;
}

/** `edge/<id>/alarms`, retained, said by its home node: those that are active or not acknowledged, empty when none is. */
export interface EdgeAlarms {
  readonly v: 1;
  readonly edge: EdgeId;
  readonly home: string;
  /** Of the home, as `edge/<id>/home` counts it: which of two words is the later one. Earlier versions do not say it. */
  readonly epoch?: number;
  readonly alarms: readonly Alarm[];
}

export const edgeAlarmsLimits = {
  /** The newest of the worst; more are counted at their home only. */
  alarms: 200,
  bytes: 512 * 1024,
} as const;
