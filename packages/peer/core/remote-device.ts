/** A device of a contact, as its signed presence and envelopes tell, and the link to it. */
import { ExponentialBackoff, HeartbeatDetector, PolitePeer, type Random } from '@bothy/protocols';
import {
  type Boot,
  bootCounter,
  type Candidate,
  type DeviceId,
  deviceKey,
  type Envelope,
  type EnvelopeSender,
  type Name,
  type PersonId,
} from '@bothy/wire';
import { timing } from './config.ts';
import type { LinkStage, LinkState } from './outputs.ts';

/**
 * One RTCPeerConnection and what belongs to it. A new connection is a new link
 * with a new id, so what a dead one still reports is told apart.
 */
export interface Link {
  readonly id: string;
  /** The other side's boot that this link was made with. */
  readonly boot: Boot;
  readonly negotiator: PolitePeer<Candidate>;
  /** The session of the description that is in force or being made; envelopes of others are not ours. */
  session: string;
  /** The session of the last offer that arrived: becomes `session` once that offer is applied. */
  offeredSession: string;
  stage: LinkStage;
  /** Local candidates that wait for the next batch. */
  candidates: Candidate[];
  /** Set while the channel is open. */
  detector: HeartbeatDetector | null;
  /** A ping waits for any sign of life, because the broker said that they are gone. */
  probing: boolean;
}

/** Candidates that overtook the offer they belong to: topics are not ordered among each other. */
export interface EarlyCandidates {
  readonly session: string;
  readonly candidates: Candidate[];
}

export class RemoteDevice {
  readonly key: string;
  readonly person: PersonId;
  readonly device: DeviceId;
  readonly name: Name;
  /** We are the polite side of every link to this device. */
  readonly polite: boolean;
  readonly backoff: ExponentialBackoff;
  boot: Boot;
  online = false;
  link: Link | null = null;
  state: LinkState = 'offline';
  early: EarlyCandidates | null = null;
  /** Monotonic time of the last sign of life through signalling; the device silent longest is forgotten first. */
  seenMs = 0;
  /** Highest envelope number per topic in this boot: topics are ordered, but not among each other. */
  readonly #highest = new Map<string, number>();

  constructor(me: EnvelopeSender, from: EnvelopeSender, boot: Boot, random: Random) {
    this.key = deviceKey(from);
    this.person = from.person;
    this.device = from.device;
    this.name = from.name;
    this.boot = boot;
    this.polite = me.name === from.name ? me.device < from.device : me.name < from.name;
    const options = { baseMs: 1_000, factor: 2, maxMs: 16_000, maxAttempts: 5, jitter: 'none' } as const;
    this.backoff = new ExponentialBackoff(options, random);
  }

  /** Compares a boot with the known one. `conflict`: same count, other boot — a device restored from a copy. */
  compareBoot(boot: Boot): 'same' | 'older' | 'newer' | 'conflict' {
    if (boot === this.boot) return 'same';
    const difference = bootCounter(boot) - bootCounter(this.boot);
    if (difference === 0) return 'conflict';
    return difference > 0 ? 'newer' : 'older';
  }

  rebooted(boot: Boot): void {
    this.boot = boot;
    this.early = null;
    this.#highest.clear();
    this.backoff.reset();
  }

  /**
   * Whether this envelope is new: numbers rise per topic, and over offers and
   * answers together, so that an offer given up for a later one is not taken.
   */
  rises(envelope: Envelope): boolean {
    const topic = envelope.kind === 'offer' || envelope.kind === 'answer' ? 'description' : envelope.kind;
    if (envelope.seq <= (this.#highest.get(topic) ?? 0)) return false;
    this.#highest.set(topic, envelope.seq);
    return true;
  }

  newLink(id: string, session: string, stage: LinkStage): Link {
    this.link = {
      id,
      boot: this.boot,
      negotiator: new PolitePeer<Candidate>({ polite: this.polite }),
      session,
      offeredSession: session,
      stage,
      candidates: [],
      detector: null,
      probing: false,
    };
    return this.link;
  }

  newDetector(startMs: number): HeartbeatDetector {
    return new HeartbeatDetector({
      intervalMs: timing.heartbeatMs,
      timeoutMs: timing.deadAfterMs,
      startMs,
    });
  }
}
