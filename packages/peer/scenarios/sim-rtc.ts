/**
 * WebRTC as the peer core sees it: connections that negotiate by offer and
 * answer, find a path when both sides hold the same pair of descriptions and a
 * candidate, and carry frames reliably and in order until they break.
 */

import type { RtcEvent, RtcOperation } from '@bothy/peer/core';
import type { Random } from '@bothy/protocols';
import type { Candidate } from '@bothy/wire';

export interface RtcWorld {
  after(delayMs: number, run: () => void): void;
  readonly random: Random;
  /** Whether two processes reach each other now. */
  reachable(one: string, other: string): boolean;
}

export interface RtcTimes {
  readonly maxOperationMs: number;
  readonly maxFrameMs: number;
  /** Chance that a packet is lost: SCTP sends it again, and what follows waits behind it. */
  readonly loss: number;
  /** Silence on a path after which ICE says `disconnected`, and then `failed`. */
  readonly disconnectedMs: number;
  readonly failedMs: number;
}

/** What a description of the model says. */
interface ModelSdp {
  readonly connection: string;
  /** Counts the descriptions of a connection. */
  readonly generation: number;
  /** The user-name fragment: a new one when ICE is restarted. */
  readonly fragment: string;
  /** For an answer: the offer it answers. */
  readonly answers: string | null;
}

const pollMs = 100;

export class SimRtcNetwork {
  readonly world: RtcWorld;
  readonly times: RtcTimes;
  /** By connection id. Ids are unique over all processes and starts. */
  readonly connections = new Map<string, SimRtcConnection>();

  constructor(world: RtcWorld, times: RtcTimes) {
    this.world = world;
    this.times = times;
  }

  /** Connections that were ever made. */
  opened = 0;

  open(id: string, host: string, events: RtcEvents): SimRtcConnection {
    const connection = new SimRtcConnection(this, id, host, events);
    this.connections.set(id, connection);
    this.opened += 1;
    return connection;
  }

  /** A process ends: its connections are gone without a word. */
  crash(host: string): void {
    for (const connection of [...this.connections.values()]) {
      if (connection.host === host) connection.vanish();
    }
  }

  /** Links that are open on both sides between two processes. */
  openLinks(one: string, other: string): number {
    return [...this.connections.values()].filter(
      (c) => c.host === one && c.partner?.host === other && c.isOpen,
    ).length;
  }
}

export interface RtcEvents {
  event(event: RtcEvent): void;
  frame(text: string): void;
}

export class SimRtcConnection {
  readonly id: string;
  readonly host: string;
  partner: SimRtcConnection | null = null;
  isOpen = false;
  readonly #network: SimRtcNetwork;
  readonly #events: RtcEvents;
  readonly #inbox: string[] = [];
  #gone = false;
  #operations: (() => void)[] = [];
  #local: { type: 'offer' | 'answer'; sdp: string } | null = null;
  #remote: { type: 'offer' | 'answer'; sdp: string } | null = null;
  #signaling: 'stable' | 'haveLocalOffer' | 'haveRemoteOffer' = 'stable';
  #generation = 0;
  #remoteCandidates = new Set<string>();
  #silentMs = 0;
  /** Counts ICE generations. */
  #fragment = 0;
  #restartWanted = false;
  /** The last remote description began a new ICE generation, so the answer does too. */
  #remoteRenewed = false;
  /** `failed` was said: only an ICE restart looks for a path again. */
  #pathFailed = false;

  constructor(network: SimRtcNetwork, id: string, host: string, events: RtcEvents) {
    this.#network = network;
    this.id = id;
    this.host = host;
    this.#events = events;
  }

  perform(operation: RtcOperation): void {
    if (operation.kind === 'close') return this.vanish();
    if (operation.kind === 'open') return;
    this.#operations.push(() => this.#run(operation));
    this.#after(1 + this.#random(this.#network.times.maxOperationMs), () => this.#operations.shift()?.());
  }

  /** Frames arrive in order; while there is no path they wait, as SCTP sends them again. */
  send(text: string): void {
    const { partner } = this;
    if (!this.isOpen || partner === null) return;
    partner.#inbox.push(text);
    const { loss, maxFrameMs } = this.#network.times;
    const againMs = this.#network.world.random.next() < loss ? 200 + this.#random(800) : 0;
    this.#after(1 + this.#random(maxFrameMs) + againMs, () => partner.#receive(this));
  }

  /** Closed by us, or the process is gone: the other side only hears nothing any more. */
  vanish(): void {
    this.#gone = true;
    this.isOpen = false;
    this.#network.connections.delete(this.id);
  }

  #receive(from: SimRtcConnection): void {
    if (this.#gone || !this.isOpen || this.#inbox.length === 0) return;
    if (!this.#network.world.reachable(this.host, from.host))
      return this.#after(pollMs, () => this.#receive(from));
    // One arrival, one frame, the oldest: order is kept however the delays fall.
    const text = this.#inbox.shift();
    if (text !== undefined) this.#events.frame(text);
  }

  #run(operation: Exclude<RtcOperation, { kind: 'open' | 'close' }>): void {
    if (operation.kind === 'setLocalDescription') this.#setLocal();
    else if (operation.kind === 'restartIce') this.#restartWanted = true;
    else if (operation.kind === 'setRemoteDescription') this.#setRemote(operation);
    else this.#addCandidate(operation.candidate);
  }

