/**
 * The numbers of one start and sensor of an edge: which are stored, which are waited for, which are lost.
 *
 *   1 … base        base+1 … end of the first range      gaps and later ranges         last
 *   not waited for  stored without a gap: `upTo`         waited for, stored            of which we know
 */
import type { EdgeId, SensorName } from '@bothy/wire';
import { type Addition, NumberRanges } from './number-ranges.ts';
import type { RangesRecord } from './records.ts';

/** A reading beyond that is left to its edge, which sends it again: gaps are filled from the oldest on. */
const mostRanges = 64;
/** No status has said yet where the edge begins. */
const unknownBase = -1;

export class IngestStream {
  readonly edge: EdgeId;
  readonly boot: number;
  readonly sensor: SensorName;
  readonly #ranges: NumberRanges;
  #base: number;
  #last: number;
  /** Numbers that the edge gave up before they came. */
  lost = 0;

  constructor(edge: EdgeId, boot: number, sensor: SensorName, record?: RangesRecord) {
    this.edge = edge;
    this.boot = boot;
    this.sensor = sensor;
    this.#base = record?.base ?? unknownBase;
    this.#last = record?.last ?? 0;
    this.#ranges = new NumberRanges(mostRanges, record?.ranges ?? []);
  }

  get isBased(): boolean {
    return this.#base !== unknownBase;
  }

  /** Up to which all are stored, or not waited for; undefined while that is not known. */
  get upTo(): number | undefined {
    if (!this.isBased) return undefined;
    const { first } = this.#ranges;
    return first !== undefined && first[0] <= this.#base + 1 ? first[1] : this.#base;
  }

  /** Numbers that may still come. */
  get missing(): number {
    const from = this.isBased ? this.#base + 1 : (this.#ranges.first?.[0] ?? this.#last + 1);
    return Math.max(0, this.#last - from + 1 - this.#ranges.count(from, this.#last));
  }

  /** The highest that is stored. */
  get highest(): number {
    return this.#ranges.last ?? Math.max(0, this.#base);
  }

  add(seq: number): Addition {
    if (seq <= this.#base) return 'known';
    const added = this.#ranges.add(seq);
    if (added === 'new' && seq > this.#last) this.#last = seq;
    return added;
  }

  /** A status: the edge has numbers from `first` on, and has given them up to `last`. True when anything is new. */
  stated(first: number, last: number): boolean {
    const before = [this.#base, this.#last];
    const base = Math.max(0, first - 1);
    if (base > this.#base) {
      // Where it began is not lost: this home did not see it.
      if (this.isBased) this.lost += base - this.#base - this.#ranges.count(this.#base + 1, base);
      this.#base = base;
      this.#ranges.dropUpTo(base);
    }
    this.#last = Math.max(this.#last, last, base);
    return before[0] !== this.#base || before[1] !== this.#last;
  }

  /** Another home was there meanwhile: the next status says where the edge begins. */
  unbase(): void {
    this.#base = unknownBase;
  }

  /** What was stored is not waited for: keeps the ranges few. */
  record(): RangesRecord {
    const { edge, boot, sensor } = this;
    return { edge, boot, sensor, base: this.#base, last: this.#last, ranges: this.#ranges.all() };
  }
}
