/**
 * The small certificate authority of one node: made once, kept below the data folder, readable by its owner only.
 * Whoever installs it trusts it for private addresses and this machine's names alone: its name constraints
 * (RFC 5280, section 4.2.1.10) make browsers refuse anything else that it might ever sign.
 */

// The certificate library wants it, and before itself.
import 'reflect-metadata';

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BothyError } from '@bothy/wire';
import { AsnConvert } from '@peculiar/asn1-schema';
import { GeneralName, GeneralSubtree, GeneralSubtrees, NameConstraints } from '@peculiar/asn1-x509';
import {
  BasicConstraintsExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import * as z from 'zod/mini';
import { permittedDnsNames, permittedNetworks } from './local-addresses.ts';

const { subtle } = globalThis.crypto;

/** P-256, for phones of the last ten years do not know Ed25519 in certificates. */
export const keyAlgorithm = { name: 'ECDSA', namedCurve: 'P-256' };
export const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' };

const dayMs = 86_400_000;
/** Clocks in the network may be off; a certificate that begins tomorrow is refused. */
export const backdatedMs = dayMs;
/** Installing it is the tedious part, so it lasts. */
const authorityLifeMs = 10 * 365 * dayMs;
/** Before this much is left a new one is made, to be installed again. */
const renewBeforeMs = 400 * dayMs;

export interface Authority {
  readonly certificate: X509Certificate;
  readonly privateKey: CryptoKey;
  /** The machine's names, beside those that every authority may sign for. */
  readonly hostNames: readonly string[];
}

export interface AuthorityRequest {
  /** Where it is kept. */
  readonly file: string;
  /** The node's id, part of the authority's name. */
  readonly id: string;
  /** The machine's names at the time it is made. */
  readonly hostNames: readonly string[];
  readonly wallMs: () => number;
}

const fileSchema = z.object({
  certificate: z.string(),
  key: z.record(z.string(), z.unknown()),
  hostNames: z.array(z.string()),
});

/** The kept one, or a new one. Throws `data_directory_unusable` or `database_corrupt`. */
export async function loadAuthority(request: AuthorityRequest): Promise<Authority> {
  const text = await read(request.file);
  if (text !== undefined) {
    const kept = await parse(request.file, text);
    if (kept.certificate.notAfter.getTime() - request.wallMs() > renewBeforeMs) return kept;
  }
  return await make(request);
}

async function parse(file: string, text: string): Promise<Authority> {
  try {
    const { certificate, key, hostNames } = fileSchema.parse(JSON.parse(text));
    const privateKey = await subtle.importKey('jwk', key as JsonWebKey, keyAlgorithm, true, ['sign']);
    return { certificate: new X509Certificate(certificate), privateKey, hostNames };
  } catch (cause) {
    const advice = 'Move it away and start again; devices then install the new one.';
    throw new BothyError('database_corrupt', `${file} does not hold the node's authority. ${advice}`, {
      cause,
    });
  }
}

async function make(request: AuthorityRequest): Promise<Authority> {
  const { file, id, hostNames, wallMs } = request;
  const now = wallMs();
  const keys = await subtle.generateKey(keyAlgorithm, true, ['sign', 'verify']);
  const name = `CN=Bothy authority of ${id} (this network only)`;
  const certificate = await X509CertificateGenerator.create({
    subject: name,
    issuer: name,
    notBefore: new Date(now - backdatedMs),
    notAfter: new Date(now + authorityLifeMs),
    signingAlgorithm,
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      nameConstraints(hostNames),
    ],
  });
  const key = await subtle.exportKey('jwk', keys.privateKey);
  await write(file, JSON.stringify({ certificate: certificate.toString('pem'), key, hostNames }));
  return { certificate, privateKey: keys.privateKey, hostNames };
}

const nameConstraintsOid = '2.5.29.30';

function nameConstraints(hostNames: readonly string[]): Extension {
  const names = [...new Set([...permittedDnsNames, ...hostNames])].map(
    (dNSName) => new GeneralName({ dNSName }),
  );
  const networks = permittedNetworks.map(
    ([address, bits]) => new GeneralName({ iPAddress: `${address}/${bits}` }),
  );
  const subtrees = [...names, ...networks].map((base) => new GeneralSubtree({ base }));
  const constraints = new NameConstraints({ permittedSubtrees: new GeneralSubtrees(subtrees) });
  return new Extension(nameConstraintsOid, true, AsnConvert.serialize(constraints));
}

async function read(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable(file, thrown);
  }
}

async function write(file: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    // Written beside, made durable and moved: a start that is cut off leaves no half authority.
    await writeFile(`${file}.new`, text, { mode: 0o600, flush: true });
    await rename(`${file}.new`, file);
  } catch (thrown) {
    throw unusable(file, thrown);
  }
}

function unusable(file: string, cause: unknown): BothyError {
  const advice = 'Choose another folder with --data, or make it writable.';
  return new BothyError('data_directory_unusable', `${file} cannot be read or written. ${advice}`, { cause });
}
