import type { NameClaim, NameRecord } from '@bothy/wire';
import { claimantsOf, claimedAfter, mergeRecords, ownerOf, recordText, releasedRecord } from '@bothy/wire';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const stamp = fc.record({ ms: fc.nat(4), counter: fc.nat(2) });
const claim: fc.Arbitrary<NameClaim> = fc.record({
  person: fc.constantFrom('ann', 'ben', 'cid', 'dan'),
  claimed: fc.record({ at: stamp, node: fc.constantFrom('a', 'b') }),
  sure: fc.boolean(),
});
const empty: NameRecord = { name: 'it', claims: [] };
/** As nodes make them: a claim, or a release. */
const record: fc.Arbitrary<NameRecord> = fc.oneof(
  claim.map((each) => ({ name: 'it', claims: [each] })),
  stamp.map((released) => ({ name: 'it', claims: [], released })),
);
const all = (records: readonly NameRecord[]): string => recordText(records.reduce(mergeRecords, empty));

test('[NM8] records that have heard the same are the same, in whatever order and however often', () => {
  const heard = fc.array(record, { maxLength: 8 });
  fc.assert(
    fc.property(heard, heard, fc.nat(), (some, others, at) => {
      const half = at % (some.length + 1);
      const left = some.slice(0, half).reduce(mergeRecords, empty);
      const right = [...some.slice(half), ...others].reverse().reduce(mergeRecords, empty);
      const expected = all([...some, ...others]);
      expect(recordText(mergeRecords(left, right))).toBe(expected);
      expect(recordText(mergeRecords(right, left))).toBe(expected);
      expect(all([...some, ...others, ...some])).toBe(expected);
    }),
    { seed: 7 },
  );
});

test('[NM5] the earliest claim since the last release has the name, and a person’s earliest one counts', () => {
  const at = (ms: number, node = 'a') => ({ at: { ms, counter: 0 }, node });
  const claims = [
    { person: 'ann', claimed: at(7) },
    { person: 'ben', claimed: at(5, 'b') },
    { person: 'ann', claimed: at(5, 'a') },
    { person: 'cid', claimed: at(2) },
  ];
  const one = claims
    .map((each) => ({ name: 'it', claims: [{ ...each, sure: false }] }))
    .reduce(mergeRecords, empty);
  expect(claimantsOf(one)).toEqual(['cid', 'ann', 'ben']);
  const since = mergeRecords(one, { name: 'it', claims: [], released: { ms: 2, counter: 0 } });
  expect(ownerOf(since)).toBe('ann');
  const sure = { person: 'dan', claimed: at(9), sure: true };
  expect(claimantsOf(mergeRecords(since, { name: 'it', claims: [sure] }))).toEqual(['dan', 'ann', 'ben']);
});

test('[NM9] a release voids every claim that is known, and the next claim comes after it, whatever the clock says', () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 8 }), stamp, stamp, (records, at, later) => {
      const known = records.reduce(mergeRecords, empty);
      const released = mergeRecords(known, releasedRecord(known, at));
      expect(ownerOf(released)).toBeUndefined();
      const claimed = { at: claimedAfter(released, later), node: 'a' };
      expect(
        ownerOf(mergeRecords(released, { name: 'it', claims: [{ person: 'ann', claimed, sure: false }] })),
      ).toBe('ann');
    }),
    { seed: 7 },
  );
});
