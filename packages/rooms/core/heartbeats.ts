/**
 * Signs of life. Each second this node tells every other that it is there, and looks who is silent. What is said of a
 * newcomer, of load and of clocks rides on them. Where nodes are many they are rare, and SWIM finds who is gone.
 */
import type { NodeId, NodeInfo, NodeLoad } from '@bothy/wire';
import { bounds, timing } from './config.ts';
import type { RoomClusterMessage } from './inputs.ts';
import type { Probing } from './probing.ts';
import { newDetector, type RemoteNode, standingOf } from './remote-node.ts';
import type { Step } from './step.ts';

type Heartbeat = Extract<RoomClusterMessage, { readonly kind: 'heartbeat' }>;

export interface HeartbeatsHost {
  /** All that are known, linked or not, in order of their ids: nothing may depend on who came first. */
  all(): readonly (readonly [NodeId, RemoteNode])[];
  load(): NodeLoad;
  judged(step: Step, node: NodeId, remote: RemoteNode, health: 'up' | 'suspected'): void;
  /** Nothing was heard for too long. */
  gone(step: Step, node: NodeId): void;
}

export class Heartbeats {
  readonly #self: NodeInfo;
  readonly #probing: Probing;
  readonly #host: HeartbeatsHost;
  /** Whose turn it was to be told of all. */
  #turn = 0;

  constructor(self: NodeInfo, probing: Probing, host: HeartbeatsHost) {
    this.#self = self;
    this.#probing = probing;
    this.#host = host;
  }

  start(step: Step): void {
    step.setTimer('heartbeat', timing.heartbeatMs);
  }

  /** Every second: look who is silent, and tell those who are to hear from us now. */
  timerFired(step: Step): void {
    step.setTimer('heartbeat', timing.heartbeatMs);
    for (const [id, remote] of this.#host.all()) this.#look(step, id, remote);
    const linked = this.#host.all().filter(([, { detector }]) => detector !== null);
    this.#turn += 1;
    const inTurn = linked[this.#turn % linked.length]?.[0];
    for (const [id, remote] of linked) {
      const isWhole = id === inTurn || !this.#isBeatenRarely(remote);
      const dueMs = remote.beatMs + timing.manyNodesHeartbeatMs - timing.heartbeatMs / 2;
      if (isWhole || step.now.monoMs >= dueMs) this.beat(step, id, remote, isWhole);
    }
  }

  /** `isWhole`: with all nodes that are known here. */
  beat(step: Step, to: NodeId, remote: RemoteNode, isWhole: boolean): void {
    remote.beatMs = step.now.monoMs;
    step.sendEarly(to, {
      kind: 'heartbeat',
      nodes: isWhole ? [this.#self, ...this.#host.all().map(([, { info }]) => info)] : [],
      load: this.#host.load(),
      nextMs: this.#isBeatenRarely(remote) ? timing.manyNodesHeartbeatMs : timing.heartbeatMs,
      ...remote.clock.stamps(step.now),
    });
  }

  /** One has come. */
  heard(step: Step, from: NodeId, remote: RemoteNode, message: Heartbeat): void {
    const { load, nextMs } = message;
    remote.load = load;
    remote.clock.heard(message, step.now);
    if (nextMs !== remote.nextMs) {
      const isFirst = remote.nextMs === 0;
      remote.nextMs = nextMs;
      remote.detector = newDetector(step.now.monoMs, nextMs || timing.heartbeatMs);
      if (isFirst) this.#probing.meet(step, from);
    }
    remote.detector?.beat(step.now.monoMs);
  }

  /** SWIM asks where nodes are many, and only there. */
  probeOrNot(step: Step): void {
    const all = this.#host.all();
    if (all.length < bounds.fewNodes) return this.#probing.stop(step);
    if (this.#probing.running) return;
    this.#probing.start(step);
    for (const [id, { detector, nextMs }] of all) {
      if (detector !== null && nextMs !== 0) this.#probing.meet(step, id);
    }
  }

  #look(step: Step, id: NodeId, remote: RemoteNode): void {
    if (remote.detector === null) return;
    const hearsay = { suspects: this.#probing.suspects(id), doubts: this.#probing.doubts(id) };
    const standing = standingOf(remote, hearsay, step.now.monoMs);
    if (standing === 'gone') this.#host.gone(step, id);
    else this.#host.judged(step, id, remote, standing);
  }

  /** An earlier version would hang up. */
  #isBeatenRarely(remote: RemoteNode): boolean {
    return this.#probing.running && remote.nextMs > 0;
  }
}
