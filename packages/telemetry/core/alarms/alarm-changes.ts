/**
 * How an alarm changes, as plain functions from one to the next. Two questions, apart from each other:
 *
 *            fires                          acknowledge
 *   cleared ───────▶ active       not yet ─────────────▶ acknowledged
 *           ◀───────                      ◀─────────────
 *            clears                        fires again
 *
 * Cleared and acknowledged: it is over, and stays in the list of all alarms. Rules TAL1… in SPEC.md.
 */
import { type Alarm, type AlarmEntry, alarmLimits, edgeLimits, type Severity } from '@bothy/wire';

export interface Change {
  readonly alarm: Alarm;
  readonly entry?: AlarmEntry;
}

/** What was found about a sensor. */
export interface Finding {
  readonly severity: Severity;
  readonly value: number | null;
  readonly unit?: string;
  readonly sentence: string;
}

/** Neither active nor waiting to be acknowledged. */
export function isOver(alarm: Alarm): boolean {
  return !alarm.active && alarm.acknowledged;
}

/** The first time that it fires. */
export function firstOpened(
  head: Pick<Alarm, 'id' | 'edge' | 'sensor' | 'rule' | 'home'>,
  finding: Finding,
  atMs: number,
): Change {
  const state = { active: true, acknowledged: false, openedMs: atMs, lastMs: atMs, count: 1 };
  const alarm = { ...head, ...state, ...found(finding), notes: [], version: 1 };
  return { alarm, entry: entryOf(alarm, 'opened', atMs, finding) };
}

/** It fires: again, when it was cleared; still, when it is active, which is no line of its history. */
export function fired(known: Alarm, finding: Finding, atMs: number): Change {
  const newer = { ...known, ...found(finding), lastMs: atMs, version: known.version + 1 };
  if (known.active) return { alarm: newer };
  const { clearedMs, acknowledgedBy, acknowledgedMs, escalatedMs, ...rest } = newer;
  const alarm = { ...rest, active: true, acknowledged: false, openedMs: atMs, count: known.count + 1 };
  return { alarm, entry: entryOf(alarm, 'opened', atMs, finding) };
}

/** Its severity stays that of what fired. */
export function cleared(known: Alarm, { severity: _, ...finding }: Finding, atMs: number): Change {
  const news = { ...finding, sentence: shorten(finding.sentence) };
  const version = known.version + 1;
  const alarm = { ...known, ...news, active: false, clearedMs: atMs, lastMs: atMs, version };
  return { alarm, entry: entryOf(alarm, 'cleared', atMs, finding) };
}

/** Undefined: somebody did already, and who did first stands there. */
export function acknowledged(known: Alarm, by: string, text: string | undefined, atMs: number) {
  if (known.acknowledged) return undefined;
  const who = { acknowledged: true, acknowledgedBy: by, acknowledgedMs: atMs };
  const alarm = { ...withNote(known, by, text, atMs), ...who, version: known.version + 1 };
  return { alarm, entry: spoken(alarm, 'acknowledged', by, text, atMs) };
}

export function shelved(known: Alarm, by: string, forMs: number, text: string | undefined, atMs: number) {
  const until = { shelvedUntilMs: atMs + forMs, shelvedBy: by };
  const alarm = { ...withNote(known, by, text, atMs), ...until, version: known.version + 1 };
  return { alarm, entry: spoken(alarm, 'shelved', by, text, atMs) };
}

/** Without `by` its time is over. Undefined: it was not shelved. */
export function unshelved(known: Alarm, by: string | undefined, atMs: number): Change | undefined {
  const { shelvedUntilMs, shelvedBy, ...rest } = known;
  if (shelvedUntilMs === undefined) return undefined;
  const alarm = { ...rest, version: known.version + 1 };
  const entry = { alarm: known.id, atMs, kind: 'unshelved', ...(by === undefined ? {} : { by }) } as const;
  return { alarm, entry };
}

export function noted(known: Alarm, by: string, text: string, atMs: number): Change {
  const alarm = { ...withNote(known, by, text, atMs), version: known.version + 1 };
  return { alarm, entry: spoken(alarm, 'noted', by, text, atMs) };
}

function withNote(alarm: Alarm, by: string, text: string | undefined, atMs: number): Alarm {
  if (text === undefined) return alarm;
  return { ...alarm, notes: [...alarm.notes, { atMs, by, text }].slice(-alarmLimits.notes) };
}

function spoken(alarm: Alarm, kind: AlarmEntry['kind'], by: string, text: string | undefined, atMs: number) {
  return { alarm: alarm.id, atMs, kind, by, ...(text === undefined ? {} : { text }) };
}

function entryOf(alarm: Alarm, kind: 'opened' | 'cleared', atMs: number, finding: Omit<Finding, 'severity'>) {
  return { alarm: alarm.id, atMs, kind, text: shorten(finding.sentence), value: finding.value };
}

function found(finding: Finding): Finding {
  return { ...finding, sentence: shorten(finding.sentence) };
}

export function shorten(sentence: string): string {
  const { sentenceChars } = edgeLimits;
  return sentence.length <= sentenceChars ? sentence : `${sentence.slice(0, sentenceChars - 1)}…`;
}
