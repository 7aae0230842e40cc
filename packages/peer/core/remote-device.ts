/** A device of a contact, as its signed presence and envelopes tell, and the link to it. */
import { ExponentialBackoff, PolitePeer, type Random, RhythmDetector } from '@bothy/protocols';
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
import { LinkClock } from './link-clock.ts';
import type { LinkStage, LinkState, PeerNotice } from './outputs.ts';

/**
 * One RTCPeerConnection and what belongs to it. A new connection is a new link
 * with a new id, so what a dead one still reports is told apart.
 */
export interface Link {
  readonly id: string;
  /** The other side's boot that this link was made with. */
  readonly boot: Boot;
  readonly negotiator: PolitePeer<Candidate>;
  /** Ours: names this connection to the other side. */
  readonly session: string;
  /** The other side's connection that this one negotiates with; null until it is known. */
  theirs: string | null;
  stage: LinkStage;
  /** Local candidates that wait for the next batch. */
  candidates: Candidate[];
  /** Set while the channel is open. */
  detector: RhythmDetector | null;
  /** When we pinged last by the heartbeat: answers to probes have no rhythm. */
  beatMs: number;
  /** How far their clock is ahead of ours, from our pings. */
  readonly clock: LinkClock;
  /** The path is in doubt: signs of life are asked for, and ICE may be restarted. */
  trouble: 'none' | 'probing' | 'restarting';
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
  /** The connection to the broker that the last presence was of. */
  #brokerConnection = 0;
  /** Highest number of an envelope of a connection that a link of ours negotiated with. */
  #sessionSeq = 0;

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
    this.#sessionSeq = 0;
    this.#brokerConnection = 0;
    this.backoff.reset();
  }

  /** Whether presence is of the newest connection to the broker that we know of; a late last will is not. */
  isCurrentPresence(connection: number): boolean {
    if (connection < this.#brokerConnection) return false;
    this.#brokerConnection = connection;
    return true;
  }

  /** Whether this envelope is new: numbers rise per topic. */
  rises(envelope: Envelope): boolean {
    if (envelope.seq <= (this.#highest.get(envelope.kind) ?? 0)) return false;
    this.#highest.set(envelope.kind, envelope.seq);
    return true;
  }

  /** An envelope of the connection that our link negotiates with. */
  heardFromSession(seq: number): void {
    this.#sessionSeq = Math.max(this.#sessionSeq, seq);
  }

  /** Whether an offer of another connection is later than everything of the one we knew: then that one is given up. */
  isLaterSession(seq: number): boolean {
    return seq > this.#sessionSeq;
  }

  newLink(id: string, random: Random): Link {
    this.link = {
      id,
      boot: this.boot,
      negotiator: new PolitePeer<Candidate>({ polite: this.polite, belongs: belongsTo }),
      session: randomSession(random),
      theirs: null,
      stage: 'offer',
      candidates: [],
      detector: null,
      beatMs: 0,
      clock: new LinkClock(),
      trouble: 'none',
    };
    return this.link;
  }

  /** How its link is, in its present state. */
  notice(stage: LinkStage, retryInMs?: number): PeerNotice {
    const { person, device, state } = this;
    const clock = this.link?.clock.told;
    return {
      kind: 'link',
      ...{ person, device, state, stage },
      ...(retryInMs === undefined ? {} : { retryInMs }),
      ...(clock === undefined ? {} : { clock }),
    };
  }

  newDetector(startMs: number): RhythmDetector {
    return new RhythmDetector({
      intervalMs: timing.heartbeatMs,
      timeoutMs: timing.deadAfterMs,
      phi: timing.doubtAtPhi,
      startMs,
    });
  }
}

/** A candidate belongs to the description that names its user-name fragment (RFC 8839, section 5.4). */
function belongsTo(candidate: Candidate, sdp: string): boolean {
  return candidate.usernameFragment === null || sdp.includes(candidate.usernameFragment);
}

function randomSession(random: Random): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  return Array.from({ length: 16 }, () => alphabet[random.below(32)]).join('');
}
