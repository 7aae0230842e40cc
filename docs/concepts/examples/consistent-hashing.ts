/** A fifth node joins four: how many of 10,000 keys move, by three ways of placing them, and by moving only what must. */
import { HashRing, keyHash, rebalance, rebalanceReport, rendezvousOwner } from '@bothy/protocols';

const keys = Array.from({ length: 10_000 }, (_each, at) => `edge-${at}`);
const four = ['n1', 'n2', 'n3', 'n4'];
const five = [...four, 'n5'];
const named = (ids: readonly string[]) => ids.map((id) => ({ id }));

const ways = {
  modulo: (ids: readonly string[]) => (key: string) => ids[keyHash(key) % ids.length],
  ring: (ids: readonly string[]) => {
    const ring = new HashRing(named(ids));
    return (key: string) => ring.ownerOf(key);
  },
  rendezvous: (ids: readonly string[]) => (key: string) => rendezvousOwner(key, named(ids)),
};

for (const [name, way] of Object.entries(ways)) {
  const before = { members: four, ownerOf: way(four) };
  const { moved, leastMoved, imbalance } = rebalanceReport(keys, before, {
    members: five,
    ownerOf: way(five),
  });
  const even = `the fullest has ${imbalance.toFixed(2)} of the mean`;
  console.log(`${name}: ${moved} move where ${leastMoved} must; ${even}`);
}

// Who has each key is written down, and as few as possible move: those that a node has above its bound.
const ringOfFour = ways.ring(four);
const owners = new Map(keys.map((key) => [key, ringOfFour(key)]));
for (const slack of [1.25, 1.05]) {
  const { moves, loads } = rebalance(new HashRing(named(five)), owners, slack);
  console.log(`written down, at most ${slack} of the mean: ${moves.length} move, n5 gets ${loads['n5']}`);
}
