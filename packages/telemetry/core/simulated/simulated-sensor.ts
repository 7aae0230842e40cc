/**
 * A sensor that is not there: daily cycle, slow wander, noise, the steps of its digits, and faults on command. Seeded, so
 * that a demonstration and a test can be repeated. Pure: asked for its value at a time.
 */
import type { Random } from '@bothy/protocols';

export interface SensorProfile {
  readonly unit: string;
  /** Mean over the day, and how far the day goes up and down from it; the warmest hour is 15:00. */
  readonly mean: number;
  readonly swing: number;
  /** Standard deviations: of each reading, and of the weather, which lasts for hours. */
  readonly noise: number;
  readonly wander: number;
  /** The sensor's last digit. */
  readonly step: number;
  readonly lowest: number;
}

export const sensorProfiles = {
  temperature: { unit: '°C', mean: 22, swing: 3, noise: 0.08, wander: 0.8, step: 0.01, lowest: -40 },
  humidity: { unit: '%', mean: 60, swing: -6, noise: 0.4, wander: 2, step: 0.1, lowest: 0 },
  light: { unit: 'lx', mean: 600, swing: 300, noise: 8, wander: 40, step: 1, lowest: 0 },
  airquality: { unit: 'ppm', mean: 620, swing: 60, noise: 6, wander: 30, step: 1, lowest: 0 },
} as const satisfies Readonly<Record<string, SensorProfile>>;

export const simulatedFaults = [
  'overheat',
  'lowlight',
  'poorair',
  'spike',
  'drift',
  'stuck',
  'dropout',
] as const;
export type SimulatedFault = (typeof simulatedFaults)[number];

const dayMs = 86_400_000;
/** The weather of this long ago is half forgotten. */
const wanderHalfMs = 6 * 3_600_000;
/** An overheat is complete after this time. */
const rampMs = 60_000;

export class SimulatedSensor {
  readonly #profile: SensorProfile;
  readonly #random: Random;
  #lastMs: number | undefined;
  #last: number | undefined;
  #weather = 0;
  #fault: { readonly kind: SimulatedFault; readonly sinceMs: number } | undefined;

  /** `random` belongs to this sensor alone. */
  constructor(profile: SensorProfile, random: Random) {
    this.#profile = profile;
    this.#random = random;
  }

  /** The fault begins, and lasts until `repair`. */
  break(kind: SimulatedFault, sinceMs: number): void {
    this.#fault = { kind, sinceMs };
  }

  repair(): void {
    this.#fault = undefined;
  }

  /** Undefined while it drops out. Times must not fall; Unix milliseconds, in the sensor's own zone. */
  valueAt(ms: number): number | undefined {
    const { mean, swing, noise, step, lowest } = this.#profile;
    this.#wander(ms);
    const hour = ((ms % dayMs) / dayMs) * 24;
    const day = Math.cos(((hour - 15) / 24) * 2 * Math.PI);
    const healthy = mean + swing * day + this.#weather + noise * gaussian(this.#random);
    const value = this.#broken(healthy, ms);
    if (value === undefined) return undefined;
    // Division by the step's inverse keeps 0.1 times 3 from being 0.30000000000000004.
    const perUnit = Math.round(1 / step);
    this.#last = Math.max(lowest, Math.round(value * perUnit) / perUnit);
    return this.#last;
  }

  #wander(ms: number): void {
    const passedMs = this.#lastMs === undefined ? dayMs : ms - this.#lastMs;
    const kept = 2 ** (-passedMs / wanderHalfMs);
    const fresh = this.#profile.wander * Math.sqrt(1 - kept * kept);
    this.#weather = kept * this.#weather + fresh * gaussian(this.#random);
    this.#lastMs = ms;
  }

  #broken(healthy: number, ms: number): number | undefined {
    const { mean, swing, noise, wander } = this.#profile;
    if (this.#fault === undefined) return healthy;
    const { kind, sinceMs } = this.#fault;
    const usual = Math.abs(swing) + wander;
    switch (kind) {
      case 'overheat':
        return healthy + 4 * usual * Math.min(1, (ms - sinceMs) / rampMs);
      case 'lowlight':
        return healthy * 0.05;
      case 'poorair':
        return healthy + mean;
      case 'spike':
        return healthy + 40 * noise;
      case 'drift':
        return healthy + (usual * (ms - sinceMs)) / (12 * 3_600_000);
      case 'stuck':
        return this.#last ?? healthy;
      case 'dropout':
        return undefined;
    }
  }
}

/** Box and Muller, 1958: one of the two is enough. */
function gaussian(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  return radius * Math.cos(2 * Math.PI * random.next());
}
