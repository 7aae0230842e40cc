/** What the rule engine keeps on disk, and what it is started with. */
import type { EdgeId, SensorName } from '@bothy/wire';
import type { DetectorState } from '../anomalies/anomaly-detector.ts';
import type { Transition } from './transitions.ts';

/** One rule at one edge or sensor. Key: rule, node and sensor. */
export interface RuleStateRecord {
  readonly rule: string;
  /** The rule as text: state of a rule that was changed since is not taken over. */
  readonly text: string;
  readonly node: EdgeId;
  readonly sensor: SensorName;
  readonly isFiring: boolean;
  /** Where each condition stood, left to right: what hysteresis has to remember. */
  readonly latches: readonly boolean[];
  readonly transitions: readonly Transition[];
}

/** What is usual for a sensor. Key: node and sensor. */
export interface DetectorRecord {
  readonly node: EdgeId;
  readonly sensor: SensorName;
  readonly state: DetectorState;
}

export type RuleWrite =
  | { readonly kind: 'putRuleState'; readonly record: RuleStateRecord }
  | {
      readonly kind: 'deleteRuleState';
      readonly rule: string;
      readonly node: EdgeId;
      readonly sensor: SensorName;
    }
  | { readonly kind: 'putDetector'; readonly record: DetectorRecord }
  | { readonly kind: 'deleteDetector'; readonly node: EdgeId; readonly sensor: SensorName };

export interface EngineSnapshot {
  readonly states: readonly RuleStateRecord[];
  readonly detectors: readonly DetectorRecord[];
}

export const emptySnapshot: EngineSnapshot = { states: [], detectors: [] };
