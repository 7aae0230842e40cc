import { SignJWT } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { generateKeyPair } from './keys.ts';
import { issueToken, principalOf, type TokenIssuer, tokenLifeMs, verifyToken } from './tokens.ts';

const now = 1_800_000_000_000;
const subject = { person: 'a'.repeat(32), device: 'b'.repeat(16), name: 'ann' };

let node: TokenIssuer;
beforeAll(async () => {
  node = { node: 'hut', keyPair: await generateKeyPair(false) };
});

test('[ID8] a token says who it was issued to, until it is over', async () => {
  const { token, expiresAt } = await issueToken(node, subject, now);
  expect(expiresAt).toBe(now + tokenLifeMs);
  expect(await verifyToken(node, token, now + tokenLifeMs - 1_000)).toEqual({ ok: true, subject });
  expect(await verifyToken(node, token, now + tokenLifeMs)).toMatchObject({ ok: false });
});

test('[ID8] another node, or another key of the same name, does not accept it', async () => {
  const { token } = await issueToken(node, subject, now);
  const sameKey = { node: 'other', keyPair: node.keyPair };
  const sameName = { node: 'hut', keyPair: await generateKeyPair(false) };
  expect(await verifyToken(sameKey, token, now)).toMatchObject({ ok: false });
  expect(await verifyToken(sameName, token, now)).toMatchObject({ ok: false });
});

test('[ID8] a token without end, or signed with nothing, is not accepted', async () => {
  const endless = await new SignJWT({ device: subject.device, name: subject.name })
    .setProtectedHeader({ alg: 'EdDSA' })
    .setSubject(subject.person)
    .setIssuer('hut')
    .setAudience('hut')
    .sign(node.keyPair.privateKey);
  expect(await verifyToken(node, endless, now)).toMatchObject({ ok: false });
  const { token } = await issueToken(node, subject, now);
  const none = Buffer.from('{"alg":"none"}').toString('base64url');
  const unsigned = `${none}.${token.split('.')[1]}.`;
  expect(await verifyToken(node, unsigned, now)).toMatchObject({ ok: false });
});

test.each([{ name: 'Not a name' }, { device: 'x' }, { person: 'x' }])(
  '[ID9] a claim that is not well formed is not accepted: %o',
  async (change) => {
    const { token } = await issueToken(node, { ...subject, ...change }, now);
    expect(await verifyToken(node, token, now)).toEqual({ ok: false, reason: 'token: a claim is missing' });
  },
);

test.each(['', 'x', 'a.b.c', '{}'])('[ID9] %j is no token', async (text) => {
  expect(await verifyToken(node, text, now)).toEqual({ ok: false, reason: expect.any(String) });
});

test('[ID16] a role is in the token, under its signature, and a role that is not known gives nothing', async () => {
  const { token } = await issueToken(node, { ...subject, role: 'operator' }, now);
  const verified = await verifyToken(node, token, now);
  expect(verified).toEqual({ ok: true, subject: { ...subject, role: 'operator' } });
  expect(verified.ok && principalOf(verified.subject)).toEqual({ kind: 'operator', ...subject });
  expect(principalOf(subject)).toEqual({ kind: 'person', ...subject });

  const king = await new SignJWT({ device: subject.device, name: subject.name, role: 'king' })
    .setProtectedHeader({ alg: 'EdDSA' })
    .setSubject(subject.person)
    .setIssuer('hut')
    .setAudience('hut')
    .setExpirationTime(now / 1000 + 60)
    .sign(node.keyPair.privateKey);
  expect(await verifyToken(node, king, now)).toEqual({ ok: true, subject });

  // Whoever writes the role into a token of their own breaks its signature.
  const [head, , signature] = (await issueToken(node, subject, now)).token.split('.');
  const claims = Buffer.from(JSON.stringify({ sub: subject.person, role: 'operator' })).toString('base64url');
  expect(await verifyToken(node, `${head}.${claims}.${signature}`, now)).toMatchObject({ ok: false });
});
