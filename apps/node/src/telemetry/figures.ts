/** What monitoring measures of itself: rates over ten seconds, and how long a reading takes. In constant memory. */
import type { TelemetryFigures } from '@bothy/wire';

const windowMs = 10_000;
const slots = 10;
const slotMs = windowMs / slots;
const samples = 512;

/** Events over the last ten seconds, in slots of a second. */
export class RecentRate {
  readonly #counts = new Float64Array(slots);
  #slot = 0;

  add(count: number, monoMs: number): void {
    this.#turnTo(monoMs);
    const at = this.#slot % slots;
    this.#counts[at] = (this.#counts[at] ?? 0) + count;
  }

  perSecond(monoMs: number): number {
    this.#turnTo(monoMs);
    return this.#counts.reduce((sum, count) => sum + count, 0) / (windowMs / 1_000);
  }

  #turnTo(monoMs: number): void {
    const slot = Math.floor(monoMs / slotMs);
    const steps = Math.min(slots, Math.max(0, slot - this.#slot));
    for (let n = 1; n <= steps; n += 1) this.#counts[(slot - steps + n) % slots] = 0;
    this.#slot = Math.max(slot, this.#slot);
  }
}

/** The last delays: enough for a 99th percentile. */
export class RecentDelays {
  readonly #ring = new Float64Array(samples);
  #count = 0;

  add(ms: number): void {
    this.#ring[this.#count % samples] = ms;
    this.#count += 1;
  }

  /** Null without samples. */
  quantile(share: number): number | null {
    const size = Math.min(this.#count, samples);
    if (size === 0) return null;
    const sorted = this.#ring.slice(0, size).sort();
    return sorted[Math.min(size - 1, Math.ceil(share * size) - 1)] ?? null;
  }
}

export class Figures {
  readonly readings = new RecentRate();
  readonly events = new RecentRate();
  readonly ticks = new RecentDelays();
  /** From the stamp of an edge of ours, by its clock corrected, to our hearing of it. */
  readonly edges = new RecentDelays();

  shown(monoMs: number): TelemetryFigures {
    const round = (value: number): number => Math.round(value * 100) / 100;
    const rounded = (value: number | null): number | null => (value === null ? null : round(value));
    return {
      readingsPerSecond: round(this.readings.perSecond(monoMs)),
      eventsPerMinute: round(this.events.perSecond(monoMs) * 60),
      tickDelayMs: round(this.ticks.quantile(0.5) ?? 0),
      edgeDelayP50Ms: rounded(this.edges.quantile(0.5)),
      edgeDelayP99Ms: rounded(this.edges.quantile(0.99)),
    };
  }
}
