import { unsignedText } from '@bothy/wire';
import { beforeAll, describe, expect, test } from 'vitest';
import { issueCertificate, verifyCertificate } from './certificates.ts';
import { deviceIdOf, exportPublicKey, generateKeyPair, importPublicKey, personIdOf } from './keys.ts';
import { createIdentity, type LocalIdentity } from './local-identity.ts';
import { hashText, signText, verifyText } from './signatures.ts';

let ann: LocalIdentity;
let annsKeys: CryptoKeyPair;
beforeAll(async () => {
  ann = await createIdentity({ name: 'ann', issuedAt: 1_000 });
  if (ann.personKeyPair === undefined) throw new Error('a new person has their own key');
  annsKeys = ann.personKeyPair;
});

describe('keys', () => {
  /** 32 zero bytes; the expected ids were computed with sha256sum and base32. */
  const zeros = 'A'.repeat(43);

  test('[ID1] ids are fingerprints of known length', async () => {
    expect(await personIdOf(zeros)).toBe('mzuhvlpymk6xo3epygfy5h4oeaejofef');
    expect(await deviceIdOf(zeros)).toBe('mzuhvlpymk6xo3ep');
  });

  test('[ID4] the key of a device cannot be taken out, the key of a person can', async () => {
    expect(ann.devicePrivateKey.extractable).toBe(false);
    await expect(crypto.subtle.exportKey('pkcs8', ann.devicePrivateKey)).rejects.toThrow();
    expect(annsKeys.privateKey.extractable).toBe(true);
  });

  test('a public key survives export and import, and what is none gives undefined', async () => {
    const { publicKey } = await generateKeyPair(false);
    const raw = await exportPublicKey(publicKey);
    const imported = await importPublicKey(raw);
    expect(imported && (await exportPublicKey(imported))).toBe(raw);
    expect(await importPublicKey('AAAA')).toBeUndefined();
    expect(await importPublicKey('no key')).toBeUndefined();
  });
});

describe('signatures', () => {
  const unsigned = unsignedText({ v: 1, text: 'ä,"sig":"' });

  test('[ID2] what was signed comes back, to the character', async () => {
    const text = await signText('presence', unsigned, annsKeys.privateKey);
    expect(await verifyText('presence', text, annsKeys.publicKey)).toEqual({ unsigned });
    expect(JSON.parse(text)).toMatchObject({ v: 1, text: 'ä,"sig":"' });
  });

  test('[ID2] another domain, key or character is refused', async () => {
    const text = await signText('presence', unsigned, annsKeys.privateKey);
    const other = await generateKeyPair(false);
    expect(await verifyText('envelope', text, annsKeys.publicKey)).toBeUndefined();
    expect(await verifyText('presence', text, other.publicKey)).toBeUndefined();
    for (let at = 0; at < text.length - 6; at += 1) {
      const changed = text.slice(0, at) + (text[at] === 'x' ? 'y' : 'x') + text.slice(at + 1);
      expect(await verifyText('presence', changed, annsKeys.publicKey)).toBeUndefined();
    }
  });

  test('a hash is SHA-256 in base64url', async () => {
    expect(await hashText('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
  });
});

describe('certificates', () => {
  test('[ID3] one that was issued is accepted, again and again', async () => {
    for (const _ of [1, 2]) {
      const verified = await verifyCertificate(ann.certificate);
      expect(verified).toMatchObject({
        ok: true,
        certificate: { name: 'ann', person: ann.person, device: ann.device, issuedAt: 1_000 },
      });
    }
  });

  test('[ID3] one with an id of somebody else is refused, though it is signed', async () => {
    const other = await createIdentity({ name: 'ann', issuedAt: 1_000 });
    const certificate = JSON.parse(ann.certificate);
    delete certificate.sig;
    for (const change of [{ person: other.person }, { device: other.device }]) {
      const unsigned = unsignedText({ ...certificate, ...change });
      const forged = await signText('certificate', unsigned, annsKeys.privateKey);
      expect(await verifyCertificate(forged)).toEqual({
        ok: false,
        reason: 'certificate: an id is not the fingerprint of its key',
      });
    }
  });

  test('[ID3] one that another key signed, or that was changed, is refused', async () => {
    const other = await generateKeyPair(false);
    const unsigned = ann.certificate.slice(0, ann.certificate.lastIndexOf(',"sig"'));
    const forged = await signText('certificate', unsigned, other.privateKey);
    const changed = ann.certificate.replace('"ann"', '"ben"');
    for (const text of [forged, changed]) {
      expect(await verifyCertificate(text)).toEqual({ ok: false, reason: 'certificate: bad signature' });
    }
  });

  test('[ID3] a name that is not well formed is refused on both sides', async () => {
    await expect(createIdentity({ name: 'Ann', issuedAt: 0 })).rejects.toMatchObject({
      code: 'name_invalid',
    });
    const { publicKey: devicePublicKey } = await generateKeyPair(false);
    const text = await issueCertificate({
      name: 'Not a name',
      personKeyPair: annsKeys,
      devicePublicKey,
      issuedAt: 0,
    });
    expect(await verifyCertificate(text)).toMatchObject({ ok: false });
  });

  test.each(['', '{', 'null', '[]', '{"v":1}', 'x'.repeat(10_000)])(
    '[ID9] foreign text %# is refused with a reason',
    async (text) => {
      expect(await verifyCertificate(text)).toEqual({ ok: false, reason: expect.any(String) });
    },
  );

  test('more certificates than are remembered are verified all the same', async () => {
    const devices = await Promise.all(Array.from({ length: 600 }, () => generateKeyPair(false)));
    const texts = await Promise.all(
      devices.map(({ publicKey }) =>
        issueCertificate({ name: 'ann', personKeyPair: annsKeys, devicePublicKey: publicKey, issuedAt: 0 }),
      ),
    );
    for (const text of [...texts, ...texts.slice(0, 3)]) {
      expect(await verifyCertificate(text)).toMatchObject({ ok: true });
    }
  });
});
