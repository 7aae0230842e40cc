/**
 * The other nodes: who they are, how to reach them, and how well they are heard.
 *
 *   remembered ──dial──▶ linked (up ⇄ suspected) ──silence, link ended──▶ down ──dial again──▶ …
 *
 * Every node dials every other it knows of and has no link to; the driver keeps
 * one link of a pair. Who is who travels in heartbeats, so a newcomer learns of
 * all from any one of them.
 */
import { ExponentialBackoff, type Random, RhythmDetector } from '@bothy/protocols';
import type { NodeHealth, NodeId, NodeInfo, NodeLoad } from '@bothy/wire';
import { bounds, type RoomsConfig, timing } from './config.ts';
import type { Step } from './step.ts';

interface Remote {
  info: NodeInfo;
  /** Where it was reached last, when that is not the address that it tells. */
  dialled: string | undefined;
  /** Set while a link stands. */
  detector: RhythmDetector | null;
  /** When its last link came up. */
  upMs: number;
  /** Waits between dials: they go on growing while links end as soon as they stand. */
  readonly backoff: ExponentialBackoff;
  health: NodeHealth;
  load: NodeLoad | null;
}

/** An address that is tried again and again while no link to it stands. */
interface Address {
  readonly backoff: ExponentialBackoff;
  dialling: boolean;
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
}

export class Nodes {
  readonly #config: RoomsConfig;
  readonly #random: Random;
  readonly #listener: NodesListener;
  readonly #remotes = new Map<NodeId, Remote>();
  readonly #addresses = new Map<string, Address>();
  /** Not to be learned again from others that have not heard yet. */
  readonly #forgotten = new Set<NodeId>();

  constructor(config: RoomsConfig, remembered: readonly NodeInfo[], random: Random, listener: NodesListener) {
    this.#config = config;
    this.#random = random;
    this.#listener = listener;
    for (const info of remembered) this.#remotes.set(info.id, this.#unlinked(info));
  }

