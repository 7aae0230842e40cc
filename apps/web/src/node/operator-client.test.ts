import { afterEach, expect, it, vi } from 'vitest';
import { OperatorClient } from './operator-client.ts';

interface Asked {
  readonly path: string;
  readonly method: string | undefined;
  readonly authorization: string | null;
}

/** A node that knows one token at a time. */
function node(valid: () => string, answer: unknown): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal('fetch', async (path: string, { method, headers }: RequestInit) => {
    const authorization = new Headers(headers).get('authorization');
    asked.push({ path, method, authorization });
    if (authorization === `Bearer ${valid()}`) return new Response(JSON.stringify(answer));
    return new Response('{"code":"unauthorized","message":"Sign in again."}', { status: 401 });
  });
  return asked;
}

afterEach(() => vi.unstubAllGlobals());

const person = 'a'.repeat(32);
const page = { names: [{ name: 'ann', person, claimedAt: 1, operator: true }], complete: true };

it('signs in once, and again when the token has ended', async () => {
  let signIns = 0;
  const asked = node(() => (signIns < 2 ? 't1' : `t${signIns}`), page);
  const client = new OperatorClient(async () => {
    signIns += 1;
    return { token: `t${signIns}`, role: 'operator' };
  });
  expect(await client.isOperator()).toBe(true);
  expect(await client.names()).toEqual(page);
  expect(await client.names('a b')).toEqual(page);
  expect(signIns).toBe(1);
  signIns = 1;
  vi.unstubAllGlobals();
  const later = node(() => 't2', page);
  expect(await client.names()).toEqual(page);
  expect(later.map(({ authorization }) => authorization)).toEqual(['Bearer t1', 'Bearer t2']);
  expect(asked.map(({ path }) => path)).toEqual(['/api/v1/names', '/api/v1/names?after=a%20b']);
});

it('tells a second refusal, and does not sign in for ever', async () => {
  const asked = node(() => 'never', page);
  let signIns = 0;
  const client = new OperatorClient(async () => {
    signIns += 1;
    return { token: 'x' };
  });
  await expect(client.names()).rejects.toMatchObject({ code: 'unauthorized' });
  expect([signIns, asked.length]).toEqual([2, 2]);
});

it('tries a failed sign-in again with the next question', async () => {
  node(() => 't', { name: 'ben', person });
  let tries = 0;
  const client = new OperatorClient(async () => {
    tries += 1;
    if (tries === 1) throw new Error('no node');
    return { token: 't' };
  });
  await expect(client.release('ben')).rejects.toThrow('no node');
  expect(await client.release('ben')).toBe(person);
});

it('does not believe an invitation that is no link', async () => {
  node(() => 't', { link: 'not a link', uses: 1, expiresAt: 1 });
  const client = new OperatorClient(async () => ({ token: 't' }));
  await expect(client.invite(1, 1)).rejects.toMatchObject({ code: 'internal' });
});
