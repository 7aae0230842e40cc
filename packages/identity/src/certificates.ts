/** Device certificates: a person's key vouches for a device's key and a name. */
import { LruCache } from '@bothy/protocols';
import { type Certificate, type Name, unsignedText } from '@bothy/wire';
import { parseCertificate } from '@bothy/wire/schemas';
import { deviceIdOf, exportPublicKey, importPublicKey, personIdOf } from './keys.ts';
import { signText, verifyText } from './signatures.ts';

export interface CertificateRequest {
  readonly name: Name;
  readonly personKeyPair: CryptoKeyPair;
  readonly devicePublicKey: CryptoKey;
  /** Unix milliseconds; advisory. */
  readonly issuedAt: number;
}

/** Issues a certificate; the text is kept and sent verbatim. */
export async function issueCertificate(request: CertificateRequest): Promise<string> {
  const { name, personKeyPair, devicePublicKey, issuedAt } = request;
  const personKey = await exportPublicKey(personKeyPair.publicKey);
  const deviceKey = await exportPublicKey(devicePublicKey);
  const certificate: Certificate = {
    v: 1,
    name,
    person: await personIdOf(personKey),
    personKey,
    device: await deviceIdOf(deviceKey),
    deviceKey,
    issuedAt,
  };
  return await signText('certificate', unsignedText({ ...certificate }), personKeyPair.privateKey);
}

export type VerifiedCertificate =
  | { readonly ok: true; readonly certificate: Certificate; readonly deviceKey: CryptoKey }
  | { readonly ok: false; readonly reason: string };

/**
 * Verified certificates by their exact text: presence and offers bring the same
 * ones again and again. Bounded: the one used longest ago goes first.
 */
const verified = new LruCache<string, VerifiedCertificate>({ maxEntries: 512 });

/** Checks shape, fingerprints and the person's signature. Needs nothing but the text: it proves itself. */
export async function verifyCertificate(text: string): Promise<VerifiedCertificate> {
  const known = verified.get(text);
  if (known !== undefined) return known;
  const result = await verify(text);
  if (result.ok) verified.set(text, result);
  return result;
}

async function verify(text: string): Promise<VerifiedCertificate> {
  const parsed = parseCertificate(text);
  if (!parsed.ok) return { ok: false, reason: `certificate: ${parsed.reason}` };
  const certificate = parsed.value;
  const [personKey, deviceKey] = await Promise.all([
    importPublicKey(certificate.personKey),
    importPublicKey(certificate.deviceKey),
  ]);
  if (personKey === undefined || deviceKey === undefined)
    return { ok: false, reason: 'certificate: bad key' };
  const [person, device] = await Promise.all([
    personIdOf(certificate.personKey),
    deviceIdOf(certificate.deviceKey),
  ]);
  if (person !== certificate.person || device !== certificate.device) {
    return { ok: false, reason: 'certificate: an id is not the fingerprint of its key' };
  }
  if ((await verifyText('certificate', text, personKey)) === undefined) {
    return { ok: false, reason: 'certificate: bad signature' };
  }
  return { ok: true, certificate, deviceKey };
}
