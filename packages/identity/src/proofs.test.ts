import { unsignedText } from '@bothy/wire';
import { beforeAll, describe, expect, test } from 'vitest';
import { createIdentity, type LocalIdentity } from './local-identity.ts';
import { Challenges, makeProof, UsedNonces, verifyProof } from './proofs.ts';
import { signText } from './signatures.ts';

const hourMs = 3_600_000;
const now = 1_800_000_000_000;
const audience = 'localhost:8080';
const audiences = ['127.0.0.1:8080', audience];

let ann: LocalIdentity;
let ben: LocalIdentity;
beforeAll(async () => {
  [ann, ben] = await Promise.all([
    createIdentity({ name: 'ann', issuedAt: now }),
    createIdentity({ name: 'ben', issuedAt: now }),
  ]);
});

const verify = (text: string, wallMs = now, nonces = new UsedNonces()) =>
  verifyProof(text, { audiences, wallMs, nonces });

describe('proofs', () => {
  test('[ID5] one of our own is accepted and says who it is', async () => {
    const proof = await makeProof({ identity: ann, audience, now });
    const verified = await verify(proof);
    expect(verified).toMatchObject({ ok: true, certificate: { name: 'ann', device: ann.device } });
  });

  test('[ID5] one that was made for another node is refused', async () => {
    const proof = await makeProof({ identity: ann, audience: 'evil.example:8080', now });
    expect(await verify(proof)).toEqual({ ok: false, reason: 'proof: made for another node' });
  });

  test.each([
    [-2 * hourMs - 1, false],
    [-2 * hourMs, true],
    [2 * hourMs, true],
    [2 * hourMs + 1, false],
  ])('[ID5] a clock that is %d ms off: %s', async (errorMs, ok) => {
    const proof = await makeProof({ identity: ann, audience, now: now + errorMs });
    expect(await verify(proof)).toMatchObject({ ok });
  });

  test('[ID5] one that another device signed is refused', async () => {
    const stolen = await makeProof({ identity: { ...ben, certificate: ann.certificate }, audience, now });
    expect(await verify(stolen)).toEqual({ ok: false, reason: 'proof: bad signature' });
  });

  test('[ID2] a signature made for something else is no proof', async () => {
    const proof = { v: 1, certificate: ann.certificate, audience, nonce: 'A'.repeat(22), issuedAt: now };
    const text = await signText('presence', unsignedText(proof), ann.devicePrivateKey);
    expect(await verify(text)).toEqual({ ok: false, reason: 'proof: bad signature' });
  });

  test.each(['', '{}', 'null', '{"v":1,"certificate":"x"}', 'x'.repeat(9_000)])(
    '[ID9] foreign text %# is refused with a reason',
    async (text) => expect(await verify(text)).toEqual({ ok: false, reason: expect.any(String) }),
  );

  test('[ID6] one is accepted once', async () => {
    const nonces = new UsedNonces();
    const proof = await makeProof({ identity: ann, audience, now });
    expect(await verify(proof, now, nonces)).toMatchObject({ ok: true });
    expect(await verify(proof, now + hourMs, nonces)).toEqual({ ok: false, reason: 'proof: used before' });
  });

  test('[ID6] a forgery does not use up the nonce of the genuine one', async () => {
    const nonces = new UsedNonces();
    const proof = await makeProof({ identity: ann, audience, now });
    const forged = `${proof.slice(0, -10)}AAAAAAAA"}`;
    expect(await verify(forged, now, nonces)).toEqual({ ok: false, reason: 'proof: bad signature' });
    expect(await verify(proof, now, nonces)).toMatchObject({ ok: true });
  });
});

describe('used nonces', () => {
  test('[ID6] at the limit new ones are refused, and none is forgotten while a proof could be in time', () => {
    const nonces = new UsedNonces(2);
    expect([nonces.use('a', now), nonces.use('b', now + 1)]).toEqual(['accepted', 'accepted']);
    expect(nonces.use('c', now + 2)).toBe('full');
    // A proof from a clock two hours ahead is in time for four.
    expect(nonces.use('a', now + 4 * hourMs)).toBe('used');
    expect(nonces.use('c', now + 4 * hourMs + 1)).toBe('accepted');
    expect(nonces.use('b', now + 4 * hourMs + 1)).toBe('used');
  });
});

describe('challenges', () => {
  test('[ID7] one is good once', async () => {
    const challenges = new Challenges();
    const nonce = challenges.give(now);
    const proof = await makeProof({ identity: ann, audience, now, nonce });
    const expected = { audiences, wallMs: now + 1_000, nonces: challenges };
    expect(await verifyProof(proof, expected)).toMatchObject({ ok: true, nonce });
    expect(await verifyProof(proof, expected)).toMatchObject({ ok: false });
  });

  test('[ID7] one that was not given, or is over, is not good', () => {
    const challenges = new Challenges();
    const nonce = challenges.give(now);
    expect(challenges.use('A'.repeat(22), now)).toBe('unknown');
    expect(challenges.use(nonce, now + 120_001)).toBe('unknown');
  });

  test('[ID7] at the limit the oldest goes', () => {
    const challenges = new Challenges(2);
    const [first, second, third] = [challenges.give(now), challenges.give(now), challenges.give(now)];
    expect([first, second, third].map((nonce) => challenges.use(nonce, now))).toEqual([
      'unknown',
      'accepted',
      'accepted',
    ]);
  });
});
