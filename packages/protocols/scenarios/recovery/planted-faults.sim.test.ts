import { checkSeeds, seedRange } from '@bothy/simulator';
import { expect, it } from 'vitest';
import { everyCrash } from './every-crash.ts';

it('holds through a crash at every operation', () => {
  const { failure, counts } = checkSeeds(everyCrash('none'), seedRange(1, 30));
  expect(failure).toBeUndefined();
  expect(counts.crashes).toBeGreaterThan(1_500);
});

it.each([
  ['acknowledgesBeforeFlush', 'nothing acknowledged is lost'],
  ['cutsBeforeRename', 'nothing acknowledged is lost'],
  ['takesTornForSound', 'the state is that of its log'],
  ['keepsTornEnd', 'every start succeeds'],
] as const)('a run notices what %s', (fault, rule) => {
  const { failure } = checkSeeds(everyCrash(fault), seedRange(1, 30));
  expect(failure?.error.message).toContain(rule);
});
