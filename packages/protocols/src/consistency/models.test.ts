/** What objects answer, and what a witness may leave out: the corners that histories of registers do not reach. */
import { expect, test } from 'vitest';
import { checkLinearizable } from './linearizability.ts';
import {
  type ClaimInput,
  claimModel,
  type LogInput,
  type LogOutput,
  logModel,
  type ObjectModel,
  type Operation,
  registerModel,
} from './operation.ts';
import { checkSequential } from './sequential.ts';

function at<Input, Output>(
  client: string,
  input: Input,
  output: Output | undefined,
  calledMs: number,
): Operation<Input, Output> {
  return { client, input, output, calledMs, answeredMs: calledMs + 1 };
}

const append = (value: string) => ({ kind: 'append', key: 'log', value }) as const;
const readLog = { kind: 'read', key: 'log' } as const;

test('[LI1] a log says where it put something, and all that is in it', () => {
  const log: Operation<LogInput, LogOutput>[] = [
    at('a', append('x'), 1, 0),
    at('b', append('y'), 2, 10),
    at('a', readLog, ['x', 'y'], 20),
    at<LogInput, LogOutput>('b', readLog, undefined, 30),
  ];
  expect(checkLinearizable(log, logModel).kind).toBe('holds');
  for (const wrong of [['x'], ['y', 'x'], 2]) {
    const told = log.map((each) => (Array.isArray(each.output) ? { ...each, output: wrong } : each));
    expect(checkLinearizable(told, logModel).kind).toBe('violated');
  }
  expect(checkLinearizable([at('a', append('x'), 2, 0)], logModel).kind).toBe('violated');
  expect(checkSequential(log, logModel).kind).toBe('holds');
});

test('[LI4] a witness of a log leaves out who only looked', () => {
  const found = checkLinearizable(
    [at('a', append('x'), 1, 0), at('b', readLog, ['x'], 5), at('c', append('y'), 1, 10)],
    logModel,
  );
  expect(found.kind === 'violated' && found.witness.map(({ client }) => client)).toEqual(['a', 'c']);
});

test('[LI4] a witness of claims leaves out who was told that it is somebody else’s', () => {
  const claim = (by: string) => ({ name: 'hut', by });
  const found = checkLinearizable(
    [at('a', claim('ann'), 'ann', 0), at('b', claim('ben'), 'ann', 5), at('c', claim('cat'), 'cat', 10)],
    claimModel,
  );
  expect(found.kind === 'violated' && found.witness.map(({ client }) => client)).toEqual(['a', 'c']);
  const lost: Operation<ClaimInput, string>[] = [
    at<ClaimInput, string>('a', claim('ann'), undefined, 0),
    at('b', claim('ben'), 'ann', 10),
  ];
  expect(checkLinearizable(lost, claimModel).kind).toBe('holds');
});

/** A counter: one part, and nothing that may be left out. */
const counter: ObjectModel<number, 'add', number> = {
  initial: 0,
  apply: (state, _, output) =>
    output === undefined || output === state + 1 ? { state: state + 1 } : undefined,
  keyOf: String,
};

test('[LI3, SQ2] a model without parts is judged as one', () => {
  const twice: Operation<'add', number>[] = [at('a', 'add', 1, 0), at('b', 'add', 1, 10)];
  const once: Operation<'add', number>[] = [at('a', 'add', 1, 0), at('b', 'add', 2, 10)];
  const wrong = checkLinearizable(twice, counter);
  expect(wrong.kind === 'violated' && wrong.witness).toHaveLength(2);
  expect(checkLinearizable(once, counter).kind).toBe('holds');
  expect(checkSequential(twice, counter).kind).toBe('violated');
  expect(checkSequential(once, counter).kind).toBe('holds');
});

test('[LI6] a search that reaches its limit says so', () => {
  const writes = Array.from({ length: 9 }, (_, each) => ({
    client: `c${each}`,
    input: { kind: 'write', key: 'x', value: `${each}` } as const,
    output: 'done' as const,
    calledMs: 0,
    answeredMs: 100,
  }));
  const stale = {
    client: 'r',
    input: { kind: 'read', key: 'x' } as const,
    output: 'never',
    calledMs: 101,
    answeredMs: 102,
  };
  expect(checkLinearizable([...writes, stale], registerModel, { maxSteps: 5 }).kind).toBe('unknown');
  expect(checkSequential([...writes, stale], registerModel, { maxSteps: 5 }).kind).toBe('unknown');
});

test('[LI6] many who were not answered cost nothing where they change nothing', () => {
  const lost = Array.from({ length: 60 }, (_, each) => ({
    ...at<ClaimInput, string>(`c${each}`, { name: 'hut', by: `c${each}` }, undefined, 5),
    answeredMs: 5,
  }));
  const claims = [at('ann', { name: 'hut', by: 'ann' }, 'ann', 0), ...lost];
  const wrong = [...claims, at('ben', { name: 'hut', by: 'ben' }, 'ben', 50)];
  for (const check of [checkLinearizable, checkSequential]) {
    expect(check(claims, claimModel, { maxSteps: 20_000 }).kind).toBe('holds');
    expect(check(wrong, claimModel, { maxSteps: 20_000 }).kind).toBe('violated');
  }
});

test('[LI6] many who only look at once do not make a violation hard to find', () => {
  const looks = Array.from({ length: 40 }, (_, each) => ({
    client: `c${each}`,
    input: { kind: 'read', key: 'x' } as const,
    output: null,
    calledMs: 0,
    answeredMs: 100,
  }));
  const stale = { ...looks[0], client: 'r', input: { kind: 'read', key: 'x' } as const, output: 'never' };
  const found = checkLinearizable([...looks, { ...stale, calledMs: 50, answeredMs: 60 }], registerModel, {
    maxSteps: 20_000,
  });
  expect(found.kind === 'violated' && found.witness).toHaveLength(1);
});
