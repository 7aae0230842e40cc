/**
 * Bulkhead: at most so much at once and so much waiting, so that one leak does not sink the ship: what is slow fills
 * its own compartment and nothing else (Nygard: "Release It!", 2007, section 5.3). Rules BH1… in SPEC.md.
 *
 *   enter ──▶ running (maxRunning) ──▶ end
 *     │              ▲ the one that waited longest
 *     ├──▶ waiting (maxWaiting) ──▶ end: gave up
 *     └──▶ refused
 *
 * It runs nothing and waits for nothing itself: work is whatever its host can begin later, each an object or name of its own.
 */

export interface BulkheadOptions {
  /** What runs at once; a whole number from 1. */
  readonly maxRunning: number;
  /** What waits for a place, in the order in which it came; a whole number from 0. More is refused. @default 0 */
  readonly maxWaiting?: number;
}

/** `run`: begin now. `wait`: an `end` of another says when. `refused`: it is not remembered. */
export type Entered = 'run' | 'wait' | 'refused';

export class Bulkhead<Work> {
  readonly #maxRunning: number;
  readonly #maxWaiting: number;
  readonly #running = new Set<Work>();
  readonly #waiting = new Set<Work>();
  /** Goes along with the set: from its start each time, taking the first out of a long queue would take ever longer. */
  readonly #order = this.#waiting.values();

  constructor({ maxRunning, maxWaiting = 0 }: BulkheadOptions) {
    if (!(Number.isSafeInteger(maxRunning) && maxRunning >= 1))
      throw new RangeError('maxRunning must be a whole number from 1');
    if (!(Number.isSafeInteger(maxWaiting) && maxWaiting >= 0))
      throw new RangeError('maxWaiting must be a whole number from 0');
    this.#maxRunning = maxRunning;
    this.#maxWaiting = maxWaiting;
  }

  get running(): number {
    return this.#running.size;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Work that is inside already changes nothing, and is told where it stands. */
  enter(work: Work): Entered {
    if (this.#running.has(work)) return 'run';
    if (this.#waiting.has(work)) return 'wait';
    // A place is never free while somebody waits: whoever leaves hands it on.
    if (this.#running.size < this.#maxRunning) {
      this.#running.add(work);
      return 'run';
    }
    if (this.#waiting.size >= this.#maxWaiting) return 'refused';
    this.#waiting.add(work);
    return 'wait';
  }

  /**
   * Work is over, or gives up waiting. The work to begin in its place, which runs from now on; undefined when there is
   * none. Work that is not inside frees no place: ended twice, it would let in one too many for ever.
   */
  end(work: Work): Work | undefined {
    if (this.#waiting.delete(work) || !this.#running.delete(work)) return undefined;
    // Never asked while nobody waits, so it never comes to its end: what is added later is seen later.
    const next = this.#waiting.size === 0 ? undefined : this.#order.next().value;
    if (next === undefined) return undefined;
    this.#waiting.delete(next);
    this.#running.add(next);
    return next;
  }

  /** All that is inside is over, such as when its connection has ended; what ran comes first. */
  clear(): readonly Work[] {
    const inside = [...this.#running, ...this.#waiting];
    this.#running.clear();
    this.#waiting.clear();
    return inside;
  }
}
