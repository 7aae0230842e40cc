/** Who a person at a terminal is: a guest by name, or whoever a key file proves. */
import { readFile } from 'node:fs/promises';
import { createIdentity, type LocalIdentity, makeProof, readKeyFile } from '@bothy/identity';
import { webUrlOf } from '@bothy/rooms/client';
import { BothyError, type ErrorCode, errorCodes, namePattern } from '@bothy/wire';
import { unreachable } from './node-unreachable.ts';

export interface KeySignIn {
  readonly token: (node: { readonly url: string }) => Promise<string>;
}

export type RoomsSignIn = { readonly name: string } | KeySignIn;

/** A guest's name as `--name` gives it, or made of the name of the account. Throws `name_invalid`. */
export function guestName(given: string | undefined, account: string): string {
  if (given !== undefined) {
    if (namePattern.test(given)) return given;
    throw new BothyError(
      'name_invalid',
      `"${given}" is no name: 2 to 32 lower-case letters, digits, dots, dashes or underscores.`,
    );
  }
  const made = account
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]/g, '')
    .replace(/^[._-]+/, '')
    .slice(0, 32);
  return namePattern.test(made) ? made : 'guest';
}

/** Opens a key file; the passphrase is asked for only when there is a file. Throws what `readKeyFile` throws. */
export async function keySignIn(path: string, passphrase: () => Promise<string>): Promise<KeySignIn> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (thrown) {
    const isMissing = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
    const sentence = isMissing
      ? `There is no key file ${path}. The app saves one: your name, "Save my key…".`
      : `The key file ${path} cannot be read: ${BothyError.from(thrown).message}`;
    throw new BothyError('bad_request', sentence, { cause: thrown });
  }
  const { name, personKeyPair } = await readKeyFile(text, await passphrase());
  const identity = await createIdentity({ name, personKeyPair, issuedAt: Date.now() });
  return { token: ({ url }) => signIn(webUrlOf(url), identity) };
}

/** Challenge, proof, token (design, section 5). */
async function signIn(webUrl: string, identity: LocalIdentity): Promise<string> {
  const { nonce } = await post(`${webUrl}/api/v1/session/challenge`, undefined);
  if (typeof nonce !== 'string') throw notBothy(webUrl);
  const audience = new URL(webUrl).host;
  const proof = await makeProof({ identity, audience, now: Date.now(), nonce });
  const { token } = await post(`${webUrl}/api/v1/session`, { proof });
  if (typeof token !== 'string') throw notBothy(webUrl);
  return token;
}

async function post(url: string, body: unknown): Promise<Readonly<Record<string, unknown>>> {
  const request = {
    method: 'POST',
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  };
  let answer: Response;
  try {
    answer = await fetch(url, { ...request, signal: AbortSignal.timeout(10_000) });
  } catch (thrown) {
    throw unreachable(new URL(url).origin, thrown);
  }
  const json: unknown = await answer.json().catch(() => undefined);
  if (typeof json !== 'object' || json === null) throw notBothy(url);
  const fields = json as Readonly<Record<string, unknown>>;
  if (answer.ok) return fields;
  const { code, message } = fields;
  throw new BothyError(isCode(code) ? code : 'unauthorized', String(message ?? 'The node refused.'));
}

function isCode(code: unknown): code is ErrorCode {
  return errorCodes.some((known) => known === code);
}

function notBothy(url: string): BothyError {
  return new BothyError('bad_request', `${new URL(url).origin} answers, but not as a node of Bothy.`);
}
