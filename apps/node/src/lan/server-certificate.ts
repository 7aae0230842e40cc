/** The certificate that a node shows to browsers, issued by its own authority. */

// The certificate library wants it, and before itself.
import 'reflect-metadata';

import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { type Authority, backdatedMs, keyAlgorithm, signingAlgorithm } from './authority.ts';
import { type LocalAddresses, permittedDnsNames } from './local-addresses.ts';

const { subtle } = globalThis.crypto;
/** Apple's systems refuse more than 825 days, even from an authority that a person installed. */
const certificateLifeMs = 200 * 86_400_000;

export interface ServerCertificate {
  /** PEM. */
  readonly cert: string;
  /** PEM, PKCS #8. */
  readonly key: string;
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

/** For the names and addresses that the authority may sign for; `now` is Unix milliseconds. */
export async function issueServerCertificate(
  authority: Authority,
  { names, addresses }: LocalAddresses,
  now: number,
): Promise<ServerCertificate> {
  const keys = await subtle.generateKey(keyAlgorithm, true, ['sign', 'verify']);
  const expiresAt = Math.min(now + certificateLifeMs, authority.certificate.notAfter.getTime());
  const permitted = [...permittedDnsNames, ...authority.hostNames];
  const dns = names.filter((name) => permitted.some((each) => name === each || name.endsWith(`.${each}`)));
  const certificate = await X509CertificateGenerator.create({
    subject: 'CN=Bothy node',
    issuer: authority.certificate.subject,
    notBefore: new Date(now - backdatedMs),
    notAfter: new Date(expiresAt),
    signingAlgorithm,
    publicKey: keys.publicKey,
    signingKey: authority.privateKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      await AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
      new SubjectAlternativeNameExtension([
        ...dns.map((value) => ({ type: 'dns' as const, value })),
        ...addresses.map((value) => ({ type: 'ip' as const, value })),
      ]),
    ],
  });
  const pkcs8 = await subtle.exportKey('pkcs8', keys.privateKey);
  return {
    cert: certificate.toString('pem'),
    key: PemConverter.encode(pkcs8, 'PRIVATE KEY'),
    expiresAt,
  };
}
