/**
 * How often one address may sign in, which costs a node the check of three signatures: a bucket of tokens for each
 * address, that fills again. REST and MQTT take from the same one.
 */

export interface SignInRateLimits {
  /** How many sign-ins may come at once. */
  readonly burst: number;
  readonly perSecond: number;
  /** Addresses that are remembered; the one that was silent longest is forgotten first. */
  readonly maxAddresses: number;
}

/** A person signs in a few times an hour; behind one address hundreds come back within seconds after an outage. */
export const defaultSignInRate: SignInRateLimits = { burst: 300, perSecond: 20, maxAddresses: 10_000 };

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

export class SignInRate {
  readonly #limits: SignInRateLimits;
  readonly #buckets = new Map<string, Bucket>();

  constructor(limits: SignInRateLimits = defaultSignInRate) {
    this.#limits = limits;
  }

  /** Whether this sign-in may be looked at; `nowMs` is monotonic. */
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
