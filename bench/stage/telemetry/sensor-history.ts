/** Readings of sensors that are not there, made ahead of the measuring: the same for both. */
import { seededRandom } from '@bothy/protocols';
import { SimulatedSensor, type StoredReading, sensorProfiles } from '@bothy/telemetry/core';

export const intervalMs = 10_000;
export const dayMs = 86_400_000;
/** A Friday. */
export const firstMs = Date.UTC(2026, 9, 23);

interface Source {
  readonly edge: string;
  readonly sensor: string;
  readonly unit: string;
  readonly simulated: SimulatedSensor;
}

/** Sensors of the usual kinds in turn, four at each edge, a few milliseconds late each time. */
export class SensorHistory {
  readonly #sources: readonly Source[];
  readonly #delays = seededRandom('delays');
  #seq = 0;

  constructor(sensors: number) {
    const profiles = Object.entries(sensorProfiles);
    this.#sources = Array.from({ length: sensors }, (_, i) => {
      const [sensor = '', profile = sensorProfiles.temperature] = profiles[i % profiles.length] ?? [];
      const edge = `edge-${Math.floor(i / profiles.length) + 1}`;
      const random = seededRandom(`${edge}/${sensor}`);
      return { edge, sensor, unit: profile.unit, simulated: new SimulatedSensor(profile, random) };
    });
  }

  /** The next reading of every sensor. */
  tick(): StoredReading[] {
    const atMs = firstMs + this.#seq * intervalMs;
    this.#seq += 1;
    return this.#sources.map(({ edge, sensor, unit, simulated }) => {
      const stampMs = atMs + this.#delays.below(4);
      const value = simulated.valueAt(stampMs) ?? 0;
      return { edge, sensor, unit, stampMs, value, boot: 1, seq: this.#seq, hist: false, heardMs: stampMs };
    });
  }

  /** The stamp that the next tick has, or a few milliseconds before. */
  get nextMs(): number {
    return firstMs + this.#seq * intervalMs;
  }
}

export function influxLines(readings: readonly StoredReading[]): string {
  return readings
    .map(({ edge, sensor, value, stampMs }) => `${sensor},edge=${edge} value=${value} ${stampMs}`)
    .join('\n');
}
