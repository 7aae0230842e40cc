/**
 * Hybrid logical clock: time stamps close to wall time that still order cause
 * before effect (Kulkarni, Demirbas, Madappa, Avva, Leone: "Logical Physical
 * Clocks", OPODIS 2014, figure 5). Rules HLC1… in SPEC.md.
 */

/** A time stamp: wall milliseconds, and a counter that orders events within one of them. */
export interface Hlc {
  readonly ms: number;
  readonly counter: number;
}

export const zeroHlc: Hlc = { ms: 0, counter: 0 };

/** Negative when `a` is before `b`, 0 when equal, positive when after. */
export function compareHlc(a: Hlc, b: Hlc): number {
  return a.ms - b.ms || a.counter - b.counter;
}

export interface HybridLogicalClockOptions {
  /** A remote stamp further ahead of our wall clock than this is never merged. */
  readonly maxAheadMs: number;
  /** The last stamp of an earlier start, so that stamps rise over restarts. @default zeroHlc */
  readonly last?: Hlc;
}

export type Observation =
  | { readonly merged: true; readonly at: Hlc }
  | { readonly merged: false; readonly aheadMs: number };

export class HybridLogicalClock {
  readonly #maxAheadMs: number;
  #last: Hlc;

  constructor(options: HybridLogicalClockOptions) {
    if (!(options.maxAheadMs >= 0)) throw new RangeError('maxAheadMs must be 0 or more');
    this.#maxAheadMs = options.maxAheadMs;
    this.#last = options.last ?? zeroHlc;
  }

  /** The highest stamp given or merged so far. */
  get last(): Hlc {
    return this.#last;
  }

  /** Stamps a local event or a send: strictly after every stamp before. `wallMs` is Unix milliseconds. */
  tick(wallMs: number): Hlc {
    const wall = wholeMs(wallMs);
    this.#last =
      wall > this.#last.ms
        ? { ms: wall, counter: 0 }
        : { ms: this.#last.ms, counter: this.#last.counter + 1 };
    return this.#last;
  }

  /** Merges a stamp that arrived, unless its clock is too far ahead to be believed. */
  observe(remote: Hlc, wallMs: number): Observation {
    const wall = wholeMs(wallMs);
    const aheadMs = remote.ms - wall;
    if (aheadMs > this.#maxAheadMs) return { merged: false, aheadMs };
    const ms = Math.max(wall, this.#last.ms, remote.ms);
    const counters = [this.#last, remote].filter((stamp) => stamp.ms === ms).map((stamp) => stamp.counter);
    this.#last = { ms, counter: counters.length === 0 ? 0 : Math.max(...counters) + 1 };
    return { merged: true, at: this.#last };
  }
}

function wholeMs(wallMs: number): number {
  if (!Number.isFinite(wallMs) || wallMs < 0) throw new RangeError(`not a wall-clock time: ${wallMs}`);
  return Math.floor(wallMs);
}
