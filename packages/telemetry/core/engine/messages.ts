/** What the rule engine takes in and gives out. */
import type { ClearTimer, Persist, SetTimer, TimerFired } from '@bothy/protocols';
import type { EdgeId, Reading, Rule, SensorName, Severity } from '@bothy/wire';
import type { RuleWrite } from './records.ts';

export type EngineInput =
  /** Once, first: arms what was restored. */
  | { readonly kind: 'start' }
  | { readonly kind: 'reading'; readonly reading: Reading }
  /** All rules there are from now on; ones that did not change go on as they are. */
  | { readonly kind: 'rules'; readonly rules: readonly Rule[] }
  /** A sensor, or all of an edge, is gone for good. */
  | { readonly kind: 'forget'; readonly node: EdgeId; readonly sensor?: SensorName }
  /** Its readings went somewhere else, or go there from now on. `firing`: what is known to fire of what they said there. */
  | { readonly kind: 'handOver'; readonly node: EdgeId; readonly firing: readonly FiringRule[] }
  | TimerFired;

export interface FiringRule {
  readonly rule: string;
  readonly sensor: SensorName;
}

/** A rule fired or cleared. */
export interface RuleEvent {
  readonly rule: string;
  readonly severity: Severity;
  readonly node: EdgeId;
  /** Of a rule with several sensors, the first. */
  readonly sensor: SensorName;
  readonly active: boolean;
  /** It fired before and still holds. */
  readonly isRepeated: boolean;
  /** The last reading of this sensor, and its own stamp; null when none came since the start. */
  readonly value: number | null;
  readonly stampMs: number | null;
  readonly unit?: string;
  /** Our wall clock: when this was found. */
  readonly wallMs: number;
  /** Why, for people. */
  readonly sentence: string;
}

export type EngineOutput =
  | { readonly kind: 'event'; readonly event: RuleEvent }
  /** There is no room for another sensor; said the first time and every thousandth. */
  | {
      readonly kind: 'refused';
      readonly node: EdgeId;
      readonly sensor: SensorName;
      readonly count: number;
      readonly sentence: string;
    }
  | Persist<RuleWrite>
  | SetTimer
  | ClearTimer;

export interface EngineConfig {
  /** Minutes east of UTC at a Unix time: schedules speak of local hours. @default 0 always */
  readonly zoneOffset?: (wallMs: number) => number;
  /** Sensors that rules look at. About 2 KB each, 6 KB with anomaly detection. @default 20000 */
  readonly mostSensors?: number;
  /** Rules times what they are evaluated for. About 1 KB each. @default 50000 */
  readonly mostInstances?: number;
  /** How often what detectors have learnt is stored. @default 300000 */
  readonly checkpointMs?: number;
}
