import { generateKeyPair } from '@bothy/identity';
import { issueToken } from '@bothy/identity/tokens';
import type { FastifyRequest } from 'fastify';
import { expect, test } from 'vitest';
import { bearerOf } from './bearer-token.ts';

const person = 'a'.repeat(32);
const tokens = { node: 'n1', keyPair: await generateKeyPair(true) };
const wallMs = (): number => 1_700_000_000_000;

function request(token: string): FastifyRequest {
  return { headers: { authorization: `Bearer ${token}` } } as FastifyRequest;
}

test('whose key is kept out is told so, though their token and their name hold still; who forged one is not', async () => {
  const { token } = await issueToken(tokens, { person, device: 'a'.repeat(16), name: 'ann' }, wallMs());
  const keptOut = new Set<string>();
  const options = {
    tokens,
    names: { lookup: async () => person },
    isKeptOut: (asked: string) => keptOut.has(asked),
    wallMs,
  };
  expect(await bearerOf(request(token), options)).toMatchObject({ person });
  keptOut.add(person);
  await expect(bearerOf(request(token), options)).rejects.toMatchObject({ code: 'person_removed' });
  const forged = await issueToken(
    { node: 'n1', keyPair: await generateKeyPair(true) },
    { person, device: 'a'.repeat(16), name: 'ann' },
    wallMs(),
  );
  await expect(bearerOf(request(forged.token), options)).rejects.toMatchObject({ code: 'unauthorized' });
});
