/**
 * Herd: loads are told now and then, and everybody who comes in between goes to the place that was least loaded then. So
 * the emptiest becomes the fullest, and the next word sends the next crowd elsewhere. Of two drawn at random the less
 * loaded one is as good with fresh loads and harmless with old ones.
 */
import { TwoChoices } from '../../src/discovery/two-choices.ts';
import type { KnownFailure } from '../known-failure.ts';
import { narrated, variantOf } from '../narrated.ts';

const name = 'protocols/herd';
const breaks = 'no node is crowded';
const nodes = ['n1', 'n2', 'n3', 'n4', 'n5'];
const clients = 1_000;
/** All come within this, and loads are told this often. */
const comeWithinMs = 2_000;
const toldEveryMs = 1_000;

export const herd: KnownFailure = {
  name,
  title: 'A thousand clients lose their node, and all go to the one that was emptiest a second ago',
  source: 'Mitzenmacher: "How Useful Is Old Information?", IEEE TPDS 11(1), 2000',
  breaks,
  seeds: 5,
  scenario: (isFixed) =>
    narrated(variantOf(name, isFixed), 'A thousand clients choose among five nodes', (simulation) => {
      const random = simulation.random('clients');
      const loads = new Map(nodes.map((node) => [node, random.below(20)]));
      const told = new Map<string, number>();
      const loadOf = (node: string): number => loads.get(node) ?? 0;
      const tell = (): void => {
        for (const node of nodes) told.set(node, loadOf(node));
        simulation.note(`loads ${nodes.map((node) => `${node} ${loadOf(node)}`).join(', ')}`);
        if (simulation.nowMs < comeWithinMs) simulation.after(toldEveryMs, tell);
      };
      tell();
      const choose = (): string => {
        const known = [...told].sort(([, one], [, other]) => one - other);
        // The one switch: the emptiest of all, or the emptier of two.
        if (!isFixed) return known[0]?.[0] ?? '';
        const choices = new TwoChoices({ staleMs: 60_000, maxEntries: nodes.length }, random);
        for (const [node, load] of known) choices.told(node, load, simulation.nowMs);
        return choices.choose(nodes, simulation.nowMs) ?? '';
      };
      for (let client = 0; client < clients; client++) {
        simulation.after(random.below(comeWithinMs), () => {
          const node = choose();
          loads.set(node, loadOf(node) + 1);
        });
      }
      simulation.runUntilIdle(60_000);
      const all = nodes.map(loadOf);
      const fullest = Math.max(...all);
      const mean = all.reduce((sum, load) => sum + load, 0) / nodes.length;
      if (fullest > 2 * mean)
        simulation.fail(breaks, `one has ${fullest}, where ${Math.round(mean)} would be its share`);
      return { fullest, mean: Math.round(mean) };
    }),
};
