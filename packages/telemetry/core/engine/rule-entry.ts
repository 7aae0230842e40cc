/** A rule in force, with everything that is evaluated for it. */
import {
  type EdgeId,
  leavesOf,
  type Rule,
  type RuleScope,
  type SensorName,
  type Severity,
  scopeOf,
} from '@bothy/wire';
import { formatRule } from '../rules/format-rule.ts';
import type { RuleEvent } from './messages.ts';
import type { RuleStateRecord } from './records.ts';
import type { RuleInstance } from './rule-instance.ts';
import { isWithin } from './week-hours.ts';

export class RuleEntry {
  readonly rule: Rule;
  readonly text: string;
  readonly scope: RuleScope;
  readonly usesAnomalies: boolean;
  readonly hasSchedule: boolean;
  readonly instances = new Map<string, RuleInstance>();
  /** By its hours, as of the last look at the clock. */
  isOpen = true;
  isQuiet = false;

  constructor(rule: Rule) {
    const leaves = leavesOf(rule.when);
    const [first] = leaves;
    if (first === undefined) throw new Error('a rule without a condition');
    this.rule = rule;
    this.text = formatRule(rule);
    this.scope = scopeOf(first);
    this.usesAnomalies = leaves.some((leaf) => leaf.kind === 'anomaly');
    this.hasSchedule = rule.only !== undefined || rule.quiet !== undefined;
  }

  /** Sensors that it looks at; `*` for all. */
  get sensorNames(): ReadonlySet<string> {
    return new Set(leavesOf(this.rule.when).map((leaf) => leaf.sensor));
  }

  /** Looks at the clock. */
  checkHours(wallMs: number, offsetMinutes: number): void {
    const { only, quiet } = this.rule;
    this.isOpen = only === undefined || isWithin(only, wallMs, offsetMinutes);
    this.isQuiet = quiet !== undefined && isWithin(quiet, wallMs, offsetMinutes);
  }

  /** For what a reading of this sensor is evaluated. Of a rule with several sensors the first stands for all. */
  subjectOf(node: EdgeId, sensor: SensorName): { readonly node: EdgeId; readonly sensor: SensorName } {
    if (this.scope === 'sensor') return { node, sensor };
    const [first] = leavesOf(this.rule.when);
    return { node: first?.node ?? node, sensor: first?.sensor ?? sensor };
  }

  /** As another engine left it, of which no more is known; undefined when this rule cannot have fired there. */
  firingAt(node: EdgeId, sensor: SensorName): RuleStateRecord | undefined {
    const subject = this.subjectOf(node, sensor);
    const isSubject = subject.node === node && subject.sensor === sensor;
    if (!isSubject || this.leavesFor(node, sensor).length === 0) return undefined;
    const latches = leavesOf(this.rule.when).map(() => true);
    return { rule: this.rule.name, text: this.text, node, sensor, isFiring: true, latches, transitions: [] };
  }

  /** The conditions, left to right, that a sensor is for. */
  leavesFor(node: EdgeId, sensor: SensorName): readonly number[] {
    return leavesOf(this.rule.when).flatMap((leaf, i) => {
      const isSensor = leaf.sensor === '*' || leaf.sensor === sensor;
      return isSensor && (leaf.node === undefined || leaf.node === node) ? [i] : [];
    });
  }
}

/** Key of an instance within its rule. Neither name has a slash. */
export function subjectKey(node: EdgeId, sensor: SensorName): string {
  return `${node}/${sensor}`;
}

/** The end of what a rule found that was changed or removed while nobody ran it. */
export function buriedEvent(record: RuleStateRecord, severity: Severity, wallMs: number): RuleEvent {
  const { rule, node, sensor, transitions } = record;
  const value = transitions.at(-1)?.value ?? null;
  const sentence = `The rule ${rule} was changed or removed.`;
  const cleared = { active: false, isRepeated: false, value, stampMs: null, wallMs };
  return { rule, severity, node, sensor, ...cleared, sentence };
}
