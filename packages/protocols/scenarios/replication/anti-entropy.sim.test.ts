import { checkSeeds, seedRange } from '@bothy/simulator';
import { expect, test } from 'vitest';
import { epidemic } from './epidemic.ts';

test('[AE13, AE14] all hold the same soon after peace, and one flipped entry is named, and nothing else', () => {
  const { failure, counts } = checkSeeds(epidemic, seedRange(1, 60));
  expect(failure).toBeUndefined();
  expect(counts.writes).toBeGreaterThan(60 * 50);
});
