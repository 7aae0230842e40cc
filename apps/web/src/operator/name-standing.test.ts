import { expect, it } from 'vitest';
import { nameStandingWords, sharedNameWords } from './name-standing.ts';

it('nothing is said of a name that is settled', () => {
  expect(nameStandingWords('ann', { isProvisional: false, rivals: 0 })).toBeUndefined();
});

it('provisional names and shared ones are told apart, the worse first', () => {
  expect(nameStandingWords('ann', { isProvisional: true, rivals: 0 })).toMatch(/^Your name is provisional/);
  expect(nameStandingWords('ann', { isProvisional: true, rivals: 1 })).toMatch(
    /^Somebody else goes by ann too/,
  );
  expect(nameStandingWords('ann', { isProvisional: false, rivals: 2 })).toMatch(/^2 others go by ann too/);
  expect(sharedNameWords('ann', 1)).toMatch(/^2 people go by ann/);
});
