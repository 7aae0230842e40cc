/**
 * How far another wall clock is ahead of our wall clock. Rules CO9… in SPEC.md.
 *
 *   their wall ──measured by exchanges──▶ our monotonic clock ──read together──▶ our wall
 *
 * What is measured is against our monotonic clock, which never jumps. So when our wall clock is set, the offset changes
 * with it at once, what was measured stays true, and nothing has to be asked anew.
 */
import type { Now } from '../core.ts';
import { type ClockExchange, type ExchangeVerdict, OffsetEstimate } from './offset-estimate.ts';

/** As of a moment, in whole milliseconds. */
export interface WallClockOffset {
  /** Their wall clock minus ours. */
  readonly offsetMs: number;
  /** The true offset is no further from it, as long as their clock is not set and none runs wilder than real ones. */
  readonly errorMs: number;
  /** On the way, there and back, of the exchange that it is taken from. */
  readonly delayMs: number;
}

export class WallOffset {
  readonly #estimate = new OffsetEstimate();

  /** `sentMs` and `receivedMs` are of our monotonic clock, `heardMs` and `answeredMs` of their wall clock. */
  add(exchange: ClockExchange): ExchangeVerdict {
    return this.#estimate.add(exchange);
  }

  /** As of `now`, not before the last exchange; undefined before the first. */
  at(now: Now): WallClockOffset | undefined {
    const known = this.#estimate.at(now.monoMs);
    if (known === undefined) return undefined;
    return {
      offsetMs: Math.round(known.offsetMs - (now.wallMs - now.monoMs)),
      // And a millisecond, for our own stamps and this offset are rounded, too.
      errorMs: Math.ceil(known.errorMs) + 1,
      delayMs: Math.round(known.delayMs),
    };
  }

  /**
   * What was measured is of no use any more: after a sleep, for example, through which wall clocks go on and monotonic
   * ones often do not.
   */
  reset(): void {
    this.#estimate.reset();
  }
}
