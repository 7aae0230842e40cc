/** Readings that are in the journal only, by sensor and in order: small, so that looking for one costs little. */
import { countBelow } from '../blocks/block-slices.ts';
import type { ReadingBlock } from '../blocks/reading-block.ts';
import { dayOf } from './day-number.ts';

interface HeadSeries {
  readonly stamps: number[];
  readonly values: number[];
  /** Of those that have one. Made with the first. */
  notes: (string | undefined)[] | undefined;
}

const nothing: ReadingBlock = { stamps: new Float64Array(0), values: new Float64Array(0) };

export class Head {
  readonly #series = new Map<number, HeadSeries>();
  #count = 0;
  readonly #days = new Set<number>();
  #lastDay = Number.NaN;
  #latestDay = -Infinity;

  get count(): number {
    return this.#count;
  }

  add(series: number, stampMs: number, value: number, note: string | undefined): void {
    let held = this.#series.get(series);
    if (held === undefined) {
      held = { stamps: [], values: [], notes: undefined };
      this.#series.set(series, held);
    }
    const { stamps, values } = held;
    this.#count += 1;
    const day = dayOf(stampMs);
    if (day !== this.#lastDay) this.#days.add(day);
    this.#lastDay = day;
    if (day > this.#latestDay) this.#latestDay = day;
    if (note !== undefined) held.notes ??= stamps.map(() => undefined);
    const last = stamps[stamps.length - 1];
    if (last === undefined || last <= stampMs) {
      stamps.push(stampMs);
      values.push(value);
      held.notes?.push(note);
      return;
    }
    // Behind those of the same stamp: order of arrival.
    const at = countBelow(stamps, stampMs + 1);
    stamps.splice(at, 0, stampMs);
    values.splice(at, 0, value);
    held.notes?.splice(at, 0, note);
  }

  has(series: number, stampMs: number, value: number): boolean {
    const held = this.#series.get(series);
    if (held === undefined) return false;
    const { stamps, values } = held;
    if ((stamps[stamps.length - 1] ?? -Infinity) < stampMs) return false;
    for (let at = countBelow(stamps, stampMs); stamps[at] === stampMs; at++) {
      if (values[at] === value) return true;
    }
    return false;
  }

  /** From `fromMs` on and before `toMs`; copied. */
  between(series: number, fromMs: number, toMs: number): ReadingBlock {
    const held = this.#series.get(series);
    if (held === undefined) return nothing;
    const from = countBelow(held.stamps, fromMs);
    const to = countBelow(held.stamps, toMs);
    if (from === to) return nothing;
    const notes = new Map<number, string>();
    if (held.notes !== undefined) {
      for (let at = from; at < to; at++) {
        const note = held.notes[at];
        if (note !== undefined) notes.set(at - from, note);
      }
    }
    return {
      stamps: Float64Array.from(held.stamps.slice(from, to)),
      values: Float64Array.from(held.values.slice(from, to)),
      notes: notes.size === 0 ? undefined : notes,
    };
  }

  /** Sensors, rising. */
  series(): number[] {
    return [...this.#series.keys()].sort((a, b) => a - b);
  }

  /** -Infinity when it is empty. */
  get latestDay(): number {
    return this.#latestDay;
  }

  /** Of which it holds something. */
  days(): ReadonlySet<number> {
    return this.#days;
  }

  clear(): void {
    this.#series.clear();
    this.#days.clear();
    this.#lastDay = Number.NaN;
    this.#latestDay = -Infinity;
    this.#count = 0;
  }
}
