import { checkSeeds, SimulationFailure, seedRange } from '@bothy/simulator';
import { expect, test } from 'vitest';
import type { ReplicaFault } from './replica-node.ts';
import { plantedPrimaryBackup, primaryBackup } from './replicated-register.ts';

test('[PB1, PB2, PB5] what clients saw is one register, through crashes, partitions and many primaries', () => {
  const { failure, counts } = checkSeeds(primaryBackup, seedRange(1, 60));
  expect(failure).toBeUndefined();
  expect(counts.answered).toBeGreaterThan(60 * 100);
  expect(counts.epochs).toBeGreaterThan(60 * 2);
});

const faults: readonly ReplicaFault[] = ['dropsAlone', 'addsTooEarly', 'acknowledgesAlone', 'trustsPlaces'];
test.each(faults)('one that %s is found', (fault) => {
  const scenario = plantedPrimaryBackup(fault);
  const broken = seedRange(1, 400).find((seed) => {
    try {
      scenario.run(seed);
      return false;
    } catch (thrown) {
      if (thrown instanceof SimulationFailure) return true;
      throw thrown;
    }
  });
  expect(broken).toBeDefined();
});
