/** The port of a sensor: asked for its value, again and again. Each kind of sensor is a file in `kinds/`. */
import type { SimulatedFault } from '../../core/index.ts';

export interface SensorValue {
  readonly value: number;
  /** As the sensor knows it; the configuration may say better. */
  readonly unit?: string;
  readonly quality?: string;
}

export type SensorFault =
  | { readonly name: 'fault'; readonly fault: SimulatedFault }
  | { readonly name: 'reset' };

export interface SensorDriver {
  /**
   * One value, or undefined when there is none now (it drops out, or nothing is new). Never called again before it has
   * answered or was given up. Rejects with an Error whose message is a sentence for people. When `signal` aborts it was
   * given up: it lets go of what it holds.
   */
  read(signal: AbortSignal): Promise<SensorValue | undefined>;
  /** Breaks or mends a sensor that is not there. Others have none. */
  break?(fault: SensorFault): void;
  /** Lets go of everything. Not called when its worker is ended. */
  stop?(): void;
}

/** What a driver may ask of the world beside its own sensor. */
export interface DriverWorld {
  /** Unix milliseconds. */
  wallMs(): number;
  monoMs(): number;
}
