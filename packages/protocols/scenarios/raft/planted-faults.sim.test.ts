/**
 * Each planted fault is a way to build Raft wrong, as a patch of the text of the core. A scenario must find it within a
 * few seeds; a fault that passes means that the checker sees too little.
 */
import { type Scenario, SimulationFailure, seedRange } from '@bothy/simulator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Patch, PlantedRafts } from '../../testing/planted-raft.ts';
import { changeFaults, roughFaults, staleFaults, votingFaults } from './planted-faults.ts';
import { type RaftWorldOptions, raftScenario } from './raft-world.ts';
import {
  changesRaftOptions,
  electionsRaftOptions,
  leasesRaftOptions,
  roughRaftOptions,
} from './world-options.ts';

const worlds: readonly {
  readonly options: RaftWorldOptions;
  readonly faults: Readonly<Record<string, readonly Patch[]>>;
}[] = [
  { options: roughRaftOptions, faults: roughFaults },
  { options: electionsRaftOptions, faults: votingFaults },
  { options: changesRaftOptions, faults: changeFaults },
  { options: leasesRaftOptions, faults: staleFaults },
];

let rafts: PlantedRafts;
beforeAll(async () => {
  rafts = await PlantedRafts.open();
});
afterAll(() => rafts.close());

async function scenarioOf(options: RaftWorldOptions, patches: readonly Patch[]): Promise<Scenario> {
  const Member = await rafts.load(patches);
  return raftScenario(options, (...given) => new Member(...given));
}

/** Undefined when all are kept. */
function brokenRule(scenario: Scenario, seed: string): string | undefined {
  try {
    scenario.run(seed);
    return undefined;
  } catch (thrown) {
    // A patch that does not even run finds nothing.
    if (!(thrown instanceof SimulationFailure) || isMisspelt(thrown.cause)) throw thrown;
    return thrown.rule;
  }
}

function isMisspelt(cause: unknown): boolean {
  const origin = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  return origin instanceof ReferenceError || origin instanceof TypeError;
}

const cases = worlds.flatMap(({ options, faults }) =>
  Object.entries(faults).map(([name, patches]) => ({ name, patches, options })),
);

test.each(cases)('a member that $name is found', async ({ patches, options }) => {
  const scenario = await scenarioOf(options, patches);
  expect(seedRange(1, 200).some((seed) => brokenRule(scenario, seed) !== undefined)).toBe(true);
});

test('there are more than 25 of them, and the same members without a fault keep every rule', async () => {
  expect(cases.length).toBeGreaterThan(25);
  for (const { options } of worlds) {
    const scenario = await scenarioOf(options, []);
    for (const seed of seedRange(1, 20)) expect(brokenRule(scenario, seed)).toBeUndefined();
  }
});
