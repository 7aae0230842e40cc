/**
 * Heartbeat failure detector: silence means suspicion, long silence means
 * failure (Chandra, Toueg: "Unreliable Failure Detectors for Reliable
 * Distributed Systems", JACM 1996). Rules HB1… in SPEC.md.
 */

export interface HeartbeatDetectorOptions {
  /** How often the other side is expected to be heard. */
  readonly intervalMs: number;
  /** Silence after which it counts as dead; more than `intervalMs`. */
  readonly timeoutMs: number;
  /** Monotonic time from which silence counts. */
  readonly startMs: number;
}

/** `late`: silent for more than one and a half intervals, so at least one heartbeat is missing. */
export type Liveness = 'alive' | 'late' | 'dead';

export class HeartbeatDetector {
  readonly #options: HeartbeatDetectorOptions;
  #heardMs: number;

  constructor(options: HeartbeatDetectorOptions) {
    if (!(options.intervalMs > 0)) throw new RangeError('intervalMs must be above 0');
    if (!(options.timeoutMs > options.intervalMs)) throw new RangeError('timeoutMs must be above intervalMs');
    this.#options = options;
    this.#heardMs = options.startMs;
  }

  /** The other side was heard. A time before the last one changes nothing. */
  heard(monoMs: number): void {
    this.#heardMs = Math.max(this.#heardMs, monoMs);
  }

  state(monoMs: number): Liveness {
    const silentMs = monoMs - this.#heardMs;
    if (silentMs >= this.#options.timeoutMs) return 'dead';
    return silentMs > this.#options.intervalMs * 1.5 ? 'late' : 'alive';
  }

  /** When to ask for a sign of life: one interval after the last one. */
  get probeDueMs(): number {
    return this.#heardMs + this.#options.intervalMs;
  }

  /** When silence becomes death. */
  get deadlineMs(): number {
    return this.#heardMs + this.#options.timeoutMs;
  }
}
