import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Random, seededRandom } from '../random.ts';
import { TwoChoices } from './two-choices.ts';

/** Draws these numbers, one after the other. */
function drawing(...numbers: readonly number[]): Random {
  let at = 0;
  const take = (): number => numbers[at++] ?? 0;
  return { ...seededRandom('unused'), next: take, below: take };
}

const options = { staleMs: 1_000, maxEntries: 10 };
const names = ['a', 'b', 'c', 'd'];

test('[TC1] of two different ones drawn at random the less loaded is chosen', () => {
  const loads = (random: Random): TwoChoices => {
    const choices = new TwoChoices(options, random);
    for (const [at, name] of names.entries()) choices.told(name, at, 0);
    return choices;
  };
  expect(loads(drawing(3, 1)).choose(names, 0)).toBe('b');
  expect(loads(drawing(1, 2)).choose(names, 0)).toBe('b');
  // Never the same twice: the second is drawn from the others.
  expect(loads(drawing(3, 2)).choose(names, 0)).toBe('c');
  expect(loads(drawing(0, 0)).choose(names, 0)).toBe('a');
});

test('[TC2] of equal loads, and where one is unknown, it is the first that was drawn', () => {
  const choices = new TwoChoices(options, drawing(2, 0, 1, 0, 0, 2));
  choices.told('a', 5, 0);
  choices.told('c', 5, 0);
  expect(choices.choose(names, 0)).toBe('c');
  expect(choices.choose(names, 0)).toBe('b');
  expect(choices.choose(names, 0)).toBe('a');
});

test('[TC3] a load that was told too long ago is unknown', () => {
  const choices = new TwoChoices(options, drawing(0, 0, 0, 0));
  choices.told('a', 9, 0);
  choices.told('b', 1, 0);
  expect(choices.choose(names, 1_000)).toBe('b');
  expect(choices.choose(names, 1_001)).toBe('a');
});

test('[TC4] an order has each once', () => {
  const choices = new TwoChoices(options, seededRandom('order'));
  for (let times = 0; times < 50; times++) expect(choices.order(names, 0).sort()).toEqual(names);
  expect(choices.order([], 0)).toEqual([]);
  expect(choices.choose([], 0)).toBeUndefined();
  expect(choices.choose(['a'], 0)).toBe('a');
});

test('[TC5] what we add ourselves counts until the next word', () => {
  const choices = new TwoChoices(options, drawing(0, 0, 0, 0, 0, 0));
  choices.told('a', 1, 0);
  choices.told('b', 2, 0);
  expect(choices.choose(names, 0)).toBe('a');
  choices.took('a', 2);
  choices.took('of whom nothing is known');
  expect(choices.choose(names, 0)).toBe('b');
  choices.told('a', 1, 0);
  expect(choices.choose(names, 0)).toBe('a');
});

test('[TC6] what was told longest ago is forgotten when there is too much', () => {
  const choices = new TwoChoices({ staleMs: 1_000, maxEntries: 2 }, drawing(0, 0, 1, 1));
  choices.told('a', 9, 0);
  choices.told('b', 1, 0);
  choices.told('a', 9, 1);
  choices.told('c', 0, 2);
  // b is the one that is not known any more.
  expect(choices.choose(names, 2)).toBe('a');
  expect(choices.choose(names, 2)).toBe('b');
});

