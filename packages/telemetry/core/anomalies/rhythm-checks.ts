/** Checks of when readings come and whether they change: a gap, and a sensor that is stuck. Constant memory. */
import { MedianWindow } from './median-window.ts';
import { parameters } from './parameters.ts';

export interface RhythmChecksState {
  readonly intervals: readonly number[];
  readonly run: number;
  readonly longestRun: number;
  readonly changes: number;
  readonly last: number | null;
}

export class RhythmChecks {
  readonly #intervals: MedianWindow;
  #lastMs: number | undefined;
  #last: number | null;
  #run: number;
  #longestRun: number;
  #changes: number;
  /** The last interval in medians of the ones before. */
  gapIntervals = 0;
  isGap = false;
  isStuck = false;

  constructor(state?: RhythmChecksState) {
    this.#intervals = new MedianWindow(parameters.windowReadings, state?.intervals);
    this.#last = state?.last ?? null;
    this.#run = state?.run ?? 0;
    this.#longestRun = state?.longestRun ?? 0;
    this.#changes = state?.changes ?? 0;
  }

  /** Equal readings in a row, this one included. */
  get run(): number {
    return this.#run;
  }

  /** `monoMs` must not fall; the first after a restart has no interval. */
  add(value: number, monoMs: number): void {
    const intervalMs = this.#lastMs === undefined ? undefined : monoMs - this.#lastMs;
    this.#lastMs = monoMs;
    const usualMs = this.#intervals.median;
    this.gapIntervals = intervalMs === undefined || usualMs === 0 ? 0 : intervalMs / usualMs;
    this.isGap = this.#intervals.isFull && this.gapIntervals > parameters.gapIntervals;
    if (intervalMs !== undefined) this.#intervals.add(intervalMs);
    if (value === this.#last) this.#run += 1;
    else this.#change();
    this.#last = value;
    this.isStuck =
      this.#changes >= parameters.livelyChanges &&
      this.#run >= parameters.stuckReadings &&
      this.#run > parameters.stuckOverLongest * this.#longestRun;
  }

  save(): RhythmChecksState {
    return {
      intervals: this.#intervals.save(),
      run: this.#run,
      longestRun: this.#longestRun,
      changes: this.#changes,
      last: this.#last,
    };
  }

  /** A run that ended is known from now on, reported or not: a dark night is news only once. */
  #change(): void {
    if (this.#run > 0) this.#changes += 1;
    this.#longestRun = Math.max(this.#longestRun, this.#run);
    this.#run = 1;
  }
}
