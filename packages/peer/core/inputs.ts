/** Everything that can happen to a peer core. Signatures are verified by the drivers before. */
import type { Durable, Found, Sealed, TimerFired } from '@bothy/protocols';
import type {
  Candidate,
  DeviceId,
  EntryRecord,
  Envelope,
  Name,
  PersonId,
  Presence,
  VerifiedFrame,
} from '@bothy/wire';
import type { EntryRow } from './records.ts';

/** An entry that this device wrote. */
export interface OwnEntry {
  readonly n: number;
  /** The id that it was written under. @default the one that this device has now */
  readonly device?: DeviceId | undefined;
}

/** What a person asks for. Answered by exactly one `reply` with the command's id. */
export type PeerCommand =
  /** Ask somebody to become a contact; `person` when a directory or an invitation told it. */
  | { readonly kind: 'addContact'; readonly name: Name; readonly person?: PersonId }
  | { readonly kind: 'acceptContact'; readonly contact: string }
  | { readonly kind: 'declineContact'; readonly contact: string }
  /** Take back a request, or forget a contact. History stays. */
  | { readonly kind: 'removeContact'; readonly contact: string }
  | { readonly kind: 'send'; readonly person: PersonId; readonly messageId: string; readonly text: string }
  /** Changes the text of an own message. */
  | ({ readonly kind: 'editMessage'; readonly person: PersonId; readonly text: string } & OwnEntry)
  /**
   * Deletes an own message for both sides, the texts of its edits included. One that has not left yet never
   * will, and one of which nobody has said that it arrived leaves no place behind: this is how a pending message
   * is cancelled.
   */
  | ({ readonly kind: 'deleteMessage'; readonly person: PersonId } & OwnEntry)
  | { readonly kind: 'typing'; readonly person: PersonId; readonly active: boolean }
  /** Everything stored so far in the conversation with this person has been seen. */
  | { readonly kind: 'markRead'; readonly person: PersonId }
  /** Compare our copy of the conversation with those of this person's devices that are linked now; told by notices. */
  | { readonly kind: 'compareCopies'; readonly person: PersonId }
  /** Try to reach this person's devices now, whatever the retry timers say. */
  | { readonly kind: 'connect'; readonly person: PersonId };

/** What a driver reports of one RTCPeerConnection. */
export type RtcEvent =
  | { readonly kind: 'localDescription'; readonly type: 'offer' | 'answer'; readonly sdp: string }
  | { readonly kind: 'remoteDescriptionSet'; readonly type: 'offer' | 'answer' }
  | {
      readonly kind: 'operationFailed';
      readonly operation: 'setLocalDescription' | 'setRemoteDescription' | 'addCandidate';
      readonly reason: string;
    }
  /** A local candidate was found; null when gathering is complete. */
  | { readonly kind: 'candidate'; readonly candidate: Candidate | null }
  | { readonly kind: 'negotiationNeeded' }
  | {
      readonly kind: 'connection';
      readonly state: 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed';
    }
  | { readonly kind: 'channel'; readonly state: 'open' | 'closed' };

/** The result of sealing an entry: header and body verbatim, and the header's hash. */
export interface EntrySeal {
  readonly record: EntryRecord;
  readonly hash: string;
}

export type PeerInput =
  | TimerFired
  | Durable
  | Found<readonly EntryRow[]>
  | Sealed<EntrySeal>
  | { readonly kind: 'command'; readonly id: string; readonly command: PeerCommand }
  /** The connection to the broker: `up` once our subscriptions can be made. */
  | { readonly kind: 'signalling'; readonly state: 'up' | 'down' }
  /** The page is visible again, the machine woke up, or the network is back: look after links at once. */
  | { readonly kind: 'awake' }
  /** Of a contact's device, or of our own: there another copy of us would be seen. */
  | { readonly kind: 'presence'; readonly presence: Presence }
  | { readonly kind: 'envelope'; readonly envelope: Envelope }
  | { readonly kind: 'rtc'; readonly link: string; readonly event: RtcEvent }
  | { readonly kind: 'frame'; readonly link: string; readonly frame: VerifiedFrame };
