import * as z from 'zod/mini';
import type { Certificate, Proof } from '../certificate.ts';
import { deviceIdPattern, namePattern, personIdPattern } from '../ids.ts';
import { base64Url32, type Parsed, parseJson, textLike, textUpTo, wholeNumber } from './parse.ts';

/** A certificate is about 450 bytes; this leaves room for members of later versions. */
const maxCertificateBytes = 2048;

const certificateSchema: z.ZodMiniType<Certificate> = z.object({
  v: z.literal(1),
  name: textLike(namePattern),
  person: textLike(personIdPattern),
  personKey: base64Url32,
  device: textLike(deviceIdPattern),
  deviceKey: base64Url32,
  issuedAt: wholeNumber(0),
});

const proofSchema: z.ZodMiniType<Proof> = z.object({
  v: z.literal(1),
  certificate: textUpTo(maxCertificateBytes),
  audience: textUpTo(256),
  nonce: textLike(/^[A-Za-z0-9_-]{22}$/),
  issuedAt: wholeNumber(0),
});

/** Shape only: the caller verifies the signature and the fingerprints. */
export function parseCertificate(text: string): Parsed<Certificate> {
  return parseJson(certificateSchema, text, maxCertificateBytes);
}

/** Shape only: the caller verifies signature, certificate, audience and nonce. */
export function parseProof(text: string): Parsed<Proof> {
  return parseJson(proofSchema, text, 2 * maxCertificateBytes);
}
