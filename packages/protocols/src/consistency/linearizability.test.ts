import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../random.ts';
import { checkLinearizable } from './linearizability.ts';
import {
  claimModel,
  logModel,
  nextNumberModel,
  type ObjectModel,
  type Operation,
  type RegisterInput,
  type RegisterOutput,
  registerModel,
} from './operation.ts';

type RegisterOperation = Operation<RegisterInput, RegisterOutput>;
const key = 'x';
const write = (client: string, value: string, calledMs: number, answeredMs: number): RegisterOperation => ({
  client,
  input: { kind: 'write', key, value },
  output: 'done',
  calledMs,
  answeredMs,
});
const read = (
  client: string,
  output: string | null,
  calledMs: number,
  answeredMs: number,
): RegisterOperation => ({ client, input: { kind: 'read', key }, output, calledMs, answeredMs });
const lost = (operation: RegisterOperation): RegisterOperation => ({ ...operation, output: undefined });

const verdict = (...history: RegisterOperation[]): string => checkLinearizable(history, registerModel).kind;

describe('registers', () => {
  test('[LI1] each operation has its effect between its call and its answer', () => {
    expect(verdict(write('a', '1', 0, 10), read('b', null, 2, 4), read('b', '1', 5, 8))).toBe('holds');
    expect(verdict(write('a', '1', 0, 10), read('b', '1', 2, 4), read('b', null, 5, 8))).toBe('violated');
    expect(verdict(write('a', '1', 0, 1), read('b', null, 2, 3))).toBe('violated');
    expect(verdict(read('b', '1', 0, 1), write('a', '1', 2, 3))).toBe('violated');
  });

  test('[LI1] what overlaps may be in either order, also where the times are the same', () => {
    expect(verdict(write('a', '1', 0, 5), read('b', '1', 5, 6))).toBe('holds');
    expect(verdict(write('a', '1', 0, 5), read('b', null, 5, 6))).toBe('holds');
    expect(verdict(write('a', '1', 0, 5), write('b', '2', 0, 5), read('c', '1', 6, 7))).toBe('holds');
  });

  test('[LI2] what was not answered may have had its effect, late or never', () => {
    const pending = lost(write('a', '1', 0, 1));
    expect(verdict(pending, read('b', null, 2, 3), read('b', '1', 50, 51))).toBe('holds');
    expect(verdict(pending, read('b', null, 2, 3))).toBe('holds');
    expect(verdict(pending, read('b', '1', 2, 3), read('b', null, 4, 5))).toBe('violated');
  });

  test('[LI1] compare-and-set', () => {
    const set = (client: string, from: string | null, to: string, output: boolean, at: number) =>
      ({
        client,
        input: { kind: 'compareAndSet', key, from, to },
        output,
        calledMs: at,
        answeredMs: at + 1,
      }) satisfies RegisterOperation;
    expect(verdict(set('a', null, '1', true, 0), set('b', null, '2', false, 2))).toBe('holds');
    expect(verdict(set('a', null, '1', true, 0), set('b', null, '2', true, 2))).toBe('violated');
  });

  test('[LI5] an answer before its call is an error of who recorded it', () => {
    expect(() => verdict(write('a', '1', 5, 4))).toThrow(RangeError);
  });
});

test('[LI3] parts are judged by themselves', () => {
  const history: RegisterOperation[] = [];
  for (let part = 0; part < 50; part += 1) {
    const own = (operation: RegisterOperation): RegisterOperation => ({
      ...operation,
      input: { ...operation.input, key: `k${part}` },
    });
    // Each part needs a wrong guess; together these would be 2^50 guesses.
    history.push(own(write('a', '1', 0, 9)), own(write('b', '2', 0, 9)), own(read('c', '1', 10, 11)));
  }
  const found = checkLinearizable(history, registerModel, { maxSteps: 1_000 });
  expect(found.kind).toBe('holds');
});

