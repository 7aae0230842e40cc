import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkLinearizable } from './linearizability.ts';
import { type Operation, type RegisterInput, type RegisterOutput, registerModel } from './operation.ts';
import { checkSequential } from './sequential.ts';

type RegisterOperation = Operation<RegisterInput, RegisterOutput>;
let clock = 0;
const at = (): { calledMs: number; answeredMs: number } => {
  clock += 2;
  return { calledMs: clock, answeredMs: clock + 1 };
};
const write = (client: string, key: string, value: string): RegisterOperation => ({
  client,
  input: { kind: 'write', key, value },
  output: 'done',
  ...at(),
});
const read = (client: string, key: string, output: string | null): RegisterOperation => ({
  client,
  input: { kind: 'read', key },
  output,
  ...at(),
});

test('[SQ1] a client may see the past, but not go back', () => {
  const stale = [write('a', 'x', '1'), read('b', 'x', null), read('b', 'x', '1')];
  expect(checkLinearizable(stale, registerModel).kind).toBe('violated');
  expect(checkSequential(stale, registerModel).kind).toBe('holds');
  const back = [write('a', 'x', '1'), read('b', 'x', '1'), read('b', 'x', null)];
  expect(checkSequential(back, registerModel)).toMatchObject({ kind: 'violated', witness: back });
});

test('[SQ2] parts are judged together: each alone could be explained', () => {
  // Dekker's example: each writes one and does not see the other's.
  const history = [write('a', 'x', '1'), read('a', 'y', null), write('b', 'y', '1'), read('b', 'x', null)];
  for (const key of ['x', 'y']) {
    const part = history.filter(({ input }) => input.key === key);
    expect(checkSequential(part, registerModel).kind).toBe('holds');
  }
  const found = checkSequential(history, registerModel);
  expect(found).toMatchObject({ kind: 'violated', witness: history });
});

test('[SQ3] what was not answered may have had its effect or not', () => {
  const lost = { ...write('a', 'x', '1'), output: undefined };
  expect(checkSequential([lost, read('b', 'x', '1')], registerModel).kind).toBe('holds');
  expect(checkSequential([lost, read('b', 'x', null)], registerModel).kind).toBe('holds');
  // Its client has gone on meanwhile.
  expect(checkSequential([lost, read('a', 'x', null), read('a', 'x', '1')], registerModel).kind).toBe(
    'holds',
  );
  const early = [read('a', 'x', '1'), { ...write('a', 'x', '1'), output: undefined }];
  expect(checkSequential(early, registerModel).kind).toBe('violated');
});

test('[SQ4] a search that takes too long says so', () => {
  const history = Array.from({ length: 10 }, (_each, at) => write(`c${at}`, 'x', `${at}`));
  history.push(read('r', 'x', 'none'));
  expect(checkSequential(history, registerModel, { maxSteps: 100 })).toEqual({ kind: 'unknown', steps: 100 });
});

const anyOperation = fc.record({
  client: fc.constantFrom('a', 'b', 'c'),
  key: fc.constantFrom('x', 'y'),
  act: fc.oneof(
    fc.record({ kind: fc.constant('read' as const), saw: fc.constantFrom(null, '1', '2') }),
    fc.record({ kind: fc.constant('write' as const), value: fc.constantFrom('1', '2') }),
  ),
});

/** Every interleaving of the clients: slow and obvious. */
function byTryingAll(history: readonly RegisterOperation[]): boolean {
  const go = (
    rest: readonly RegisterOperation[],
    registers: Readonly<Record<string, string | null>>,
  ): boolean => {
    if (rest.length === 0) return true;
    const firsts = rest.filter((each, at) => !rest.slice(0, at).some(({ client }) => client === each.client));
    return firsts.some((each) => {
      const { input, output } = each;
      const after = rest.filter((other) => other !== each);
      if (input.kind === 'write') return go(after, { ...registers, [input.key]: input.value });
      return (registers[input.key] ?? null) === output && go(after, registers);
    });
  };
  return go(history, {});
}

test('[SQ5] the verdict is that of every interleaving; what is linearizable is sequential', () => {
  let violations = 0;
  fc.assert(
    fc.property(fc.array(anyOperation, { maxLength: 7 }), (drawn) => {
      const history = drawn.map(({ client, key, act }) =>
        act.kind === 'read' ? read(client, key, act.saw) : write(client, key, act.value),
      );
      const found = checkSequential(history, registerModel);
      expect(found.kind).toBe(byTryingAll(history) ? 'holds' : 'violated');
      if (found.kind === 'violated') violations += 1;
      if (checkLinearizable(history, registerModel).kind === 'holds') expect(found.kind).toBe('holds');
    }),
    { numRuns: 1_000 },
  );
  expect(violations).toBeGreaterThan(100);
});
