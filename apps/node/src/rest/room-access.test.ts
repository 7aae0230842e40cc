import type { IncomingMessage } from 'node:http';
import { generateKeyPair } from '@bothy/identity';
import { issueToken } from '@bothy/identity/tokens';
import { expect, test } from 'vitest';
import { type RoomSignInOptions, roomSignIn } from './room-access.ts';

const person = 'a'.repeat(32);
const tokens = { node: 'n1', keyPair: await generateKeyPair(true) };
const wallMs = (): number => 1_700_000_000_000;
const local = { headers: {}, socket: { remoteAddress: '127.0.0.1' } } as IncomingMessage;
const forwarded = { ...local, headers: { 'x-forwarded-for': '192.0.2.7' } } as unknown as IncomingMessage;

function signIn(options: Partial<RoomSignInOptions> = {}) {
  return roomSignIn({
    node: 'n1',
    tokens,
    names: { lookup: async (name) => (name === 'ann' ? person : undefined) },
    isKeptOut: () => false,
    guests: { onlyLocal: () => true, allowGuests: false },
    mayTry: () => true,
    wallMs,
    ...options,
  });
}

async function tokenOf(name: string, role?: 'operator', now = wallMs()): Promise<string> {
  return (await issueToken(tokens, { person, device: 'a'.repeat(16), name, role }, now)).token;
}

test('a token makes somebody who they are, an operator included', async () => {
  const ann = { person, name: 'ann', verified: true, operator: false };
  expect(await signIn()({ token: await tokenOf('ann'), request: forwarded })).toEqual({
    ok: true,
    actor: ann,
  });
  // The name that comes with a token is the token's.
  const named = { token: await tokenOf('ann', 'operator'), name: 'ben', request: local };
  expect(await signIn()(named)).toEqual({ ok: true, actor: { ...ann, operator: true } });
});

test('a token that ended, is of another node, or whose name was released is no good', async () => {
  const old = await tokenOf('ann', undefined, wallMs() - 16 * 60_000);
  const other = { node: 'n2', keyPair: tokens.keyPair };
  const foreign = await issueToken(other, { person, device: 'a'.repeat(16), name: 'ann' }, wallMs());
  for (const token of [old, foreign.token, 'x', await tokenOf('released')]) {
    expect(await signIn()({ token, name: 'guest', request: local })).toMatchObject({
      ok: false,
      code: 'unauthorized',
    });
  }
});

test('whose key is kept out is told so, though their token holds still', async () => {
  const isKeptOut = (asked: string): boolean => asked === person;
  const attempt = { token: await tokenOf('ann'), request: local };
  expect(await signIn({ isKeptOut })(attempt)).toMatchObject({ ok: false, code: 'person_removed' });
  expect(await signIn({ isKeptOut })({ ...attempt, token: 'x' })).toMatchObject({ code: 'unauthorized' });
});

test('an address that tries too often is refused before its token is looked at', async () => {
  const asked: string[] = [];
  const mayTry = (address: string): boolean => asked.push(address) < 0;
  const token = await tokenOf('ann');
  expect(await signIn({ mayTry })({ token, request: local })).toMatchObject({
    ok: false,
    code: 'rate_limited',
  });
  expect(await signIn({ mayTry })({ name: 'ben', request: local })).toMatchObject({ ok: true });
  expect(asked).toEqual(['127.0.0.1']);
});

test('a guest of this machine has a name that nobody owns, and inherits nothing', async () => {
  const actor = { person: 'guest:ben', name: 'ben', verified: false, operator: false };
  expect(await signIn()({ name: 'ben', request: local })).toEqual({ ok: true, actor });
  expect(await signIn()({ name: 'ann', request: local })).toMatchObject({ ok: false, code: 'name_taken' });
  expect(await signIn()({ request: local })).toMatchObject({ ok: false, code: 'bad_request' });
});

test('guests come through no proxy and from no network, unless they are allowed', async () => {
  const refused = { ok: false, code: 'unauthorized' };
  const bound = { guests: { onlyLocal: () => false, allowGuests: false } };
  expect(await signIn()({ name: 'ben', request: forwarded })).toMatchObject(refused);
  expect(await signIn(bound)({ name: 'ben', request: local })).toMatchObject(refused);
  const allowed = { guests: { onlyLocal: () => false, allowGuests: true } };
  expect(await signIn(allowed)({ name: 'ben', request: forwarded })).toMatchObject({ ok: true });
});