test('[LI4] a witness is the shortest part that fails, without what can be left out', () => {
  const random = seededRandom('witness');
  const history = honestHistory({ random, clients: 5, operations: 300, keys: 1 });
  const end = Math.max(...history.map(({ answeredMs }) => answeredMs));
  const stale = [
    write('a', 'old', end + 1, end + 2),
    write('b', 'new', end + 3, end + 4),
    read('c', 'old', end + 5, end + 6),
  ];
  const after = [read('d', 'new', end + 7, end + 8), write('d', 'later', end + 9, end + 10)];
  const found = checkLinearizable([...history, ...stale, ...after], registerModel);
  if (found.kind !== 'violated') throw new Error(found.kind);
  expect(found.witness).toEqual(stale);
  expect(found.sentence).toBe(`No order explains 3 of 305 operations up to the answer of c at ${end + 6}.`);
});

test('[LI6] a search that takes too long says so', () => {
  const history = Array.from({ length: 12 }, (_each, at) => write(`c${at}`, `${at}`, 0, 10));
  history.push(read('r', 'none', 11, 12));
  expect(checkLinearizable(history, registerModel, { maxSteps: 500 })).toEqual({
    kind: 'unknown',
    steps: 500,
  });
  expect(checkLinearizable(history, registerModel).kind).toBe('violated');
});

test('[LI1] logs and claims', () => {
  const at = (calledMs: number) => ({ calledMs, answeredMs: calledMs + 1 });
  const append = (client: string, value: string, output: number, ms: number) =>
    ({ client, input: { kind: 'append', key, value }, output, ...at(ms) }) as const;
  const all = (output: readonly string[], ms: number) =>
    ({ client: 'r', input: { kind: 'read', key }, output, ...at(ms) }) as const;
  const log = [append('a', 'p', 1, 0), append('b', 'q', 2, 2)];
  expect(checkLinearizable([...log, all(['p', 'q'], 4)], logModel).kind).toBe('holds');
  expect(checkLinearizable([...log, all(['q', 'p'], 4)], logModel).kind).toBe('violated');
  expect(checkLinearizable([...log, append('c', 'r', 2, 4)], logModel).kind).toBe('violated');
  const claim = (by: string, output: string, ms: number) =>
    ({ client: by, input: { name: 'ann', by }, output, ...at(ms) }) as const;
  expect(checkLinearizable([claim('a', 'a', 0), claim('b', 'a', 2)], claimModel).kind).toBe('holds');
  expect(checkLinearizable([claim('a', 'a', 0), claim('b', 'b', 2)], claimModel).kind).toBe('violated');
});

test('[LI1] the next number, among many that ask at once', () => {
  const take = (client: string, output: number | undefined, calledMs: number, answeredMs: number) => ({
    client,
    input: { key },
    output,
    calledMs,
    answeredMs,
  });
  // Backwards within each crowd: a search that believed any greater number would never end.
  const crowds = Array.from({ length: 2_000 }, (_each, at) =>
    take(
      `c${at % 20}`,
      at + 20 - 2 * (at % 20),
      Math.floor(at / 20) * 10 + (at % 20) / 10,
      Math.floor(at / 20) * 10 + 9,
    ),
  );
  expect(checkLinearizable(crowds, nextNumberModel).kind).toBe('holds');
  const lost = take('x', undefined, 0, 0);
  expect(checkLinearizable([lost, take('a', 2, 1, 2)], nextNumberModel).kind).toBe('holds');
  expect(checkLinearizable([take('a', 2, 1, 2)], nextNumberModel).kind).toBe('violated');
  expect(checkLinearizable([...crowds, take('b', 1, 5_000, 5_001)], nextNumberModel).kind).toBe('violated');
});

interface HonestOptions {
  readonly random: { next(): number };
  readonly clients: number;
  readonly operations: number;
  readonly keys: number;
}

