/**
 * Vector clock: per process, how many of its events an event may know of. It
 * tells cause and effect from mere coincidence (Fidge: "Timestamps in
 * Message-Passing Systems That Preserve the Partial Ordering", 11th Australian
 * Computer Science Conference, 1988; Mattern: "Virtual Time and Global States of
 * Distributed Systems", Parallel and Distributed Algorithms, 1989). Rules VC1…
 * in SPEC.md.
 *
 * Vectors that arrive are data: one that cannot be true, or would cost too much,
 * is answered, not merged. A number that no parsed vector can hold is our own
 * fault, and throws a RangeError.
 */
import { type VersionVector, vectorAdvance, vectorGet, vectorMerge } from '../replication/version-vector.ts';

/** Events known of, per process. Compare two with `vectorCompare`. */
export type VectorTime = VersionVector;

/** The time of an event, and where it happened. */
export interface VectorStamp {
  readonly time: VectorTime;
  readonly process: string;
}

/** Whether `a` happened before `b`. One entry decides, however many processes there are. */
export function happenedBefore(a: VectorStamp, b: VectorStamp): boolean {
  const own = vectorGet(a.time, a.process);
  const known = vectorGet(b.time, a.process);
  return a.process === b.process ? own < known : own <= known;
}

export interface VectorClockOptions {
  /** Our own name in vectors; unique among the processes that exchange them. */
  readonly process: string;
  /**
   * Processes that a vector names at most, our own included; a whole number from 1. Every message carries a
   * vector, and strangers could fill it with names.
   * @default 64
   */
  readonly maxProcesses?: number;
  /** The last time of an earlier start. Without it a restarted process needs a new name. @default {} */
  readonly last?: VectorTime;
}

/**
 * `tooManyProcesses`: merged, the vector would be too wide. `ownFuture`: it knows of events of ours that we do
 * not: it is forged, or we were restored from an older copy and must take a new name.
 */
export type VectorRefusal = 'tooManyProcesses' | 'ownFuture';

export type VectorObservation =
  | { readonly merged: true; readonly at: VectorStamp }
  | { readonly merged: false; readonly reason: VectorRefusal };

export class VectorClock {
  readonly #process: string;
  readonly #maxProcesses: number;
  #last: VectorTime;

  constructor({ process, maxProcesses = 64, last = {} }: VectorClockOptions) {
    if (!(Number.isSafeInteger(maxProcesses) && maxProcesses >= 1)) {
      throw new RangeError('maxProcesses must be a whole number from 1');
    }
    this.#process = process;
    this.#maxProcesses = maxProcesses;
    this.#last = checked(last);
    if (this.#width(last) > maxProcesses) throw new RangeError('last names more than maxProcesses');
  }

  /** The time of the last event here; nothing before the first. */
  get last(): VectorTime {
    return this.#last;
  }

  /** Stamps a local event or a send. */
  tick(): VectorStamp {
    const own = vectorGet(this.#last, this.#process) + 1;
    this.#last = vectorAdvance(this.#last, this.#process, own);
    return { time: this.#last, process: this.#process };
  }

  /** Stamps that a message was taken, unless its vector cannot be merged. */
  observe(remote: VectorStamp): VectorObservation {
    const time = checked(remote.time);
    if (vectorGet(time, this.#process) > vectorGet(this.#last, this.#process)) {
      return { merged: false, reason: 'ownFuture' };
    }
    const merged = vectorMerge(this.#last, time);
    if (this.#width(merged) > this.#maxProcesses) return { merged: false, reason: 'tooManyProcesses' };
    this.#last = merged;
    return { merged: true, at: this.tick() };
  }

  /** Entries once our own is among them. */
  #width(time: VectorTime): number {
    const names = Object.keys(time).length;
    return Object.hasOwn(time, this.#process) ? names : names + 1;
  }
}

function checked(time: VectorTime): VectorTime {
  for (const process of Object.keys(time)) {
    const count = vectorGet(time, process);
    if (!(Number.isSafeInteger(count) && count >= 0)) throw new RangeError(`not a count: ${count}`);
  }
  return time;
}
