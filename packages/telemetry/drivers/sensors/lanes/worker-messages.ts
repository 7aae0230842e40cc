/** What a lane and its worker say to each other. */
import type { DriverOptions } from '../driver-options.ts';
import type { SensorFault, SensorValue } from '../sensor-driver.ts';

/** Numbers a sensor within the process; `turn` numbers its reads. */
export type ToWorker =
  | { readonly kind: 'open'; readonly id: number; readonly options: DriverOptions }
  | { readonly kind: 'read'; readonly id: number; readonly turn: number }
  /** It took too long: let go, and open the driver anew for the next read. */
  | { readonly kind: 'giveUp'; readonly id: number; readonly turn: number }
  | { readonly kind: 'break'; readonly id: number; readonly turn: number; readonly fault: SensorFault }
  | { readonly kind: 'close'; readonly id: number }
  | { readonly kind: 'ping' }
  | { readonly kind: 'end' };

export type FromWorker =
  | { readonly kind: 'ready' | 'pong' }
  /** `value` is undefined when there was none. */
  | {
      readonly kind: 'value';
      readonly id: number;
      readonly turn: number;
      readonly value: SensorValue | undefined;
    }
  | { readonly kind: 'failed'; readonly id: number; readonly turn: number; readonly sentence: string }
  | { readonly kind: 'broken'; readonly id: number; readonly turn: number; readonly ok: boolean };

export interface SensorWorkerData {
  /** URL of a module with `openDriver`. */
  readonly registry: string;
  /** One Int32: the sensor whose code runs now, or 0. Readable from outside when the worker answers nothing. */
  readonly running: SharedArrayBuffer;
}
