/**
 * Hybrid logical clock: time stamps close to wall time that still order cause
 * before effect (Kulkarni, Demirbas, Madappa, Avva, Leone: "Logical Physical
 * Clocks", OPODIS 2014, figure 5). Rules HLC1… in SPEC.md.
 *
 * Stamps that arrive are data: one that cannot be believed is answered, not
 * merged. Numbers that no clock and no parsed stamp can hold are our own fault,
 * and throw a RangeError.
 */

/** The last millisecond that a `Date` can hold: no wall clock shows more. */
const lastWallMs = 8.64e15;
/** Three thousand years: within it, stamps stay exact integers even on the last wall clock. */
const mostAheadMs = 1e14;

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
  /**
   * A remote stamp further ahead of our wall clock than this is never merged; 0 to 1e14. Raise it
   * where clocks may be badly set: then one wrong clock carries everybody's stamps that far.
   */
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
    if (!(options.maxAheadMs >= 0 && options.maxAheadMs <= mostAheadMs)) {
      throw new RangeError('maxAheadMs must be from 0 to 1e14');
    }
    this.#maxAheadMs = options.maxAheadMs;
    this.#last = checked(options.last ?? zeroHlc);
  }

  /** The highest stamp given or merged so far. */
  get last(): Hlc {
    return this.#last;
  }

  /** Stamps a local event or a send: strictly after every stamp before. `wallMs` is Unix milliseconds. */
  tick(wallMs: number): Hlc {
    const wall = wholeMs(wallMs);
    this.#last = wall > this.#last.ms ? { ms: wall, counter: 0 } : successor(this.#last);
    return this.#last;
  }

  /** Merges a stamp that arrived, unless its clock is too far ahead to be believed. */
  observe(remote: Hlc, wallMs: number): Observation {
    const wall = wholeMs(wallMs);
    const aheadMs = checked(remote).ms - wall;
    if (aheadMs > this.#maxAheadMs) return { merged: false, aheadMs };
    const later = compareHlc(remote, this.#last) > 0 ? remote : this.#last;
    this.#last = wall > later.ms ? { ms: wall, counter: 0 } : successor(later);
    return { merged: true, at: this.#last };
  }
}

/** The least stamp after this one. A counter that is full moves into the next millisecond. */
function successor({ ms, counter }: Hlc): Hlc {
  if (counter < Number.MAX_SAFE_INTEGER) return { ms, counter: counter + 1 };
  return checked({ ms: ms + 1, counter: 0 });
}

function wholeMs(wallMs: number): number {
  if (!(wallMs >= 0 && wallMs <= lastWallMs)) throw new RangeError(`not a wall-clock time: ${wallMs}`);
  return Math.floor(wallMs);
}

function checked(stamp: Hlc): Hlc {
  const { ms, counter } = stamp;
  if (Number.isSafeInteger(ms) && ms >= 0 && Number.isSafeInteger(counter) && counter >= 0) return stamp;
  throw new RangeError(`not a time stamp: ${ms}.${counter}`);
}
