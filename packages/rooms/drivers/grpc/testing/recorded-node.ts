/** A node of nothing but its links, that writes down what it is told. */
import { nodeClock, nodeTimers } from '@bothy/runtime/node';
import type { BridgeMessage, DirectoryMessage, NodeId, NodeInfo } from '@bothy/wire';
import type { RoomClusterMessage } from '../../../core/index.ts';
import { type ClusterCredentials, ClusterLinks, type ClusterLinksOptions } from '../index.ts';

export type Told =
  | { readonly kind: 'linkUp'; readonly node: NodeInfo; readonly dialled: string | undefined }
  | { readonly kind: 'linkDown'; readonly node: NodeId; readonly reason: string }
  | {
      readonly kind: 'dialFailed';
      readonly address: string;
      readonly code: string;
      readonly sentence: string;
    }
  | { readonly kind: 'message'; readonly from: NodeId; readonly message: RoomClusterMessage }
  | { readonly kind: 'bridge'; readonly from: NodeId; readonly message: BridgeMessage }
  | { readonly kind: 'directory'; readonly from: NodeId; readonly message: DirectoryMessage }
  | { readonly kind: 'refused'; readonly code: string; readonly sentence: string };

type ToldOf<Kind> = Extract<Told, { readonly kind: Kind }>;

export const plain: ClusterCredentials = { tls: null, named: false, beyondLoopback: false };

export class RecordedNode {
  readonly links: ClusterLinks;
  readonly told: Told[] = [];
  /** Called on everything that is told, before it is returned from. */
  onTold: (told: Told) => void = () => {};
  /** What messages are answered with. */
  takes = true;
  readonly #waiting = new Set<() => void>();

  constructor(id: NodeId, options: Partial<ClusterLinksOptions> & { readonly instance?: string } = {}) {
    const { instance = `instance-of-${id}`, ...rest } = options;
    this.links = new ClusterLinks({
      self: { id, instance, address: '127.0.0.1:0', webUrl: '', version: '0.1.0' },
      credentials: plain,
      timers: nodeTimers,
      monoMs: nodeClock.monoMs,
      events: {
        linkUp: (node, dialled) => this.#tell({ kind: 'linkUp', node, dialled }),
        linkDown: (node, reason) => this.#tell({ kind: 'linkDown', node, reason }),
        dialFailed: (address, { code, message }) =>
          this.#tell({ kind: 'dialFailed', address, code, sentence: message }),
        message: (from, message) => {
          this.#tell({ kind: 'message', from, message });
          return this.takes;
        },
        bridge: (from, message) => this.#tell({ kind: 'bridge', from, message }),
        directory: (from, message) => this.#tell({ kind: 'directory', from, message }),
        refused: (code, sentence) => this.#tell({ kind: 'refused', code, sentence }),
      },
      ...rest,
    });
  }

  static async listening(
    id: NodeId,
    options: Partial<ClusterLinksOptions> & { readonly instance?: string; readonly port?: number } = {},
  ): Promise<RecordedNode> {
    const { port = 0, ...rest } = options;
    const node = new RecordedNode(id, rest);
    await node.links.listen('127.0.0.1', port);
    return node;
  }

  get address(): string {
    return this.links.self.address;
  }

  all<Kind extends Told['kind']>(kind: Kind): ToldOf<Kind>[] {
    return this.told.filter((each): each is ToldOf<Kind> => each.kind === kind);
  }

  /** The `nth` thing of a kind that it is told, from 1; waits until there is one. */
  async next<Kind extends Told['kind']>(kind: Kind, nth = 1): Promise<ToldOf<Kind>> {
    for (;;) {
      const found = this.all(kind)[nth - 1];
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => void this.#waiting.add(resolve));
    }
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => void this.#waiting.add(resolve));
  }

  #tell(told: Told): void {
    this.told.push(told);
    this.onTold(told);
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

/** Dials, and waits until the link stands on both sides. */
export async function link(from: RecordedNode, to: RecordedNode): Promise<void> {
  from.links.dial(to.address);
  const isLinked = (one: RecordedNode, other: RecordedNode) => () =>
    one.links.linked.includes(other.links.self.id);
  await from.until(isLinked(from, to));
  await to.until(isLinked(to, from));
}
