/**
 * Nodes come and go, as their leases say, and every edge has a home on one of them. By the ring alone chance gives one
 * node more than it can carry, and more so when others have gone, while some are half empty. With a bound on loads what
 * does not fit goes on to the next, and what need not move stays. Beside that the scenario checks that who is to hold a
 * second copy, by rendezvous, changes for nobody but those whose node has gone or who get the one that has come.
 */
import { LeaseRegistry } from '../../src/discovery/lease-registry.ts';
import { HashRing } from '../../src/partitioning/hash-ring.ts';
import { rebalance } from '../../src/partitioning/rebalancer.ts';
import { rendezvousOwner } from '../../src/partitioning/rendezvous.ts';
import type { KnownFailure } from '../known-failure.ts';
import { narrated, variantOf } from '../narrated.ts';

const name = 'protocols/overfull-node';
const breaks = 'no node has more than it can carry';
const nodes = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6'];
/** The first one is twice as large as the others. */
const weightOf = (node: string): number => (node === 'n1' ? 2 : 1);
const slack = 1.25;
const edges = 120;
const ttlMs = 1_000;
const renewMs = 300;
const lookMs = 200;
const forMs = 30_000;

type Homes = ReadonlyMap<string, string | undefined>;

export const overfullNode: KnownFailure = {
  name,
  title: 'The ring gives one node more than it can carry, while others are half empty',
  source: 'Mirrokni, Thorup, Zadimoghaddam: "Consistent Hashing with Bounded Loads", SODA 2018',
  breaks,
  seeds: 10,
  scenario: (isFixed) =>
    narrated(variantOf(name, isFixed), 'Edges have homes on nodes that come and go', (simulation) => {
      const random = simulation.random('world');
      const registry = new LeaseRegistry<number>({ ttlMs, maxEntries: nodes.length });
      const away = new Set<string>();
      let homes: Homes = new Map(
        Array.from({ length: edges }, (_, at) => [`edge-${random.below(1e6)}-${at}`, undefined]),
      );
      let copies = new Map<string, string | undefined>();
      let living: readonly string[] = [];
      const counts = { changes: 0, moved: 0 };

      const renew = (node: string): void => {
        if (!away.has(node)) registry.register(node, node, weightOf(node), simulation.nowMs);
        simulation.after(renewMs, () => renew(node));
      };
      const disturb = (): void => {
        const node = nodes[random.below(nodes.length)] ?? 'n1';
        if (!away.delete(node) && away.size < 3) away.add(node);
        simulation.after(1_000 + random.below(3_000), disturb);
      };
      const loadOf = (node: string): number => [...homes.values()].filter((home) => home === node).length;
      const check = (ring: HashRing, before: readonly string[]): void => {
        for (const node of living) {
          const [load, most] = [loadOf(node), ring.mostKeys(node, edges, slack)];
          if (load > most) simulation.fail(breaks, `${node} has ${load} edges, and can carry ${most}`);
        }
        const homeless = [...homes].find(([, home]) => home === undefined || !living.includes(home));
        if (living.length > 0 && homeless !== undefined)
          simulation.fail('everybody has a home', `${homeless[0]} has ${homeless[1] ?? 'none'}`);
        const members = living.map((id) => ({ id, weight: weightOf(id) }));
        for (const [edge, copy] of copies) {
          const next = rendezvousOwner(edge, members);
          const isAbout = [copy, next].some(
            (node) => node === undefined || before.includes(node) !== living.includes(node),
          );
          if (next !== copy && !isAbout)
            simulation.fail('others stay', `the copy of ${edge} goes from ${copy} to ${next}`);
        }
        copies = new Map([...homes.keys()].map((edge) => [edge, rendezvousOwner(edge, members)]));
      };
      const look = (): void => {
        const before = living;
        registry.expire(simulation.nowMs);
        living = registry
          .all(simulation.nowMs)
          .map(({ key }) => key)
          .sort();
        simulation.after(lookMs, look);
        if (living.join() === before.join()) return;
        const ring = new HashRing(living.map((id) => ({ id, weight: weightOf(id) })));
        const old = homes;
        // The one switch: whether what a node can carry counts.
        if (isFixed) {
          const { moves } = rebalance(ring, old, slack);
          homes = new Map([...old, ...moves.map(({ key, to }) => [key, to] as const)]);
        } else homes = new Map([...old.keys()].map((edge) => [edge, ring.ownerOf(edge)]));
        const moved = [...homes].filter(([edge, home]) => old.get(edge) !== home).length;
        counts.changes += 1;
        counts.moved += moved;
        const loads = living.map((node) => `${node} ${loadOf(node)}/${ring.mostKeys(node, edges, slack)}`);
        simulation.note(`${loads.join(', ')}; ${moved} of ${edges} edges moved`);
        check(ring, before);
      };
      for (const node of nodes) renew(node);
      simulation.after(2_000, disturb);
      look();
      simulation.run(forMs);
      return counts;
    }),
};
