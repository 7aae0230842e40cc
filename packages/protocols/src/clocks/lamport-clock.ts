/**
 * Lamport clock: a number per event, so that cause has a lesser number than
 * effect (Lamport: "Time, Clocks, and the Ordering of Events in a Distributed
 * System", Communications of the ACM 21(7), 1978). Rules LC1… in SPEC.md.
 *
 * Stamps that arrive are data: one that is too far ahead is answered, not
 * merged. Numbers that no parsed stamp can hold are our own fault, and throw a
 * RangeError.
 */

/** The time of an event, and where it happened: together they order all events of all processes. */
export interface LamportStamp {
  /** Counts from 1; 0 is before every event. */
  readonly time: number;
  /** Unique among the processes that exchange stamps. */
  readonly process: string;
}

/** Negative when `a` comes first, 0 for the same event, positive when `b` does. Ties go by the process's name. */
export function compareLamport(a: LamportStamp, b: LamportStamp): number {
  if (a.time !== b.time) return a.time - b.time;
  if (a.process === b.process) return 0;
  return a.process < b.process ? -1 : 1;
}

export interface LamportClockOptions {
  /** Our own name in stamps. */
  readonly process: string;
  /**
   * A stamp further ahead of ours than this is never merged; a whole number from 1. Lower it where stamps come
   * from strangers: each may carry everybody's clocks that far towards the last number there is.
   * @default 2 ** 32
   */
  readonly maxAhead?: number;
  /** The last time of an earlier start, so that times rise over restarts. @default 0 */
  readonly last?: number;
}

export type LamportObservation =
  | { readonly merged: true; readonly at: LamportStamp }
  | { readonly merged: false; readonly ahead: number };

export class LamportClock {
  readonly #process: string;
  readonly #maxAhead: number;
  #last: number;

  constructor({ process, maxAhead = 2 ** 32, last = 0 }: LamportClockOptions) {
    if (!(Number.isSafeInteger(maxAhead) && maxAhead >= 1)) {
      throw new RangeError('maxAhead must be a whole number from 1');
    }
    this.#process = process;
    this.#maxAhead = maxAhead;
    this.#last = checked(last);
  }

  /** The time of the last event here; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** Stamps a local event or a send. Throws a RangeError after 2^53 - 1 events. */
  tick(): LamportStamp {
    this.#last = checked(this.#last + 1);
    return { time: this.#last, process: this.#process };
  }

  /** Stamps that a message was taken, unless its stamp is too far ahead to be believed. */
  observe(remote: LamportStamp): LamportObservation {
    const time = checked(remote.time);
    const ahead = time - this.#last;
    // The last number leaves none for the event that takes it.
    if (ahead > this.#maxAhead || time === Number.MAX_SAFE_INTEGER) return { merged: false, ahead };
    this.#last = Math.max(this.#last, time);
    return { merged: true, at: this.tick() };
  }
}

function checked(time: number): number {
  if (Number.isSafeInteger(time) && time >= 0) return time;
  throw new RangeError(`not a Lamport time: ${time}`);
}
