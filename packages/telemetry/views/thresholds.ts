/** The limits that rules set for one sensor: what is drawn into its chart. Rule TV6. */
import { type EdgeId, leavesOf, type Rule, type SensorName, type Severity } from '@bothy/wire';

export interface Threshold {
  readonly rule: string;
  readonly severity: Severity;
  readonly limit: number;
  /** Where it clears, when that is another value. */
  readonly until?: number;
  /** The side on which the rule's condition holds. */
  readonly side: 'above' | 'below';
}

export function thresholdsOf(rules: readonly Rule[], edge: EdgeId, sensor: SensorName): readonly Threshold[] {
  return rules.flatMap((rule) =>
    leavesOf(rule.when).flatMap((leaf): Threshold[] => {
      if (leaf.kind !== 'threshold') return [];
      if (leaf.sensor !== '*' && leaf.sensor !== sensor) return [];
      if (leaf.node !== undefined && leaf.node !== edge) return [];
      const until = leaf.until === undefined || leaf.until === leaf.limit ? {} : { until: leaf.until };
      const side = leaf.is.startsWith('>') ? 'above' : 'below';
      return [{ rule: rule.name, severity: rule.severity, limit: leaf.limit, side, ...until }];
    }),
  );
}

/** The worst severity whose limit a value is beyond. */
export function severityAt(value: number, thresholds: readonly Threshold[]): Severity | undefined {
  const order: readonly Severity[] = ['danger', 'warning', 'info'];
  const beyond = thresholds.filter(({ side, limit }) => (side === 'above' ? value > limit : value < limit));
  return order.find((severity) => beyond.some((each) => each.severity === severity));
}
