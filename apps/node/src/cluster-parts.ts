/** What the nodes of a cluster share beside rooms: the names, and the broker. Both over the links between the nodes. */
import { randomBytes } from 'node:crypto';
import type { BridgeOptions, NodeBroker } from '@bothy/broker';
import { ClusterNameDirectory, type NamePeers, type OwnerChange } from '@bothy/identity';
import type { ClusterLinks } from '@bothy/rooms/drivers/grpc';
import type { InvitedClaim, SqliteNameDirectory } from '@bothy/store';
import type { BridgeMessage, Certificate, NodeHealth, NodeId } from '@bothy/wire';

export interface ClusterPartsOptions {
  readonly node: NodeId;
  readonly names: SqliteNameDirectory;
  /** All other nodes of the cluster, whether they can be reached or not; undefined while that is not known. */
  readonly known: () => readonly NodeId[] | undefined;
  /** What another node said has changed whose a name is. */
  readonly changed: (change: OwnerChange) => void;
  /** From the moment at which a node is down until its people are offline here. @default 5000 */
  readonly graceMs?: number;
  readonly wallMs: () => number;
  readonly monoMs: () => number;
}

/** Links break and are back; people are not shown as offline for that. Others give up a dead node about as soon. */
const graceMs = 5_000;
/** What a link lost is learned with the next exchange; digests of all names are 3 KB. */
const exchangeMs = 60_000;
export class ClusterParts {
  readonly names: ClusterNameDirectory<SqliteNameDirectory>;
  /** For the broker to be started with. */
  readonly bridge: BridgeOptions;
  readonly #options: ClusterPartsOptions;
  readonly #exchanges: NodeJS.Timeout;
  /** Nodes that are down, until their people are offline here. */
  readonly #doubted = new Map<NodeId, NodeJS.Timeout>();
  #links: ClusterLinks | undefined;
  #broker: NodeBroker | undefined;

  constructor(options: ClusterPartsOptions) {
    this.#options = options;
    const { node, wallMs } = options;
    const peers: NamePeers = {
      known: options.known,
      ask: async (to, question) => await this.#links?.askName(to, question),
    };
    this.names = new ClusterNameDirectory({ ...options, local: options.names, peers });
    this.bridge = {
      node,
      run: randomBytes(12).toString('base64url'),
      wallMs,
      send: (to, message) => this.#links?.sendBridge(to, message),
    };
    this.#exchanges = setInterval(() => {
      for (const other of this.#links?.linked ?? []) this.#exchange(other);
    }, exchangeMs).unref();
  }

  /** Claims a name for who comes with an invitation or without. */
  async claim(certificate: Certificate, code?: string): Promise<InvitedClaim> {
    const { names } = this.#options;
    if (code === undefined) return await this.names.claim(certificate);
    return await this.names.claimWith<InvitedClaim>(certificate, (terms) =>
      names.claimInvited(certificate, code, terms),
    );
  }

  serve(broker: NodeBroker): void {
    this.#broker = broker;
  }

  /** To be called before the first link is up. */
  use(links: ClusterLinks): void {
    this.#links = links;
  }

  /** Once it is known which nodes there are: those that do not come are down since an earlier run of this one. */
  begin(): void {
    for (const node of this.#options.known() ?? [])
      if (!this.#links?.linked.includes(node)) this.#doubt(node);
  }

  linkUp(node: NodeId): void {
    clearTimeout(this.#doubted.get(node));
    this.#doubted.delete(node);
    this.#broker?.bridge?.linkUp(node);
    this.#exchange(node);
  }

  linkDown(node: NodeId): void {
    this.#broker?.bridge?.linkDown(node);
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

  stop(): void {
    clearInterval(this.#exchanges);
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

  #exchange(node: NodeId): void {
    // A disk that fails has told so where it was asked for; the next exchange tries again.
    this.names.exchange(node).catch(() => {});
  }
}
