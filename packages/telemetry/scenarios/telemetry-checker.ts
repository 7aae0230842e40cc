/** What really happened, and the rules that nobody may break meanwhile. */
import type { Simulation } from '@bothy/simulator';
import type { OutboxItem } from '@bothy/telemetry/core';
import type { EdgeControl } from '@bothy/wire';

/** A live reading or alarm is about what was so this long ago at most: the 3 s that a home may take to be known, commits, ways and queues. */
const liveMs = 3_500;

interface Made {
  readonly edge: string;
  readonly key: string;
  readonly atMs: number;
  /** Nodes that have it. */
  stored: number;
  /** The edge let it go before any node had it. */
  isGivenUp: boolean;
}

export class TelemetryChecker {
  readonly #simulation: Simulation;
  /** By edge, start, sensor and number. */
  readonly #made = new Map<string, Made>();
  /** Edges and the numbers of their outboxes: what was ever durable there. */
  readonly #kept = new Set<string>();
  /** By edge, start and sensor: numbers that were verified when they were said to be stored. */
  readonly #verified = new Map<string, number>();
  /** By edge, sensor and rule: since when it does not fire any more; Infinity: it fires. */
  readonly #firing = new Map<string, number>();
  /** Edges whose outbox is large enough for everything. */
  readonly roomy = new Set<string>();
  readonly counts = { made: 0, late: 0, live: 0, givenUp: 0, alarms: 0, toldStored: 0 };
  problem: string | undefined;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    simulation.addInvariant('telemetry', () => this.problem);
  }

  // --- at edges ------------------------------------------------------------------

  made(edge: string, { number, boot, sensor, seq }: OutboxItem): void {
    this.#kept.add(`${edge} ${number}`);
    const key = `${edge}/${boot}/${sensor}/${seq}`;
    if (this.#made.has(key)) return this.#fail(`${key} was made twice`);
    this.counts.made += 1;
    this.#made.set(key, { edge, key, atMs: this.#simulation.nowMs, stored: 0, isGivenUp: false });
  }

  /** It leaves its edge. */
  published(edge: string, number: string): void {
    if (!this.#kept.has(`${edge} ${number}`))
      this.#fail(`${edge} says number ${number} before it is durable`);
  }

  /** It is gone from the disk of its edge. */
  letGo(edge: string, { boot, sensor, seq }: OutboxItem): void {
    const made = this.#made.get(`${edge}/${boot}/${sensor}/${seq}`);
    if (made === undefined || made.stored > 0) return;
    made.isGivenUp = true;
    this.counts.givenUp += 1;
    if (this.roomy.has(edge)) this.#fail(`${made.key} was let go, and no node has it`);
  }

  fires(edge: string, sensor: string, rule: string, isFiring: boolean): void {
    const key = `${edge}/${sensor}/${rule}`;
    if (isFiring) this.#firing.set(key, Infinity);
    else if (this.#firing.get(key) === Infinity) this.#firing.set(key, this.#simulation.nowMs);
  }

  // --- at nodes --------------------------------------------------------------------

  /** Durable at a node. */
  stored(node: string, key: string, isKnown: boolean): void {
    const made = this.#made.get(key);
    if (made === undefined) return this.#fail(`${node} stores ${key}, which nobody made`);
    if (isKnown) return this.#fail(`${node} stores ${key} twice`);
    made.stored += 1;
  }

  accepted(node: string, key: string, isLate: boolean): void {
    this.counts[isLate ? 'late' : 'live'] += 1;
    const made = this.#made.get(key);
    if (made === undefined || isLate || this.#simulation.nowMs - made.atMs <= liveMs) return;
    this.#fail(
      `${node} takes ${key} for live, ${Math.round(this.#simulation.nowMs - made.atMs)} ms after it was made`,
    );
  }

  /** A node says that all up to these numbers are stored. */
  toldStored(node: string, edge: string, { boots }: Extract<EdgeControl, { kind: 'storedUpTo' }>): void {
    for (const { boot, upTo } of boots) {
      for (const [sensor, end] of Object.entries(upTo)) {
        const stream = `${edge}/${boot}/${sensor}`;
        for (let seq = (this.#verified.get(stream) ?? 0) + 1; seq <= end; seq++) {
          const made = this.#made.get(`${stream}/${seq}`);
          if (made === undefined)
            return this.#fail(`${node} says that ${stream}/${seq} is stored, which nobody made`);
          if (made.stored === 0 && !made.isGivenUp) {
            return this.#fail(`${node} says that ${made.key} is stored, and no disk has it`);
          }
          this.#verified.set(stream, seq);
        }
        this.counts.toldStored += 1;
      }
    }
  }

  opened(node: string, edge: string, sensor: string, rule: string): void {
    this.counts.alarms += 1;
    const since = this.#firing.get(`${edge}/${sensor}/${rule}`);
    if (since !== undefined && this.#simulation.nowMs - since <= liveMs) return;
    this.#fail(`${node} opens an alarm for ${edge}/${sensor} ${rule}, which does not fire`);
  }

  // --- in the end ------------------------------------------------------------------

  /** Readings that no node has. */
  lost(edge: string): readonly { readonly key: string; readonly isGivenUp: boolean }[] {
    return [...this.#made.values()].filter((each) => each.edge === edge && each.stored === 0);
  }

  /** Readings of an edge, and how many of them some node has. */
  stateOf(edge: string): { readonly made: number; readonly stored: number } {
    const all = [...this.#made.values()].filter((each) => each.edge === edge);
    return { made: all.length, stored: all.filter(({ stored }) => stored > 0).length };
  }

  #fail(problem: string): void {
    this.problem ??= problem;
  }
}
