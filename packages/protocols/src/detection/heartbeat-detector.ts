/**
 * Heartbeat failure detector: silence means suspicion, long silence means
 * failure (Chandra, Toueg: "Unreliable Failure Detectors for Reliable
 * Distributed Systems", JACM 1996). Rules HB1… in SPEC.md.
 */

export interface HeartbeatDetectorOptions {
  /** How often the other side is expected to be heard; above 0. */
  readonly intervalMs: number;
  /**
   * Silence after which it counts as dead; more than `intervalMs`. Lower finds failures sooner, and
   * takes more slow peers for dead ones: no value avoids both.
   */
  readonly timeoutMs: number;
  /** Monotonic time from which silence counts. */
  readonly startMs: number;
}

/** One and a half intervals: a heartbeat is missing, not merely a little late. */
const lateIntervals = 1.5;

export type Liveness = 'alive' | 'late' | 'dead';

/** All times are monotonic milliseconds of one clock; one that is not finite throws a RangeError. */
export class HeartbeatDetector {
  readonly #intervalMs: number;
  readonly #timeoutMs: number;
  #heardMs: number;

  constructor({ intervalMs, timeoutMs, startMs }: HeartbeatDetectorOptions) {
    if (!(intervalMs > 0)) throw new RangeError('intervalMs must be above 0');
    if (!(timeoutMs > intervalMs && timeoutMs < Infinity)) {
      throw new RangeError('timeoutMs must be finite and above intervalMs');
    }
    this.#intervalMs = intervalMs;
    this.#timeoutMs = timeoutMs;
    this.#heardMs = finite(startMs);
  }

  /** The other side was heard. A time before the last one changes nothing. */
  heard(monoMs: number): void {
    this.#heardMs = Math.max(this.#heardMs, finite(monoMs));
  }

  /** What silence up to now means. Dead is a suspicion: being heard again makes it alive. */
  state(monoMs: number): Liveness {
    const nowMs = finite(monoMs);
    if (nowMs >= this.deadlineMs) return 'dead';
    return nowMs > this.#heardMs + this.#intervalMs * lateIntervals ? 'late' : 'alive';
  }

  /** When to ask for a sign of life: one interval after the last one. */
  get probeDueMs(): number {
    return this.#heardMs + this.#intervalMs;
  }

  /** When silence becomes death: a timer set to this time finds it dead. */
  get deadlineMs(): number {
    return this.#heardMs + this.#timeoutMs;
  }
}

function finite(monoMs: number): number {
  if (!Number.isFinite(monoMs)) throw new RangeError(`not a monotonic time: ${monoMs}`);
  return monoMs;
}
