/** Edges as dashboards see them: what ingest knows of those that are ours, what is heard of those of other nodes. */
import { LeaseRegistry } from '@bothy/protocols';
import type { IngestedEdge, LiveModel } from '@bothy/telemetry/core';
import type { EdgeCounts, EdgeId, EdgeStatus, LiveEdge } from '@bothy/wire';

export interface LiveEdgesOptions {
  readonly model: LiveModel;
  /** Of edges whose home this node is. */
  readonly ingested: (edge: EdgeId) => IngestedEdge | undefined;
  /** The node that keeps it; null when none is known. */
  readonly homeOf: (edge: EdgeId) => string | null;
  readonly node: string;
  readonly isEnrolled: (edge: EdgeId) => boolean;
  readonly wallMs: () => number;
  readonly monoMs: () => number;
}

/** Its home counts, not we: `GET /api/v1/edges/:edge` asks there. */
const notCounted: EdgeCounts = { stored: 0, missing: 0, late: 0, double: 0, refused: 0, delayMs: null };
const mostForeign = 10_000;
/** Edges say how they are every 30 s: who has said nothing three times is not known to be online any more. */
const statusLeaseMs = 100_000;

export class LiveEdges {
  readonly #options: LiveEdgesOptions;
  readonly #foreign = new Map<EdgeId, { status: EdgeStatus | null; heardMs: number }>();
  /** Who of them has spoken lately. Their homes know better, and may be out of our sight. */
  readonly #heardOf = new LeaseRegistry<null>({ ttlMs: statusLeaseMs, maxEntries: mostForeign });
  /** Edges of ours whose counts may have changed since they were shown. */
  readonly #counted = new Set<EdgeId>();

  constructor(options: LiveEdgesOptions) {
    this.#options = options;
  }

  /** The node that keeps it; null when none is known. */
  homeOf(edge: EdgeId): string | null {
    return this.#options.homeOf(edge);
  }

  /** An edge of another node said something. */
  heard(edge: EdgeId): void {
    const known = this.#foreign.get(edge);
    if (known !== undefined) {
      known.heardMs = this.#options.wallMs();
      if (this.#renew(edge)) this.show(edge);
      return;
    }
    if (this.#foreign.size >= mostForeign) return;
    this.#foreign.set(edge, { status: null, heardMs: this.#options.wallMs() });
    this.#renew(edge);
    this.show(edge);
  }

  status(status: EdgeStatus): void {
    if (!this.#foreign.has(status.node) && this.#foreign.size >= mostForeign) return;
    this.#foreign.set(status.node, { status, heardMs: this.#options.wallMs() });
    this.#renew(status.node);
    this.show(status.node);
  }

  /** Its counts rise with every reading: they are shown once in a second. */
  counted(edge: EdgeId): void {
    this.#counted.add(edge);
  }

  showCounted(): boolean {
    for (const { key } of this.#heardOf.expire(this.#options.monoMs())) this.#counted.add(key);
    if (this.#counted.size === 0) return false;
    for (const edge of this.#counted) this.show(edge);
    this.#counted.clear();
    return true;
  }

  show(edge: EdgeId): void {
    const shown = this.of(edge);
    if (shown !== undefined) this.#options.model.edge(shown);
  }

  forget(edge: EdgeId): void {
    this.#foreign.delete(edge);
    this.#counted.delete(edge);
    this.#options.model.forget(edge);
  }

  of(edge: EdgeId): LiveEdge | undefined {
    const { node, homeOf, ingested, isEnrolled } = this.#options;
    const home = homeOf(edge);
    const enrolled = isEnrolled(edge);
    const own = home === node || !this.#foreign.has(edge) ? ingested(edge) : undefined;
    if (own !== undefined) return { ...own, status: shown(own.status), enrolled, home };
    const foreign = this.#foreign.get(edge);
    if (foreign === undefined) return undefined;
    const { heardMs } = foreign;
    const status = shown(foreign.status);
    const kind = status === null ? 'plain' : 'edge';
    const isHeardOf = this.#heardOf.get(edge, this.#options.monoMs()) !== undefined;
    // That it went offline stays true until it says something else.
    const state = status?.state === 'offline' || isHeardOf ? (status?.state ?? 'unknown') : 'unknown';
    return { edge, kind, state, enrolled, home, heardMs, status, counts: notCounted };
  }

  /** True when it had not been heard of for too long. */
  #renew(edge: EdgeId): boolean {
    const { monoMs, node } = this.#options;
    const wasOver = this.#heardOf.get(edge, monoMs()) === undefined;
    this.#heardOf.register(edge, node, null, monoMs());
    return wasOver;
  }
}

/** The numbers of each start and sensor are between the edge and its home; they are most of a status, and nobody reads them. */
function shown(status: EdgeStatus | null): EdgeStatus | null {
  if (status?.boots === undefined) return status;
  const { boots: _, ...rest } = status;
  return rest;
}
