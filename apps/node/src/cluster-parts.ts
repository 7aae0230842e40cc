/** What is one in all nodes of a cluster beside rooms, over the links between them: the broker and the directory. */
import { randomBytes } from 'node:crypto';
import type { BridgeOptions, NodeBroker } from '@bothy/broker';
import type { ClusterLinks } from '@bothy/rooms/drivers/grpc';
import type { BridgeMessage, DirectoryMessage, NodeHealth, NodeId } from '@bothy/wire';
import type { Logger } from 'pino';
import type { DirectoryHost } from './directory/directory-host.ts';

export interface ClusterPartsOptions {
  readonly node: NodeId;
  /** All other nodes of the cluster, whether they can be reached or not; undefined while that is not known. */
  readonly known: () => readonly NodeId[] | undefined;
  readonly directory: Pick<DirectoryHost, 'use' | 'linkUp' | 'linkDown' | 'message'>;
  /** About bridges of brokers. */
  readonly log: Logger;
  /** From the moment at which a node is down until its people are offline here. @default 5000 */
  readonly graceMs?: number;
  readonly wallMs: () => number;
}

/** Links break and are back; people are not shown as offline for that. Others give up a dead node about as soon. */
const graceMs = 5_000;

export class ClusterParts {
  /** For the broker to be started with. */
  readonly bridge: BridgeOptions;
  readonly #options: ClusterPartsOptions;
  /** Nodes that are down, until their people are offline here. */
  readonly #doubted = new Map<NodeId, NodeJS.Timeout>();
  #links: ClusterLinks | undefined;
  #broker: NodeBroker | undefined;

  constructor(options: ClusterPartsOptions) {
    this.#options = options;
    const { node, wallMs } = options;
    this.bridge = {
      node,
      run: randomBytes(12).toString('base64url'),
      wallMs,
      send: (to, message) => this.#links?.sendBridge(to, message),
    };
  }

  serve(broker: NodeBroker): void {
    this.#broker = broker;
  }

  /** To be called before the first link is up. */
  use(links: ClusterLinks): void {
    this.#links = links;
    this.#options.directory.use(links);
  }

  /** Once it is known which nodes there are: those that do not come are down since an earlier run of this one. */
  begin(): void {
    for (const node of this.#options.known() ?? [])
      if (!this.#links?.linked.includes(node)) this.#doubt(node);
  }

  linkUp(node: NodeId): void {
    clearTimeout(this.#doubted.get(node));
    this.#doubted.delete(node);
    this.#options.log.debug({ other: node }, 'the brokers pass messages on to each other');
    this.#broker?.bridge?.linkUp(node);
    this.#options.directory.linkUp(node);
  }

  linkDown(node: NodeId): void {
    this.#options.log.debug({ other: node }, 'messages for that node’s broker wait');
    this.#broker?.bridge?.linkDown(node);
    this.#options.directory.linkDown(node);
  }

  health(node: NodeId, health: NodeHealth): void {
    if (health === 'down') this.#doubt(node);
  }

  forget(node: NodeId): void {
    this.#broker?.bridge?.forget(node);
  }

  bridged(from: NodeId, message: BridgeMessage): void {
    this.#broker?.bridge?.receive(from, message);
  }

  agreed(from: NodeId, message: DirectoryMessage): void {
    this.#options.directory.message(from, message);
  }

  stop(): void {
    for (const timer of this.#doubted.values()) clearTimeout(timer);
    this.#doubted.clear();
  }

  #doubt(node: NodeId): void {
    clearTimeout(this.#doubted.get(node));
    const giveUp = (): void => {
      this.#doubted.delete(node);
      if (this.#links?.linked.includes(node) !== true) this.#broker?.bridge?.nodeDown(node);
    };
    this.#doubted.set(node, setTimeout(giveUp, this.#options.graceMs ?? graceMs).unref());
  }
}
