/**
 * The other nodes: who they are, how to reach them, and how well they are heard.
 *
 *   remembered ──dial──▶ linked (up ⇄ suspected) ──silence, link ended──▶ down ──dial again──▶ …
 *
 * Every node dials every other it knows of and has no link to; the driver keeps
 * one link of a pair. Who is who travels in `Heartbeats`, so a newcomer learns of
 * all from any one of them.
 */
import type { Now, Random, WallClockOffset } from '@bothy/protocols';
import type { NodeHealth, NodeId, NodeInfo, NodeLoad } from '@bothy/wire';
import { bounds, type RoomsConfig, timing } from './config.ts';
import { Dialling } from './dialling.ts';
import { Heartbeats } from './heartbeats.ts';
import type { RoomClusterMessage } from './inputs.ts';
import { Probing } from './probing.ts';
import { isSameNode, newDetector, type RemoteNode, unlinkedNode } from './remote-node.ts';
import type { Step } from './step.ts';

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
  readonly #remotes = new Map<NodeId, RemoteNode>();
  readonly #dialling: Dialling;
  readonly #probing: Probing;
  readonly #heartbeats: Heartbeats;
  /** Not to be learned again from others that have not heard yet. */
  readonly #forgotten = new Set<NodeId>();

  constructor(config: RoomsConfig, remembered: readonly NodeInfo[], random: Random, listener: NodesListener) {
    this.#config = config;
    this.#dialling = new Dialling(config, random);
    this.#probing = new Probing(config.self.id, random);
    this.#heartbeats = new Heartbeats(config.self, this.#probing, {
      all: () => this.#all(),
      load: () => listener.load(),
      judged: (step, node, remote, health) => this.#setHealth(step, node, remote, health),
      gone: (step, node) => {
        step.emit({ kind: 'hangUp', node, reason: 'Nothing was heard for too long.', early: true });
        this.linkDown(step, node);
      },
    });
    this.#listener = listener;
    for (const info of remembered) this.#remotes.set(info.id, this.#unlinked(info));
  }

  start(step: Step): void {
    for (const address of this.#config.join) this.#dialling.want(step, address);
    for (const { info } of this.#remotes.values()) this.#dialling.want(step, info.address);
    this.#heartbeats.start(step);
  }

  isReachable(node: NodeId): boolean {
    return node === this.#config.self.id || this.#remotes.get(node)?.detector != null;
  }

  /** Linked ones, in order of their ids: nothing may depend on who came first. */
  get linked(): readonly NodeId[] {
    return this.#all().flatMap(([id, { detector }]) => (detector === null ? [] : [id]));
  }

  get unreachable(): readonly NodeId[] {
    return this.#all().flatMap(([id, { detector }]) => (detector === null ? [id] : []));
  }

  /** Every node but this one. */
  get others(): readonly NodeId[] {
    return this.#all().map(([id]) => id);
  }

  views(now: Now): NodeView[] {
    return this.#all().map(([, { info, health, load, detector, clock }]) => {
      return { ...info, health, load, clock: detector === null ? null : (clock.at(now) ?? null) };
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
    const remote: RemoteNode = {
      ...this.#unlinked(info),
      detector: newDetector(step.now.monoMs, timing.heartbeatMs),
      upMs: step.now.monoMs,
      heardMs: step.now.monoMs,
      ...(known === undefined ? {} : { backoff: known.backoff }),
      dialled: dialled ?? known?.dialled,
      health: known?.health ?? 'down',
    };
    this.#remotes.set(info.id, remote);
    this.#forgotten.delete(info.id);
    if (known === undefined || !isSameNode(known.info, info)) step.persist({ kind: 'putNode', node: info });
    if (known !== undefined && known.info.address !== info.address)
      this.#dialling.unwant(step, known.info.address);
    this.#dialling.stop(step, info.address);
    if (dialled !== undefined) this.#dialling.stop(step, dialled);
    this.#setHealth(step, info.id, remote, 'up');
    this.#heartbeats.probeOrNot(step);
    this.#heartbeats.beat(step, info.id, remote, true);
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
    const remote = this.#remotes.get(from);
    for (const info of message.nodes) this.#learn(step, info);
    if (remote !== undefined) this.#heartbeats.heard(step, from, remote, message);
  }

  swim(step: Step, from: NodeId, { message }: MessageOf<'swim'>): void {
    this.#probing.message(step, from, message);
  }

  swimTimerFired(step: Step, key: string): void {
    this.#probing.timerFired(step, key);
  }

  heartbeatTimerFired(step: Step): void {
    this.#heartbeats.timerFired(step);
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
    this.#heartbeats.probeOrNot(step);
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
    this.#heartbeats.probeOrNot(step);
    step.persist({ kind: 'putNode', node: info });
    this.#dialling.want(step, address);
  }

  #lost(step: Step, node: NodeId, remote: RemoteNode): void {
    remote.detector = null;
    remote.load = null;
    this.#setHealth(step, node, remote, 'down');
    this.#listener.lost(step, node);
  }

  #setHealth(step: Step, node: NodeId, remote: RemoteNode, health: NodeHealth): void {
    if (remote.health === health) return;
    remote.health = health;
    step.notice('all', { kind: 'node', node, health });
  }

  #unlinked(info: NodeInfo): RemoteNode {
    return unlinkedNode(info, this.#dialling.newBackoff());
  }

  #all(): (readonly [NodeId, RemoteNode])[] {
    return [...this.#remotes].sort(([one], [other]) => (one < other ? -1 : 1));
  }
}

type MessageOf<Kind> = Extract<RoomClusterMessage, { readonly kind: Kind }>;
