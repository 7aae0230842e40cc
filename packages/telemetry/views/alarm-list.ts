/** Alarms in the order in which they want attention, and what is said of them. Rule TV8, TV9. */
import { type Alarm, type AlarmEntry, type Severity, severities } from '@bothy/wire';
import { agoWords, sensorWords, spanWords } from './value-words.ts';

/**
 * `new`: holds, and nobody has seen it. `seen`: holds, and somebody looks after it. `over`: has ended before anybody saw
 * it. `shelved`: speaks nowhere for a time. `closed`: has ended, and was seen.
 */
export type AlarmStanding = 'new' | 'seen' | 'over' | 'shelved' | 'closed';

export function standingOf(alarm: Alarm, nowMs: number): AlarmStanding {
  if (!alarm.active && alarm.acknowledged) return 'closed';
  if (alarm.shelvedUntilMs !== undefined && alarm.shelvedUntilMs > nowMs) return 'shelved';
  if (!alarm.active) return 'over';
  return alarm.acknowledged ? 'seen' : 'new';
}

const standings: readonly AlarmStanding[] = ['new', 'over', 'seen', 'shelved', 'closed'];

/** Who wants attention most stands first: by standing, severity, then the latest. */
export function alarmsInOrder(alarms: Iterable<Alarm>, nowMs: number): readonly Alarm[] {
  const ranked = [...alarms].map((alarm) => ({ alarm, rank: standings.indexOf(standingOf(alarm, nowMs)) }));
  ranked.sort(
    (a, b) =>
      a.rank - b.rank ||
      severities.indexOf(b.alarm.severity) - severities.indexOf(a.alarm.severity) ||
      b.alarm.openedMs - a.alarm.openedMs ||
      (a.alarm.id < b.alarm.id ? -1 : 1),
  );
  return ranked.map(({ alarm }) => alarm);
}

/** What the badge counts: those that nobody has seen and that may speak. */
export function waitingAlarms(alarms: Iterable<Alarm>, nowMs: number): readonly Alarm[] {
  return [...alarms].filter((alarm) => standingOf(alarm, nowMs) === 'new');
}

/** Whether a browser is to tell of it: it has just become active, and was so not before. */
export function isNews(before: Alarm | undefined, after: Alarm, least: Severity, nowMs: number): boolean {
  if (standingOf(after, nowMs) !== 'new') return false;
  if (severities.indexOf(after.severity) < severities.indexOf(least)) return false;
  return before === undefined || before.count < after.count || (!before.active && after.active);
}

const endings: readonly (readonly [RegExp, string])[] = [
  [/_(?:alert_)?high$/, 'is too high'],
  [/_(?:alert_)?low$/, 'is too low'],
  [/_stale$/, 'is silent'],
  [/_anomaly$/, 'behaves oddly'],
  [/_change$/, 'changes quickly'],
  [/_warning$/, 'is poor'],
];

/** `Temperature is too high`; a rule with a name of its own is called by it. */
export function alarmTitle({ rule, sensor }: Pick<Alarm, 'rule' | 'sensor'>): string {
  const ending = rule.startsWith(sensor) ? endings.find(([pattern]) => pattern.test(rule)) : undefined;
  if (ending === undefined) return sensorWords(rule);
  return `${sensorWords(sensor)} ${ending[1]}`;
}

export const severityWords: Readonly<Record<Severity, string>> = {
  danger: 'Danger',
  warning: 'Warning',
  info: 'Notice',
};

/** How it stands, in one line. */
export function standingWords(alarm: Alarm, nowMs: number): string {
  const since = spanWords(nowMs - alarm.openedMs);
  const by = alarm.acknowledgedBy === undefined ? '' : ` by ${alarm.acknowledgedBy}`;
  switch (standingOf(alarm, nowMs)) {
    case 'new':
      return `For ${since}, seen by nobody`;
    case 'seen':
      return `For ${since}, acknowledged${by}`;
    case 'over':
      return `Ended ${agoWords(nowMs - (alarm.clearedMs ?? alarm.lastMs))}, seen by nobody`;
    case 'shelved':
      return `Shelved for another ${spanWords((alarm.shelvedUntilMs ?? nowMs) - nowMs)}`;
    case 'closed':
      return `Ended ${agoWords(nowMs - (alarm.clearedMs ?? alarm.lastMs))}, acknowledged${by}`;
  }
}

const entryTexts: Readonly<Record<AlarmEntry['kind'], string>> = {
  opened: 'Began',
  cleared: 'Ended',
  acknowledged: 'Acknowledged',
  shelved: 'Shelved',
  unshelved: 'Taken from the shelf',
  noted: 'Note',
  escalated: 'Escalated',
  notified: 'Told',
  notificationFailed: 'Could not be told',
};

/** One line of an alarm's history, without its time. */
export function entryWords({ kind, by, text }: AlarmEntry): string {
  const head = by === undefined ? entryTexts[kind] : `${entryTexts[kind]} by ${by}`;
  return text === undefined || text === '' ? head : `${head}: ${text}`;
}

/** For how long an alarm may be shelved: what people mean by "not now". */
export const shelvingTimes = [
  { ms: 15 * 60_000, words: '15 minutes' },
  { ms: 3_600_000, words: '1 hour' },
  { ms: 8 * 3_600_000, words: '8 hours' },
  { ms: 86_400_000, words: '1 day' },
  { ms: 7 * 86_400_000, words: '1 week' },
] as const;
