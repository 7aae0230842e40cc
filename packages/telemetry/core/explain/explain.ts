/** Why a rule fired, or has not: samples, thresholds and transitions as data, and one sentence. Rule TLX1 in SPEC.md. */
import type { Transition } from '../engine/transitions.ts';
import { durationWords } from '../rules/duration.ts';
import { formatRule } from '../rules/format-rule.ts';
import { demand, finding } from './leaf-words.ts';
import type { RuleState } from './rule-state.ts';

export interface ExplainedCondition {
  /** What it asks. */
  readonly demand: string;
  /** What it found. */
  readonly finding: string;
  readonly holds: boolean | null;
  readonly limit: number | null;
  readonly until: number | null;
  readonly value: number | null;
  /** The readings it saw last, the oldest first; ages are milliseconds before now. */
  readonly samples: readonly { readonly value: number; readonly stampMs: number; readonly ageMs: number }[];
}

export interface Explanation {
  readonly rule: string;
  readonly text: string;
  readonly isFiring: boolean;
  readonly sentence: string;
  readonly conditions: readonly ExplainedCondition[];
  readonly transitions: readonly Transition[];
}

/** `monoMs` is the clock that the engine is stepped with. */
export function explain(state: RuleState, monoMs: number): Explanation {
  const conditions = state.leaves.map((leaf, at): ExplainedCondition => {
    const { condition, holds, value } = leaf;
    const samples = state.samples
      .filter((sample) => sample.leaf === at)
      .map((sample) => ({ value: sample.value, stampMs: sample.stampMs, ageMs: monoMs - sample.monoMs }));
    const limits =
      condition.kind === 'threshold'
        ? { limit: condition.limit, until: condition.until ?? null }
        : { limit: condition.kind === 'change' ? condition.by : null, until: null };
    return {
      demand: demand(condition),
      finding: finding(state, leaf, monoMs),
      holds,
      value,
      samples,
      ...limits,
    };
  });
  return {
    rule: state.rule.name,
    text: formatRule(state.rule),
    isFiring: state.phase === 'firing' || state.phase === 'clearing',
    sentence: sentenceOf(state, conditions, monoMs),
    conditions,
    transitions: state.transitions,
  };
}

/** What the event says with which a rule clears. */
export function clearedSentence(state: RuleState, monoMs: number): string {
  if (!state.isOpen) return 'Cleared: its hours are over.';
  const found = state.leaves
    .filter((leaf) => leaf.holds !== true)
    .map((leaf) => finding(state, leaf, monoMs));
  return `Cleared: ${found.join('; ')}.`;
}

function sentenceOf(state: RuleState, conditions: readonly ExplainedCondition[], monoMs: number): string {
  const { forMs = 0, clearForMs = 0 } = state.rule;
  const lasted = monoMs - state.sinceMs;
  const found = (holds: boolean | null): string =>
    conditions
      .filter((each) => each.holds === holds)
      .map((each) => each.finding)
      .join('; ');
  switch (state.phase) {
    case 'firing': {
      const because = found(true) || found(null) || found(false);
      return `Fires${forMs > 0 ? `, after ${durationWords(forMs)} of it` : ''}: ${because}.`;
    }
    case 'clearing':
      return `Still fires: ${found(false) || found(true)}, which must last ${durationWords(clearForMs)} and has lasted ${durationWords(lasted)}.`;
    case 'pending':
      if (state.isQuiet) return `Has not fired, because these are quiet hours: ${found(true)}.`;
      return `Has not fired yet: ${found(true) || found(null)}, which must last ${durationWords(forMs)} and has lasted ${durationWords(lasted)}.`;
    case 'idle':
      if (!state.isOpen) return 'Does not fire: it is out of its hours.';
      return `Does not fire: ${found(false) || found(null)}.`;
  }
}
