/** Signing and verifying signed JSON, and hashing text: the only cryptography that entries and envelopes need. */
import {
  attachSignature,
  detachSignature,
  fromBase64Url,
  type SignatureDomain,
  signedBytes,
  toBase64Url,
} from '@bothy/wire';

const { subtle } = globalThis.crypto;
const encoder = new TextEncoder();

/** Signs a text made by `unsignedText`, and returns the whole signed text. */
export async function signText(
  domain: SignatureDomain,
  unsigned: string,
  privateKey: CryptoKey,
): Promise<string> {
  const signature = await subtle.sign({ name: 'Ed25519' }, privateKey, signedBytes(domain, unsigned));
  return attachSignature(unsigned, toBase64Url(new Uint8Array(signature)));
}

/** The text that was signed, or undefined when the signature is not this key's for this domain. */
export async function verifyText(
  domain: SignatureDomain,
  signedText: string,
  publicKey: CryptoKey,
): Promise<{ readonly unsigned: string } | undefined> {
  const detached = detachSignature(signedText);
  const signature = detached === undefined ? undefined : fromBase64Url(detached.sig);
  if (detached === undefined || signature === undefined) return undefined;
  const bytes = signedBytes(domain, detached.unsigned);
  const genuine = await subtle.verify({ name: 'Ed25519' }, publicKey, signature, bytes);
  return genuine ? { unsigned: detached.unsigned } : undefined;
}

/** SHA-256 of a text's UTF-8 bytes, base64url. */
export async function hashText(text: string): Promise<string> {
  return toBase64Url(new Uint8Array(await subtle.digest('SHA-256', encoder.encode(text))));
}
