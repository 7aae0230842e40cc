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
  readonly path: Path;
  readonly waiting: (() => void)[];
  sent: number;
  /** The highest number that has arrived: what arrives below it was overtaken. */
  arrived: number;
}

/** One (from, to): looked up once for each message, however many partitions there are. */
interface Path {
  readonly from: string;
  readonly to: string;
  /** Partitions that stand and cut it. */
  cuts: number;
  /** Its own faults, if it has some. */
  faults: PathFaults | undefined;
  readonly lanes: Map<string, Lane>;
}

export class SimNetwork {
  readonly #world: NetworkWorld;
  readonly #random: Random;
  #faults: PathFaults;
  /** By sender, then by receiver. */
  readonly #paths = new Map<string, Map<string, Path>>();
  /** Partitions that stand: the paths that each cuts. */
  readonly #cuts = new Set<ReadonlySet<Path>>();
  readonly #handlers = new Map<string, Handler>();
  readonly counts = { sent: 0, delivered: 0, lost: 0, duplicated: 0, reordered: 0, cut: 0, unheard: 0 };

  constructor(world: NetworkWorld, faults: PathFaults = perfectPath) {
    this.#world = world;
    this.#random = world.random('simulator/network');
    this.#faults = checked(faults);
  }

  /** Faults of every path from now on; messages under way keep their fate. */
  setFaults(faults: PathFaults): void {
    this.#faults = checked(faults);
    for (const paths of this.#paths.values()) for (const path of paths.values()) path.faults = undefined;
  }

  /** Faults of one direction of one path, until `setFaults`. */
  setPathFaults(from: string, to: string, faults: PathFaults): void {
    this.#path(from, to).faults = checked(faults);
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
    const path = this.#path(from, to);
    const faults = path.faults ?? this.#faults;
    this.counts.sent += 1;
    if (path.cuts > 0) return this.#swallow(path);
    if (this.#random.next() < faults.loss) {
      this.counts.lost += 1;
      this.#world.note(`lost ${from} -> ${to}`);
      return;
    }
    const copies = this.#random.next() < faults.duplicate ? 2 : 1;
    this.counts.duplicated += copies - 1;
    const lane = laneOf(path, channel);
    for (let copy = 0; copy < copies; copy++) this.#pass(lane, message, faults);
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
    return this.cut(
      one.flatMap((a) => other.map((b) => [a, b] as const)),
      direction,
    );
  }

  /** Cuts these pairs and no others: who is cut from each other may still both reach a third. */
  cut(pairs: readonly (readonly [string, string])[], direction: 'both' | 'oneWay' = 'both'): () => void {
    const cut = new Set<Path>();
    for (const [a, b] of pairs) {
      cut.add(this.#path(a, b));
      if (direction === 'both') cut.add(this.#path(b, a));
    }
    for (const path of cut) path.cuts += 1;
    this.#cuts.add(cut);
    return () => this.#heal(cut);
  }

  /** Heals every partition. */
  heal(): void {
    for (const cut of this.#cuts) this.#heal(cut);
  }

  reachable(from: string, to: string): boolean {
    return this.#path(from, to).cuts === 0;
  }

  #heal(cut: ReadonlySet<Path>): void {
    if (!this.#cuts.delete(cut)) return;
    for (const path of cut) path.cuts -= 1;
  }

  #path(from: string, to: string): Path {
    let paths = this.#paths.get(from);
    if (paths === undefined) {
      paths = new Map();
      this.#paths.set(from, paths);
    }
    let path = paths.get(to);
    if (path === undefined) {
      path = { from, to, cuts: 0, faults: undefined, lanes: new Map() };
      paths.set(to, path);
    }
    return path;
  }

  #pass(lane: Lane, message: unknown, faults: PathFaults): void {
    const delayMs = faults.minDelayMs + this.#random.next() * (faults.maxDelayMs - faults.minDelayMs);
    lane.sent += 1;
    const number = lane.sent;
    const arrive = (): void => this.#arrive(lane, message, number);
    if (faults.reorder) {
      this.#world.after(delayMs, arrive);
      return;
    }
    // Each arrival takes the oldest of its lane, however the delays fall.
    lane.waiting.push(arrive);
    this.#world.after(delayMs, () => lane.waiting.shift()?.());
  }

  #arrive(lane: Lane, message: unknown, number: number): void {
    const { path } = lane;
    // A cut also swallows what was under way.
    if (path.cuts > 0) return this.#swallow(path);
    const handler = this.#handlers.get(path.to);
    if (handler === undefined) {
      this.counts.unheard += 1;
      return;
    }
    this.counts.delivered += 1;
    if (number < lane.arrived) this.counts.reordered += 1;
    else lane.arrived = number;
    handler(path.from, message);
  }

  #swallow({ from, to }: Path): void {
    this.counts.cut += 1;
    this.#world.note(`cut ${from} -> ${to}`);
  }
}

function laneOf(path: Path, channel: string): Lane {
  const known = path.lanes.get(channel);
  if (known !== undefined) return known;
  const lane: Lane = { path, waiting: [], sent: 0, arrived: 0 };
  path.lanes.set(channel, lane);
  return lane;
}

/** Throws a RangeError when a chance is not from 0 to 1, or a delay no time. */
function checked(faults: PathFaults): PathFaults {
  const { minDelayMs, maxDelayMs, loss, duplicate } = faults;
  const areChances = [loss, duplicate].every((chance) => chance >= 0 && chance <= 1);
  const areTimes = minDelayMs >= 0 && minDelayMs <= maxDelayMs && Number.isFinite(maxDelayMs);
  if (areChances && areTimes) return faults;
  throw new RangeError(`not the faults of a path: ${JSON.stringify(faults)}`);
}
