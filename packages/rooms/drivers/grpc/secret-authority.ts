/**
 * From a secret to certificates. The secret gives, by HKDF with SHA-256 (RFC 5869), the Ed25519 key of an authority:
 * the same at every node that has the secret, and nobody else can sign with it. Each node issues itself a certificate
 * when it starts; no file is kept, and nothing is handed around.
 *
 * They never expire. Whoever has the secret can always issue another one, so an end would protect nobody, and would
 * keep out a machine whose clock is wrong. A node is kept out by changing the secret.
 */

// The certificate library wants it, and before itself.
import 'reflect-metadata';

import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import type { NodeId } from '@bothy/wire';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  X509CertificateGenerator,
} from '@peculiar/x509';

const { subtle } = globalThis.crypto;
const algorithm = { name: 'Ed25519' };
const authorityName = 'CN=Bothy cluster';
/** "No well-defined expiration date" (RFC 5280, section 4.1.2.5), and the first moment that a clock can show. */
const always = { notBefore: new Date(0), notAfter: new Date('9999-12-31T23:59:59Z') };
/** What precedes the 32 bytes of an Ed25519 seed in PKCS #8 (RFC 8410, section 7). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** PEM: the node's certificate and key, and the authority that its peers must be certified by. */
export async function certificateFromSecret(
  secret: string,
  node: NodeId,
): Promise<{ readonly cert: string; readonly key: string; readonly ca: string }> {
  const seed = Buffer.from(hkdfSync('sha256', secret, 'bothy.cluster.v1', 'authority', 32));
  const authorityKey = createPrivateKey({
    key: Buffer.concat([pkcs8Prefix, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const authority = await importPair(authorityKey);
  const ca = await X509CertificateGenerator.create({
    serialNumber: '01',
    subject: authorityName,
    issuer: authorityName,
    ...always,
    signingAlgorithm: algorithm,
    publicKey: authority.publicKey,
    signingKey: authority.privateKey,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
    ],
  });
  const pair = (await subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
  const certificate = await X509CertificateGenerator.create({
    // Positive, as RFC 5280 (section 4.1.2.2) wants it.
    serialNumber: `01${randomBytes(15).toString('hex')}`,
    subject: `CN=${node}`,
    issuer: authorityName,
    ...always,
    signingAlgorithm: algorithm,
    publicKey: pair.publicKey,
    signingKey: authority.privateKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
    ],
  });
  const key = PemConverter.encode(await subtle.exportKey('pkcs8', pair.privateKey), 'PRIVATE KEY');
  return { cert: certificate.toString('pem'), key, ca: ca.toString('pem') };
}

async function importPair(key: KeyObject): Promise<CryptoKeyPair> {
  const der = { format: 'der' } as const;
  const pkcs8 = key.export({ ...der, type: 'pkcs8' });
  const spki = createPublicKey(key).export({ ...der, type: 'spki' });
  return {
    privateKey: await subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
    publicKey: await subtle.importKey('spki', spki, algorithm, true, ['verify']),
  };
}
