/**
 * Ranges: a key belongs to the last boundary at or before it, so that neighbours stay together and a span of keys is a
 * span of partitions (Bigtable, OSDI 2006, section 2). Ranges that have grown are cut. Rules RG1… in SPEC.md.
 */

export interface Range<Owner> {
  /** The first number that belongs to it; up to the next one's. */
  readonly from: number;
  readonly owner: Owner;
}

/** Does not change. */
export class RangePartitions<Owner> {
  readonly ranges: readonly Range<Owner>[];

  /** Throws a RangeError unless the boundaries are finite and rise. */
  constructor(ranges: readonly Range<Owner>[]) {
    for (const [at, { from }] of ranges.entries()) {
      const before = ranges[at - 1]?.from ?? Number.NEGATIVE_INFINITY;
      if (!(Number.isFinite(from) && from > before)) throw new RangeError(`boundary ${from} after ${before}`);
    }
    this.ranges = ranges;
  }

  /** Undefined below the first boundary. */
  rangeOf(key: number): Range<Owner> | undefined {
    let low = 0;
    let high = this.ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const range = this.ranges[middle];
      if (range !== undefined && range.from <= key) low = middle + 1;
      else high = middle;
    }
    return this.ranges[low - 1];
  }

  /** Every range with a key in `fromKey` (in) to `toKey` (out), in order. */
  within(fromKey: number, toKey: number): readonly Range<Owner>[] {
    if (!(fromKey < toKey)) return [];
    const first = this.rangeOf(fromKey);
    return this.ranges.filter((range) => range === first || (range.from > fromKey && range.from < toKey));
  }

  /** Cuts the range of this key in two; what is at or after it gets a new owner. Throws a RangeError at a boundary or below the first. */
  split(at: number, owner: Owner): RangePartitions<Owner> {
    const range = this.rangeOf(at);
    if (range === undefined || range.from === at) throw new RangeError(`nothing to cut at ${at}`);
    const place = this.ranges.indexOf(range) + 1;
    return new RangePartitions([
      ...this.ranges.slice(0, place),
      { from: at, owner },
      ...this.ranges.slice(place),
    ]);
  }
}

export const dayMs = 86_400_000;

/** The partition of a moment when there is one for each day of UTC: days since 1970. */
export function dayOf(wallMs: number): number {
  return Math.floor(wallMs / dayMs);
}
