/** Bridges that decide without brokers, joined by links on which messages lie until the seed lets one arrive. */
import { type Random, seededRandom } from '@bothy/protocols';
import type { BridgedPublish, BridgeMessage, NodeId } from '@bothy/wire';
import { Bridge } from '../src/bridge/bridge.ts';
import { defaultOutboxLimits, type OutboxLimits } from '../src/bridge/bridge-outbox.ts';

export interface BridgeNode {
  readonly id: NodeId;
  bridge: Bridge;
  /** What its subscribers got, in order. */
  readonly published: BridgedPublish[];
  readonly ended: string[];
  /** What it has taken in and not yet confirmed. */
  unconfirmed: (() => void)[];
}

interface Link {
  readonly ends: readonly [NodeId, NodeId];
  isUp: boolean;
  /** By receiver. */
  lines: Map<NodeId, BridgeMessage[]>;
}

export class BridgeNodes {
  readonly random: Random;
  readonly nodes: readonly BridgeNode[];
  nowMs = 1_000_000_000;
  readonly #links: readonly Link[];
  readonly #outbox: OutboxLimits;
  #runs = 0;

  constructor(seed: string, ids: readonly NodeId[], outbox: OutboxLimits = defaultOutboxLimits) {
    this.random = seededRandom(seed);
    this.#outbox = outbox;
    this.nodes = ids.map((id) => {
      const node = { id, published: [], ended: [], unconfirmed: [] };
      return Object.assign(node, { bridge: this.#start(node) });
    });
    this.#links = ids.flatMap((one, n) =>
      ids.slice(n + 1).map((other) => ({ ends: [one, other] as const, isUp: false, lines: new Map() })),
    );
  }

  node(index: number): BridgeNode {
    const node = this.nodes[index];
    if (node === undefined) throw new Error(`there is no node ${index}`);
    return node;
  }

  /** What a client publishes here, if it is admitted. */
  publish(index: number, message: BridgedPublish): void {
    const { bridge, published } = this.node(index);
    // Often in the same millisecond as elsewhere.
    this.nowMs += this.random.below(3) === 0 ? 1 : 0;
    if (!bridge.admits(message, this.nowMs)) return;
    published.push(message);
    bridge.published(message, this.nowMs);
  }

  up(one: number, other: number): void {
    const link = this.#between(this.node(one).id, this.node(other).id);
    if (link === undefined || link.isUp) return;
    Object.assign(link, { isUp: true, lines: new Map() });
    const [left, right] = link.ends;
    this.#byId(left)?.bridge.linkUp(right);
    this.#byId(right)?.bridge.linkUp(left);
  }

  down(one: number, other: number): void {
    const link = this.#between(this.node(one).id, this.node(other).id);
    if (link === undefined || !link.isUp) return;
    link.isUp = false;
    const [left, right] = link.ends;
    this.#byId(left)?.bridge.linkDown(right);
    this.#byId(right)?.bridge.linkDown(left);
  }

  upAll(): void {
    for (const one of this.nodes.keys()) for (const other of this.nodes.keys()) this.up(one, other);
  }

  /** A new run, which keeps what was retained and nothing else. */
  restart(index: number, topics: readonly string[]): void {
    for (const other of this.nodes.keys()) this.down(index, other);
    const node = this.node(index);
    const kept = topics.flatMap((topic) => node.bridge.recordOf(topic) ?? []);
    node.unconfirmed = [];
    node.bridge = this.#start(node);
    for (const record of kept) node.bridge.restore(record);
  }

  /** Lets one thing happen. False when nothing is on its way. */
  step(): boolean {
    const confirming = this.nodes.flatMap((node) => (node.unconfirmed.length > 0 ? [node] : []));
    const lines = this.#links.flatMap(({ ends: [left, right], lines: waiting }) => [
      { from: right, to: left, line: waiting.get(left) ?? [] },
      { from: left, to: right, line: waiting.get(right) ?? [] },
    ]);
    const busy = lines.filter(({ line }) => line.length > 0);
    const choices = confirming.length + busy.length;
    if (choices === 0) return false;
    const choice = this.random.below(choices);
    confirming[choice]?.unconfirmed.shift()?.();
    const arriving = busy[choice - confirming.length];
    const message = arriving?.line.shift();
    if (arriving !== undefined && message !== undefined) {
      this.#byId(arriving.to)?.bridge.receive(arriving.from, structuredClone(message), this.nowMs);
    }
    return true;
  }

  settle(): void {
    while (this.step());
  }

  #start(node: Omit<BridgeNode, 'bridge'>): Bridge {
    this.#runs += 1;
    const run = this.#runs;
    const bridge: Bridge = new Bridge(
      { node: node.id, run: `run-${run}`, outbox: this.#outbox, retainedTopics: 100 },
      {
        send: (other, message) => {
          const link = this.#between(node.id, other);
          if (link?.isUp !== true) return;
          link.lines.set(other, [...(link.lines.get(other) ?? []), message]);
        },
        deliver: (from, session, message) => {
          if (message !== undefined) node.published.push(message);
          node.unconfirmed.push(() => bridge.taken(from, session));
        },
        endClient: (clientId) => node.ended.push(clientId),
        forgotten: () => {},
      },
    );
    return bridge;
  }

  #byId(id: NodeId): BridgeNode | undefined {
    return this.nodes.find((node) => node.id === id);
  }

  #between(one: NodeId, other: NodeId): Link | undefined {
    return this.#links.find(({ ends }) => ends.includes(one) && ends.includes(other) && one !== other);
  }
}
