/** Properties of all rules that the grammar has: their text, and the engine that runs them. */
import {
  type Condition,
  leavesOf,
  type Reading,
  type Rule,
  ruleLimits,
  ruleProblem,
  weekdays,
} from '@bothy/wire';
import { checkRule } from '@bothy/wire/schemas';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EngineInput, EngineOutput, RuleEvent } from './engine/messages.ts';
import { RuleEngine } from './engine/rule-engine.ts';
import { formatRule } from './rules/format-rule.ts';
import { parseRule } from './rules/parse-rule.ts';
import { startWallMs } from './testing/engine-desk.ts';

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
const anyRule: fc.Arbitrary<Rule> = fc.oneof(...references.map(conditions)).chain((when) =>
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

test('[TLG3] what is written is read as it was, and the schema takes it', () => {
  fc.assert(
    fc.property(anyRule, (each) => {
      const text = formatRule(each);
      if (text.length > ruleLimits.textChars) return;
      expect(ruleProblem(each)).toBeUndefined();
      expect(parseRule(text)).toEqual({ ok: true, rule: each });
      expect(checkRule(JSON.parse(JSON.stringify(each)))).toEqual({ ok: true, value: each });
    }),
    { seed: 5, numRuns: 400 },
  );
});

interface Step {
  readonly waitMs: number;
  readonly wallJumpMs: number;
  readonly reading: Pick<Reading, 'sensor' | 'node' | 'value' | 'hist'> | undefined;
}

/** Sensors that the rules look at, and values about their limits. */
function stepsFor(rules: readonly Rule[]): fc.Arbitrary<readonly Step[]> {
  const leaves = rules.flatMap((rule) => leavesOf(rule.when));
  const subjects = leaves.map(({ sensor, node }) => ({
    sensor: sensor === '*' ? 't' : sensor,
    node: node ?? 'e',
  }));
  const limits = leaves.flatMap((leaf) => (leaf.kind === 'threshold' ? [leaf.limit, leaf.until ?? 0] : []));
  const about = fc.tuple(fc.constantFrom(0, ...limits), fc.constantFrom(-1, 0, 1)).map(([a, b]) => a + b);
  const value = fc.oneof(about, fc.double({ min: -1e15, max: 1e15, noNaN: true }));
  const reading = fc
    .tuple(fc.constantFrom({ sensor: 't', node: 'e' }, ...subjects), value, fc.integer({ min: 0, max: 9 }))
    .map(([subject, each, chance]) => ({ ...subject, value: each, hist: chance === 0 }));
  return fc.array(
    fc.record({
      waitMs: fc.constantFrom(0, 1, 999.5, 60_000, 3_600_000, 86_400_000 * 40),
      wallJumpMs: fc.constantFrom(0, 0, 0, -7_200_000, 86_400_000),
      reading: fc.option(reading, { nil: undefined }),
    }),
    { minLength: 20, maxLength: 40 },
  );
}

/** Runs the engine with its timers; at most so many fire that a loop without end is seen. */
function run(rules: readonly Rule[], steps: readonly Step[]): readonly EngineOutput[] {
  const engine = new RuleEngine(rules);
  const timers = new Map<string, number>();
  const all: EngineOutput[] = [];
  let [monoMs, jumpedMs, fired] = [0, 0, 0];
  const step = (input: EngineInput): void => {
    for (const output of engine.step(input, { monoMs, wallMs: startWallMs + monoMs + jumpedMs })) {
      all.push(output);
      if (output.kind === 'setTimer') timers.set(output.key, monoMs + output.afterMs);
      if (output.kind === 'clearTimer') timers.delete(output.key);
    }
  };
  step({ kind: 'start' });
  for (const { waitMs, wallJumpMs, reading } of steps) {
    const endMs = monoMs + waitMs;
    jumpedMs += wallJumpMs;
    // Schedules look at the clock each minute, so a wait of weeks is cut short.
    for (let i = 0; i < 50; i++) {
      const next = [...timers].filter(([, dueMs]) => dueMs <= endMs).sort(([, a], [, b]) => a - b)[0];
      if (next === undefined) break;
      timers.delete(next[0]);
      monoMs = Math.max(monoMs, next[1]);
      fired += 1;
      step({ kind: 'timer', key: next[0] });
    }
    monoMs = endMs;
    if (reading === undefined) continue;
    const stampMs = startWallMs + monoMs;
    step({ kind: 'reading', reading: { ...reading, stampMs, event: false, eventType: null } });
  }
  expect(fired).toBeLessThanOrEqual(steps.length * 50);
  expect(timers.size).toBeLessThanOrEqual(engine.size.instances + 2);
  return all;
}

/** Times of minutes: of most times that the grammar has nobody would see the end. */
function shortened(rule: Rule): Rule {
  const { forMs, clearForMs, repeatMs, ...rest } = rule;
  return {
    ...rest,
    ...(forMs === undefined ? {} : { forMs: 1 + (forMs % 90_000) }),
    ...(clearForMs === undefined ? {} : { clearForMs: 1 + (clearForMs % 90_000) }),
    ...(repeatMs === undefined ? {} : { repeatMs: 1_000 + (repeatMs % 3_600_000) }),
  };
}

const rulesAndSteps = fc
  .uniqueArray(anyRule.map(shortened), { selector: (rule) => rule.name, minLength: 1, maxLength: 4 })
  .chain((rules) => fc.tuple(fc.constant(rules), stepsFor(rules)));

test('[TLE1, TLE12] any rules on any readings: nothing throws, events alternate, timers are bounded, a run is repeatable', () => {
  let events = 0;
  fc.assert(
    fc.property(rulesAndSteps, ([rules, steps]) => {
      const outputs = run(rules, steps);
      expect(run(rules, steps)).toEqual(outputs);
      const active = new Map<string, boolean>();
      for (const output of outputs) {
        if (output.kind !== 'event') continue;
        const event: RuleEvent = output.event;
        const key = `${event.rule} ${event.node}/${event.sensor}`;
        expect(active.get(key) ?? false).toBe(event.isRepeated || !event.active);
        expect(event.sentence).toMatch(/^(Fires|Still fires|Cleared).*\.$/);
        active.set(key, event.active);
        events += 1;
      }
    }),
    { seed: 5, numRuns: 120 },
  );
  // Rules that never fire would show little.
  expect(events).toBeGreaterThan(400);
});
