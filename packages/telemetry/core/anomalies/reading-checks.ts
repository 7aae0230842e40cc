/** Checks of single readings against the last few: an outlier (Hampel) and a jump. Constant memory. */
import { MedianWindow } from './median-window.ts';
import { P2Quantile, type P2State } from './p2-quantile.ts';
import { parameters, sigmaPerDeviation } from './parameters.ts';

export interface ReadingChecksState {
  readonly values: readonly number[];
  readonly steps: readonly number[];
  /** The smallest step above zero: how coarse the sensor is. 0: not known. */
  readonly quantum: number;
  readonly valueTail: P2State;
  readonly stepTail: P2State;
}

export class ReadingChecks {
  #values: MedianWindow;
  #steps: MedianWindow;
  readonly #valueTail: P2Quantile;
  readonly #stepTail: P2Quantile;
  #quantum: number;
  #last: number | undefined;
  /** Standard deviations of the last reading from the median, and of the last step from none. */
  outlierSigmas = 0;
  jumpSigmas = 0;
  isOutlier = false;
  isJump = false;

  constructor(state?: ReadingChecksState) {
    this.#values = new MedianWindow(parameters.windowReadings, state?.values);
    this.#steps = new MedianWindow(parameters.windowReadings, state?.steps);
    this.#valueTail = new P2Quantile(0.99, state?.valueTail);
    this.#stepTail = new P2Quantile(0.99, state?.stepTail);
    this.#quantum = state?.quantum ?? 0;
  }

  /** What came before a gap says nothing of what comes after it: the windows begin anew. */
  add(value: number, isAfterGap: boolean): void {
    if (isAfterGap) {
      this.#values = new MedianWindow(parameters.windowReadings);
      this.#steps = new MedianWindow(parameters.windowReadings);
    }
    const step = this.#last === undefined || isAfterGap ? undefined : Math.abs(value - this.#last);
    const stepScale = Math.max(this.#steps.median * sigmaPerDeviation, this.#quantum);
    const valueScale = Math.max(this.#values.deviation * sigmaPerDeviation, stepScale);
    this.outlierSigmas = valueScale === 0 ? 0 : Math.abs(value - this.#values.median) / valueScale;
    this.jumpSigmas = stepScale === 0 || step === undefined ? 0 : step / stepScale;
    this.isOutlier =
      this.#values.isFull && exceeds(this.outlierSigmas, parameters.outlierSigmas, this.#valueTail);
    this.isJump = this.#steps.isFull && exceeds(this.jumpSigmas, parameters.jumpSigmas, this.#stepTail);
    if (this.#values.isFull) this.#valueTail.add(this.outlierSigmas);
    if (this.#steps.isFull) this.#stepTail.add(this.jumpSigmas);
    this.#values.add(value);
    if (step !== undefined) {
      this.#steps.add(step);
      if (step > 0 && (this.#quantum === 0 || step < this.#quantum)) this.#quantum = step;
    }
    this.#last = value;
  }

  save(): ReadingChecksState {
    return {
      values: this.#values.save(),
      steps: this.#steps.save(),
      quantum: this.#quantum,
      valueTail: this.#valueTail.save(),
      stepTail: this.#stepTail.save(),
    };
  }
}

/** Until a tail is known it does not raise the limit. */
function exceeds(sigmas: number, limit: number, tail: P2Quantile): boolean {
  return sigmas > limit && (tail.count < 100 || sigmas > parameters.overTail * tail.value);
}