  start(step: Step): void {
    for (const address of this.#config.join) this.#wantAddress(step, address);
    for (const { info } of this.#remotes.values()) this.#wantAddress(step, info.address);
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

  views(): NodeView[] {
    return this.#sorted().flatMap((id) => {
      const remote = this.#remotes.get(id);
      return remote === undefined ? [] : [{ ...remote.info, health: remote.health, load: remote.load }];
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
    const detector = new RhythmDetector({
      intervalMs: timing.heartbeatMs,
      timeoutMs: timing.downAfterMs,
      phi: timing.suspectedAtPhi,
      startMs: step.now.monoMs,
    });
    const remote: Remote = {
      ...this.#unlinked(info),
      detector,
      upMs: step.now.monoMs,
      ...(known === undefined ? {} : { backoff: known.backoff }),
      dialled: dialled ?? known?.dialled,
      health: known?.health ?? 'down',
    };
    this.#remotes.set(info.id, remote);
    this.#forgotten.delete(info.id);
    if (known === undefined || !isSame(known.info, info)) step.persist({ kind: 'putNode', node: info });
    if (known !== undefined && known.info.address !== info.address)
      this.#unwantAddress(step, known.info.address);
    this.#stopDialling(step, info.address);
    if (dialled !== undefined) this.#stopDialling(step, dialled);
    this.#setHealth(step, info.id, remote, 'up');
    this.#beat(step, info.id);
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
    this.#wantAddress(step, remote.info.address, remote.backoff, afterMs);
    if (remote.dialled !== undefined) this.#wantAddress(step, remote.dialled, remote.backoff, afterMs);
  }

  dialFailed(step: Step, address: string): void {
    const wanted = this.#addresses.get(address);
    if (wanted === undefined) return;
    wanted.dialling = false;
    this.#dialLater(step, address, wanted);
  }

  dialTimerFired(step: Step, address: string): void {
    const wanted = this.#addresses.get(address);
    if (wanted === undefined || wanted.dialling) return;
    wanted.dialling = true;
    step.emit({ kind: 'dial', address, early: true });
  }

  /** Anything from a node is a sign of life. False when no link to it stands: what it says is not heard. */
  heard(step: Step, node: NodeId): boolean {
    const remote = this.#remotes.get(node);
    if (remote?.detector == null) return false;
    remote.detector.heard(step.now.monoMs);
    if (remote.health !== 'up') this.#setHealth(step, node, remote, 'up');
    return true;
  }

  heartbeat(step: Step, from: NodeId, nodes: readonly NodeInfo[], load: NodeLoad): void {
    const remote = this.#remotes.get(from);
    if (remote !== undefined) remote.load = load;
    remote?.detector?.beat(step.now.monoMs);
    for (const info of nodes) this.#learn(step, info);
  }

  /** Every interval: tell all, and look who is silent. */
  heartbeatTimerFired(step: Step): void {
    step.setTimer('heartbeat', timing.heartbeatMs);
    for (const id of this.#sorted()) {
      const remote = this.#remotes.get(id);
      if (remote?.detector == null) continue;
      const liveness = remote.detector.state(step.now.monoMs);
      if (liveness === 'dead') {
        // Half open: the other side would never hear of it.
        step.emit({ kind: 'hangUp', node: id, reason: 'Nothing was heard for too long.', early: true });
        this.linkDown(step, id);
        continue;
      }
      this.#setHealth(step, id, remote, liveness === 'late' ? 'suspected' : 'up');
      this.#beat(step, id);
    }
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
    this.#unwantAddress(step, remote.info.address);
    if (remote.dialled !== undefined) this.#unwantAddress(step, remote.dialled);
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
    step.persist({ kind: 'putNode', node: info });
    this.#wantAddress(step, address);
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

  #beat(step: Step, to: NodeId): void {
    const nodes = this.#sorted().flatMap((id) => this.#remotes.get(id)?.info ?? []);
    step.sendEarly(to, {
      kind: 'heartbeat',
      nodes: [this.#config.self, ...nodes],
      load: this.#listener.load(),
    });
  }

  #wantAddress(step: Step, address: string, backoff = this.#newBackoff(), afterMs = 0): void {
    if (address === this.#config.self.address || this.#addresses.has(address)) return;
    this.#addresses.set(address, { backoff, dialling: afterMs === 0 });
    if (afterMs === 0) step.emit({ kind: 'dial', address, early: true });
    else step.setTimer(`dial ${address}`, afterMs);
  }

  #newBackoff(): ExponentialBackoff {
    const options = {
      baseMs: timing.dialAgainMs,
      factor: 2,
      maxMs: timing.dialAgainMaxMs,
      maxAttempts: Number.POSITIVE_INFINITY,
      jitter: 'equal',
    } as const;
    return new ExponentialBackoff(options, this.#random);
  }

  #unlinked(info: NodeInfo): Remote {
    const backoff = this.#newBackoff();
    return { info, dialled: undefined, detector: null, upMs: 0, backoff, health: 'down', load: null };
  }

  #dialLater(step: Step, address: string, wanted: Address): void {
    step.setTimer(`dial ${address}`, wanted.backoff.next() ?? timing.dialAgainMaxMs);
  }

  #stopDialling(step: Step, address: string): void {
    if (!this.#addresses.delete(address)) return;
    step.clearTimer(`dial ${address}`);
  }

  #unwantAddress(step: Step, address: string): void {
    if (!this.#config.join.includes(address)) this.#stopDialling(step, address);
  }

  #sorted(): NodeId[] {
    return [...this.#remotes.keys()].sort();
  }
}

function isSame(one: NodeInfo, other: NodeInfo): boolean {
  return (
    one.instance === other.instance &&
    one.address === other.address &&
    one.webUrl === other.webUrl &&
    one.version === other.version
  );
}
