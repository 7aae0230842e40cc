/**
 * What one condition of a rule makes of the readings of its sensor: true, false, or undefined while nothing is known.
 * After a restart a threshold knows what its hysteresis remembers, but not where the value is.
 */
import type {
  AnomalyCondition,
  ChangeCondition,
  LeafCondition,
  StaleCondition,
  ThresholdCondition,
} from '@bothy/wire';
import type { AnomalyDetector } from '../anomalies/anomaly-detector.ts';
import { ChangeWindow } from './change-window.ts';

export interface LeafState {
  readonly condition: LeafCondition;
  readonly truth: boolean | undefined;
  /** What is stored: whether it held last. */
  readonly latch: boolean;
  /** The last live reading, for people; undefined before the first. */
  readonly value: number | undefined;
  readonly stampMs: number | undefined;
  /** When it came; for `stale` when silence began. */
  readonly heardMs: number | undefined;
  /** When time alone may change the truth; Infinity: never. */
  readonly dueMs: number;
  take(value: number, stampMs: number, monoMs: number, detector: AnomalyDetector | undefined): void;
  /** Time has passed. */
  tick(monoMs: number): void;
}

export function leafState(condition: LeafCondition, monoMs: number, latch: boolean): LeafState {
  switch (condition.kind) {
    case 'threshold':
      return new ThresholdLeaf(condition, latch);
    case 'change':
      return new ChangeLeaf(condition);
    case 'stale':
      return new StaleLeaf(condition, monoMs, latch);
    case 'anomaly':
      return new AnomalyLeaf(condition);
  }
}

/** Checks that an anomaly rule listens to when it names none: a gap is over when it is seen, and `stale` is for that. */
const usualChecks = ['outlier', 'jump', 'stuck', 'drift', 'shift'] as const;

class Heard {
  value: number | undefined;
  stampMs: number | undefined;
  heardMs: number | undefined;

  hear(value: number, stampMs: number, monoMs: number): void {
    this.value = value;
    this.stampMs = stampMs;
    this.heardMs = monoMs;
  }
}

class ThresholdLeaf extends Heard implements LeafState {
  readonly condition: ThresholdCondition;
  readonly dueMs = Infinity;
  truth: boolean | undefined;
  latch: boolean;

  constructor(condition: ThresholdCondition, latch: boolean) {
    super();
    this.condition = condition;
    this.latch = latch;
  }

  take(value: number, stampMs: number, monoMs: number): void {
    this.hear(value, stampMs, monoMs);
    this.latch = this.#isBeyond(value) || (this.latch && this.#isBetween(value));
    this.truth = this.latch;
  }

  tick(): void {}

  #isBeyond(value: number): boolean {
    const { is, limit } = this.condition;
    if (is === '>') return value > limit;
    if (is === '>=') return value >= limit;
    return is === '<' ? value < limit : value <= limit;
  }

  /** Back within the limit, not yet where it clears. */
  #isBetween(value: number): boolean {
    const { is, until } = this.condition;
    if (until === undefined) return false;
    return is.startsWith('>') ? value >= until : value <= until;
  }
}

class ChangeLeaf extends Heard implements LeafState {
  readonly condition: ChangeCondition;
  readonly #window: ChangeWindow;
  truth: boolean | undefined;

  constructor(condition: ChangeCondition) {
    super();
    this.condition = condition;
    this.#window = new ChangeWindow(condition.withinMs);
  }

  get latch(): boolean {
    return this.truth === true;
  }

  /** A change that holds ends without a reading when what it is compared with is too old. */
  get dueMs(): number {
    return this.truth === true && this.heardMs !== undefined ? this.heardMs + this.#window.reachMs : Infinity;
  }

  take(value: number, stampMs: number, monoMs: number): void {
    this.hear(value, stampMs, monoMs);
    this.#window.add(value, monoMs);
    this.truth = this.#hasChanged(value);
  }

  tick(monoMs: number): void {
    if (this.value === undefined || this.truth !== true) return;
    this.#window.slideTo(monoMs);
    this.truth = this.#hasChanged(this.value);
  }

  #hasChanged(value: number): boolean {
    const { direction, by } = this.condition;
    const rise = value - this.#window.lowest;
    const fall = this.#window.highest - value;
    if (direction === 'rises') return rise > by;
    return direction === 'falls' ? fall > by : Math.max(rise, fall) > by;
  }
}

class StaleLeaf extends Heard implements LeafState {
  readonly condition: StaleCondition;
  #isStale: boolean;

  constructor(condition: StaleCondition, monoMs: number, latch: boolean) {
    super();
    this.condition = condition;
    this.heardMs = monoMs;
    this.#isStale = latch;
  }

  get truth(): boolean {
    return this.#isStale;
  }

  get latch(): boolean {
    return this.#isStale;
  }

  get dueMs(): number {
    return this.#isStale ? Infinity : (this.heardMs ?? 0) + this.condition.afterMs;
  }

  take(value: number, stampMs: number, monoMs: number): void {
    this.hear(value, stampMs, monoMs);
    this.#isStale = false;
  }

  tick(monoMs: number): void {
    if (monoMs >= this.dueMs) this.#isStale = true;
  }
}

class AnomalyLeaf extends Heard implements LeafState {
  readonly condition: AnomalyCondition;
  readonly dueMs = Infinity;
  truth: boolean | undefined;

  constructor(condition: AnomalyCondition) {
    super();
    this.condition = condition;
  }

  get latch(): boolean {
    return this.truth === true;
  }

  take(value: number, stampMs: number, monoMs: number, detector: AnomalyDetector | undefined): void {
    this.hear(value, stampMs, monoMs);
    if (detector === undefined) throw new Error('an anomaly rule without its detector');
    this.truth = (this.condition.by ?? usualChecks).some((check) => detector.finds(check));
  }

  tick(): void {}
}
