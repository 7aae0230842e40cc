/** What a majority says; of a joint configuration, what a majority of each of its two sets says (4.3). */
import type { MemberId, RaftConfiguration } from './raft-messages.ts';

/**
 * The greatest value that more than half of each set have reached. Sets are small and this runs at every
 * acknowledgement, so it counts and neither sorts nor allocates. Infinity when there is no set.
 */
export function agreed<Member>(
  sets: readonly (readonly Member[])[],
  reachedBy: (member: Member) => number,
): number {
  let least = Infinity;
  for (const set of sets) {
    let best = -Infinity;
    for (const member of set) {
      const value = reachedBy(member);
      if (value > best && countFrom(set, reachedBy, value) * 2 > set.length) best = value;
    }
    if (best < least) least = best;
  }
  return least;
}

function countFrom<Member>(
  set: readonly Member[],
  reachedBy: (member: Member) => number,
  value: number,
): number {
  let count = 0;
  for (const member of set) if (reachedBy(member) >= value) count += 1;
  return count;
}

export type Tally = 'won' | 'lost' | 'open';

export function tally({ voters, outgoing }: RaftConfiguration, votes: ReadonlyMap<MemberId, boolean>): Tally {
  const first = tallyOf(voters, votes);
  if (outgoing.length === 0) return first;
  const second = tallyOf(outgoing, votes);
  if (first === 'lost' || second === 'lost') return 'lost';
  return first === 'won' && second === 'won' ? 'won' : 'open';
}

function tallyOf(set: readonly MemberId[], votes: ReadonlyMap<MemberId, boolean>): Tally {
  let granted = 0;
  let refused = 0;
  for (const id of set) {
    const vote = votes.get(id);
    if (vote === true) granted += 1;
    else if (vote === false) refused += 1;
  }
  if (granted * 2 > set.length) return 'won';
  return refused * 2 >= set.length ? 'lost' : 'open';
}
