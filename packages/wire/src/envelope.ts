/**
 * Signalling: signed envelopes between devices, and signed presence (design, section 4).
 * Types of what a core sees *after* a driver has verified it.
 */
import type { Boot, DeviceAddress, DeviceId, Name, PersonId } from './ids.ts';

/** A session description of WebRTC (RFC 8829). */
export interface Description {
  readonly type: 'offer' | 'answer';
  readonly sdp: string;
}

/** An ICE candidate as `RTCIceCandidateInit` has it. The empty `candidate` ends a generation. */
export interface Candidate {
  readonly candidate: string;
  readonly sdpMid: string | null;
  readonly sdpMLineIndex: number | null;
  readonly usernameFragment: string | null;
}

/** What an envelope carries. The kind decides the topic it travels on. */
export type EnvelopeBody =
  | { readonly kind: 'offer'; readonly body: DescriptionBody & { readonly certificate: string } }
  | { readonly kind: 'answer'; readonly body: DescriptionBody }
  | {
      readonly kind: 'candidates';
      readonly body: SessionBody & { readonly candidates: readonly Candidate[] };
    }
  | { readonly kind: 'contact.request'; readonly body: ContactBody }
  | { readonly kind: 'contact.accept'; readonly body: ContactBody }
  | { readonly kind: 'contact.decline'; readonly body: ContactBody };
export type EnvelopeKind = EnvelopeBody['kind'];

export interface SessionBody {
  /** The recipient's session that this is for; null while the sender does not know it. */
  readonly toSession: string | null;
}

export interface DescriptionBody extends SessionBody {
  readonly sdp: string;
  /** Counts the descriptions of the sender's session from 1: offers and answers travel on topics of their own. */
  readonly number: number;
}

export interface ContactBody {
  /** The sender's certificate, verbatim: how a stranger's key is learned. */
  readonly certificate: string;
  /** Counts the asker's requests to this person; an answer repeats the number it answers. */
  readonly request: number;
}

export interface EnvelopeSender extends DeviceAddress {
  readonly name: Name;
}

export interface EnvelopeRecipient {
  readonly name: Name;
  /** Absent only in a contact request to somebody known by name alone. */
  readonly person?: PersonId;
  /** Absent in contact requests and their answers: any device of the person may act on them. */
  readonly device?: DeviceId;
}

/** The members of an envelope, in the order in which they are written. `sig` follows on the wire. */
export type Envelope = {
  readonly v: 1;
  readonly from: EnvelopeSender;
  readonly to: EnvelopeRecipient;
  readonly boot: Boot;
  /** The recipient's boot as the sender knows it; null in contact requests and their answers. */
  readonly toBoot: Boot | null;
  /** The sender's connection that this belongs to, random for each; empty for contact requests. */
  readonly session: string;
  /** Rises by one for every envelope of a sender's boot. */
  readonly seq: number;
  /** Unix milliseconds; advisory. */
  readonly sentAt: number;
} & EnvelopeBody;

/** Presence of one device: retained, and as last will with `online: false`. */
export interface Presence {
  readonly v: 1;
  readonly from: EnvelopeSender;
  readonly boot: Boot;
  /**
   * Counts the connections of this boot to a broker from 1. A last will that is
   * late, or replayed, belongs to an earlier one and is told by it.
   */
  readonly connection: number;
  readonly online: boolean;
  readonly sentAt: number;
  readonly certificate: string;
}
