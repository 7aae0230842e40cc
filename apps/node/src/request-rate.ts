/** How often one address may ask for what costs work: a bucket of tokens each, that fills again. */

export interface RequestRateLimits {
  /** How many requests may come at once. */
  readonly burst: number;
  readonly perSecond: number;
  /** Addresses that are remembered; the one that was silent longest is forgotten first. */
  readonly maxAddresses: number;
}

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

export class RequestRate {
  readonly #limits: RequestRateLimits;
  readonly #buckets = new Map<string, Bucket>();

  constructor(limits: RequestRateLimits) {
    this.#limits = limits;
  }

  /** Whether this request may pass; `nowMs` is monotonic. */
  allows(address: string, nowMs: number): boolean {
    const { burst, perSecond, maxAddresses } = this.#limits;
    const known = this.#buckets.get(address) ?? { tokens: burst, filledAtMs: nowMs };
    const filled = known.tokens + ((nowMs - known.filledAtMs) / 1000) * perSecond;
    const tokens = Math.min(burst, filled);
    const allowed = tokens >= 1;
    // Put back at the end: the first of the map is the one that was silent longest.
    this.#buckets.delete(address);
    this.#buckets.set(address, { tokens: allowed ? tokens - 1 : tokens, filledAtMs: nowMs });
    const oldest = this.#buckets.keys().next().value;
    if (this.#buckets.size > maxAddresses && oldest !== undefined) this.#buckets.delete(oldest);
    return allowed;
  }
}
