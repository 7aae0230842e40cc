import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../random.ts';
import { type CausalOperation, checkCausal } from './causal.ts';
import { registerModel } from './operation.ts';
import { checkSequential } from './sequential.ts';

let clock = 0;
const at = (): { calledMs: number; answeredMs: number } => {
  clock += 2;
  return { calledMs: clock, answeredMs: clock + 1 };
};
const write = (client: string, key: string, value: string): CausalOperation => ({
  client,
  input: { kind: 'write', key, value },
  output: 'done',
  ...at(),
});
const read = (client: string, key: string, output: string | null): CausalOperation => ({
  client,
  input: { kind: 'read', key },
  output,
  ...at(),
});

test('[CA1] who sees an effect sees its causes', () => {
  // Ann takes her parents off the list, then says so; Ben sees what she said, and the old list.
  const question = [write('ann', 'list', 'without'), write('ann', 'wall', 'party')];
  const late = [read('ben', 'wall', 'party'), read('ben', 'list', null)];
  const found = checkCausal([...question, ...late]);
  expect(found).toMatchObject({ kind: 'violated', pattern: 'initialRead', witness: [...question, ...late] });
  expect(checkCausal([...question, read('ben', 'wall', null), read('ben', 'list', null)])).toEqual({
    kind: 'holds',
  });
});

test('[CA2] nobody reads what they know to be overwritten, through others too', () => {
  const first = write('a', 'x', '1');
  const seen = read('b', 'x', '1');
  const second = write('b', 'x', '2');
  const told = [write('b', 'y', 'look'), read('c', 'y', 'look')];
  const stale = read('c', 'x', '1');
  expect(checkCausal([first, seen, second, ...told, stale])).toMatchObject({
    kind: 'violated',
    pattern: 'overwrittenRead',
    witness: [first, seen, second, ...told, stale],
  });
  expect(checkCausal([first, seen, second, read('c', 'x', '1'), read('c', 'x', '2')])).toEqual({
    kind: 'holds',
  });
});

test('[CA3] what is concurrent may be seen in different orders', () => {
  const both = [write('a', 'x', '1'), write('b', 'x', '2')];
  const history = [
    ...both,
    read('c', 'x', '1'),
    read('c', 'x', '2'),
    read('d', 'x', '2'),
    read('d', 'x', '1'),
  ];
  expect(checkCausal(history)).toEqual({ kind: 'holds' });
  expect(checkSequential(history, registerModel).kind).toBe('violated');
});

test('[CA4] nobody reads out of thin air, or what was caused by their own reading', () => {
  const air = read('a', 'x', '1');
  expect(checkCausal([air])).toMatchObject({ kind: 'violated', pattern: 'thinAirRead', witness: [air] });
  const circle = [read('a', 'x', '1'), write('a', 'y', '1'), read('b', 'y', '1'), write('b', 'x', '1')];
  const found = checkCausal(circle);
  expect(found).toMatchObject({ kind: 'violated', pattern: 'cyclicOrder' });
  if (found.kind === 'violated') expect(new Set(found.witness)).toEqual(new Set(circle));
});

test('[CA8] what was not answered may have happened at any time, and nothing follows from it', () => {
  const lost = { ...write('a', 'x', '1'), output: undefined };
  expect(checkCausal([lost, read('a', 'x', null)])).toEqual({ kind: 'holds' });
  expect(checkCausal([lost, read('a', 'x', null), read('b', 'x', '1')])).toEqual({ kind: 'holds' });
  const back = read('b', 'x', null);
  const seen = read('b', 'x', '1');
  const found = checkCausal([lost, seen, { ...back, calledMs: seen.calledMs + 1 }]);
  expect(found).toMatchObject({ kind: 'violated', pattern: 'initialRead' });
  expect(checkCausal([{ ...read('b', 'x', null), output: undefined }, lost])).toEqual({ kind: 'holds' });
});

test('[CA5] what the method is not for is refused', () => {
  const set: CausalOperation = {
    client: 'a',
    input: { kind: 'compareAndSet', key: 'x', from: null, to: '1' },
    output: true,
    ...at(),
  };
  expect(() => checkCausal([set])).toThrow(RangeError);
  expect(() => checkCausal([write('a', 'x', '1'), write('b', 'x', '1')])).toThrow(RangeError);
  expect(() =>
    checkCausal([{ ...write('a', 'x', ''), input: { kind: 'write', key: 'x', value: null } }]),
  ).toThrow(RangeError);
});

/** Replicas that tell each other, in causal order or as it comes; reads show the last that was applied. */
function replicated(choices: readonly number[], isCausal: boolean): CausalOperation[] {
  const replicas = ['a', 'b', 'c'].map((client) => ({
    client,
    registers: new Map<string, string>(),
    has: new Set<string>(),
    waiting: [] as { readonly id: string; readonly key: string; readonly causes: ReadonlySet<string> }[],
  }));
  const history: CausalOperation[] = [];
  let count = 0;
  for (const choice of choices) {
    const replica = replicas[choice % 3];
    if (replica === undefined) continue;
    const key = choice % 2 === 0 ? 'x' : 'y';
    const act = Math.floor(choice / 6) % 3;
    if (act === 0) {
      count += 1;
      const id = `${count}`;
      for (const other of replicas) {
        if (other !== replica) other.waiting.push({ id, key, causes: new Set(replica.has) });
      }
      replica.has.add(id);
      replica.registers.set(key, id);
      history.push(write(replica.client, key, id));
    } else if (act === 1) {
      history.push(read(replica.client, key, replica.registers.get(key) ?? null));
    } else {
      const isReady = (each: (typeof replica.waiting)[number]): boolean =>
        !isCausal || [...each.causes].every((cause) => replica.has.has(cause));
      const ready = replica.waiting.filter(isReady);
      const next = ready[Math.floor(choice / 18) % Math.max(1, ready.length)];
      if (next === undefined) continue;
      replica.waiting.splice(replica.waiting.indexOf(next), 1);
      replica.has.add(next.id);
      replica.registers.set(next.key, next.id);
    }
  }
  return history;
}

const anyChoices = fc.array(fc.nat(10_000), { maxLength: 60 });

test('[CA6] replicas that apply causes first are causally consistent; without that some are not', () => {
  fc.assert(
    fc.property(anyChoices, (choices) => {
      expect(checkCausal(replicated(choices, true))).toEqual({ kind: 'holds' });
    }),
    { numRuns: 500 },
  );
  const random = seededRandom('broken');
  const drawn = (): number[] => Array.from({ length: 80 }, () => Math.floor(random.next() * 10_000));
  const broken = Array.from({ length: 200 }, drawn);
  const caught = broken.filter((choices) => checkCausal(replicated(choices, false)).kind === 'violated');
  expect(caught.length).toBeGreaterThan(20);
});

test('[CA7] what is sequential is causal', () => {
  fc.assert(
    fc.property(anyChoices, (choices) => {
      const history = replicated(choices.slice(0, 24), false);
      if (checkSequential(history, registerModel).kind === 'holds') {
        expect(checkCausal(history)).toEqual({ kind: 'holds' });
      }
    }),
    { numRuns: 300 },
  );
});
