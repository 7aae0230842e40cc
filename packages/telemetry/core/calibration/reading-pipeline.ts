/**
 * From what a sensor says to what is published: unit, calibration, smoothing, digits, in this order. So a calibration
 * is written in the unit that people see, and survives a change of the sensor's own.
 */
import { telemetryLimits } from '@bothy/wire';
import { type CalibrationTable, correct } from './calibration-table.ts';
import { Smoother, type Smoothing } from './smoother.ts';
import type { LinearChange } from './units.ts';

export interface PipelineOptions {
  /** Into the unit that is published. */
  readonly conversion?: LinearChange;
  /** Applied before gain and offset. */
  readonly table?: CalibrationTable;
  /** `value * gain + offset`. @default 1 and 0 */
  readonly gain?: number;
  readonly offset?: number;
  readonly smoothing?: Smoothing;
  /** Smoothing forgets after such a silence. */
  readonly forgetAfterMs: number;
  /** Decimals that are kept. @default 12 digits in all, which only hides that 0.1 · 3 is no 0.3 in binary */
  readonly digits?: number;
}

export class ReadingPipeline {
  readonly #options: PipelineOptions;
  readonly #smoother: Smoother | undefined;

  constructor(options: PipelineOptions) {
    this.#options = options;
    const { smoothing, forgetAfterMs } = options;
    this.#smoother = smoothing === undefined ? undefined : new Smoother(smoothing, forgetAfterMs);
  }

  /** Undefined for what is no number, or larger than the wire carries; smoothing does not see it then. */
  apply(raw: number, monoMs: number): number | undefined {
    const { conversion, table, gain = 1, offset = 0, digits } = this.#options;
    const converted = conversion === undefined ? raw : raw * conversion.gain + conversion.offset;
    const tabled = table === undefined ? converted : correct(table, converted);
    const value = tabled * gain + offset;
    if (!(Math.abs(value) <= telemetryLimits.largestValue)) return undefined;
    const smooth = this.#smoother?.next(value, monoMs) ?? value;
    return Number(digits === undefined ? smooth.toPrecision(12) : smooth.toFixed(digits));
  }
}
