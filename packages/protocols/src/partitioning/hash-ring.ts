/**
 * Consistent hashing: when a member comes or goes, only its share of the keys moves (Karger et al.: "Consistent Hashing
 * and Random Trees", STOC 1997). Each member has many places on a ring, as many as its weight says (Dynamo, SOSP 2007,
 * section 4.2), and a key belongs to the first place after its own. With bounded loads a member that is full passes a key
 * on (Mirrokni, Thorup, Zadimoghaddam: "Consistent Hashing with Bounded Loads", SODA 2018). Rules CH1… in SPEC.md.
 */
import { keyHash } from './key-hash.ts';

export interface RingMember {
  readonly id: string;
  /** Its share beside others'; above 0. @default 1 */
  readonly weight?: number;
}

export interface HashRingOptions {
  /** Places of a member of weight 1. More make shares more even, and the ring larger. @default 128 */
  readonly placesPerWeight?: number;
}

const maxPlaces = 1_000_000;

/** Does not change; a ring with other members is another ring. Same members, same ring, in whatever order they come. */
export class HashRing {
  readonly members: readonly string[];
  /** Sorted; the owner of each place is at the same index. */
  readonly #places: Uint32Array;
  readonly #owners: readonly string[];

  /** Throws a RangeError for two members of one id, a weight of 0 or less, and more than a million places. */
  constructor(members: readonly RingMember[], { placesPerWeight = 128 }: HashRingOptions = {}) {
    const sorted = [...members].sort((a, b) => (a.id < b.id ? -1 : 1));
    this.members = sorted.map(({ id }) => id);
    if (new Set(this.members).size < sorted.length) throw new RangeError('two members have one id');
    const places: { readonly at: number; readonly id: string }[] = [];
    for (const { id, weight = 1 } of sorted) {
      if (!(weight > 0 && weight < Number.POSITIVE_INFINITY))
        throw new RangeError(`weight of ${id}: ${weight}`);
      const count = Math.max(1, Math.round(weight * placesPerWeight));
      if (!(places.length + count <= maxPlaces)) throw new RangeError(`more than ${maxPlaces} places`);
      for (let place = 0; place < count; place += 1) places.push({ at: keyHash(`${id}#${place}`), id });
    }
    // Of two at one place the lower id is first, whoever came first.
    places.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
    this.#places = Uint32Array.from(places, ({ at }) => at);
    this.#owners = places.map(({ id }) => id);
  }

  /** Whose the key is; undefined when there is no member. */
  ownerOf(key: string): string | undefined {
    return this.#owners[this.#placeAfter(keyHash(key)) % this.#places.length];
  }

  /** The first `count` different members from the key's place on: its owner, and where its copies go. */
  ownersOf(key: string, count: number): readonly string[] {
    const owners: string[] = [];
    for (const member of this.#from(key)) {
      if (owners.length >= count) break;
      owners.push(member);
    }
    return owners;
  }

  /**
   * The first member from the key's place on that has room: no more than `slack` times what would be even, counting this
   * key, by weight. `loadOf` tells how many keys a member has. Undefined when there is no member. `slack` is above 1, or
   * a RangeError is thrown.
   */
  ownerWithin(key: string, loadOf: (member: string) => number, slack = 1.25): string | undefined {
    if (!(slack > 1)) throw new RangeError(`slack: ${slack}`);
    const total = this.members.reduce((sum, member) => sum + loadOf(member), 0);
    for (const member of this.#from(key)) {
      const share = this.#shareOf(member);
      if (loadOf(member) + 1 <= Math.ceil(slack * (total + 1) * share)) return member;
    }
    return this.ownerOf(key);
  }

  /** Every member once, in the order of the ring from the key's place on. */
  *#from(key: string): Iterable<string> {
    const { length } = this.#places;
    const start = this.#placeAfter(keyHash(key));
    const seen = new Set<string>();
    for (let step = 0; step < length && seen.size < this.members.length; step += 1) {
      const member = this.#owners[(start + step) % length];
      if (member === undefined || seen.has(member)) continue;
      seen.add(member);
      yield member;
    }
  }

  /** The index of the first place at or after a hash; past the end it is the first again. */
  #placeAfter(hash: number): number {
    let low = 0;
    let high = this.#places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#places[middle] ?? 0) < hash) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** By its number of places, which is its weight. */
  #shareOf(member: string): number {
    this.#shares ??= this.#countShares();
    return this.#shares.get(member) ?? 0;
  }

  #shares: ReadonlyMap<string, number> | undefined;

  #countShares(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const member of this.#owners) {
      counts.set(member, (counts.get(member) ?? 0) + 1 / this.#owners.length);
    }
    return counts;
  }
}
