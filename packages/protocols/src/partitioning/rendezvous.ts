/**
 * Rendezvous hashing: each member draws a number for the key, the highest has it (Thaler, Ravishankar: "Using Name-Based
 * Mappings to Increase Hit Rates", IEEE/ACM ToN 1998). No ring to keep, even shares, and when a member goes its keys
 * spread over all others; a look-up asks every member. Weights by the logarithm of the draw (Schindelhauer, Schomaker:
 * "Weighted Distributed Hash Tables", SPAA 2005). Rules RZ1… in SPEC.md.
 */
import type { RingMember } from './hash-ring.ts';
import { keyHash } from './key-hash.ts';

/** Whose the key is; undefined when there is no member. */
export function rendezvousOwner(key: string, members: readonly RingMember[]): string | undefined {
  return rendezvousOrder(key, members)[0];
}

/** All members, the owner first; each is the owner when those before it are gone. Throws a RangeError for a weight of 0 or less. */
export function rendezvousOrder(key: string, members: readonly RingMember[]): readonly string[] {
  const keySeed = keyHash(key);
  const drawn = members.map(({ id, weight = 1 }) => {
    if (!(weight > 0 && weight < Number.POSITIVE_INFINITY))
      throw new RangeError(`weight of ${id}: ${weight}`);
    // Strictly between 0 and 1, so that its logarithm is a number below 0.
    const draw = (keyHash(id, keySeed) + 0.5) / 2 ** 32;
    return { id, score: weight / -Math.log(draw) };
  });
  drawn.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
  return drawn.map(({ id }) => id);
}
