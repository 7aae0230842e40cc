/**
 * A network of named endpoints that loses, doubles, delays, reorders and cuts.
 * Rules SIM… in SPEC.md.
 */
import type { Random } from '@bothy/protocols';

export interface NetworkWorld {
  after(delayMs: number, run: () => void): unknown;
  random(concern: string): Random;
}

export interface PathFaults {
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  /** Chance from 0 to 1 that a message is lost. */
  readonly loss: number;
  readonly duplicate: number;
  /** False keeps each (from, to) in order. */
  readonly reorder: boolean;
}

export const perfectPath: PathFaults = {
  minDelayMs: 1,
  maxDelayMs: 1,
  loss: 0,
  duplicate: 0,
  reorder: false,
};

export class SimNetwork {
  readonly #world: NetworkWorld;
  readonly #random: Random;
  #faults: PathFaults;
  /** Directed pairs that are cut, as `from to`. */
  readonly #cut = new Set<string>();
  readonly #handlers = new Map<string, (from: string, message: unknown) => void>();
  readonly #lanes = new Map<string, (() => void)[]>();
  readonly counts = { sent: 0, delivered: 0, lost: 0, duplicated: 0, cut: 0 };

  constructor(world: NetworkWorld, faults: PathFaults = perfectPath) {
    this.#world = world;
    this.#random = world.random('network');
    this.#faults = faults;
  }

  /** Faults of every path from now on; messages under way keep their fate. */
  setFaults(faults: PathFaults): void {
    this.#faults = faults;
  }

  on(endpoint: string, handler: (from: string, message: unknown) => void): void {
    this.#handlers.set(endpoint, handler);
  }

  send(from: string, to: string, message: unknown): void {
    const { loss, duplicate } = this.#faults;
    this.counts.sent += 1;
    if (this.#random.next() < loss) {
      this.counts.lost += 1;
      return;
    }
    const copies = this.#random.next() < duplicate ? 2 : 1;
    this.counts.duplicated += copies - 1;
    for (let copy = 0; copy < copies; copy++) this.#pass(from, to, message);
  }

  /** Cuts every path between the groups, in both directions or only from the first to the second. */
  partition(one: readonly string[], other: readonly string[], direction: 'both' | 'oneWay' = 'both'): void {
    for (const a of one) {
      for (const b of other) {
        this.#cut.add(`${a} ${b}`);
        if (direction === 'both') this.#cut.add(`${b} ${a}`);
      }
    }
  }

  heal(): void {
    this.#cut.clear();
  }

  reachable(from: string, to: string): boolean {
    return !this.#cut.has(`${from} ${to}`);
  }

  #pass(from: string, to: string, message: unknown): void {
    const { minDelayMs, maxDelayMs, reorder } = this.#faults;
    const delayMs = minDelayMs + this.#random.next() * (maxDelayMs - minDelayMs);
    const arrive = (): void => {
      // A cut also swallows what was under way.
      if (!this.reachable(from, to)) {
        this.counts.cut += 1;
        return;
      }
      this.counts.delivered += 1;
      this.#handlers.get(to)?.(from, message);
    };
    if (reorder) {
      this.#world.after(delayMs, arrive);
      return;
    }
    // Each arrival takes the oldest of its lane, however the delays fall.
    const lane = this.#lanes.get(`${from} ${to}`) ?? [];
    this.#lanes.set(`${from} ${to}`, lane);
    lane.push(arrive);
    this.#world.after(delayMs, () => lane.shift()?.());
  }
}
