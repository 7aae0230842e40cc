/**
 * How far another clock is ahead of ours, and how far that may be wrong, from questions and answers with four stamps
 * (Mills, Martin, Burbank, Kasch: RFC 5905, "Network Time Protocol Version 4", section 8 for the two formulas, section
 * 10 for the clock filter). Rules CO1… in SPEC.md.
 *
 *   ours    sent ────────────────────────── received      offset = ((heard - sent) + (answered - received)) / 2
 *               ╲                          ╱              delay  = (received - sent) - (answered - heard)
 *   theirs       heard ──────── answered                  the true offset is within half the delay of it
 */

/** One question and its answer. `sentMs` and `receivedMs` are of our clock, the others of theirs. */
export interface ClockExchange {
  readonly sentMs: number;
  readonly heardMs: number;
  readonly answeredMs: number;
  readonly receivedMs: number;
}

export interface OffsetEstimateOptions {
  /** Exchanges that are remembered; the best of them counts. A whole number above 0. @default 8, as RFC 5905 */
  readonly exchanges?: number;
  /** How much faster one clock may run than the other, in millionths: quartz stays within 100. @default 200 */
  readonly driftPpm?: number;
  /** Their stamps are rounded down to this. @default 1 */
  readonly stampMs?: number;
}

export interface ClockOffset {
  /** Their clock minus ours. */
  readonly offsetMs: number;
  /** The true offset is no further from it, as long as no clock is set or runs wilder than `driftPpm`. */
  readonly errorMs: number;
  /** Of the exchange that it is taken from, there and back. */
  readonly delayMs: number;
}

/**
 * `taken`; `stepped`: taken, and what was known before is forgotten, for it cannot be true any more: a clock was set;
 * `refused`: no exchange looks like this.
 */
export type ExchangeVerdict = 'taken' | 'stepped' | 'refused';

interface Sample {
  readonly offsetMs: number;
  readonly delayMs: number;
  /** When it was received, and how far it may have been wrong then. */
  readonly atMs: number;
  readonly errorMs: number;
}

export class OffsetEstimate {
  readonly #exchanges: number;
  readonly #drift: number;
  readonly #stampMs: number;
  #samples: readonly Sample[] = [];

  constructor({ exchanges = 8, driftPpm = 200, stampMs = 1 }: OffsetEstimateOptions = {}) {
    if (!(Number.isInteger(exchanges) && exchanges > 0))
      throw new RangeError('exchanges must be a whole number above 0');
    if (!(driftPpm >= 0 && driftPpm <= 100_000)) throw new RangeError('driftPpm must be from 0 to 100000');
    if (!(stampMs >= 0 && stampMs < Infinity)) throw new RangeError('stampMs must be finite and at least 0');
    this.#exchanges = exchanges;
    this.#drift = driftPpm / 1_000_000;
    this.#stampMs = stampMs;
  }

  /** Exchanges in the order in which they were received. */
  add(exchange: ClockExchange): ExchangeVerdict {
    const sample = this.#sampleOf(exchange);
    if (sample === undefined) return 'refused';
    const known = this.at(sample.atMs);
    const isStep =
      known !== undefined && Math.abs(known.offsetMs - sample.offsetMs) > known.errorMs + sample.errorMs;
    this.#samples = [...(isStep ? [] : this.#samples), sample].slice(-this.#exchanges);
    return isStep ? 'stepped' : 'taken';
  }

  /** As of `nowMs` of our clock, not before the last exchange; undefined before the first. */
  at(nowMs: number): ClockOffset | undefined {
    let best: ClockOffset | undefined;
    for (const { offsetMs, delayMs, atMs, errorMs } of this.#samples) {
      // A sample is as good as its delay at first, and worse with every second since.
      const error = errorMs + this.#drift * Math.max(0, nowMs - atMs);
      if (best === undefined || error < best.errorMs) best = { offsetMs, errorMs: error, delayMs };
    }
    return best;
  }

  /** What is known is of no use any more, for example because our clock was set. */
  reset(): void {
    this.#samples = [];
  }

  #sampleOf({ sentMs, heardMs, answeredMs, receivedMs }: ClockExchange): Sample | undefined {
    const lastMs = this.#samples.at(-1)?.atMs ?? -Infinity;
    const ours = receivedMs - sentMs;
    const theirs = answeredMs - heardMs;
    // Also false for what is not a number.
    if (!(ours >= 0 && theirs >= 0 && receivedMs >= lastMs && ours < Infinity && theirs < Infinity)) return;
    const driftMs = this.#drift * ours;
    if (theirs > ours + driftMs + this.#stampMs) return;
    const delayMs = Math.max(0, ours - theirs);
    return {
      offsetMs: (heardMs - sentMs + (answeredMs - receivedMs)) / 2,
      delayMs,
      atMs: receivedMs,
      errorMs: delayMs / 2 + driftMs + this.#stampMs,
    };
  }
}
