/**
 * Checks of hours against months: a drift (an exponentially weighted moving average far from the middle: Roberts, 1959)
 * and a shift (a cumulative sum: Page, 1954). Both in robust standard deviations. Constant memory.
 */
import { LongMemory, type LongMemoryState } from './long-memory.ts';
import { parameters } from './parameters.ts';

export interface SlowChecksState {
  readonly memory: LongMemoryState;
  readonly average: number | null;
  readonly above: number;
  readonly below: number;
  readonly slotSum: number;
  readonly slotCount: number;
}

export class SlowChecks {
  readonly #memory: LongMemory;
  #average: number | null;
  #above: number;
  #below: number;
  #slotSum: number;
  #slotCount: number;
  #slotStartMs: number | undefined;
  /** Of the moving average and of the cumulative sum, at the last full slot. */
  driftSigmas = 0;
  isDrift = false;
  isShift = false;

  constructor(state?: SlowChecksState) {
    this.#memory = new LongMemory(state?.memory);
    this.#average = state?.average ?? null;
    this.#above = state?.above ?? 0;
    this.#below = state?.below ?? 0;
    this.#slotSum = state?.slotSum ?? 0;
    this.#slotCount = state?.slotCount ?? 0;
  }

  /** The larger of both one-sided sums. */
  get shiftSum(): number {
    return Math.max(this.#above, this.#below);
  }

  /** Verdicts change once a slot. `monoMs` must not fall. */
  add(value: number, monoMs: number): void {
    this.#slotStartMs ??= monoMs;
    if (monoMs - this.#slotStartMs >= parameters.slotMs && this.#slotCount > 0) {
      this.#slot(this.#slotSum / this.#slotCount);
      this.#slotStartMs = monoMs;
      this.#slotSum = 0;
      this.#slotCount = 0;
    }
    this.#slotSum += value;
    this.#slotCount += 1;
  }

  save(): SlowChecksState {
    return {
      memory: this.#memory.save(),
      average: this.#average,
      above: this.#above,
      below: this.#below,
      slotSum: this.#slotSum,
      slotCount: this.#slotCount,
    };
  }

  #slot(mean: number): void {
    const average = this.#average ?? mean;
    this.#average = average + parameters.averageWeight * (mean - average);
    const { sigma, middle } = this.#memory;
    if (this.#memory.count >= parameters.slotsToKnow && sigma > 0) {
      this.driftSigmas = (this.#average - middle) / sigma;
      this.#sum((mean - middle) / sigma);
      this.isDrift = Math.abs(this.driftSigmas) > parameters.driftSigmas;
      this.isShift = this.shiftSum > parameters.shiftSum;
    }
    this.#memory.add(mean);
  }

  /** Sums stop at twice their limit, or an end would be noticed as late as it lasted. */
  #sum(sigmas: number): void {
    const most = 2 * parameters.shiftSum;
    const sum = (old: number, off: number): number =>
      Math.min(most, Math.max(0, old + off - parameters.shiftSlackSigmas));
    this.#above = sum(this.#above, sigmas);
    this.#below = sum(this.#below, -sigmas);
  }
}
