/**
 * Phi accrual failure detector: instead of alive or dead it says how much silence speaks against life, measured by how
 * regularly the other side was heard before (Hayashibara, Défago, Yared, Katayama: "The φ Accrual Failure Detector",
 * SRDS 2004). Rules PH1… in SPEC.md.
 *
 *   phi                          ╱      phi 1: one in ten such silences ends by itself
 *    8 ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ╱ ─      phi 2: one in a hundred, phi 8: one in 100,000,000
 *    1                     __╱
 *    0 ●______●______●___――             each ● is heard
 *
 * It runs no timers: set one to `suspectedAtMs`, and set it anew when the other side is heard.
 */

export interface PhiAccrualDetectorOptions {
  /** How often the other side is expected to be heard, until its own intervals are known; above 0, up to 1e9. */
  readonly expectedIntervalMs: number;
  /** The last so many intervals count; a whole number from 2 to 10,000. More is steadier, fewer follow sooner. @default 100 */
  readonly windowSize?: number;
  /**
   * The deviation of intervals is never taken for less, or a heartbeat that was always on time would be suspected when
   * it is a millisecond late; above 0, up to 1e9. @default a quarter of expectedIntervalMs
   */
  readonly minDeviationMs?: number;
  /** Silence on top of the usual interval that is no ground for doubt, such as a pause of a small machine. @default 0 */
  readonly acceptablePauseMs?: number;
  /** A longer silence was an outage and no interval; at least expectedIntervalMs. @default ten times that */
  readonly maxIntervalMs?: number;
  /** Monotonic time from which silence counts. */
  readonly startMs: number;
}

/** A thousand zeros after the point; what is above is no probability that anybody means. */
const maxPhi = 1_000;

/**
 * The tail of the normal distribution is 1 / (1 + exp(linear y + cubic y³)) within 0.00014, y in deviations from the
 * mean (Bowling, Khasawneh, Kaewkuekool, Cho: "A logistic approximation to the cumulative normal distribution", 2009).
 */
const linear = 1.5976;
const cubic = 0.070566;

/** All times are monotonic milliseconds of one clock; one that is not finite throws a RangeError. */
export class PhiAccrualDetector {
  readonly #windowSize: number;
  readonly #minDeviationMs: number;
  readonly #acceptablePauseMs: number;
  readonly #maxIntervalMs: number;
  /** A ring: the oldest interval is the one at `#oldest`, once the window is full. */
  readonly #intervalsMs: number[];
  #oldest = 0;
  #heardMs: number;
  #meanMs = 0;
  #deviationMs = 0;

  constructor(options: PhiAccrualDetectorOptions) {
    const { expectedIntervalMs, windowSize = 100, acceptablePauseMs = 0, startMs } = options;
    const { minDeviationMs = expectedIntervalMs / 4, maxIntervalMs = expectedIntervalMs * 10 } = options;
    if (!(expectedIntervalMs > 0 && expectedIntervalMs <= 1e9))
      throw new RangeError('expectedIntervalMs must be above 0, up to 1e9');
    if (!(Number.isInteger(windowSize) && windowSize >= 2 && windowSize <= 10_000))
      throw new RangeError('windowSize must be a whole number from 2 to 10,000');
    if (!(minDeviationMs > 0 && minDeviationMs <= 1e9))
      throw new RangeError('minDeviationMs must be above 0, up to 1e9');
    if (!(acceptablePauseMs >= 0 && acceptablePauseMs <= 1e9))
      throw new RangeError('acceptablePauseMs must be from 0 to 1e9');
    if (!(maxIntervalMs >= expectedIntervalMs && maxIntervalMs <= 1e10))
      throw new RangeError('maxIntervalMs must be at least expectedIntervalMs, up to 1e10');
    this.#windowSize = windowSize;
    this.#minDeviationMs = minDeviationMs;
    this.#acceptablePauseMs = acceptablePauseMs;
    this.#maxIntervalMs = maxIntervalMs;
    this.#heardMs = finite(startMs);
    // Two intervals whose mean is the expected one and whose deviation is a quarter of it: a guess that wears off.
    this.#intervalsMs = [expectedIntervalMs * 0.75, expectedIntervalMs * 1.25];
    this.#measure();
  }

  /** The other side was heard. A time before the last one changes nothing. */
  heard(monoMs: number): void {
    const intervalMs = finite(monoMs) - this.#heardMs;
    if (intervalMs < 0) return;
    this.#heardMs = monoMs;
    if (intervalMs > this.#maxIntervalMs) return;
    if (this.#intervalsMs.length < this.#windowSize) this.#intervalsMs.push(intervalMs);
    else {
      this.#intervalsMs[this.#oldest] = intervalMs;
      this.#oldest = (this.#oldest + 1) % this.#windowSize;
    }
    this.#measure();
  }

  /**
   * How much the silence up to now speaks against life, from 0: minus the decimal logarithm of the chance that the
   * other side is heard even later. Whoever suspects at phi is wrong about once in 10^phi intervals.
   */
  phi(monoMs: number): number {
    const silenceMs = Math.max(0, finite(monoMs) - this.#heardMs);
    const y = (silenceMs - this.#usualMs) / this.#deviationMs;
    const exponent = y * (linear + cubic * y * y);
    // log10(1 + exp(exponent)) that neither overflows far out nor loses what is close to 0.
    return (Math.max(exponent, 0) + Math.log1p(Math.exp(-Math.abs(exponent)))) / Math.LN10;
  }

  /**
   * When phi is reached if nothing is heard meanwhile, in whole milliseconds after the last sign of life: a timer set
   * to this time finds it reached. Phi from above 0 to 1000; else a RangeError.
   */
  suspectedAtMs(phi: number): number {
    if (!(phi > 0 && phi <= maxPhi)) throw new RangeError('phi must be above 0, up to 1000');
    const exponent = phi * Math.LN10 + Math.log1p(-(10 ** -phi));
    // The one real root of cubic y³ + linear y = exponent.
    const scale = 2 * Math.sqrt(linear / (3 * cubic));
    const y = scale * Math.sinh(Math.asinh((3 * exponent) / (linear * scale)) / 3);
    const atMs = this.#heardMs + Math.ceil(Math.max(0, this.#usualMs + y * this.#deviationMs));
    // The sum is rounded, so it can fall short by the last digit.
    return this.phi(atMs) >= phi ? atMs : atMs + 1;
  }

  /** Interval that is usual, and how much it varies, in milliseconds: to show, and to understand a phi. */
  get usual(): { readonly meanMs: number; readonly deviationMs: number } {
    return { meanMs: this.#meanMs, deviationMs: this.#deviationMs };
  }

  get #usualMs(): number {
    return this.#meanMs + this.#acceptablePauseMs;
  }

  /** Anew over the whole window: running sums would gather errors of rounding for as long as a process runs. */
  #measure(): void {
    const count = this.#intervalsMs.length;
    this.#meanMs = this.#intervalsMs.reduce((sum, each) => sum + each, 0) / count;
    const squares = this.#intervalsMs.reduce((sum, each) => sum + (each - this.#meanMs) ** 2, 0);
    this.#deviationMs = Math.max(this.#minDeviationMs, Math.sqrt(squares / count));
  }
}

function finite(monoMs: number): number {
  if (!Number.isFinite(monoMs)) throw new RangeError(`not a monotonic time: ${monoMs}`);
  return monoMs;
}
