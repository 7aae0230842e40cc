import { expect, it } from 'vitest';
import { NodeTokens } from './node-tokens.ts';

function tokens() {
  const signedIn: string[] = [];
  let nowMs = 0;
  let failing = false;
  const made = new NodeTokens(
    async (base) => {
      signedIn.push(base);
      if (failing) throw new Error('not there');
      return { token: `${base} ${signedIn.length}` };
    },
    () => nowMs,
  );
  return {
    made,
    signedIn,
    pass: (ms: number) => {
      nowMs += ms;
    },
    fail: (fails: boolean) => {
      failing = fails;
    },
  };
}

it('each node gives one, which is good for a while', async () => {
  const { made, signedIn, pass } = tokens();
  expect(await made.token('n1')).toBe('n1 1');
  expect(await made.token('n1')).toBe('n1 1');
  expect(await made.token('n2')).toBe('n2 2');
  pass(13 * 60_000);
  expect(await made.token('n1')).toBe('n1 3');
  expect(signedIn).toEqual(['n1', 'n2', 'n1']);
});

it('one that was refused is replaced, and a failure is not remembered', async () => {
  const { made, fail } = tokens();
  await made.token('n1');
  expect(await made.token('n1', true)).toBe('n1 2');
  fail(true);
  await expect(made.token('n1', true)).rejects.toThrow('not there');
  fail(false);
  expect(await made.token('n1')).toBe('n1 4');
});
