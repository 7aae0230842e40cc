/** A node with a thousand clients stops. Where do they go, when loads were told a while ago? */
import { seededRandom, TwoChoices } from '@bothy/protocols';

const told = new Map([
  ['n2', 90],
  ['n3', 100],
  ['n4', 300],
  ['n5', 310],
]);
const nodes = [...told.keys()];

function crowd(choose: (client: number) => string): string {
  const loads = new Map(told);
  for (let client = 0; client < 1_000; client++) {
    const node = choose(client);
    loads.set(node, (loads.get(node) ?? 0) + 1);
  }
  return nodes.map((node) => `${node} ${loads.get(node)}`).join('  ');
}

const random = seededRandom('crowd');
const choices = new TwoChoices({ staleMs: 60_000, maxEntries: 10 }, random);
for (const [node, load] of told) choices.told(node, load, 0);
const emptiest = [...told].sort(([, one], [, other]) => one - other)[0]?.[0] ?? '';

console.log('before:            ', nodes.map((node) => `${node} ${told.get(node)}`).join('  '));
console.log(
  'the emptiest:      ',
  crowd(() => emptiest),
);
console.log(
  'any:               ',
  crowd(() => nodes[random.below(nodes.length)] ?? ''),
);
console.log(
  'the emptier of two:',
  crowd(() => choices.choose(nodes, 1_000) ?? ''),
);
