/** When an alarm held, from its history: what is drawn into a chart. Rule TV17. */
import type { Alarm, AlarmEntry } from '@bothy/wire';

export interface Spell {
  readonly fromMs: number;
  /** Null: it holds. */
  readonly toMs: number | null;
}

/** `history` in any order; the alarm itself says how its last spell stands, for history is bounded. */
export function alarmSpells(alarm: Alarm, history: readonly AlarmEntry[]): readonly Spell[] {
  const marks = history
    .filter(({ kind }) => kind === 'opened' || kind === 'cleared')
    .toSorted((a, b) => a.atMs - b.atMs);
  const spells: Spell[] = [];
  let fromMs: number | undefined;
  for (const { kind, atMs } of marks) {
    if (kind === 'opened') fromMs ??= atMs;
    else if (fromMs !== undefined) {
      spells.push({ fromMs, toMs: atMs });
      fromMs = undefined;
    }
  }
  const toMs = alarm.active ? null : (alarm.clearedMs ?? alarm.lastMs);
  const known = spells.at(-1);
  if (fromMs !== undefined) spells.push({ fromMs, toMs });
  else if (known === undefined || known.fromMs < alarm.openedMs)
    spells.push({ fromMs: alarm.openedMs, toMs });
  return spells;
}
