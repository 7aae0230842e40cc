/** A token bucket for each of many, such as each address or each client, of which so many are remembered. */
import { TokenBucket, type TokenBucketOptions } from './token-bucket.ts';

export interface TokenBucketsOptions extends TokenBucketOptions {
  /** Buckets that are remembered; the one that was untouched longest is forgotten first. A whole number above 0. */
  readonly maxKeys: number;
}

export class TokenBuckets {
  readonly #options: TokenBucketsOptions;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(options: TokenBucketsOptions) {
    if (!(Number.isInteger(options.maxKeys) && options.maxKeys > 0))
      throw new RangeError('maxKeys must be a whole number above 0');
    this.#options = options;
  }

  /** Takes so many tokens out of the bucket of this key; false when they are not there, and none is taken. */
  take(key: string, tokens: number, nowMs: number): boolean {
    const bucket = this.#buckets.get(key) ?? new TokenBucket(this.#options, nowMs);
    // Put back at the end: the first of the map is the one that was untouched longest.
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    const oldest = this.#buckets.keys().next().value;
    if (this.#buckets.size > this.#options.maxKeys && oldest !== undefined) this.#buckets.delete(oldest);
    return bucket.take(tokens, nowMs);
  }
}
