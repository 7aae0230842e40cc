/** What the nodes of a cluster share beside rooms: the names, and the broker. Both over the links between the nodes. */
import { randomBytes } from 'node:crypto';
import type { BridgeOptions, Broker } from '@bothy/broker';
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
  readonly wallMs: () => number;
  readonly monoMs: () => number;
}

/** What a link lost is learned with the next exchange; digests of all names are 3 KB. */
const exchangeMs = 60_000;
export class ClusterParts {
  readonly names: ClusterNameDirectory<SqliteNameDirectory>;
  /** For the broker to be started with. */
  readonly bridge: BridgeOptions;
  readonly #options: ClusterPartsOptions;
  readonly #exchanges: NodeJS.Timeout;
  #links: ClusterLinks | undefined;
  #broker: Broker | undefined;

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

  serve(broker: Broker): void {
    this.#broker = broker;
  }

  /** To be called before the first link is up. */
  use(links: ClusterLinks): void {
    this.#links = links;
  }

  linkUp(node: NodeId): void {
    this.#broker?.bridge?.linkUp(node);
    this.#exchange(node);
  }

  linkDown(node: NodeId): void {
    this.#broker?.bridge?.linkDown(node);
  }

  health(node: NodeId, health: NodeHealth): void {
    if (health === 'down') this.#broker?.bridge?.nodeDown(node);
  }

  forget(node: NodeId): void {
    this.#broker?.bridge?.forget(node);
  }

  bridged(from: NodeId, message: BridgeMessage): void {
    this.#broker?.bridge?.receive(from, message);
  }

  stop(): void {
    clearInterval(this.#exchanges);
  }

  #exchange(node: NodeId): void {
    // A disk that fails has told so where it was asked for; the next exchange tries again.
    this.names.exchange(node).catch(() => {});
  }
}