/** By a real register that acts at a random moment of each call; so it is linearizable. */
function honestHistory({ random, clients, operations, keys }: HonestOptions): RegisterOperation[] {
  const acts: { readonly atMs: number; readonly run: () => void }[] = [];
  const registers = new Map<string, string | null>();
  const history: RegisterOperation[] = [];
  for (let client = 0; client < clients; client += 1) {
    let nowMs = random.next();
    for (let count = 0; count < operations / clients; count += 1) {
      const calledMs = nowMs;
      const atMs = calledMs + random.next() * 10;
      const answeredMs = atMs + random.next() * 10;
      nowMs = answeredMs + random.next();
      const own = keys === 1 ? key : `k${Math.floor(random.next() * keys)}`;
      const value = `${client}.${count}`;
      const isRead = random.next() < 0.5;
      const run = (): void => {
        const call = { client: `c${client}`, calledMs, answeredMs };
        if (isRead) {
          history.push({ ...call, input: { kind: 'read', key: own }, output: registers.get(own) ?? null });
        } else {
          registers.set(own, value);
          history.push({ ...call, input: { kind: 'write', key: own, value }, output: 'done' });
        }
      };
      acts.push({ atMs, run });
    }
  }
  for (const { run } of acts.sort((a, b) => a.atMs - b.atMs)) run();
  return history;
}

test('[LI7] ten thousand operations of ten clients on one register', () => {
  const history = honestHistory({ random: seededRandom('many'), clients: 10, operations: 10_000, keys: 1 });
  expect(history).toHaveLength(10_000);
  const found = checkLinearizable(history, registerModel);
  expect(found.kind === 'holds' && found.order.length).toBe(10_000);
});

/** All orders of all operations, one after the other: slow and obvious. */
function byTryingAll(
  history: readonly RegisterOperation[],
  model: ObjectModel<string | null, RegisterInput, RegisterOutput>,
): boolean {
  const go = (rest: readonly RegisterOperation[], state: string | null): boolean => {
    if (rest.every(({ output }) => output === undefined)) return true;
    return rest.some((each) => {
      const isTooEarly = rest.some((other) => other.output !== undefined && other.answeredMs < each.calledMs);
      if (isTooEarly) return false;
      const next = model.apply(state, each.input, each.output);
      return (
        next !== undefined &&
        go(
          rest.filter((other) => other !== each),
          next.state,
        )
      );
    });
  };
  return go(history, model.initial);
}

const anyOperation = fc.record({
  client: fc.constantFrom('a', 'b', 'c'),
  calledMs: fc.nat(8),
  lastsMs: fc.nat(6),
  isLost: fc.nat(5).map((die) => die === 0),
  act: fc.oneof(
    fc.record({ kind: fc.constant('read' as const), saw: fc.constantFrom(null, '1', '2') }),
    fc.record({ kind: fc.constant('write' as const), value: fc.constantFrom('1', '2') }),
    fc.record({
      kind: fc.constant('compareAndSet' as const),
      from: fc.constantFrom(null, '1', '2'),
      to: fc.constantFrom('1', '2'),
      isSet: fc.boolean(),
    }),
  ),
});
type AnyOperation = typeof anyOperation extends fc.Arbitrary<infer Value> ? Value : never;

function operationOf({ client, calledMs, lastsMs, isLost, act }: AnyOperation): RegisterOperation {
  const [input, output] = (() => {
    switch (act.kind) {
      case 'read':
        return [{ kind: 'read', key }, act.saw] as const;
      case 'write':
        return [{ kind: 'write', key, value: act.value }, 'done'] as const;
      case 'compareAndSet':
        return [{ kind: 'compareAndSet', key, from: act.from, to: act.to }, act.isSet] as const;
    }
  })();
  return { client, input, output: isLost ? undefined : output, calledMs, answeredMs: calledMs + lastsMs };
}

test('[LI8] the verdict is that of trying every order', () => {
  let violations = 0;
  fc.assert(
    fc.property(fc.array(anyOperation, { maxLength: 7 }), (drawn) => {
      const history = drawn.map(operationOf);
      const found = checkLinearizable(history, registerModel);
      const isExplained = byTryingAll(history, registerModel);
      expect(found.kind).toBe(isExplained ? 'holds' : 'violated');
      if (found.kind !== 'violated') return;
      violations += 1;
      expect(byTryingAll(found.witness, registerModel)).toBe(false);
    }),
    { numRuns: 2_000 },
  );
  expect(violations).toBeGreaterThan(200);
});
