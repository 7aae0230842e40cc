/** Who follows the same sensors at the same pace: one frame is made for all of them. */
import type { EdgeId, LiveEdge, SensorName, TelemetrySubscription } from '@bothy/wire';
import type { ShownSensor } from './live-sensor.ts';

/** A subscription with nothing left out. */
export type FullSubscription = Required<TelemetrySubscription>;

export class Audience {
  readonly everyMs: number;
  readonly sessions = new Set<string>();
  /** Sensors with news, and how many readings each had since the last tick. */
  readonly readings = new Map<ShownSensor, number>();
  /** Sensors that are to be shown whole. */
  readonly whole = new Set<ShownSensor>();
  readonly edges = new Map<EdgeId, LiveEdge>();
  readonly gone = new Set<string>();
  lastTickMs = Number.NEGATIVE_INFINITY;
  readonly #wanted: ReadonlySet<string>;

  constructor({ sensors, everyMs }: FullSubscription) {
    this.everyMs = everyMs;
    this.#wanted = new Set(sensors);
  }

  /** Subscriptions with one key are served by one audience. */
  static keyOf({ sensors, everyMs }: FullSubscription): string {
    return JSON.stringify([everyMs, ...[...new Set(sensors)].sort()]);
  }

  wants(edge: EdgeId, sensor: SensorName): boolean {
    const wanted = this.#wanted;
    return wanted.has('*') || wanted.has(`${edge}/*`) || wanted.has(`${edge}/${sensor}`);
  }

  wantsEdge(edge: EdgeId): boolean {
    if (this.#wanted.has('*')) return true;
    for (const pattern of this.#wanted) if (pattern.startsWith(`${edge}/`)) return true;
    return false;
  }

  get hasNews(): boolean {
    return this.readings.size + this.whole.size + this.edges.size + this.gone.size > 0;
  }

  clear(): void {
    this.readings.clear();
    this.whole.clear();
    this.edges.clear();
    this.gone.clear();
  }
}
