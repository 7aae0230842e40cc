/** What a peer core is started with. */
import { type Boot, type DeviceId, type LogKey, logKeyOf, type Name, type PersonId } from '@bothy/wire';

export interface PeerConfig {
  readonly name: Name;
  readonly person: PersonId;
  readonly device: DeviceId;
  /** Our certificate, verbatim: sent with offers and contact requests. */
  readonly certificate: string;
  /** This start's boot; its counter is durably higher than every earlier one of this device. */
  readonly boot: Boot;
  /**
   * Ids that this device had before, the oldest first: their logs are its own, and are not written to any more.
   * @default none
   */
  readonly former?: readonly DeviceId[];
  /**
   * Whether the host can make a new id now, should this one be found in use elsewhere.
   * @default false
   */
  readonly canRenew?: boolean;
}

/** The logs of this device, the oldest first; the last one is written to. */
export function ownLogsOf({ person, device, former = [] }: PeerConfig): readonly LogKey[] {
  return [...former, device].map((id) => logKeyOf({ person, device: id }));
}

/**
 * Times and sizes that the core lives by. They are constants, not options:
 * two devices that disagree on them are hard to reason about.
 */
export const timing = {
  /** The polite side leaves the first offer to the other for so long: no glare in the common case. */
  politeWaitMs: 1_000,
  /** From our offer to their answer. Signalling takes milliseconds; a deaf peer is asked again soon. */
  answerTimeoutMs: 5_000,
  /** From a description applied to an open channel; ICE itself gives up after 15 s. */
  openTimeoutMs: 12_000,
  /** Candidates found within this time travel in one envelope. */
  candidateBatchMs: 5,
  /** Ping a link that was silent for so long; `deadAfterMs` of silence end it. */
  heartbeatMs: 5_000,
  deadAfterMs: 15_000,
  /**
   * A silence that one in 1,000 answers to pings explains, by those before, is a ground to ask for a sign of life. Where it
   * is a false alarm it costs one frame.
   */
  doubtAtPhi: 3,
  /** A link in trouble is asked for a sign of life this often. */
  probeMs: 500,
  /** In trouble for so long, ICE is restarted: by the impolite side; the polite one leaves it a second more. */
  restartAfterMs: 2_000,
  /** From an ICE restart to a path; a new link is made otherwise. */
  restartTimeoutMs: 8_000,
  /** A sign of writing fades by itself after so long. */
  typingFadesMs: 6_000,
  /** A contact request is published again after 30 s, doubling up to an hour, until it is answered. */
  requestAgainMs: 30_000,
  requestAgainMaxMs: 3_600_000,
  /** Once somebody who was asked shows up, they are asked again after so long without an answer. */
  seenAgainMs: 1_500,
  /** Presence is published again when a contact has missed it, this often at most. */
  announceAgainMs: 10_000,
  /** A clock further ahead than this is shown as such and never merged: each of two clocks may be an hour off. */
  maxAheadMs: 7_200_000,
} as const;

export const bounds = {
  contacts: 1_000,
  /** Requests of strangers that wait for an answer. */
  askingContacts: 100,
  /** Devices that are kept per contact; the one that was offline longest goes. */
  devicesPerContact: 8,
  /** Messages that wait for their signature, per conversation. */
  sealQueue: 1_000,
  /** Entries handed to a link and not yet confirmed. */
  syncWindow: 256,
  /** Entries read from the store at a time. */
  syncPage: 64,
  /** Ids that a device may have had: each is one more log in every conversation, which has room for 64. */
  formerDevices: 16,
  /** Entries that are written again under a new id, in one write. */
  writtenAgain: 1_000,
  /** Candidates that arrived before the offer they belong to. */
  earlyCandidates: 64,
} as const;
