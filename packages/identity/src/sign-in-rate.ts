/**
 * How often one address may sign in, which costs a node the check of three signatures: a bucket of tokens for each
 * address, that fills again. REST and MQTT take from the same one.
 */
import { TokenBuckets } from '@bothy/protocols';

export interface SignInRateLimits {
  /** How many sign-ins may come at once. */
  readonly burst: number;
  readonly perSecond: number;
  /** Addresses that are remembered; the one that was silent longest is forgotten first. */
  readonly maxAddresses: number;
}

/** A person signs in a few times an hour; behind one address hundreds come back within seconds after an outage. */
export const defaultSignInRate: SignInRateLimits = { burst: 300, perSecond: 20, maxAddresses: 10_000 };

export class SignInRate {
  readonly #buckets: TokenBuckets;

  constructor({ burst, perSecond, maxAddresses }: SignInRateLimits = defaultSignInRate) {
    this.#buckets = new TokenBuckets({ burst, perSecond, maxKeys: maxAddresses });
  }

  /** Whether this sign-in may be looked at; `nowMs` is monotonic. */
  allows(address: string, nowMs: number): boolean {
    return this.#buckets.take(address, 1, nowMs);
  }
}
