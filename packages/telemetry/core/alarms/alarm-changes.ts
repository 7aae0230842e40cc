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

/**
 * What an earlier home says of an alarm that is known here by now. Whether it is active is known better here; that it was
 * acknowledged, and what was noted, is not to be asked of people twice. Undefined: that is known.
 */
export function joined(known: Alarm, said: Alarm): Change | undefined {
  // One spell, adopted from there before, or seen from both: it went on while nobody was home.
  const isSame = known.openedMs === said.openedMs || (known.count === 1 && known.active && said.active);
  const { acknowledgedBy: by, acknowledgedMs: atMs } = said;
  const isSeen = isSame && said.acknowledged && !known.acknowledged;
  const seen = {
    acknowledged: true,
    ...(by && { acknowledgedBy: by }),
    ...(atMs && { acknowledgedMs: atMs }),
  };
  const isKnown = ({ atMs, by, text }: Alarm['notes'][number]): boolean =>
    known.notes.some((each) => each.atMs === atMs && each.by === by && each.text === text);
  const notes = [...known.notes, ...said.notes.filter((note) => !isKnown(note))].sort(
    (one, other) => one.atMs - other.atMs,
  );
  const kept = notes.slice(-alarmLimits.notes);
  // Who has the word of there is to take the one of here for the later.
  const isLater = known.version > said.version;
  if (isLater && !isSeen && kept.every((note) => known.notes.includes(note))) return undefined;
  const openedMs = isSame ? Math.min(known.openedMs, said.openedMs) : known.openedMs;
  const version = Math.max(known.version, said.version) + 1;
  return { alarm: { ...known, ...(isSeen ? seen : {}), openedMs, notes: kept, version } };
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
