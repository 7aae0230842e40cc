/** One sensor as dashboards see it: the last value, and the few before it that a sparkline begins with. */
import { type EdgeId, type LiveSensor, liveLimits, type SensorName, type SensorState } from '@bothy/wire';

export interface ShownReading {
  readonly edge: EdgeId;
  readonly sensor: SensorName;
  readonly stampMs: number;
  readonly value: number;
  readonly unit?: string | undefined;
  readonly quality?: string | undefined;
  /** Sent late. */
  readonly hist: boolean;
  /** Unix milliseconds by our clock. */
  readonly heardMs: number;
}

/** So many readings in a row that are older than the last one: a clock was set back, and is believed. */
const olderInRow = 3;
/** A stamp further ahead of our clock is taken back by the next one that is not. */
const aheadMs = 5_000;

export class ShownSensor {
  readonly edge: EdgeId;
  readonly sensor: SensorName;
  #unit: string | undefined;
  #quality: string | undefined;
  #state: LiveSensor['state'] = 'unknown';
  #heardMs: number | null = null;
  #stamps: number[] = [];
  #values: number[] = [];
  #older = 0;

  constructor(edge: EdgeId, sensor: SensorName) {
    this.edge = edge;
    this.sensor = sensor;
  }

  /** `none`: it is older than what is shown. `whole`: more than the value has changed. */
  take(reading: ShownReading): 'none' | 'value' | 'whole' {
    const { stampMs, value, unit, quality, heardMs } = reading;
    if (!this.#isNext(reading)) return 'none';
    const isWhole = (unit !== undefined && unit !== this.#unit) || quality !== this.#quality;
    this.#unit = unit ?? this.#unit;
    this.#quality = quality;
    this.#heardMs = heardMs;
    this.#stamps.push(stampMs);
    this.#values.push(value);
    // Cut rarely: taking one from the front each time moves all.
    if (this.#stamps.length >= 2 * liveLimits.recent) {
      this.#stamps = this.#stamps.slice(-liveLimits.recent);
      this.#values = this.#values.slice(-liveLimits.recent);
    }
    return isWhole ? 'whole' : 'value';
  }

  /** What the edge says of it. True when that is new. */
  describe(state: SensorState | 'unknown', unit: string | undefined): boolean {
    if (state === this.#state && (unit === undefined || unit === this.#unit)) return false;
    this.#state = state;
    this.#unit = unit ?? this.#unit;
    return true;
  }

  /** The last values, oldest first, as many as there are of `most`. */
  last(most: number): (readonly [number, number])[] {
    const from = Math.max(0, this.#stamps.length - Math.min(most, liveLimits.recent));
    return this.#stamps.slice(from).map((stampMs, i) => [stampMs, this.#values[from + i] ?? 0] as const);
  }

  shown(recent: number): LiveSensor {
    const unit = this.#unit;
    const quality = this.#quality;
    return {
      edge: this.edge,
      sensor: this.sensor,
      ...(unit === undefined ? {} : { unit }),
      value: this.#values.at(-1) ?? null,
      stampMs: this.#stamps.at(-1) ?? null,
      heardMs: this.#heardMs,
      state: this.#state,
      ...(quality === undefined ? {} : { quality }),
      recent: this.last(recent),
    };
  }

  #isNext({ stampMs, hist, heardMs }: ShownReading): boolean {
    const last = this.#stamps.at(-1);
    if (last === undefined || stampMs > last) {
      this.#older = 0;
      return true;
    }
    if (hist || stampMs === last) return false;
    this.#older += 1;
    const wasAhead = last > heardMs + aheadMs && stampMs <= heardMs + aheadMs;
    if (this.#older < olderInRow && !wasAhead) return false;
    this.#older = 0;
    this.#stamps = [];
    this.#values = [];
    return true;
  }
}
