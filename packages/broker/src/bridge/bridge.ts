/**
 * One logical broker over all nodes of a cluster: what is passed on to whom, which retained state stands, where a client
 * is (design, section 4; rules BG1… in SPEC.md). It decides; it has no clock, no timers and no connections.
 *
 *   link up ──► hello ──► their hello ──► what changed since, or all ──► live
 *      ▲                                                                  │
 *      └──────────────────────────── link down ◄──────────────────────────┘   node down: its people go offline
 */
import { compareHlc, type Hlc, HybridLogicalClock } from '@bothy/protocols';
import type { BridgedPublish, BridgeMessage, NodeId } from '@bothy/wire';
import { BridgeOutbox, type OutboxLimits } from './bridge-outbox.ts';
import { type RetainedRecord, RetainedState } from './retained-state.ts';
import { isBridged, isBridgedTopic, presenceIn, versionOf } from './retained-version.ts';

export interface BridgePorts {
  /** Hands a message to the link, which is up. */
  readonly send: (node: NodeId, message: BridgeMessage) => void;
  /**
   * Publishes here what came from a node, or nothing; in the order of the calls for each node, and calls `taken` with
   * node and session when it is done.
   */
  readonly deliver: (node: NodeId, session: number, message: BridgedPublish | undefined) => void;
  /** Ends a connection: its client is at another node now. */
  readonly endClient: (clientId: string) => void;
  /** A topic that was cleared long ago need not be remembered. */
  readonly forgotten: (topic: string) => void;
}

export interface BridgeDecisions {
  readonly node: NodeId;
  /** Random per start: 1 to 64 characters of `[A-Za-z0-9_-]`. */
  readonly run: string;
  readonly outbox: OutboxLimits;
  /** Topics with a retained message, and as many that were cleared. */
  readonly retainedTopics: number;
}

/** Each only rises. */
export interface BridgeCounts {
  /** Messages from other nodes that were published here. */
  received: number;
  /** That came a second time, and were not. */
  doubles: number;
  /** That were none: another root than ours, or no topic. */
  refused: number;
  /** States that were older than what is retained, from here and from elsewhere. */
  stale: number;
  /** Messages for other nodes that were dropped at a limit. */
  dropped: number;
  /** Connections ended because their client is at another node. */
  takeovers: number;
}

interface Peer {
  readonly outbox: BridgeOutbox;
  session: number;
  isLinked: boolean;
  /** The run of the other node; empty until its first hello. */
  run: string;
  /** The run of it whose whole state this node has; empty when it has none. */
  holds: string;
  lastNumber: number;
  received: number;
  taken: number;
  readonly clients: Map<string, { readonly since: Hlc; readonly will: BridgedPublish | undefined }>;
}

/** As for entries of conversations: each of two clocks may be an hour off. */
const maxAheadMs = 2 * 3_600_000;
/** A confirmation for each would double the messages. */
const takenPerConfirmation = 32;

export class Bridge {
  readonly counts: BridgeCounts = { received: 0, doubles: 0, refused: 0, stale: 0, dropped: 0, takeovers: 0 };
  readonly #options: BridgeDecisions;
  readonly #ports: BridgePorts;
  #clock = new HybridLogicalClock({ maxAheadMs });
  readonly #state: RetainedState;
  readonly #peers = new Map<NodeId, Peer>();
  readonly #clients = new Map<string, { readonly since: Hlc; readonly will: BridgedPublish | undefined }>();

