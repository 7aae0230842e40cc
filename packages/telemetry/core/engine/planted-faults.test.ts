/** Each planted fault is a way to build the engine wrong; a hard day must find it. */
import type { Rule } from '@bothy/wire';
import { describe, expect, test } from 'vitest';
import type { EngineMaker } from '../testing/engine-desk.ts';
import { hardDay } from '../testing/hard-day.ts';
import type { EngineInput, EngineOutput } from './messages.ts';
import { RuleEngine } from './rule-engine.ts';

const seeds = Array.from({ length: 30 }, (_, i) => i + 1);

test('[TLE1, TLE2, TLE3, TLE7, TLE8, TLE9] the engine says what the obvious rule says, on hard days', () => {
  const events = seeds.map((seed) => hardDay(seed).events);
  // Days on which nothing happens would show nothing.
  expect(events.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(60);
});

function withOutputs(change: (outputs: readonly EngineOutput[]) => readonly EngineOutput[]): EngineMaker {
  return (...args) => {
    const engine = new RuleEngine(...args);
    return { step: (input, now) => change(engine.step(input, now)) };
  };
}

function withInputs(change: (input: EngineInput) => EngineInput): EngineMaker {
  return (...args) => {
    const engine = new RuleEngine(...args);
    return { step: (input, now) => engine.step(change(input), now) };
  };
}

function withRules(change: (rule: Rule) => Rule): EngineMaker {
  return (rules, ...rest) => new RuleEngine(rules.map(change), ...rest);
}

const onReadings = (
  change: (reading: Extract<EngineInput, { kind: 'reading' }>['reading']) => object,
): EngineMaker =>
  withInputs((input) =>
    input.kind === 'reading' ? { ...input, reading: { ...input.reading, ...change(input.reading) } } : input,
  );

const faults: Readonly<Record<string, EngineMaker>> = {
  'judges late readings': onReadings((reading) => ({ hist: false, seq: reading.seq ?? 0 })),
  'judges a reading as often as it comes': (...args) => {
    let seq = 0;
    const renumber = onReadings(({ hist }) => {
      seq += 1;
      return hist ? {} : { seq };
    });
    return renumber(...args);
  },
  'counts time by the wall clock': (...args) => {
    const engine = new RuleEngine(...args);
    return { step: (input, now) => engine.step(input, { ...now, monoMs: now.wallMs }) };
  },
  'judges lateness by stamps alone': onReadings(({ boot: _, seq: __, ...rest }) => ({
    ...rest,
    boot: Math.floor(rest.stampMs / 1_000),
    seq: 0,
  })),
  'forgets everything at a restart': (rules, _, config) =>
    new RuleEngine(rules, { states: [], detectors: [] }, config),
  'forgets what its hysteresis knew': (rules, { states, detectors }, config) =>
    new RuleEngine(rules, { states: states.map((each) => ({ ...each, latches: [] })), detectors }, config),
  'forgets that it fired': (rules, { states, detectors }, config) =>
    new RuleEngine(
      rules,
      { states: states.map((each) => ({ ...each, isFiring: false })), detectors },
      config,
    ),
  'tells before it stores': withOutputs((outputs) => outputs.toSorted((a, b) => rank(a) - rank(b))),
  'never looks at the time': withOutputs((outputs) => outputs.filter((output) => output.kind !== 'setTimer')),
  'tells everything twice': withOutputs((outputs) =>
    outputs.flatMap((output): readonly EngineOutput[] =>
      output.kind === 'event' ? [output, output] : [output],
    ),
  ),
  'never clears': withOutputs((outputs) =>
    outputs.filter((output) => output.kind !== 'event' || output.event.active),
  ),
  'has no hysteresis': withRules((rule) => {
    if (rule.when.kind !== 'threshold') return rule;
    const { until: _, ...when } = rule.when;
    return { ...rule, when };
  }),
  'fires at once': withRules(({ forMs: _, ...rule }) => rule),
  'clears at once': withRules(({ clearForMs: _, ...rule }) => rule),
  'fires a second late': withRules((rule) => ({ ...rule, forMs: (rule.forMs ?? 0) + 1_000 })),
  'fires a little below its limit': withRules((rule) =>
    rule.when.kind === 'threshold' ? { ...rule, when: { ...rule.when, limit: 29.9 } } : rule,
  ),
};

function rank(output: EngineOutput): number {
  return output.kind === 'event' ? 0 : 1;
}

describe('planted faults', () => {
  test.each(Object.entries(faults))('an engine that %s is found', (_, make) => {
    const isFound = seeds.some((seed) => {
      try {
        hardDay(seed, make);
        return false;
      } catch (error) {
        // A difference, and no slip of the plant.
        return error instanceof Error && error.message.startsWith('seed');
      }
    });
    expect(isFound).toBe(true);
  });

  test('the same wrappers around an unchanged engine find nothing', () => {
    for (const seed of seeds) {
      hardDay(
        seed,
        withOutputs((outputs) => outputs),
      );
      hardDay(
        seed,
        onReadings(() => ({})),
      );
    }
  });
});
