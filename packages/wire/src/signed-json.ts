/**
 * Signed JSON: a JSON object whose last member is `sig`. The signature covers
 * a domain prefix and the exact bytes before `,"sig":"…"}`, so nothing is ever
 * serialised again to be verified, and any JSON parser can still read it.
 */

/** What a signature was made for. One signed thing can never pass as another kind. */
export const signatureDomains = {
  certificate: 'bothy/certificate/v1\n',
  envelope: 'bothy/envelope/v1\n',
  presence: 'bothy/presence/v1\n',
  entry: 'bothy/entry/v1\n',
  proof: 'bothy/proof/v1\n',
} as const;
export type SignatureDomain = keyof typeof signatureDomains;

const sigStart = ',"sig":"';
const sigEnd = '"}';
/** An Ed25519 signature (64 bytes) in base64url. */
const sigChars = 86;
const suffixChars = sigStart.length + sigChars + sigEnd.length;

const encoder = new TextEncoder();

/** The text of a plain object that is to be signed: its JSON without the closing brace. */
export function unsignedText(value: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(value).slice(0, -1);
}

/** The bytes a signature covers. */
export function signedBytes(domain: SignatureDomain, unsigned: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(signatureDomains[domain] + unsigned);
}

/** The text that is sent and stored. `sig` is base64url. */
export function attachSignature(unsigned: string, sig: string): string {
  return unsigned + sigStart + sig + sigEnd;
}

/** The unsigned text and the signature of a signed text; undefined when it does not end in one. */
export function detachSignature(text: string): { unsigned: string; sig: string } | undefined {
  const cut = text.length - suffixChars;
  if (cut < 1 || !text.startsWith(sigStart, cut) || !text.endsWith(sigEnd)) return undefined;
  const sig = text.slice(cut + sigStart.length, -sigEnd.length);
  return /^[A-Za-z0-9_-]+$/.test(sig) ? { unsigned: text.slice(0, cut), sig } : undefined;
}
