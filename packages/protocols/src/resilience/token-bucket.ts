/**
 * Token bucket: how much somebody may do at once, and how much in the long run. The bucket fills evenly up to its
 * burst, and everything that is done takes tokens out of it (Turner: "New Directions in Communications", IEEE
 * Communications Magazine 24(10), 1986; RFC 2697 for the two figures). Rules TB1… in SPEC.md.
 */

export interface TokenBucketOptions {
  /** Tokens of a full bucket: what may be done at once after a rest; above 0. */
  readonly burst: number;
  /** Tokens that come back in a second: what may be done in the long run; 0 or more. */
  readonly perSecond: number;
}

export class TokenBucket {
  readonly #options: TokenBucketOptions;
  #tokens: number;
  #filledMs: number;

  /** Full at `nowMs`, of the monotonic clock that all later calls use. */
  constructor(options: TokenBucketOptions, nowMs: number) {
    const { burst, perSecond } = options;
    if (!(burst > 0 && burst < Infinity)) throw new RangeError('burst must be finite and above 0');
    if (!(perSecond >= 0 && perSecond < Infinity))
      throw new RangeError('perSecond must be finite and at least 0');
    this.#options = options;
    this.#tokens = burst;
    this.#filledMs = nowMs;
  }

  /** Whether so many tokens are there; takes none. */
  holds(tokens: number, nowMs: number): boolean {
    this.#fill(nowMs);
    return this.#tokens >= tokens;
  }

  /** Takes so many tokens out; false when they are not there, and none is taken. */
  take(tokens: number, nowMs: number): boolean {
    if (!this.holds(tokens, nowMs)) return false;
    this.#tokens -= tokens;
    return true;
  }

  #fill(nowMs: number): void {
    // A time before the last one fills nothing, and does not count twice later.
    if (!(nowMs > this.#filledMs)) return;
    const { burst, perSecond } = this.#options;
    this.#tokens = Math.min(burst, this.#tokens + ((nowMs - this.#filledMs) / 1_000) * perSecond);
    this.#filledMs = nowMs;
  }
}
