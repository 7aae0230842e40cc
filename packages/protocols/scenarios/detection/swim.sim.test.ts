import type { SwimOutput } from '@bothy/protocols';
import { checkSeeds, type Scenario, seedRange } from '@bothy/simulator';
import { expect, test } from 'vitest';
import { swimCalm, swimRough } from './swim-scenario.ts';
import { type MakeSwim, makeSwim } from './swim-world.ts';

test('[SW1, SW3, SW4, SW8, SW9, SW10, SW11] on a good network crashes are found and nobody alive is buried', () => {
  const { failure, counts } = checkSeeds(swimCalm(), seedRange(1, 19));
  expect(failure?.error.message).toBeUndefined();
  expect(counts.wronglyDead).toBe(0);
  // Far below the bound, which is for the worst order of probes.
  expect((counts.detectionMs ?? 0) / 38).toBeLessThan(20_000);
});

test('[SW5, SW6, SW7, SW12] after loss, partitions and crashes all see the same again', () => {
  const { failure, counts } = checkSeeds(swimRough(), seedRange(1, 8));
  expect(failure?.error.message).toBeUndefined();
  expect(counts.wronglyDead).toBeGreaterThan(40);
});

/** Changes what a member puts out. */
const wrong = (change: (outputs: readonly SwimOutput[]) => readonly SwimOutput[]): MakeSwim => {
  return (options, random) => {
    const core = makeSwim(options, random);
    return {
      step: (input, now) => change(core.step(input, now)),
      statusOf: (member) => core.statusOf(member),
      get members() {
        return core.members;
      },
    };
  };
};
const without = (isDropped: (output: SwimOutput) => boolean): MakeSwim =>
  wrong((outputs) => outputs.filter((output) => !isDropped(output)));
const raised = (by: number): MakeSwim =>
  wrong((outputs) =>
    outputs.map((output) =>
      output.kind === 'send' ? { ...output, message: { ...output.message, incarnation: by } } : output,
    ),
  );

const faults: readonly (readonly [string, Scenario])[] = [
  [
    'never ends a suspicion',
    swimCalm(without((each) => each.kind === 'setTimer' && each.key.startsWith('suspect'))),
  ],
  ['does not answer', swimCalm(without((each) => each.kind === 'send' && each.message.kind === 'ack'))],
  ['says no farewell', swimCalm(without((each) => each.kind === 'send' && each.message.kind === 'leave'))],
  ['never refutes', swimRough(raised(0))],
  ['never compares', swimRough(without((each) => each.kind === 'send' && each.message.kind === 'sync'))],
  ['never probes', swimRough(without((each) => each.kind === 'send' && each.message.kind === 'ping'))],
];

test.each(faults)('a member that %s is found', (_, scenario) => {
  const isFound = seedRange(1, 6).some((seed) => {
    try {
      scenario.run(seed);
      return false;
    } catch {
      return true;
    }
  });
  expect(isFound).toBe(true);
});
