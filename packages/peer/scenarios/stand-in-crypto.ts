/**
 * Keyed stand-ins for hashing and signing in simulation: fast, deterministic,
 * and wrong for a wrong key, so that forgeries can be simulated. Not security.
 */
import type { EntryContent, EntrySeal } from '@bothy/peer/core';
import {
  attachSignature,
  detachSignature,
  type EntryHeader,
  type EntryRecord,
  logKeyOf,
  unsignedText,
  type VerifiedEntry,
} from '@bothy/wire';

/** 43 characters, like a SHA-256 in base64url. Four FNV-1a lanes with different offsets. */
export function standInHash(text: string): string {
  let out = '';
  for (let lane = 0; lane < 4; lane++) {
    let hash = 0x811c9dc5 ^ (lane * 0x9e3779b1);
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    out += (hash >>> 0).toString(36).padStart(11, '0');
  }
  return out.slice(0, 43);
}

/** A signature only the holder of the key (here: the log's or device's name) can make. */
function standInSignature(key: string, text: string): string {
  return (standInHash(`${key} signs ${text}`) + standInHash(`${key} also signs ${text}`)).slice(0, 86);
}

export function signText(key: string, unsigned: string): string {
  return attachSignature(unsigned, standInSignature(key, unsigned));
}

/** The signed object, or undefined when the signature is not this key's. */
export function verifyText(key: (value: unknown) => string, text: string): unknown {
  const detached = detachSignature(text);
  if (detached === undefined) return undefined;
  const value: unknown = JSON.parse(text);
  return standInSignature(key(value), detached.unsigned) === detached.sig ? value : undefined;
}

/** Hashes and signs an entry, as the real sealer does. */
export function sealEntry(content: EntryContent): EntrySeal {
  const { conversation, author, n, prev, hlc, body } = content;
  const header: EntryHeader = { v: 1, conversation, ...author, n, prev, hlc, bodyHash: standInHash(body) };
  const text = signText(logKeyOf(author), unsignedText({ ...header }));
  return { record: { header: text, body }, hash: standInHash(text) };
}

/** Verifies an entry, as the real verifier does; undefined when it is forged. */
export function verifyEntry(record: EntryRecord): VerifiedEntry | undefined {
  const header = verifyText((value) => logKeyOf(value as EntryHeader), record.header) as
    | EntryHeader
    | undefined;
  if (header === undefined) return undefined;
  const hash = standInHash(record.header);
  if (record.body === null) return { record, header, hash, body: undefined };
  if (header.bodyHash !== standInHash(record.body)) return undefined;
  return { record, header, hash, body: JSON.parse(record.body) };
}
