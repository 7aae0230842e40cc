/** Everything a peer core can ask of the world. */
import type {
  ClearTimer,
  Early,
  Hlc,
  Lookup,
  Persist,
  Seal,
  SetTimer,
  WallClockOffset,
} from '@bothy/protocols';
import type {
  Candidate,
  DeviceAddress,
  Envelope,
  ErrorCode,
  Frame,
  LogKey,
  Name,
  PersonId,
} from '@bothy/wire';
import type { Contact, EntryQuery, EntryRow, PeerWrite, Ticks } from './records.ts';

/** What is to be hashed and signed: the header without `bodyHash`, and the body's exact text. */
export interface EntryContent {
  readonly conversation: string;
  readonly author: DeviceAddress;
  readonly n: number;
  readonly prev: string;
  readonly hlc: Hlc;
  readonly body: string;
}

/** What a driver does to one RTCPeerConnection, in order; each is reported by an `RtcEvent`. */
export type RtcOperation =
  /** Create it with the negotiated frame channel, and attach every handler before any description. */
  | { readonly kind: 'open' }
  | { readonly kind: 'setLocalDescription' }
  | { readonly kind: 'setRemoteDescription'; readonly type: 'offer' | 'answer'; readonly sdp: string }
  | { readonly kind: 'addCandidate'; readonly candidate: Candidate }
  /** The next local offer gathers anew (`RTCPeerConnection.restartIce`); nothing is reported. */
  | { readonly kind: 'restartIce' }
  /** Close it and forget the link: nothing of it is reported any more. */
  | { readonly kind: 'close' };

/**
 * The state of the link to one device:
 * `offline` their device is not there · `waiting` our broker is not reachable ·
 * `connecting`, also when a standing link found no path for a moment · `open` · `retrying` after a failure · `failed` until presence or the person asks again.
 */
export type LinkState = 'offline' | 'waiting' | 'connecting' | 'open' | 'retrying' | 'failed';

/** Where a link is, or where it stopped: in the order in which a link is made. */
export type LinkStage = 'presence' | 'broker' | 'offer' | 'answer' | 'connectivity' | 'channel' | 'open';

/**
 * How the copy of one device compares to ours: `silent` it does not say hashes, for it is of an earlier version ·
 * `interrupted` the link ended before all was compared.
 */
export type CopyState = 'comparing' | 'same' | 'differs' | 'silent' | 'interrupted';

/** A log that is not the same on both sides. */
export interface CopyDifference {
  readonly log: LogKey;
  /** The first number that differs. Not exact: it is this one or an earlier one. */
  readonly from: number;
  readonly isExact: boolean;
  /** The author's device signed both histories; otherwise only the hashes are known, and not who is right. */
  readonly isSigned: boolean;
}

/** What a person may want to see. Sent after what it tells is durable. */
export type PeerNotice =
  | { readonly kind: 'contact'; readonly contact: Contact }
  | { readonly kind: 'contactRemoved'; readonly id: string }
  | { readonly kind: 'entries'; readonly rows: readonly EntryRow[] }
  /** How far our own log is: handed to a live link, held durably by the other, read by them. */
  | {
      readonly kind: 'progress';
      readonly conversation: string;
      readonly log: LogKey;
      readonly sent: number;
      readonly delivered: number;
      readonly read: number;
      /** The same for logs of ids that this device had before. */
      readonly former?: Readonly<Record<LogKey, { readonly sent: number } & Ticks>>;
    }
  /** Entries of a former log of ours were written again under our id, and are not there any more. */
  | { readonly kind: 'writtenAgain'; readonly conversation: string; readonly messages: number }
  /** Entries of others that our person has not read. */
  | { readonly kind: 'unread'; readonly conversation: string; readonly count: number }
  | {
      readonly kind: 'link';
      readonly person: PersonId;
      readonly device: string;
      readonly state: LinkState;
      readonly stage: LinkStage;
      /** Only while `retrying`: how long until the next attempt. */
      readonly retryInMs?: number;
      /** As of the last answer that said something new; absent before the first on this link. */
      readonly clock?: WallClockOffset;
    }
  /** Whether a device of the other person holds the same entries as this one, as far as both go. */
  | {
      readonly kind: 'copies';
      readonly conversation: string;
      /** Its key, `person/device`. */
      readonly device: string;
      readonly state: CopyState;
      /** Entries that were found the same. */
      readonly entries: number;
      /** By log, at most one each. */
      readonly differences: readonly CopyDifference[];
    }
  | { readonly kind: 'presence'; readonly person: PersonId; readonly online: boolean }
  | { readonly kind: 'typing'; readonly person: PersonId; readonly active: boolean }
  /** Somebody with another key goes by the name of a contact: never accepted silently. */
  | {
      readonly kind: 'keyChanged';
      readonly contact: string;
      readonly name: Name;
      readonly newPerson: PersonId;
    }
  /** Something from outside was refused; counted and logged by the driver. */
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly message: string };

export type CommandResult =
  | { readonly ok: true; readonly n?: number }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

export type PeerOutput =
  | Persist<PeerWrite>
  | SetTimer
  | ClearTimer
  | Lookup<EntryQuery>
  | Seal<EntryContent>
  | ({ readonly kind: 'reply'; readonly id: string; readonly result: CommandResult } & Early)
  | ({ readonly kind: 'notify'; readonly notice: PeerNotice } & Early)
  /** Another copy of this device goes on under its id: make a new one, keep it, and start again. At most once. */
  | { readonly kind: 'renew' }
  /** Publish our presence, retained. */
  | ({ readonly kind: 'announce' } & Early)
  /** Subscribe to, or no longer to, the presence of all devices of this name. */
  | ({ readonly kind: 'watch' | 'unwatch'; readonly name: Name } & Early)
  /** Sign this envelope and publish it on the topic of its kind to `to.name`. */
  | ({ readonly kind: 'signal'; readonly envelope: Envelope } & Early)
  | ({ readonly kind: 'rtc'; readonly link: string; readonly operation: RtcOperation } & Early)
  | ({ readonly kind: 'frame'; readonly link: string; readonly frame: Frame } & Early);
