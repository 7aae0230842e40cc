/**
 * Entries of a conversation's logs. A log belongs to (conversation, person,
 * device); its entries are numbered from 1 and chained by the hash of their
 * header, which commits to the hash of the body (design, section 6).
 */
import type { Hlc } from '@bothy/protocols';
import type { DeviceAddress, DeviceId, PersonId } from './ids.ts';

/** The header, in the order in which its members are written. */
export interface EntryHeader {
  readonly v: 1;
  readonly conversation: string;
  readonly person: PersonId;
  readonly device: DeviceId;
  /** Position in the log, from 1, no gaps. */
  readonly n: number;
  /** Hash of the header before, base64url SHA-256; empty for entry 1. */
  readonly prev: string;
  readonly hlc: Hlc;
  /** Hash of the body's exact bytes, base64url SHA-256. */
  readonly bodyHash: string;
}

/** An earlier entry of the same person, by whichever of their devices. */
export interface EntryTarget {
  readonly device: DeviceId;
  readonly n: number;
}

/** What an entry says. Unknown kinds are kept, counted and not shown. */
export type EntryBody =
  | { readonly kind: 'message'; readonly id: string; readonly text: string }
  /** The text of an earlier message of the author is now this. The last edit wins. */
  | { readonly kind: 'edit'; readonly of: EntryTarget; readonly text: string }
  /**
   * An earlier message of the author is gone, for ever and whatever comes later. `cancelled`: there was no sign yet
   * that anybody had it, so no place is kept for it either.
   */
  | { readonly kind: 'delete'; readonly of: EntryTarget; readonly cancelled?: true | undefined };

/** An entry on the wire and in the store: texts verbatim, never serialised again. */
export interface EntryRecord {
  /** Signed JSON of the header. */
  readonly header: string;
  /** Null once the body was deleted: the header commits to its hash only, so the chain holds without it. */
  readonly body: string | null;
}

/** An entry that a driver has verified: signature, body hash and shape. */
export interface VerifiedEntry {
  readonly record: EntryRecord;
  readonly header: EntryHeader;
  /** Hash of the signed header's exact bytes, base64url SHA-256; the next entry's `prev`. */
  readonly hash: string;
  /** The parsed body; undefined for a deleted one, and for a kind this version does not know. */
  readonly body: EntryBody | undefined;
}

/** Key of a log within a conversation: `person/device`. */
export type LogKey = string;

export function logKeyOf(header: DeviceAddress): LogKey {
  return `${header.person}/${header.device}`;
}