test('[TC1, TC2, TC3, TC5, TC6] whatever was told, and when, the choice is that of who looks all of it up', () => {
  const step = fc.record({
    act: fc.constantFrom('told', 'told', 'took', 'choose', 'choose', 'choose'),
    at: fc.nat(3),
    load: fc.nat(6),
    afterMs: fc.nat(400),
    draws: fc.tuple(fc.nat(3), fc.nat(2)),
  });
  const seen = { second: 0, stale: 0 };
  fc.assert(
    fc.property(fc.array(step, { minLength: 40, maxLength: 80 }), (steps) => {
      const drawn: number[] = [];
      const take = (): number => drawn.shift() ?? 0;
      const random: Random = { ...seededRandom('unused'), next: take, below: take };
      const choices = new TwoChoices({ staleMs: 800, maxEntries: 3 }, random);
      // All that was ever told, the last first.
      let told: { name: string; load: number; atMs: number }[] = [];
      let nowMs = 0;
      for (const { act, at, load, afterMs, draws } of steps) {
        nowMs += afterMs;
        const name = names[at] ?? 'a';
        if (act === 'told') {
          choices.told(name, load, nowMs);
          told = [{ name, load, atMs: nowMs }, ...told.filter((each) => each.name !== name)].slice(0, 3);
        } else if (act === 'took') {
          choices.took(name, load);
          told = told.map((each) => (each.name === name ? { ...each, load: each.load + load } : each));
        } else {
          const [first, other] = draws;
          const pair = [first, other < first ? other : other + 1].map((each) => names[each] ?? 'a');
          const known = pair.map((each) => told.find((one) => one.name === each && nowMs - one.atMs <= 800));
          const [one, two] = known;
          const isSecond = one !== undefined && two !== undefined && two.load < one.load;
          if (isSecond) seen.second += 1;
          if (known.some((each, index) => each === undefined && told.some((t) => t.name === pair[index])))
            seen.stale += 1;
          drawn.push(first, other);
          expect(choices.choose(names, nowMs)).toBe(isSecond ? pair[1] : pair[0]);
        }
      }
    }),
    { seed: 31, numRuns: 300 },
  );
  expect(Math.min(seen.second, seen.stale)).toBeGreaterThan(100);
});

test('[TC7] what cannot be throws', () => {
  const random = seededRandom('options');
  for (const staleMs of [0, -1, Number.NaN])
    expect(() => new TwoChoices({ ...options, staleMs }, random)).toThrow(RangeError);
  for (const maxEntries of [0, 1.5])
    expect(() => new TwoChoices({ ...options, maxEntries }, random)).toThrow(RangeError);
  const choices = new TwoChoices(options, random);
  for (const load of [-1, Number.NaN]) expect(() => choices.told('a', load, 0)).toThrow(RangeError);
});

test('[TC8] of n balls in n bins the fullest has log log n / log 2 + O(1), where chance alone has log n / log log n', () => {
  const n = 10_000;
  const bins = Array.from({ length: n }, (_each, at) => String(at));
  const fullest = (choose: () => string): number => {
    const loads = new Map<string, number>();
    for (let ball = 0; ball < n; ball++) {
      const bin = choose();
      loads.set(bin, (loads.get(bin) ?? 0) + 1);
    }
    return Math.max(...loads.values());
  };
  const random = seededRandom('balls');
  const choices = new TwoChoices({ staleMs: 1_000, maxEntries: n }, random);
  for (const bin of bins) choices.told(bin, 0, 0);
  const two = fullest(() => {
    const bin = choices.choose(bins, 0) ?? '';
    choices.took(bin);
    return bin;
  });
  const one = fullest(() => bins[random.below(n)] ?? '');
  expect(two).toBeLessThanOrEqual(Math.ceil(Math.log2(Math.log(n)) + 1));
  expect(one).toBeGreaterThan(two);
});

test('[TC1, TC2, TC3] thirty come to five nodes, whose loads are told every ten', async () => {
  const nodes = ['n1', 'n2', 'n3', 'n4', 'n5'];
  const loads = new Map(nodes.map((node, at) => [node, at * 2]));
  const choices = new TwoChoices({ staleMs: 20, maxEntries: 5 }, seededRandom('thirty'));
  const lines: string[] = [];
  for (let client = 0; client < 30; client++) {
    if (client % 10 === 0) {
      lines.push(`told   ${nodes.map((node) => `${node} ${loads.get(node)}`).join('  ')}`);
      for (const [node, load] of loads) choices.told(node, load, client);
    }
    const node = choices.choose(nodes, client) ?? '';
    loads.set(node, (loads.get(node) ?? 0) + 1);
    lines.push(`${String(client + 1).padStart(2)}     to ${node}`);
  }
  lines.push(`end    ${nodes.map((node) => `${node} ${loads.get(node)}`).join('  ')}`);
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../testdata/two-choices.txt');
});
