/** Taking a person's key along: sealed under a passphrase, and opened again on another device. */
import {
  BothyError,
  fromBase64Url,
  type KeyFile,
  keyFileIterations,
  type Name,
  type PersonId,
  toBase64Url,
} from '@bothy/wire';
import { parseKeyFile } from '@bothy/wire/schemas';
import { exportPublicKey, importPublicKey, personIdOf } from './keys.ts';
import { hashText } from './signatures.ts';

const { subtle } = globalThis.crypto;
const encoder = new TextEncoder();

/** Fewer can be tried out by whoever finds the file. */
export const minPassphraseChars = 10;

/** What a key file holds. */
export interface PersonKey {
  readonly name: Name;
  readonly person: PersonId;
  readonly personKeyPair: CryptoKeyPair;
}

/** The text of a key file. Throws `bad_request` when the passphrase is too short. */
export async function writeKeyFile(
  { name, personKeyPair }: Pick<PersonKey, 'name' | 'personKeyPair'>,
  passphrase: string,
): Promise<string> {
  if ([...passphrase].length < minPassphraseChars) {
    throw new BothyError('bad_request', `A passphrase has at least ${minPassphraseChars} characters.`);
  }
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const personKey = await exportPublicKey(personKeyPair.publicKey);
  const iterations = keyFileIterations.min;
  const key = await keyOf(passphrase, salt, iterations);
  const additionalData = boundTo({ name, personKey });
  const secret = await subtle.exportKey('pkcs8', personKeyPair.privateKey);
  const sealed = new Uint8Array(await subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, key, secret));
  const content: Omit<KeyFile, 'check'> = {
    bothy: 'key',
    v: 1,
    name,
    personKey,
    iterations,
    salt: toBase64Url(salt),
    iv: toBase64Url(iv),
    sealed: toBase64Url(sealed),
  };
  return `${JSON.stringify({ ...content, check: await checkOf(content) }, undefined, 2)}\n`;
}

/**
 * Opens a key file. Throws `bad_request` when the text is no key file or a
 * damaged one, and `unauthorized` when the passphrase is another.
 */
export async function readKeyFile(text: string, passphrase: string): Promise<PersonKey> {
  const parsed = parseKeyFile(text);
  if (!parsed.ok) {
    throw new BothyError('bad_request', 'This is not a key file of Bothy, or a part of it is missing.', {
      details: { reason: parsed.reason },
    });
  }
  const { check, ...content } = parsed.value;
  if ((await checkOf(content)) !== check) throw damaged();
  const { name, personKey, iterations } = content;
  const [salt, iv, sealed] = [content.salt, content.iv, content.sealed].map(fromBase64Url);
  const publicKey = await importPublicKey(personKey);
  if (salt === undefined || iv === undefined || sealed === undefined || publicKey === undefined) {
    throw damaged();
  }
  const key = await keyOf(passphrase, salt, iterations);
  let secret: ArrayBuffer;
  try {
    secret = await subtle.decrypt(
      { name: 'AES-GCM', iv, additionalData: boundTo({ name, personKey }) },
      key,
      sealed,
    );
  } catch {
    throw new BothyError(
      'unauthorized',
      'That is not the passphrase of this file. Check it, then try again.',
    );
  }
  const privateKey = await importPrivateKey(secret);
  // Whoever knows the passphrase could have sealed anything: both halves must be of one key.
  const probe = encoder.encode('bothy key file');
  const signature = await subtle.sign('Ed25519', privateKey, probe);
  if (!(await subtle.verify('Ed25519', publicKey, signature, probe))) throw damaged();
  return { name, person: await personIdOf(personKey), personKeyPair: { privateKey, publicKey } };
}

async function keyOf(
  passphrase: string,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
): Promise<CryptoKey> {
  // One passphrase can be typed as different characters on different keyboards.
  const typed = encoder.encode(passphrase.normalize('NFKC'));
  const base = await subtle.importKey('raw', typed, 'PBKDF2', false, ['deriveKey']);
  const derivation = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations };
  return await subtle.deriveKey(derivation, base, { name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ]);
}

/** Extractable, so that it can be taken along once more. */
async function importPrivateKey(pkcs8: ArrayBuffer): Promise<CryptoKey> {
  try {
    return await subtle.importKey('pkcs8', pkcs8, { name: 'Ed25519' }, true, ['sign']);
  } catch (thrown) {
    throw damaged(thrown);
  }
}

/** What the seal is bound to: neither a name nor a key has a line break. */
function boundTo({ name, personKey }: Pick<KeyFile, 'name' | 'personKey'>): Uint8Array<ArrayBuffer> {
  return encoder.encode(`bothy key 1\n${name}\n${personKey}`);
}

function checkOf({ bothy, v, name, personKey, iterations, salt, iv, sealed }: Omit<KeyFile, 'check'>) {
  return hashText([bothy, v, name, personKey, iterations, salt, iv, sealed].join('\n'));
}

function damaged(cause?: unknown): BothyError {
  return new BothyError('bad_request', 'This key file is damaged. Use another copy of it.', { cause });
}
