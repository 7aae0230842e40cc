/**
 * Rebalancing: where each key is now is known, members have come and gone, and as few keys as possible are to move until
 * nobody has too many again. The bound is that of consistent hashing with bounded loads (Mirrokni, Thorup, Zadimoghaddam,
 * SODA 2018), and so is the way on: a key that has to move goes to the first member from its place on that has room.
 * Rules RB1… in SPEC.md.
 */
import type { HashRing } from './hash-ring.ts';

export interface Move {
  readonly key: string;
  /** Undefined for one that nobody had. */
  readonly from: string | undefined;
  readonly to: string;
}

export interface Rebalanced {
  /** In the order of their keys. */
  readonly moves: readonly Move[];
  /** Keys of each member afterwards, by id. */
  readonly loads: Readonly<Record<string, number>>;
}

/**
 * What has to move so that each member of the ring has at most `ring.mostKeys` of all keys. `owners` says who has each key
 * now, undefined for nobody. Without members nothing moves. Throws a RangeError for a slack of 1 or less.
 */
export function rebalance(
  ring: HashRing,
  owners: ReadonlyMap<string, string | undefined>,
  slack = 1.25,
): Rebalanced {
  const places = new Map(
    ring.members.map((member) => {
      return [member, { most: ring.mostKeys(member, owners.size, slack), keys: [] as string[], load: 0 }];
    }),
  );
  const homeless: string[] = [];
  for (const [key, owner] of owners) {
    const place = owner === undefined ? undefined : places.get(owner);
    (place?.keys ?? homeless).push(key);
  }
  for (const [member, place] of places) {
    place.load = Math.min(place.keys.length, place.most);
    if (place.load === place.keys.length) continue;
    // Strangers go first: who is where the ring would have it stays as long as anybody.
    const strangers = place.keys.filter((key) => ring.ownerOf(key) !== member).sort();
    const natives = place.keys.filter((key) => ring.ownerOf(key) === member).sort();
    homeless.push(...[...strangers, ...natives].slice(0, place.keys.length - place.load));
  }
  const moves = homeless.sort().flatMap((key): Move[] => {
    const hasRoom = (member: string): boolean => {
      const place = places.get(member);
      return place !== undefined && place.load < place.most;
    };
    const to = ring.firstWith(key, hasRoom);
    const place = to === undefined ? undefined : places.get(to);
    if (to === undefined || place === undefined) return [];
    place.load += 1;
    return [{ key, from: owners.get(key), to }];
  });
  return { moves, loads: Object.fromEntries([...places].map(([member, { load }]) => [member, load])) };
}
