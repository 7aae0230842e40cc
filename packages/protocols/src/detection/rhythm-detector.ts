/**
 * Doubts at a level of phi that is learned from the rhythm of heartbeats, gives up at a fixed silence that can be told to
 * people: `PhiAccrualDetector` for what is cheap to be wrong about, a timeout for what is not. Rules PH11 to PH13 in
 * SPEC.md.
 */
import type { Liveness } from './heartbeat-detector.ts';
import { PhiAccrualDetector } from './phi-accrual-detector.ts';

export interface RhythmDetectorOptions {
  /** How often a heartbeat is expected; above 0. */
  readonly intervalMs: number;
  /** Silence after which it counts as dead; more than intervalMs. */
  readonly timeoutMs: number;
  /** The level at which it is late: wrong about once in 10^phi heartbeats; above 0, up to 1000. */
  readonly phi: number;
  /** Monotonic time from which silence counts. */
  readonly startMs: number;
}

/** All times are monotonic milliseconds of one clock; one that is not finite throws a RangeError. */
export class RhythmDetector {
  readonly #options: RhythmDetectorOptions;
  readonly #rhythm: PhiAccrualDetector;
  #heardMs: number;

  /** Throws a RangeError for options out of their range. */
  constructor(options: RhythmDetectorOptions) {
    const { intervalMs, timeoutMs, phi, startMs } = options;
    if (!(timeoutMs > intervalMs && timeoutMs < Infinity)) {
      throw new RangeError('timeoutMs must be finite and above intervalMs');
    }
    this.#options = options;
    // A silence that ended in death is no interval to learn from.
    this.#rhythm = new PhiAccrualDetector({
      expectedIntervalMs: intervalMs,
      maxIntervalMs: timeoutMs,
      startMs,
    });
    this.#rhythm.suspectedAtMs(phi);
    this.#heardMs = startMs;
  }

  /** A heartbeat: a sign of life that comes at a rhythm. */
  beat(monoMs: number): void {
    this.#rhythm.heard(monoMs);
    this.heard(monoMs);
  }

  /** Any other sign of life: it says that the other side lives, and nothing of its rhythm. */
  heard(monoMs: number): void {
    if (!Number.isFinite(monoMs)) throw new RangeError(`not a monotonic time: ${monoMs}`);
    this.#heardMs = Math.max(this.#heardMs, monoMs);
  }

  state(monoMs: number): Liveness {
    if (!Number.isFinite(monoMs)) throw new RangeError(`not a monotonic time: ${monoMs}`);
    if (monoMs >= this.deadlineMs) return 'dead';
    return monoMs >= this.lateAtMs ? 'late' : 'alive';
  }

  /** When it is late, unless it is heard meanwhile: not within an interval of any sign of life. */
  get lateAtMs(): number {
    return Math.max(this.#rhythm.suspectedAtMs(this.#options.phi), this.#heardMs + this.#options.intervalMs);
  }

  get deadlineMs(): number {
    return this.#heardMs + this.#options.timeoutMs;
  }
}
