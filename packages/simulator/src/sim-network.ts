/**
 * A network of named endpoints that loses, doubles, delays, reorders and cuts.
 * Messages are passed by reference: plain data that nobody changes. Rules SIM13
 * to SIM17 in SPEC.md.
 */
import type { Random } from '@bothy/protocols';

export interface NetworkWorld {
  after(delayMs: number, run: () => void): unknown;
  random(concern: string): Random;
  note(line: string): void;
}

export interface PathFaults {
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  /** Chance from 0 to 1 that a message is lost. */
  readonly loss: number;
  /** Chance from 0 to 1 that it arrives twice. */
  readonly duplicate: number;
  /** False keeps each (from, to, channel) in order. */
  readonly reorder: boolean;
}

export const perfectPath: PathFaults = {
  minDelayMs: 1,
  maxDelayMs: 1,
  loss: 0,
  duplicate: 0,
  reorder: false,
};

type Handler = (from: string, message: unknown) => void;

/** One (from, to, channel). */
interface Lane {
  readonly waiting: (() => void)[];
  sent: number;
  /** The highest number that has arrived: what arrives below it was overtaken. */
  arrived: number;
}

export class SimNetwork {
  readonly #world: NetworkWorld;
  readonly #random: Random;
  #faults: PathFaults;
  /** Faults of single paths, by `pair`. */
  readonly #paths = new Map<string, PathFaults>();
  /** Partitions that stand: each a set of directed pairs, as `pair`. */
  readonly #cuts = new Set<ReadonlySet<string>>();
  readonly #handlers = new Map<string, Handler>();
  readonly #lanes = new Map<string, Lane>();
  readonly counts = { sent: 0, delivered: 0, lost: 0, duplicated: 0, reordered: 0, cut: 0, unheard: 0 };

  constructor(world: NetworkWorld, faults: PathFaults = perfectPath) {
    this.#world = world;
    this.#random = world.random('simulator/network');
    this.#faults = checked(faults);
  }

  /** Faults of every path from now on; messages under way keep their fate. */
  setFaults(faults: PathFaults): void {
    this.#faults = checked(faults);
    this.#paths.clear();
  }

  /** Faults of one direction of one path, until `setFaults`. */
  setPathFaults(from: string, to: string, faults: PathFaults): void {
    this.#paths.set(pair(from, to), checked(faults));
  }

  /** Who receives what is sent to this endpoint; replaces who did. */
  on(endpoint: string, handler: Handler): void {
    this.#handlers.set(endpoint, handler);
  }

  /** Who receives, in the order in which they were first named. */
  get endpoints(): readonly string[] {
    return [...this.#handlers.keys()];
  }

  /** Sends a message on its way. Order is kept, where it is, per `channel`. */
  send(from: string, to: string, message: unknown, channel = ''): void {
    const faults = this.#paths.get(pair(from, to)) ?? this.#faults;
    this.counts.sent += 1;
    if (!this.reachable(from, to)) return this.#swallow(from, to);
    if (this.#random.next() < faults.loss) {
      this.counts.lost += 1;
      this.#world.note(`lost ${from} -> ${to}`);
      return;
    }
    const copies = this.#random.next() < faults.duplicate ? 2 : 1;
    this.counts.duplicated += copies - 1;
    const lane = this.#lane(`${pair(from, to)}\n${channel}`);
    for (let copy = 0; copy < copies; copy++) this.#pass({ from, to, message, faults, lane });
  }

  /**
   * Cuts every path between the groups, in both directions or only from the first to the second. Returns what
   * heals this partition alone.
   */
  partition(
    one: readonly string[],
    other: readonly string[],
    direction: 'both' | 'oneWay' = 'both',
  ): () => void {
    const cut = new Set<string>();
    for (const a of one) {
      for (const b of other) {
        cut.add(pair(a, b));
        if (direction === 'both') cut.add(pair(b, a));
      }
    }
    this.#cuts.add(cut);
    return () => void this.#cuts.delete(cut);
  }

  /** Heals every partition. */
  heal(): void {
    this.#cuts.clear();
  }

  reachable(from: string, to: string): boolean {
    const path = pair(from, to);
    for (const cut of this.#cuts) if (cut.has(path)) return false;
    return true;
  }

  #lane(key: string): Lane {
    const known = this.#lanes.get(key);
    if (known !== undefined) return known;
    const lane: Lane = { waiting: [], sent: 0, arrived: 0 };
    this.#lanes.set(key, lane);
    return lane;
  }

  #pass(passing: Passing): void {
    const { faults, lane } = passing;
    const delayMs = faults.minDelayMs + this.#random.next() * (faults.maxDelayMs - faults.minDelayMs);
    lane.sent += 1;
    const number = lane.sent;
    const arrive = (): void => this.#arrive(passing, number);
    if (faults.reorder) {
      this.#world.after(delayMs, arrive);
      return;
    }
    // Each arrival takes the oldest of its lane, however the delays fall.
    lane.waiting.push(arrive);
    this.#world.after(delayMs, () => lane.waiting.shift()?.());
  }

  #arrive({ from, to, message, lane }: Passing, number: number): void {
    // A cut also swallows what was under way.
    if (!this.reachable(from, to)) return this.#swallow(from, to);
    const handler = this.#handlers.get(to);
    if (handler === undefined) {
      this.counts.unheard += 1;
      return;
    }
    this.counts.delivered += 1;
    if (number < lane.arrived) this.counts.reordered += 1;
    lane.arrived = Math.max(lane.arrived, number);
    handler(from, message);
  }

  #swallow(from: string, to: string): void {
    this.counts.cut += 1;
    this.#world.note(`cut ${from} -> ${to}`);
  }
}

interface Passing {
  readonly from: string;
  readonly to: string;
  readonly message: unknown;
  readonly faults: PathFaults;
  readonly lane: Lane;
}

/** Throws a RangeError when a chance is not from 0 to 1, or a delay no time. */
function checked(faults: PathFaults): PathFaults {
  const { minDelayMs, maxDelayMs, loss, duplicate } = faults;
  const areChances = [loss, duplicate].every((chance) => chance >= 0 && chance <= 1);
  const areTimes = minDelayMs >= 0 && minDelayMs <= maxDelayMs && Number.isFinite(maxDelayMs);
  if (areChances && areTimes) return faults;
  throw new RangeError(`not the faults of a path: ${JSON.stringify(faults)}`);
}

/** A line break between them, so that names with spaces are not taken for one another. */
function pair(from: string, to: string): string {
  return `${from}\n${to}`;
}
