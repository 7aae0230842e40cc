/** A token bucket for each of many, such as each address or each client, of which so many are remembered. */
import { LruCache } from '../caching/lru-cache.ts';
import { TokenBucket, type TokenBucketOptions } from './token-bucket.ts';

export interface TokenBucketsOptions extends TokenBucketOptions {
  /** Buckets that are remembered; the one that was untouched longest is forgotten first. A whole number above 0. */
  readonly maxKeys: number;
}

export class TokenBuckets {
  readonly #options: TokenBucketsOptions;
  readonly #buckets: LruCache<string, TokenBucket>;

  constructor(options: TokenBucketsOptions) {
    if (!(Number.isInteger(options.maxKeys) && options.maxKeys > 0))
      throw new RangeError('maxKeys must be a whole number above 0');
    this.#options = options;
    this.#buckets = new LruCache({ maxEntries: options.maxKeys });
  }

  /** Takes so many tokens out of the bucket of this key; false when they are not there, and none is taken. */
  take(key: string, tokens: number, nowMs: number): boolean {
    const known = this.#buckets.get(key);
    if (known !== undefined) return known.take(tokens, nowMs);
    const bucket = new TokenBucket(this.#options, nowMs);
    this.#buckets.set(key, bucket);
    return bucket.take(tokens, nowMs);
  }
}
