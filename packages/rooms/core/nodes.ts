/**
 * The other nodes: who they are, how to reach them, and how well they are heard.
 *
 *   remembered ──dial──▶ linked (up ⇄ suspected) ──silence, link ended──▶ down ──dial again──▶ …
 *
 * Every node dials every other it knows of and has no link to; the driver keeps
 * one link of a pair. Who is who travels in heartbeats, so a newcomer learns of
 * all from any one of them. Where they are many, heartbeats are rare, and SWIM finds
 * who is gone.
 */
import {
  type ExponentialBackoff,
  type Now,
  type Random,
  RhythmDetector,
  type WallClockOffset,
} from '@bothy/protocols';
import type { NodeHealth, NodeId, NodeInfo, NodeLoad } from '@bothy/wire';
import { bounds, type RoomsConfig, timing } from './config.ts';
import { Dialling } from './dialling.ts';
import type { RoomClusterMessage } from './inputs.ts';
import { NodeClock } from './node-clock.ts';
import { Probing } from './probing.ts';
import type { Step } from './step.ts';

interface Remote {
  info: NodeInfo;
  /** Where it was reached last, when that is not the address that it tells. */
  dialled: string | undefined;
  /** Set while a link stands. */
  detector: RhythmDetector | null;
  /** When its last link came up, when anything was heard over it, and when a heartbeat was sent. */
  upMs: number;
  heardMs: number;
  beatMs: number;
  /** How soon its next heartbeat comes, by its last one; 0 while it has not said, which earlier versions never do. */
  nextMs: number;
  /** Of this link. */
  clock: NodeClock;
  /** Waits between dials: they go on growing while links end as soon as they stand. */
  readonly backoff: ExponentialBackoff;
  health: NodeHealth;
  load: NodeLoad | null;
}

export interface NodesListener {
  /** A link stands: say what the other side has to know. */
  linked(step: Step, node: NodeId): void;
  /** No link stands any more, or nothing was heard for too long. */
  lost(step: Step, node: NodeId): void;
  forgotten(step: Step, node: NodeId): void;
  load(): NodeLoad;
}

/** A node as it is shown to people. */
export interface NodeView extends NodeInfo {
  readonly health: NodeHealth;
  readonly load: NodeLoad | null;
  /** How far its wall clock is ahead of ours; null while that is not known, or no link stands. */
  readonly clock: WallClockOffset | null;
}

export class Nodes {
  readonly #config: RoomsConfig;
  readonly #listener: NodesListener;
  readonly #remotes = new Map<NodeId, Remote>();
  readonly #dialling: Dialling;
  readonly #probing: Probing;
  /** Whose turn it was to be told of all. */
  #turn = 0;
  /** Not to be learned again from others that have not heard yet. */
  readonly #forgotten = new Set<NodeId>();

  constructor(config: RoomsConfig, remembered: readonly NodeInfo[], random: Random, listener: NodesListener) {
    this.#config = config;
    this.#dialling = new Dialling(config, random);
    this.#probing = new Probing(config.self.id, random);
    this.#listener = listener;
    for (const info of remembered) this.#remotes.set(info.id, this.#unlinked(info));
  }

  start(step: Step): void {
    for (const address of this.#config.join) this.#dialling.want(step, address);
    for (const { info } of this.#remotes.values()) this.#dialling.want(step, info.address);
    step.setTimer('heartbeat', timing.heartbeatMs);
  }

  isReachable(node: NodeId): boolean {
    return node === this.#config.self.id || this.#remotes.get(node)?.detector != null;
  }

  /** Linked ones, in order of their ids: nothing may depend on who came first. */
  get linked(): readonly NodeId[] {
    return this.#sorted().filter((id) => this.#remotes.get(id)?.detector != null);
  }

  get unreachable(): readonly NodeId[] {
    return this.#sorted().filter((id) => this.#remotes.get(id)?.detector == null);
  }

  /** Every node but this one. */
  get others(): readonly NodeId[] {
    return this.#sorted();
  }

  views(now: Now): NodeView[] {
    return this.#sorted().flatMap((id) => {
      const remote = this.#remotes.get(id);
      if (remote === undefined) return [];
      const { info, health, load, detector } = remote;
      const clock = detector === null ? null : (remote.clock.at(now) ?? null);
      return [{ ...info, health, load, clock }];
    });
  }

