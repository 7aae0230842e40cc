/** The node's own key, which signs its tokens: made at the first start, kept below the data folder. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { generateKeyPair } from '@bothy/identity';
import { BothyError } from '@bothy/wire';

const { subtle } = globalThis.crypto;
const ed25519 = { name: 'Ed25519' };

/** Throws `data_directory_unusable` or `database_corrupt`. */
export async function loadNodeKey(file: string): Promise<CryptoKeyPair> {
  const text = await read(file);
  if (text === undefined) return await makeKey(file);
  try {
    const jwk = JSON.parse(text) as JsonWebKey;
    const { kty, crv, x } = jwk;
    const publicJwk = { kty, crv, x } as JsonWebKey;
    const [privateKey, publicKey] = await Promise.all([
      subtle.importKey('jwk', jwk, ed25519, true, ['sign']),
      subtle.importKey('jwk', publicJwk, ed25519, true, ['verify']),
    ]);
    return { privateKey, publicKey };
  } catch (cause) {
    const advice = 'Move it away and start again; people then sign in anew.';
    throw new BothyError('database_corrupt', `${file} does not hold the node's key. ${advice}`, { cause });
  }
}

async function read(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable(file, thrown);
  }
}

async function makeKey(file: string): Promise<CryptoKeyPair> {
  const pair = await generateKeyPair(true);
  const jwk = await subtle.exportKey('jwk', pair.privateKey);
  try {
    await mkdir(dirname(file), { recursive: true });
    // Written beside, made durable and moved: a start that is cut off leaves no half key.
    await writeFile(`${file}.new`, JSON.stringify(jwk), { mode: 0o600, flush: true });
    await rename(`${file}.new`, file);
  } catch (thrown) {
    throw unusable(file, thrown);
  }
  return pair;
}

function unusable(file: string, cause: unknown): BothyError {
  const advice = 'Choose another folder with --data, or make it writable.';
  return new BothyError('data_directory_unusable', `${file} cannot be read or written. ${advice}`, { cause });
}
