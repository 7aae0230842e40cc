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
  /** Places of a member of weight 1, a whole number from 1. More make shares more even, and the ring larger. @default 128 */
  readonly placesPerWeight?: number;
}

const maxPlaces = 1_000_000;

/** Does not change; a ring with other members is another ring. Same members, same ring, in whatever order they come. */
export class HashRing {
  readonly members: readonly string[];
  /** Sorted; the owner of each place is at the same index. */
  readonly #places: Uint32Array;
  readonly #owners: readonly string[];
  /** How many places each member has. */
  readonly #counts = new Map<string, number>();

  /** Throws a RangeError for two members of one id, a weight of 0 or less, no place for a weight, and more than a million places. */
  constructor(members: readonly RingMember[], { placesPerWeight = 128 }: HashRingOptions = {}) {
    if (!(Number.isInteger(placesPerWeight) && placesPerWeight >= 1))
      throw new RangeError(`placesPerWeight: ${placesPerWeight}`);
    const sorted = [...members].sort((a, b) => (a.id < b.id ? -1 : 1));
    this.members = sorted.map(({ id }) => id);
    if (new Set(this.members).size < sorted.length) throw new RangeError('two members have one id');
    const places: { readonly at: number; readonly id: string }[] = [];
    for (const { id, weight = 1 } of sorted) {
      if (!(weight > 0 && weight < Number.POSITIVE_INFINITY))
        throw new RangeError(`weight of ${id}: ${weight}`);
      const count = Math.max(1, Math.round(weight * placesPerWeight));
      if (!(places.length + count <= maxPlaces)) throw new RangeError(`more than ${maxPlaces} places`);
      this.#counts.set(id, count);
      for (let place = 0; place < count; place += 1) places.push({ at: keyHash(`${id}#${place}`), id });
    }
    // Of two at one place the lower id stays first, whoever came first: equal ones keep their order.
    places.sort((a, b) => a.at - b.at);
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
   * key, by weight. `loadOf` tells how many keys a member has, a whole number. Undefined when there is no member. Throws a
   * RangeError for a slack of 1 or less.
   */
  ownerWithin(key: string, loadOf: (member: string) => number, slack = 1.25): string | undefined {
    const total = 1 + this.members.reduce((sum, member) => sum + loadOf(member), 0);
    return this.firstWith(key, (member) => loadOf(member) < this.mostKeys(member, total, slack));
  }

  /** How many of `total` keys a member may have: `slack` times its share by weight, rounded up. Throws a RangeError for a slack of 1 or less. */
  mostKeys(member: string, total: number, slack: number): number {
    if (!(slack > 1 && slack < Number.POSITIVE_INFINITY)) throw new RangeError(`slack: ${slack}`);
    const exact = (slack * total * (this.#counts.get(member) ?? 0)) / this.#places.length;
    // 1.1 times 30 is 33, also where 1.1 is a little more than that; together there is room for all, as each is rounded up.
    return Math.max(0, Math.ceil(exact - 1e-9));
  }

  /** The first member from the key's place on of which this is true. */
  firstWith(key: string, isMeant: (member: string) => boolean): string | undefined {
    for (const member of this.#from(key)) if (isMeant(member)) return member;
    return undefined;
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
      const place = this.#places[middle];
      if (place !== undefined && place < hash) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