  linkUp(step: Step, info: NodeInfo, dialled: string | undefined): void {
    if (info.id === this.#config.self.id) {
      const reason = 'Another node goes by this id. Give each node an --id of its own.';
      step.refuse('node_id_taken', `${reason} (${info.address})`);
      step.emit({ kind: 'hangUp', node: info.id, reason, early: true });
      return;
    }
    const known = this.#remotes.get(info.id);
    if (known === undefined && this.#remotes.size >= bounds.nodes) {
      const reason = `A cluster has at most ${bounds.nodes + 1} nodes here.`;
      step.refuse('limit_reached', reason);
      step.emit({ kind: 'hangUp', node: info.id, reason, early: true });
      return;
    }
    // A second word of the same link: what belonged to the first is over.
    if (known?.detector != null) this.#lost(step, info.id, known);
    const remote: Remote = {
      ...this.#unlinked(info),
      detector: newDetector(step, timing.heartbeatMs),
      upMs: step.now.monoMs,
      heardMs: step.now.monoMs,
      ...(known === undefined ? {} : { backoff: known.backoff }),
      dialled: dialled ?? known?.dialled,
      health: known?.health ?? 'down',
    };
    this.#remotes.set(info.id, remote);
    this.#forgotten.delete(info.id);
    if (known === undefined || !isSame(known.info, info)) step.persist({ kind: 'putNode', node: info });
    if (known !== undefined && known.info.address !== info.address)
      this.#dialling.unwant(step, known.info.address);
    this.#dialling.stop(step, info.address);
    if (dialled !== undefined) this.#dialling.stop(step, dialled);
    this.#setHealth(step, info.id, remote, 'up');
    this.#probeOrNot(step);
    this.#beat(step, info.id, remote, true);
    this.#listener.linked(step, info.id);
  }

  linkDown(step: Step, node: NodeId): void {
    const remote = this.#remotes.get(node);
    if (remote?.detector == null) return;
    this.#lost(step, node, remote);
    // One that stood for a while is dialled at once; where they end as soon as they stand, something is wrong there.
    const isShort = step.now.monoMs - remote.upMs < timing.downAfterMs;
    if (!isShort) remote.backoff.reset();
    const afterMs = isShort ? (remote.backoff.next() ?? timing.dialAgainMaxMs) : 0;
    this.#dialling.want(step, remote.info.address, remote.backoff, afterMs);
    if (remote.dialled !== undefined) this.#dialling.want(step, remote.dialled, remote.backoff, afterMs);
  }

  dialFailed(step: Step, address: string): void {
    this.#dialling.failed(step, address);
  }

  dialTimerFired(step: Step, address: string): void {
    this.#dialling.timerFired(step, address);
  }

  /** Anything from a node is a sign of life. False when no link to it stands: what it says is not heard. */
  heard(step: Step, node: NodeId): boolean {
    const remote = this.#remotes.get(node);
    if (remote?.detector == null) return false;
    remote.detector.heard(step.now.monoMs);
    remote.heardMs = step.now.monoMs;
    this.#probing.heard(node);
    if (remote.health !== 'up') this.#setHealth(step, node, remote, 'up');
    return true;
  }

  heartbeat(step: Step, from: NodeId, message: MessageOf<'heartbeat'>): void {
    const { nodes, load, nextMs } = message;
    const remote = this.#remotes.get(from);
    for (const info of nodes) this.#learn(step, info);
    if (remote === undefined) return;
    remote.load = load;
    remote.clock.heard(message, step.now);
    if (nextMs !== remote.nextMs) {
      const isFirst = remote.nextMs === 0;
      remote.nextMs = nextMs;
      remote.detector = newDetector(step, nextMs || timing.heartbeatMs);
      if (isFirst) this.#probing.meet(step, from);
    }
    remote.detector?.beat(step.now.monoMs);
  }

  swim(step: Step, from: NodeId, { message }: MessageOf<'swim'>): void {
    this.#probing.message(step, from, message);
  }

  swimTimerFired(step: Step, key: string): void {
    this.#probing.timerFired(step, key);
  }

