/**
 * Virtual time: a clock and timers that move only when told. Events of one
 * instant run in the order they were set. Rules VT1… in SPEC.md.
 */
import type { Clock, TimerHandle, Timers } from './ports.ts';

interface Event {
  readonly atMs: number;
  readonly order: number;
  /** Null once it has run or was cleared. */
  run: (() => void) | null;
}

/** Cleared events stay in the heap until there are more of them than of the others, and at least so many. */
const leastCleared = 64;

export class VirtualTime implements Clock, Timers {
  #nowMs = 0;
  #order = 0;
  #cleared = 0;
  /** Binary min-heap by (atMs, order). */
  #heap: Event[] = [];
  readonly #startWallMs: number;

  /** `startWallMs` is the Unix time at virtual time 0. */
  constructor(startWallMs = 1_700_000_000_000) {
    this.#startWallMs = startWallMs;
  }

  monoMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#startWallMs + Math.floor(this.#nowMs);
  }

  /** Events that are set and were not cleared. */
  get size(): number {
    return this.#heap.length - this.#cleared;
  }

  /** Throws a RangeError unless `afterMs` is finite; below 0 counts as 0. */
  set(afterMs: number, fire: () => void): TimerHandle {
    if (!Number.isFinite(afterMs)) throw new RangeError(`not a time: ${afterMs}`);
    this.#order += 1;
    const event: Event = { atMs: this.#nowMs + Math.max(0, afterMs), order: this.#order, run: fire };
    this.#heap.push(event);
    this.#up(this.#heap.length - 1);
    return event;
  }

  clear(handle: TimerHandle): void {
    const event = handle as Event;
    if (event.run === null) return;
    event.run = null;
    this.#cleared += 1;
    // Passing over a cleared event is cheaper than taking it out, until they are most of the heap.
    if (this.#cleared >= leastCleared && this.#cleared * 2 > this.#heap.length) this.#compact();
  }

  /** When the next event is due; undefined when there is none. */
  nextMs(): number | undefined {
    while (this.#heap[0]?.run === null) {
      this.#pop();
      this.#cleared -= 1;
    }
    return this.#heap[0]?.atMs;
  }

  /** Runs the next event, at most at `untilMs`. False when there is none; time then stands at `untilMs`. */
  runNext(untilMs = Number.POSITIVE_INFINITY): boolean {
    const nextMs = this.nextMs();
    if (nextMs === undefined || nextMs > untilMs) {
      if (Number.isFinite(untilMs)) this.#nowMs = Math.max(this.#nowMs, untilMs);
      return false;
    }
    const event = this.#pop();
    const { run } = event;
    event.run = null;
    this.#nowMs = event.atMs;
    run?.();
    return true;
  }

  /** Runs everything that is due within the next `forMs`, and moves time there. */
  advance(forMs: number): void {
    const untilMs = this.#nowMs + forMs;
    while (this.runNext(untilMs));
  }

  #compact(): void {
    this.#heap = this.#heap.filter((event) => event.run !== null);
    this.#cleared = 0;
    for (let index = (this.#heap.length >> 1) - 1; index >= 0; index--) this.#down(index);
  }

  #before(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a] as Event, this.#heap[b] as Event];
    return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
  }

  #swap(a: number, b: number): void {
    const one = this.#heap[a] as Event;
    this.#heap[a] = this.#heap[b] as Event;
    this.#heap[b] = one;
  }

  #up(from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#before(index, parent)) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  #pop(): Event {
    const top = this.#heap[0] as Event;
    const last = this.#heap.pop() as Event;
    if (this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#down(0);
    }
    return top;
  }

  #down(from: number): void {
    let index = from;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      let least = index;
      if (left < this.#heap.length && this.#before(left, least)) least = left;
      if (right < this.#heap.length && this.#before(right, least)) least = right;
      if (least === index) return;
      this.#swap(index, least);
      index = least;
    }
  }
}
