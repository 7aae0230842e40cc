/** How a rule stands at one edge or sensor, as plain data: what `explain` reads and a page shows. */
import type { EdgeId, LeafCondition, Rule, SensorName } from '@bothy/wire';
import type { AnomalyDetector, AnomalyScores } from '../anomalies/anomaly-detector.ts';
import type { RuleInstance } from '../engine/rule-instance.ts';
import type { Sample } from '../engine/sample-ring.ts';
import type { Phase, Transition } from '../engine/transitions.ts';

export interface LeafView {
  readonly condition: LeafCondition;
  /** Null: not known, for nothing was heard since the start. */
  readonly holds: boolean | null;
  readonly value: number | null;
  /** The reading's own stamp. */
  readonly stampMs: number | null;
  /** When it came, or when silence began; monotonic. */
  readonly heardMs: number | null;
}

export interface RuleState {
  readonly rule: Rule;
  readonly node: EdgeId;
  readonly sensor: SensorName;
  readonly phase: Phase;
  /** When this phase began, or the program; monotonic. */
  readonly sinceMs: number;
  /** By the rule's hours. */
  readonly isOpen: boolean;
  readonly isQuiet: boolean;
  readonly leaves: readonly LeafView[];
  /** The last readings it looked at, the oldest first. */
  readonly samples: readonly Sample[];
  readonly transitions: readonly Transition[];
  /** What the anomaly checks made of the last reading, where the rule asks them. */
  readonly scores: AnomalyScores | null;
}

export function ruleStateOf(instance: RuleInstance, detector: AnomalyDetector | undefined): RuleState {
  const { rule, node, sensor, phase, sinceMs, samples, transitions } = instance;
  return {
    rule: rule.rule,
    node,
    sensor,
    phase,
    sinceMs,
    isOpen: rule.isOpen,
    isQuiet: rule.isQuiet,
    leaves: instance.leaves.map((leaf) => ({
      condition: leaf.condition,
      holds: leaf.truth ?? null,
      value: leaf.value ?? null,
      stampMs: leaf.stampMs ?? null,
      heardMs: leaf.heardMs ?? null,
    })),
    samples,
    transitions,
    scores: rule.usesAnomalies ? (detector?.scores ?? null) : null,
  };
}
