/** Rules for property tests. */
import { type Condition, type Rule, ruleLimits, weekdays } from '@bothy/wire';
import fc from 'fast-check';

const name = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,12}$/),
  fc.constantFrom(
    'clear',
    'for',
    'and',
    'danger',
    '1wire',
    'pm2.5',
    'edge-1',
    'daily',
    'mon-fri',
    '5m',
    '30',
  ),
);
const number = fc
  .oneof(fc.integer({ min: -1000, max: 1000 }), fc.double({ min: -1e15, max: 1e15, noNaN: true }))
  .map((value) => (value === 0 ? 0 : value));
const ms = fc.oneof(
  fc.integer({ min: 1, max: ruleLimits.durationMs }),
  fc.constantFrom(1_000, 90_000, 7_200_000),
);
const span = fc
  .record({
    days: fc.subarray([...weekdays], { minLength: 1 }),
    from: fc.constantFrom('00:00', '08:30', '23:59'),
    to: fc.constantFrom('00:00', '06:00', '24:00'),
  })
  .filter(({ from, to }) => from !== to);

function conditions(reference: fc.Arbitrary<object>): fc.Arbitrary<Condition> {
  const threshold = fc
    .tuple(reference, fc.constantFrom('>', '>=', '<', '<='), number, fc.option(number))
    .map(([sensor, is, limit, clear]) => {
      const until =
        clear === null ? {} : { until: is.startsWith('>') ? Math.min(clear, limit) : Math.max(clear, limit) };
      return { kind: 'threshold', ...sensor, is, limit, ...until };
    });
  const change = fc
    .tuple(reference, fc.constantFrom('rises', 'falls', 'changes'), number, ms)
    .map(([sensor, direction, by, withinMs]) => ({
      kind: 'change',
      ...sensor,
      direction,
      by: Math.abs(by),
      withinMs,
    }));
  const stale = fc.tuple(reference, ms).map(([sensor, afterMs]) => ({ kind: 'stale', ...sensor, afterMs }));
  const checks = fc.option(
    fc.subarray(['outlier', 'jump', 'stuck', 'drift', 'shift', 'gap'], { minLength: 1 }),
  );
  const anomaly = fc
    .tuple(reference, checks)
    .map(([sensor, by]) => ({ kind: 'anomaly', ...sensor, ...(by === null ? {} : { by }) }));
  const leaf = fc.oneof(threshold, change, stale, anomaly);
  const group = (inner: fc.Arbitrary<object>): fc.Arbitrary<object> =>
    fc.record({ kind: fc.constantFrom('any', 'all'), of: fc.array(inner, { minLength: 2, maxLength: 3 }) });
  const two = fc.oneof(leaf, group(leaf));
  return fc.oneof(leaf, group(leaf), group(two)) as fc.Arbitrary<Condition>;
}

const references = [
  name.map((sensor) => ({ sensor })),
  fc.record({ sensor: name, node: name }),
  fc.constant({ sensor: '*' }),
];
/** Any rule that the grammar has. */
export const anyRule: fc.Arbitrary<Rule> = fc.oneof(...references.map(conditions)).chain((when) =>
  fc.record(
    {
      name,
      severity: fc.constantFrom('info' as const, 'warning' as const, 'danger' as const),
      when: fc.constant(when),
      forMs: ms,
      clearForMs: ms,
      repeatMs: ms,
      only: span,
      quiet: span,
    },
    { requiredKeys: ['name', 'severity', 'when'] },
  ),
);
