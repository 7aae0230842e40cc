/** What a device keeps durably, and how the core is rebuilt from it. */
import type { Hlc } from '@bothy/protocols';
import type { EntryRecord, LogKey, Name, PersonId } from '@bothy/wire';

/**
 * How far a contact request has come:
 *
 *   (we ask)   asked ──accept──▶ accepted      (they ask)  asking ──we accept──▶ accepted
 *                └────decline──▶ declined                    └─────we decline──▶ refused
 */
export type ContactState = 'asked' | 'asking' | 'accepted' | 'declined' | 'refused';

export interface Contact {
  /** The person's id once known; until then `name:<name>`. */
  readonly id: string;
  readonly name: Name;
  readonly person: PersonId | null;
  readonly state: ContactState;
  /** The newest certificate seen, verbatim. */
  readonly certificate: string | null;
  /** Number of the request: ours while `asked` or `declined`, theirs while `asking` or `refused`. */
  readonly request: number;
  /** Unix milliseconds of the last change; shown, never decided on. */
  readonly changedAt: number;
}

/** One entry as stored: key (conversation, log, n). */
export interface EntryRow {
  readonly conversation: string;
  readonly log: LogKey;
  readonly n: number;
  readonly record: EntryRecord;
  readonly hash: string;
  readonly hlc: Hlc;
  /** True when the author's clock was too far ahead to be merged into ours. */
  readonly ahead: boolean;
}

/** Last entry of a log: key (conversation, log). */
export interface LogHead {
  readonly conversation: string;
  readonly log: LogKey;
  readonly n: number;
  readonly hash: string;
  /** How many of them are messages: edits and deletions are not counted as unread. */
  readonly messages: number;
}

/** How far a log of ours is held, and was read. */
export interface Ticks {
  readonly delivered: number;
  readonly read: number;
}

/** How far a device of the other person holds, and its person has read, our own log. */
export interface Receipt extends Ticks {
  readonly conversation: string;
  /** The other device's key, `person/device`. */
  readonly device: string;
  /** The log that the numbers are of. @default that of the first id that this device had */
  readonly log?: LogKey;
  /** The same for logs of ids that this device had before. */
  readonly former?: Readonly<Record<LogKey, Ticks>>;
}

/** How far our own person has read a log of the other. */
export interface ReadMark {
  readonly conversation: string;
  readonly log: LogKey;
  readonly n: number;
  /** Messages among the entries up to `n`. */
  readonly messages: number;
}

/** One durable write. All writes of one `persist` are one transaction. */
export type PeerWrite =
  | { readonly kind: 'putContact'; readonly contact: Contact }
  | { readonly kind: 'deleteContact'; readonly id: string }
  | { readonly kind: 'putEntry'; readonly row: EntryRow }
  /**
   * The body of a message was deleted: of it, and of its edits, only the headers stay. Without effect on what is not
   * there; an edit that is put later for a message without a body is kept without one as well.
   */
  | { readonly kind: 'dropBody'; readonly conversation: string; readonly log: LogKey; readonly n: number }
  /** A log ends before this number again: entries from there on are deleted, and its head when nothing is left. */
  | { readonly kind: 'cutLog'; readonly conversation: string; readonly log: LogKey; readonly from: number }
  | { readonly kind: 'putHead'; readonly head: LogHead }
  | { readonly kind: 'putReceipt'; readonly receipt: Receipt }
  | { readonly kind: 'putReadMark'; readonly mark: ReadMark }
  | { readonly kind: 'putClock'; readonly clock: Hlc };

/** Everything but the entries: read once at start. Its size is that of the contact list. */
export interface PeerSnapshot {
  readonly contacts: readonly Contact[];
  readonly heads: readonly LogHead[];
  readonly receipts: readonly Receipt[];
  readonly readMarks: readonly ReadMark[];
  readonly clock: Hlc;
}

/** What the core asks the store. Rows come in order of `n`, from `from`, without gaps, at most `limit`. */
export interface EntryQuery {
  readonly kind: 'entries';
  readonly conversation: string;
  readonly log: LogKey;
  readonly from: number;
  readonly limit: number;
}
