/** Which node is home of which edge (rules DR6 to DR9). */
import { HashRing } from '@bothy/protocols';
import {
  type DirectoryCommand,
  type DirectoryResult,
  type EdgeHome,
  type EdgeId,
  homeHoldsOver,
  type NodeId,
} from '@bothy/wire';
import { inOrder } from './in-order.ts';
import { type DirectoryLimits, fullSentence } from './limits.ts';

type Command<Kind extends DirectoryCommand['kind']> = Extract<DirectoryCommand, { readonly kind: Kind }>;

/** No node gets more than this much above what would be even. */
const slack = 1.25;
/** Nodes that edges are spread over; a cluster has fewer, and a ring of more is slow to make. */
const mostTargets = 256;

export class DirectoryHomes {
  readonly #limits: DirectoryLimits;
  readonly #homes = new Map<EdgeId, EdgeHome>();
  readonly #byNode = new Map<NodeId, Set<EdgeId>>();

  constructor(limits: DirectoryLimits, homes: readonly EdgeHome[]) {
    this.#limits = limits;
    for (const home of homes) this.#put(home);
  }

  get(edge: EdgeId): EdgeHome | undefined {
    return this.#homes.get(edge);
  }

  get size(): number {
    return this.#homes.size;
  }

  all(): readonly EdgeHome[] {
    return inOrder(this.#homes);
  }

  claim({ edge, node, atMs }: Command<'claimHome'>): DirectoryResult {
    const known = this.#homes.get(edge);
    if (known !== undefined) return { kind: 'home', home: known };
    if (this.#homes.size >= this.#limits.homes)
      return { kind: 'full', sentence: fullSentence('homes', this.#limits) };
    return this.#settle({ v: 1, edge, home: node, epoch: 1, claimedMs: atMs });
  }

  move({ edge, to, epoch, atMs }: Command<'moveHome'>): DirectoryResult {
    const known = this.#homes.get(edge);
    if (known === undefined) return { kind: 'home', home: null };
    // The second one: it was asked for twice.
    const isDone = known.home === to && (known.epoch === epoch || known.epoch === epoch + 1);
    if (isDone) return { kind: 'home', home: known };
    if (known.epoch !== epoch) return { kind: 'homeMoved', home: known };
    if (epoch >= Number.MAX_SAFE_INTEGER) return { kind: 'full', sentence: `${edge} was moved too often.` };
    return this.#settle({ v: 1, edge, home: to, epoch: epoch + 1, claimedMs: atMs });
  }

  forget({ edge }: Command<'forgetHome'>): DirectoryResult {
    this.#drop(edge);
    return { kind: 'done' };
  }

  /** The edges of the node that went are spread; what the others have stays where it is. */
  removeNode({ node, nodes, atMs }: Command<'removeNode'>): DirectoryResult {
    const targets = [...new Set(nodes)].filter((id) => id !== node).sort();
    const edges = [...(this.#byNode.get(node) ?? [])].sort();
    if (targets.length === 0 || edges.length === 0) return { kind: 'removed', moved: [] };
    const ring = new HashRing(targets.slice(0, mostTargets).map((id) => ({ id })));
    const moved: EdgeHome[] = [];
    for (const edge of edges) {
      const known = this.#homes.get(edge);
      const home = ring.ownerWithin(edge, (member) => this.#byNode.get(member)?.size ?? 0, slack);
      if (known === undefined || home === undefined || known.epoch >= Number.MAX_SAFE_INTEGER) continue;
      const next: EdgeHome = { v: 1, edge, home, epoch: known.epoch + 1, claimedMs: atMs };
      this.#put(next);
      moved.push(next);
    }
    return { kind: 'removed', moved };
  }

  hasRoomFor(homes: readonly EdgeHome[]): boolean {
    const edges = new Set(homes.map(({ edge }) => edge).filter((edge) => !this.#homes.has(edge)));
    return this.#homes.size + edges.size <= this.#limits.homes;
  }

  takeIn(homes: readonly EdgeHome[]): void {
    for (const home of homes) {
      const known = this.#homes.get(home.edge);
      if (known === undefined || homeHoldsOver(home, known)) this.#put(home);
    }
  }

  #settle(home: EdgeHome): DirectoryResult {
    this.#put(home);
    return { kind: 'home', home };
  }

  #put(home: EdgeHome): void {
    this.#drop(home.edge);
    this.#homes.set(home.edge, home);
    const edges = this.#byNode.get(home.home) ?? new Set();
    this.#byNode.set(home.home, edges.add(home.edge));
  }

  #drop(edge: EdgeId): void {
    const known = this.#homes.get(edge);
    if (known === undefined) return;
    this.#homes.delete(edge);
    const edges = this.#byNode.get(known.home);
    edges?.delete(edge);
    if (edges?.size === 0) this.#byNode.delete(known.home);
  }
}
