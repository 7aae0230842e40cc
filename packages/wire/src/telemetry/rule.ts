/** Rules as data: one grammar for edge and node, as JSON or YAML. Their text form is in `@bothy/telemetry/core`. */
import type { EdgeId, SensorName } from './reading.ts';

export const ruleLimits = {
  rules: 500,
  /** Leaves of one condition, and how deep `any` and `all` may nest. */
  leaves: 16,
  depth: 4,
  textChars: 1_000,
  /** 366 days. */
  durationMs: 366 * 86_400_000,
} as const;

/**
 * Which sensors a leaf looks at. Without `node`: at each edge's own. `*`: at each sensor of each edge. The leaves of one
 * rule agree in this, for they say what the rule is evaluated for.
 */
export interface SensorReference {
  readonly sensor: SensorName | '*';
  readonly node?: EdgeId;
}

export const comparisons = ['>', '>=', '<', '<='] as const;
export type Comparison = (typeof comparisons)[number];

/** True beyond `limit`; with `until`, from then on until the value is beyond `until` on the other side (hysteresis). */
export interface ThresholdCondition extends SensorReference {
  readonly kind: 'threshold';
  readonly is: Comparison;
  readonly limit: number;
  readonly until?: number;
}

export const changeDirections = ['rises', 'falls', 'changes'] as const;
export type ChangeDirection = (typeof changeDirections)[number];

/** True when the value is more than `by` above the lowest (below the highest, away from any) of the last `withinMs`. */
export interface ChangeCondition extends SensorReference {
  readonly kind: 'change';
  readonly direction: ChangeDirection;
  readonly by: number;
  readonly withinMs: number;
}

/** True when nothing was heard for `afterMs`. */
export interface StaleCondition extends SensorReference {
  readonly kind: 'stale';
  readonly afterMs: number;
}

export const anomalyChecks = ['outlier', 'jump', 'stuck', 'drift', 'shift', 'gap'] as const;
export type AnomalyCheck = (typeof anomalyChecks)[number];

/** True when one of the checks objects to the last reading. Without `by`: any of them but `gap`. */
export interface AnomalyCondition extends SensorReference {
  readonly kind: 'anomaly';
  readonly by?: readonly AnomalyCheck[];
}

export interface GroupCondition {
  readonly kind: 'any' | 'all';
  /** Two or more. */
  readonly of: readonly Condition[];
}

export type LeafCondition = ThresholdCondition | ChangeCondition | StaleCondition | AnomalyCondition;
export type Condition = LeafCondition | GroupCondition;

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/** Hours of some days, by the node's clock and zone. A span over midnight belongs to the day on which it begins. */
export interface WeekSpan {
  /** In the order of the week, each once. */
  readonly days: readonly Weekday[];
  /** `HH:MM`, 00:00 to 23:59; `to` may be 24:00. Up to but not including `to`. */
  readonly from: string;
  readonly to: string;
}

export const severities = ['info', 'warning', 'danger'] as const;
export type Severity = (typeof severities)[number];

/** A condition on readings, and how its event is made. */
export interface Rule {
  /** The type of the events, and what alarms are told apart by; one rule has it. */
  readonly name: string;
  readonly severity: Severity;
  readonly when: Condition;
  /** How long the condition must hold before the rule fires. Absent: it fires at once. */
  readonly forMs?: number;
  /** How long it must not hold before the rule clears. */
  readonly clearForMs?: number;
  /** While it fires, the event is published again this often. */
  readonly repeatMs?: number;
  /** Outside of these hours the condition counts as not met. */
  readonly only?: WeekSpan;
  /** In these hours the rule does not fire; what still holds at their end fires then. What fired already may clear. */
  readonly quiet?: WeekSpan;
}
