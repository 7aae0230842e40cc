/** Whose a key is: look-ups per second, and how many keys move when a member comes or goes, beside the least that must. */
import { createRequire } from 'node:module';
import { HashRing, keyHash, rebalanceReport, rendezvousOwner } from '@bothy/protocols';
import { type Figure, figureTable, markdownTable } from './stage/figures.ts';
import { publish } from './stage/readme-section.ts';
import { median } from './stage/statistics.ts';

const keyCount = 20_000;
const rounds = 5;
const keys = Array.from({ length: keyCount }, (_, at) => `edge-${at}`);
const membersOf = (count: number): string[] => Array.from({ length: count }, (_, at) => `node-${at}`);

type Placing = (members: readonly string[]) => (key: string) => string | undefined;

/** `hashring`: ketama, MD5, the one most used from npm. A cache of look-ups would measure that. */
interface Rival {
  get(key: string): string;
}
const Hashring = createRequire(import.meta.url)('hashring') as new (
  members: readonly string[],
  algorithm: string,
  options: { readonly 'max cache size': number },
) => Rival;

const placings: Readonly<Record<string, Placing>> = {
  'ring, 128 places each': (members) => {
    const ring = new HashRing(members.map((id) => ({ id })));
    return (key) => ring.ownerOf(key);
  },
  rendezvous: (members) => {
    const all = members.map((id) => ({ id }));
    return (key) => rendezvousOwner(key, all);
  },
  'hash modulo count': (members) => (key) => members[keyHash(key) % members.length],
  'hashring 3.2 (npm)': (members) => {
    const ring = new Hashring(members, 'md5', { 'max cache size': 1 });
    return (key) => ring.get(key);
  },
};

function perSecond(place: (key: string) => string | undefined): number {
  const startedMs = performance.now();
  let found = 0;
  for (const key of keys) if (place(key) !== undefined) found += 1;
  if (found !== keyCount) throw new Error(`${keyCount - found} keys belong to nobody`);
  return (keyCount / (performance.now() - startedMs)) * 1_000;
}

function lookUps(members: number): ReadonlyMap<string, number> {
  const places = Object.entries(placings).map(
    ([name, placing]) => [name, placing(membersOf(members))] as const,
  );
  const rates = new Map(places.map(([name]) => [name, [] as number[]]));
  for (let round = -2; round < rounds; round++) {
    for (const [name, place] of places) {
      const rate = perSecond(place);
      if (round >= 0) rates.get(name)?.push(rate);
    }
  }
  return new Map([...rates].map(([name, all]) => [name, median(all)]));
}

function moves(placing: Placing, from: number, to: number) {
  const [before, after] = [membersOf(from), membersOf(to)];
  return rebalanceReport(
    keys,
    { members: before, ownerOf: placing(before) },
    { members: after, ownerOf: placing(after) },
  );
}

const thousands = (perSec: number): string => `${Math.round(perSec / 1_000).toLocaleString('en')} k/s`;
const ten = lookUps(10);
const hundred = lookUps(100);
const rateOf = (rates: ReadonlyMap<string, number>, name: string): number => rates.get(name) ?? 0;

const rows = Object.entries(placings).map(([name, placing]) => {
  const [come, go] = [moves(placing, 10, 11), moves(placing, 10, 9)];
  return [
    name,
    thousands(rateOf(ten, name)),
    thousands(rateOf(hundred, name)),
    `${come.moved} (${(come.moved / come.leastMoved).toFixed(2)} times)`,
    `${go.moved} (${(go.moved / go.leastMoved).toFixed(2)} times)`,
    come.imbalance.toFixed(2),
  ];
});

const [ringName = '', , moduloName = '', rivalName = ''] = Object.keys(placings);
const ring = placings[ringName];
if (ring === undefined) throw new Error('no ring');
const come = moves(ring, 10, 11);
const ratio = come.moved / come.leastMoved;
const figures: Figure[] = [
  {
    what: 'look-ups in a ring of 10 members, beside hashring',
    ours: thousands(rateOf(ten, ringName)),
    beside: thousands(rateOf(ten, rivalName)),
    measured: `${(rateOf(ten, ringName) / rateOf(ten, rivalName)).toFixed(1)} times`,
  },
  {
    what: 'keys moved by an eleventh member, beside the least',
    ours: String(come.moved),
    beside: `${come.leastMoved}; modulo ${moves(placings[moduloName] ?? ring, 10, 11).moved}`,
    measured: ratio.toFixed(2),
    aim: '≤ 1.25',
    verdict: ratio <= 1.25 ? 'met' : 'missed',
  },
];

const head = ['', 'of 10 members', 'of 100', 'moved, 10 to 11', 'moved, 10 to 9', 'fullest, beside the mean'];
publish('partitioning', `${figureTable(figures)}\n\n${markdownTable(head, rows)}`);