  constructor(options: BridgeDecisions, ports: BridgePorts) {
    this.#options = options;
    this.#ports = ports;
    const { retainedTopics } = options;
    this.#state = new RetainedState({
      retainedTopics,
      clearedTopics: retainedTopics,
      forgotten: ports.forgotten,
    });
  }

  /** What an earlier run retained. To be called before anything else. */
  restore(record: RetainedRecord): void {
    this.#state.put(record);
    const { stamp } = record.version;
    if (compareHlc(stamp, this.#clock.last) > 0)
      this.#clock = new HybridLogicalClock({ maxAheadMs, last: stamp });
  }

  /** What is known of a topic, to be written down beside what is retained. */
  recordOf(topic: string): RetainedRecord | undefined {
    return this.#state.get(topic);
  }

  /**
   * Somebody publishes a state here. False when it is older than what is retained, and is to be dropped: the last will of
   * a connection that was ended because its device is at another node by now.
   */
  admits(message: BridgedPublish, nowMs: number): boolean {
    if (!message.retain || !isBridged(message.topic)) return true;
    const kept = this.#state.get(message.topic);
    const version = versionOf(message, this.#options.node, this.#clock.tick(nowMs), kept?.version);
    if (this.#state.offer({ version, retired: false, message }) !== 'older') return true;
    this.counts.stale += 1;
    return false;
  }

  /** Somebody has published here; what is a state has been admitted. */
  published(message: BridgedPublish, nowMs: number): void {
    if (this.#peers.size === 0 || !isBridged(message.topic)) return;
    // One beyond the limit of retained topics is passed on as one that is not retained.
    const kept = message.retain ? this.#state.get(message.topic) : undefined;
    const isState = kept !== undefined && (kept.message.payload.length > 0 || message.payload.length === 0);
    for (const { outbox } of this.#peers.values()) {
      if (isState) outbox.addTopic(message.topic);
      else outbox.addMessage(message, nowMs);
    }
  }

  /** A client is connected here, and this is its last will, if it may publish it. */
  clientConnected(clientId: string, will: BridgedPublish | undefined, nowMs: number): void {
    const bridgedWill = will !== undefined && isBridged(will.topic) ? will : undefined;
    if (bridgedWill === undefined && !isDevice(clientId)) return;
    this.#clients.set(clientId, { since: this.#clock.tick(nowMs), will: bridgedWill });
    for (const { outbox } of this.#peers.values()) outbox.addClient(clientId);
  }

  clientGone(clientId: string): void {
    if (!this.#clients.delete(clientId)) return;
    for (const { outbox } of this.#peers.values()) outbox.addClient(clientId);
  }

  linkUp(node: NodeId): void {
    const peer = this.#peers.get(node) ?? this.#newPeer(node);
    this.#peers.set(node, peer);
    if (peer.isLinked) this.linkDown(node);
    Object.assign(peer, { isLinked: true, session: peer.session + 1, received: 0, taken: 0 });
    if (peer.holds === '') peer.clients.clear();
    this.#ports.send(node, { kind: 'hello', run: this.#options.run, holds: peer.holds });
  }

  linkDown(node: NodeId): void {
    const peer = this.#peers.get(node);
    if (peer === undefined) return;
    peer.isLinked = false;
    peer.outbox.close();
  }

  /**
   * The failure detector has given the node up, so that nobody there can be reached. What it left as last wills stands
   * from now on; a presence without one is cleared, for nobody but its device could sign that it is offline.
   */
  nodeDown(node: NodeId): void {
    this.linkDown(node);
    const peer = this.#peers.get(node);
    const wills = new Map<string, { readonly since: Hlc; readonly will: BridgedPublish }>();
    for (const { since, will } of peer?.clients.values() ?? []) {
      if (will?.retain === true) wills.set(will.topic, { since, will });
      else if (will !== undefined) this.#ports.deliver(node, 0, will);
    }
    for (const [topic, { since, will }] of wills) {
      if (this.#state.get(topic) !== undefined) continue;
      // It never said anything there, and leaves a will all the same.
      const version = versionOf(will, node, since, undefined);
      this.#leave(node, { version, retired: true, message: will });
    }
    for (const topic of this.#state.topicsOf((origin) => origin === node)) {
      this.#retire(node, topic, wills.get(topic)?.will);
    }
    if (peer !== undefined) {
      peer.holds = '';
      peer.clients.clear();
    }
  }

  /** An operator says that the node does not come back: nothing waits for it any more. */
  forget(node: NodeId): void {
    this.nodeDown(node);
    this.#peers.delete(node);
  }

  /** A message of this link session, checked for its shape. */
  receive(node: NodeId, message: BridgeMessage, nowMs: number): void {
    const peer = this.#peers.get(node);
    if (peer === undefined || !peer.isLinked) return;
    if (message.kind === 'hello') return this.#greeted(peer, message, nowMs);
    if (message.kind === 'taken') return peer.outbox.confirm(message.count);
    peer.received += 1;
    this.#ports.deliver(node, peer.session, this.#take(node, peer, message, nowMs));
  }

  /** What `deliver` was called with has been done. */
  taken(node: NodeId, session: number): void {
    const peer = this.#peers.get(node);
    if (peer === undefined || !peer.isLinked || peer.session !== session) return;
    peer.taken += 1;
    if (peer.taken < peer.received && peer.taken % takenPerConfirmation !== 0) return;
    this.#ports.send(node, { kind: 'taken', count: peer.taken });
  }

  #newPeer(node: NodeId): Peer {
    const ports = {
      send: (message: BridgeMessage) => this.#ports.send(node, message),
      topic: (topic: string) => this.#stateMessage(topic),
      client: (clientId: string) => this.#clientMessage(clientId),
      dropped: (messages: number) => {
        this.counts.dropped += messages;
      },
    };
    return {
      outbox: new BridgeOutbox(ports, this.#options.outbox),
      session: 0,
      isLinked: false,
      run: '',
      holds: '',
      lastNumber: 0,
      received: 0,
      taken: 0,
      clients: new Map(),
    };
  }

  #greeted(peer: Peer, { run, holds }: Extract<BridgeMessage, { kind: 'hello' }>, nowMs: number): void {
    if (peer.run !== run) {
      Object.assign(peer, { run, lastNumber: 0 });
      peer.clients.clear();
    }
    // What comes from now on is everything that it lacks: the other node remembers what was not confirmed.
    peer.holds = run;
    if (holds !== this.#options.run) {
      const isAway = (origin: NodeId): boolean =>
        origin === this.#options.node || this.#peers.get(origin)?.isLinked !== true;
      peer.outbox.startOver(this.#state.topicsOf(isAway), this.#clients.keys());
    }
    peer.outbox.open(nowMs);
  }

  /** What is to be published here of a message. */
  #take(
    node: NodeId,
    peer: Peer,
    message: Exclude<BridgeMessage, { kind: 'hello' | 'taken' }>,
    nowMs: number,
  ): BridgedPublish | undefined {
    if (message.kind === 'client') this.#clientElsewhere(node, peer, message, nowMs);
    if (message.kind === 'clientGone') peer.clients.delete(message.clientId);
    if (message.kind !== 'publish' && message.kind !== 'retained') return undefined;
    if (!isBridgedTopic(message.message.topic)) {
      this.counts.refused += 1;
      return undefined;
    }
    if (message.kind === 'retained') return this.#takeState(message, nowMs);
    if (message.number <= peer.lastNumber) {
      this.counts.doubles += 1;
      return undefined;
    }
    peer.lastNumber = message.number;
    this.counts.received += 1;
    return { ...message.message, retain: false };
  }

  #takeState(
    { version, retired, message }: Extract<BridgeMessage, { kind: 'retained' }>,
    nowMs: number,
  ): BridgedPublish | undefined {
    const retained = { ...message, retain: true };
    // A clock from the far future would win for years: what it says is heard, and not kept.
    if (!this.#isBelieved(version.stamp, nowMs)) return { ...message, retain: false };
    const offered = this.#state.offer({ version, retired, message: retained });
    if (offered === 'full') return { ...message, retain: false };
    if (offered === 'older') {
      this.counts.stale += 1;
      return undefined;
    }
    this.counts.received += 1;
    // Who is away now may come back to this node first, and then the origin may be gone.
    for (const { isLinked, outbox } of this.#peers.values()) if (!isLinked) outbox.addTopic(message.topic);
    return retained;
  }

  #clientElsewhere(
    node: NodeId,
    peer: Peer,
    { clientId, since, will }: Extract<BridgeMessage, { kind: 'client' }>,
    nowMs: number,
  ): void {
    peer.clients.set(clientId, {
      since,
      will: will !== undefined && isBridgedTopic(will.topic) ? will : undefined,
    });
    const here = this.#clients.get(clientId);
    // A client id of a guest may be anybody's, as `sensor1` is; a device's is its own.
    if (here === undefined || !isDevice(clientId) || !this.#isBelieved(since, nowMs)) return;
    const order = compareHlc(here.since, since) || (this.#options.node < node ? -1 : 1);
    if (order > 0) return;
    this.counts.takeovers += 1;
    this.#ports.endClient(clientId);
  }

  /** A board without a battery starts in 1970; what it retained says better how late it is. */
  #isBelieved(stamp: Hlc, nowMs: number): boolean {
    return this.#clock.observe(stamp, Math.max(nowMs, this.#clock.last.ms)).merged;
  }

  #retire(node: NodeId, topic: string, will: BridgedPublish | undefined): void {
    const kept = this.#state.get(topic);
    if (kept === undefined || kept.retired) return;
    const isOnline = presenceIn(kept.message)?.online === true;
    if (will === undefined && !isOnline) return;
    const message = will ?? { ...kept.message, payload: new Uint8Array(0) };
    this.#leave(node, { version: kept.version, retired: true, message });
  }

  #leave(node: NodeId, record: RetainedRecord): void {
    if (this.#state.put(record)) this.#ports.deliver(node, 0, record.message);
  }

  #stateMessage(topic: string): BridgeMessage | undefined {
    const record = this.#state.get(topic);
    return record === undefined ? undefined : { kind: 'retained', ...record };
  }

  #clientMessage(clientId: string): BridgeMessage | undefined {
    const client = this.#clients.get(clientId);
    return client === undefined ? undefined : { kind: 'client', clientId, ...client };
  }
}

/** Client ids with a slash are `<person>/<device>`: the broker lets nobody else have them. */
function isDevice(clientId: string): boolean {
  return clientId.includes('/');
}
