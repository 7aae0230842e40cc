/** Ed25519 keys through WebCrypto (RFC 8032), and the ids that are their fingerprints. */
import { type DeviceId, fromBase64Url, type PersonId, toBase32, toBase64Url } from '@bothy/wire';

const { subtle } = globalThis.crypto;

/** `extractable` only for a person's key, which may be exported; a device's key never leaves. */
export async function generateKeyPair(extractable: boolean): Promise<CryptoKeyPair> {
  const pair = await subtle.generateKey({ name: 'Ed25519' }, extractable, ['sign', 'verify']);
  return pair as CryptoKeyPair;
}

/** The raw public key, 32 bytes in base64url. */
export async function exportPublicKey(key: CryptoKey): Promise<string> {
  return toBase64Url(new Uint8Array(await subtle.exportKey('raw', key)));
}

/** The key of a raw public key in base64url; undefined when it is not one. */
export async function importPublicKey(raw: string): Promise<CryptoKey | undefined> {
  const bytes = fromBase64Url(raw);
  if (bytes?.length !== 32) return undefined;
  try {
    return await subtle.importKey('raw', bytes, { name: 'Ed25519' }, true, ['verify']);
  } catch {
    // 32 bytes that are no point on the curve.
    return undefined;
  }
}

/** Base32 of the first 20 bytes of the key's SHA-256: 32 characters. `rawKey` is base64url. */
export async function personIdOf(rawKey: string): Promise<PersonId> {
  return await fingerprint(rawKey, 20);
}

/** Base32 of the first 10 bytes of the key's SHA-256: 16 characters. `rawKey` is base64url. */
export async function deviceIdOf(rawKey: string): Promise<DeviceId> {
  return await fingerprint(rawKey, 10);
}

async function fingerprint(rawKey: string, bytes: number): Promise<string> {
  const raw = fromBase64Url(rawKey);
  if (raw === undefined) throw new RangeError('a fingerprint is taken of a key in base64url');
  const hash = new Uint8Array(await subtle.digest('SHA-256', raw));
  return toBase32(hash.subarray(0, bytes));
}
