/**
 * Streaming anomaly detection for one sensor: six checks, one set of parameters, constant memory and time a reading.
 * Rules TLA1… in SPEC.md.
 */
import type { AnomalyCheck } from '@bothy/wire';
import { ReadingChecks, type ReadingChecksState } from './reading-checks.ts';
import { RhythmChecks, type RhythmChecksState } from './rhythm-checks.ts';
import { SlowChecks, type SlowChecksState } from './slow-checks.ts';

/** Plain data, about 4 KB as JSON. */
export interface DetectorState {
  readonly reading: ReadingChecksState;
  readonly rhythm: RhythmChecksState;
  readonly slow: SlowChecksState;
}

/** What each check made of the last reading. */
export interface AnomalyScores {
  readonly outlierSigmas: number;
  readonly jumpSigmas: number;
  readonly gapIntervals: number;
  readonly equalReadings: number;
  readonly driftSigmas: number;
  readonly shiftSum: number;
}

export class AnomalyDetector {
  readonly #reading: ReadingChecks;
  readonly #rhythm: RhythmChecks;
  readonly #slow: SlowChecks;

  constructor(state?: DetectorState) {
    this.#reading = new ReadingChecks(state?.reading);
    this.#rhythm = new RhythmChecks(state?.rhythm);
    this.#slow = new SlowChecks(state?.slow);
  }

  /** Takes one reading. `monoMs` must not fall; wall time would turn a clock that is set into a gap. */
  add(value: number, monoMs: number): void {
    this.#rhythm.add(value, monoMs);
    this.#reading.add(value, this.#rhythm.isGap);
    this.#slow.add(value, monoMs);
  }

  /** Whether this check objects to the last reading. */
  finds(check: AnomalyCheck): boolean {
    switch (check) {
      case 'outlier':
        return this.#reading.isOutlier;
      case 'jump':
        return this.#reading.isJump;
      case 'gap':
        return this.#rhythm.isGap;
      case 'stuck':
        return this.#rhythm.isStuck;
      case 'drift':
        return this.#slow.isDrift;
      case 'shift':
        return this.#slow.isShift;
    }
  }

  get scores(): AnomalyScores {
    return {
      outlierSigmas: this.#reading.outlierSigmas,
      jumpSigmas: this.#reading.jumpSigmas,
      gapIntervals: this.#rhythm.gapIntervals,
      equalReadings: this.#rhythm.run,
      driftSigmas: this.#slow.driftSigmas,
      shiftSum: this.#slow.shiftSum,
    };
  }

  save(): DetectorState {
    return { reading: this.#reading.save(), rhythm: this.#rhythm.save(), slow: this.#slow.save() };
  }
}
