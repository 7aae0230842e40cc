import { SimulationFailure, seedRange } from '@bothy/simulator';
import { describe, expect, it } from 'vitest';
import { knownFailures } from './index.ts';

describe.each(knownFailures)('$name', ({ name, breaks, seeds, scenario }) => {
  it('goes wrong without the fix, by the rule that it is about', () => {
    const broken = scenario(false);
    expect(broken.name).toBe(`${name}/broken`);
    const rules = seedRange(1, seeds).flatMap((seed) => ruleOf(() => broken.run(seed)) ?? []);
    expect(rules.length).toBeGreaterThan(0);
    expect([...new Set(rules)]).toEqual([breaks]);
  });

  it('does not with the fix, on the same seeds', () => {
    const fixed = scenario(true);
    expect(fixed.name).toBe(name);
    for (const seed of seedRange(1, seeds)) fixed.run(seed);
  });
});

function ruleOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof SimulationFailure) return thrown.rule;
    throw thrown;
  }
}