  /** Every second: look who is silent, and tell those who are to hear from us now. */
  heartbeatTimerFired(step: Step): void {
    step.setTimer('heartbeat', timing.heartbeatMs);
    for (const id of this.#sorted()) this.#look(step, id);
    const { linked } = this;
    this.#turn += 1;
    const inTurn = linked[this.#turn % linked.length];
    for (const id of linked) {
      const remote = this.#remotes.get(id);
      if (remote === undefined) continue;
      const isWhole = id === inTurn || !this.#isBeatenRarely(remote);
      const dueMs = remote.beatMs + timing.manyNodesHeartbeatMs - timing.heartbeatMs / 2;
      if (isWhole || step.now.monoMs >= dueMs) this.#beat(step, id, remote, isWhole);
    }
  }

  #look(step: Step, id: NodeId): void {
    const remote = this.#remotes.get(id);
    if (remote?.detector == null) return;
    const { monoMs } = step.now;
    const silentMs = monoMs - remote.heardMs;
    const liveness = remote.detector.state(monoMs);
    // One that came back with an earlier version answers no ping, and is held for dead for that.
    const isAsked = remote.nextMs > 0;
    if (liveness === 'dead' || (isAsked && silentMs >= timing.downAfterMs && this.#probing.doubts(id))) {
      // Half open: the other side would never hear of it.
      step.emit({ kind: 'hangUp', node: id, reason: 'Nothing was heard for too long.', early: true });
      return this.linkDown(step, id);
    }
    const isDoubted = isAsked && silentMs > timing.heartbeatMs && this.#probing.suspects(id);
    this.#setHealth(step, id, remote, liveness === 'late' || isDoubted ? 'suspected' : 'up');
  }

  /** An operator says that this node will not come back. False when it is not known. */
  forget(step: Step, node: NodeId): boolean {
    const remote = this.#remotes.get(node);
    if (this.#forgotten.size >= bounds.nodes) this.#forgotten.clear();
    this.#forgotten.add(node);
    if (remote === undefined) return false;
    if (remote.detector !== null) {
      step.emit({
        kind: 'hangUp',
        node,
        reason: 'An operator has removed this node from the cluster.',
        early: true,
      });
      this.#lost(step, node, remote);
    }
    this.#remotes.delete(node);
    this.#probing.forget(step, node);
    this.#probeOrNot(step);
    this.#dialling.unwant(step, remote.info.address);
    if (remote.dialled !== undefined) this.#dialling.unwant(step, remote.dialled);
    step.persist({ kind: 'deleteNode', node });
    for (const other of this.linked) step.send(other, { kind: 'forget', node });
    this.#listener.forgotten(step, node);
    return true;
  }

  #learn(step: Step, info: NodeInfo): void {
    const { id, address } = info;
    if (id === this.#config.self.id || this.#remotes.has(id) || this.#forgotten.has(id)) return;
    if (this.#remotes.size >= bounds.nodes) return;
    this.#remotes.set(id, this.#unlinked(info));
    this.#probeOrNot(step);
    step.persist({ kind: 'putNode', node: info });
    this.#dialling.want(step, address);
  }

  #lost(step: Step, node: NodeId, remote: Remote): void {
    remote.detector = null;
    remote.load = null;
    this.#setHealth(step, node, remote, 'down');
    this.#listener.lost(step, node);
  }

  #setHealth(step: Step, node: NodeId, remote: Remote, health: NodeHealth): void {
    if (remote.health === health) return;
    remote.health = health;
    step.notice('all', { kind: 'node', node, health });
  }

  #beat(step: Step, to: NodeId, remote: Remote, isWhole: boolean): void {
    const others = this.#sorted().flatMap((id) => this.#remotes.get(id)?.info ?? []);
    remote.beatMs = step.now.monoMs;
    step.sendEarly(to, {
      kind: 'heartbeat',
      nodes: isWhole ? [this.#config.self, ...others] : [],
      load: this.#listener.load(),
      nextMs: this.#isBeatenRarely(remote) ? timing.manyNodesHeartbeatMs : timing.heartbeatMs,
      ...remote.clock.stamps(step.now),
    });
  }

  /** An earlier version would hang up. */
  #isBeatenRarely(remote: Remote): boolean {
    return this.#probing.running && remote.nextMs > 0;
  }

  #probeOrNot(step: Step): void {
    if (this.#remotes.size < bounds.fewNodes) return this.#probing.stop(step);
    if (this.#probing.running) return;
    this.#probing.start(step);
    for (const id of this.linked) if (this.#remotes.get(id)?.nextMs !== 0) this.#probing.meet(step, id);
  }

  #unlinked(info: NodeInfo): Remote {
    const times = { upMs: 0, heardMs: 0, beatMs: 0, nextMs: 0 };
    const backoff = this.#dialling.newBackoff();
    const clock = new NodeClock();
    return { info, dialled: undefined, detector: null, ...times, clock, backoff, health: 'down', load: null };
  }

  #sorted(): NodeId[] {
    return [...this.#remotes.keys()].sort();
  }
}

type MessageOf<Kind> = Extract<RoomClusterMessage, { readonly kind: Kind }>;

function newDetector(step: Step, intervalMs: number): RhythmDetector {
  return new RhythmDetector({
    intervalMs,
    timeoutMs: Math.max(timing.downAfterMs, intervalMs * 3),
    phi: timing.suspectedAtPhi,
    startMs: step.now.monoMs,
  });
}

function isSame(one: NodeInfo, other: NodeInfo): boolean {
  return (
    one.instance === other.instance &&
    one.address === other.address &&
    one.webUrl === other.webUrl &&
    one.version === other.version
  );
}