  #setLocal(): void {
    const type = this.#signaling === 'haveRemoteOffer' ? 'answer' : 'offer';
    this.#generation += 1;
    const renews = this.#fragment === 0 || this.#restartWanted || (type === 'answer' && this.#remoteRenewed);
    if (renews) this.#fragment += 1;
    this.#restartWanted = false;
    const answers = type === 'answer' ? (this.#remote?.sdp ?? null) : null;
    const fragment = `${this.id}/${this.#fragment}`;
    const model: ModelSdp = { connection: this.id, generation: this.#generation, fragment, answers };
    this.#local = { type, sdp: JSON.stringify(model) };
    this.#signaling = type === 'offer' ? 'haveLocalOffer' : 'stable';
    this.#events.event({ kind: 'localDescription', ...this.#local });
    if (renews) {
      for (let index = 0; index < 2; index++) {
        this.#after(1 + this.#random(5), () => this.#found(index, fragment));
      }
      this.#after(8, () => this.#events.event({ kind: 'candidate', candidate: null }));
    }
    this.#tryConnect();
  }

  #found(index: number, usernameFragment: string): void {
    const candidate = { candidate: `host ${index}`, sdpMid: '0', sdpMLineIndex: 0, usernameFragment };
    this.#events.event({ kind: 'candidate', candidate });
  }

  #setRemote(description: { readonly type: 'offer' | 'answer'; readonly sdp: string }): void {
    const { type, sdp } = description;
    const model: ModelSdp = JSON.parse(sdp);
    const wanted =
      type === 'offer' ? this.#signaling !== 'haveRemoteOffer' : this.#signaling === 'haveLocalOffer';
    if (!wanted || (type === 'answer' && model.answers !== this.#local?.sdp)) {
      return this.#failed('setRemoteDescription');
    }
    // An offer on top of our own rolls ours back (JSEP, RFC 8829, section 4.1.8.2).
    if (type === 'offer') this.#local = null;
    const before: ModelSdp | null = this.#remote === null ? null : JSON.parse(this.#remote.sdp);
    this.#remoteRenewed = before?.fragment !== model.fragment;
    this.#remote = { type, sdp };
    if (this.#remoteRenewed) this.#remoteCandidates = new Set();
    this.#signaling = type === 'offer' ? 'haveRemoteOffer' : 'stable';
    this.#events.event({ kind: 'remoteDescriptionSet', type });
    this.#tryConnect();
  }

  #addCandidate(candidate: Candidate): void {
    const model: ModelSdp | null = this.#remote === null ? null : JSON.parse(this.#remote.sdp);
    if (candidate.usernameFragment !== model?.fragment) return this.#failed('addCandidate');
    this.#remoteCandidates.add(candidate.candidate);
    this.#tryConnect();
  }

  #failed(operation: 'setRemoteDescription' | 'addCandidate'): void {
    this.#events.event({ kind: 'operationFailed', operation, reason: 'the model refuses it' });
  }

  /** Both sides stable with each other's descriptions, and one candidate on either side. */
  #tryConnect(): void {
    if (this.#signaling !== 'stable' || this.#remote === null) return;
    const model: ModelSdp = JSON.parse(this.#remote.sdp);
    const other = this.#network.connections.get(model.connection);
    if (other === undefined || other.#signaling !== 'stable') return;
    if (other.#remote?.sdp !== this.#local?.sdp || this.#remote.sdp !== other.#local?.sdp) return;
    if (this.#remoteCandidates.size + other.#remoteCandidates.size === 0) return;
    if (this.partner === other) {
      this.#revive();
      return other.#revive();
    }
    if (this.partner !== null || other.partner !== null) return;
    this.partner = other;
    other.partner = this;
    this.#establish();
    other.#establish();
  }

  #establish(): void {
    const { partner } = this;
    if (this.#gone || partner === null) return;
    if (!this.#network.world.reachable(this.host, partner.host))
      return this.#after(pollMs, () => this.#establish());
    this.#after(1 + this.#random(this.#network.times.maxFrameMs), () => {
      this.#events.event({ kind: 'connection', state: 'connected' });
      if (this.#gone) return;
      this.isOpen = true;
      this.#events.event({ kind: 'channel', state: 'open' });
      this.#receive(partner);
      this.#watch(partner);
    });
  }

  /** A restart found candidates: a path that had failed is looked for again. */
  #revive(): void {
    if (!this.#pathFailed || this.partner === null) return;
    this.#pathFailed = false;
    this.#silentMs = this.#network.times.disconnectedMs;
    this.#watch(this.partner);
  }

  /** What ICE consent checks see: silence, then `disconnected`, then `failed` (RFC 7675). */
  #watch(partner: SimRtcConnection): void {
    this.#after(pollMs, () => {
      const alive = !partner.#gone && this.#network.world.reachable(this.host, partner.host);
      const before = this.#silentMs;
      this.#silentMs = alive ? 0 : before + pollMs;
      const { disconnectedMs, failedMs } = this.#network.times;
      if (alive && before >= disconnectedMs) this.#events.event({ kind: 'connection', state: 'connected' });
      if (before < disconnectedMs && this.#silentMs >= disconnectedMs) {
        this.#events.event({ kind: 'connection', state: 'disconnected' });
      }
      if (this.#silentMs < failedMs) return this.#watch(partner);
      this.#pathFailed = true;
      this.#events.event({ kind: 'connection', state: 'failed' });
    });
  }

  #after(delayMs: number, run: () => void): void {
    this.#network.world.after(delayMs, () => {
      if (!this.#gone) run();
    });
  }

  #random(bound: number): number {
    return this.#network.world.random.below(bound);
  }
}
