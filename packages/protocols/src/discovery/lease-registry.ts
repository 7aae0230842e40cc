/**
 * A registry in which everything is held for a time: who does not renew is gone without a word, and nobody has to guess
 * why (Gray, Cheriton: "Leases: An Efficient Fault-Tolerant Mechanism for Distributed File Cache Consistency", SOSP 1989).
 * Each lease has a number that rises for ever, its fencing token: who holds a lease may sleep past its end and not know,
 * so what it changes has to be refused by what it changes (Burrows: "The Chubby Lock Service", OSDI 2006, section 2.4,
 * sequencers). Rules LS1… in SPEC.md.
 */

export interface LeaseRegistryOptions {
  /** A lease lasts so long after it was granted or renewed; above 0. */
  readonly ttlMs: number;
  /** What may be registered at once; more is refused. A whole number from 1. */
  readonly maxEntries: number;
  /** Changes that are remembered, for who asks what has changed. A whole number from 0. @default 1000 */
  readonly maxChanges?: number;
  /** The last token of an earlier start: tokens go on after it. @default 0 */
  readonly lastToken?: number;
}

export interface Lease<Value> {
  readonly key: string;
  readonly holder: string;
  readonly token: number;
  readonly untilMs: number;
  readonly value: Value;
}

export type Registered<Value> =
  | { readonly kind: 'granted'; readonly lease: Lease<Value> }
  /** Somebody else holds it until then. */
  | { readonly kind: 'held'; readonly by: string; readonly untilMs: number }
  | { readonly kind: 'full' };

export interface LeaseChange {
  /** From 1, one more with each change. */
  readonly revision: number;
  readonly key: string;
  readonly change: 'registered' | 'changed' | 'released' | 'expired';
}

/** Times are milliseconds of one monotonic clock, finite or a RangeError is thrown. */
export class LeaseRegistry<Value> {
  readonly #options: Required<LeaseRegistryOptions>;
  /** In the order in which they end: all last equally long. */
  readonly #leases = new Map<string, Lease<Value>>();
  readonly #changes: LeaseChange[] = [];
  /** To be said by `expire`. */
  readonly #over: Lease<Value>[] = [];
  #token: number;
  #revision = 0;
  #nowMs = -Infinity;

  /** Throws a RangeError for options out of their range. */
  constructor(options: LeaseRegistryOptions) {
    this.#options = { maxChanges: 1_000, lastToken: 0, ...options };
    const { ttlMs, maxEntries, maxChanges, lastToken } = this.#options;
    if (!(ttlMs > 0 && ttlMs < Number.POSITIVE_INFINITY)) throw new RangeError('ttlMs must be above 0');
    expectWhole('maxEntries', maxEntries, 1);
    expectWhole('maxChanges', maxChanges, 0);
    expectWhole('lastToken', lastToken, 0);
    this.#token = lastToken;
  }

  get size(): number {
    return this.#leases.size;
  }

  get revision(): number {
    return this.#revision;
  }

  /** To be kept by who restarts, and handed in as `lastToken`. */
  get lastToken(): number {
    return this.#token;
  }

  /** When the next lease ends; undefined when there is none. */
  get nextEndMs(): number | undefined {
    return this.#leases.values().next().value?.untilMs;
  }

  /** Its holder registers again as it renews: with the same token. */
  register(key: string, holder: string, value: Value, monoMs: number): Registered<Value> {
    this.#sweep(monoMs);
    const known = this.#leases.get(key);
    if (known !== undefined && known.holder !== holder)
      return { kind: 'held', by: known.holder, untilMs: known.untilMs };
    if (known === undefined && this.#leases.size >= this.#options.maxEntries) return { kind: 'full' };
    if (known === undefined) this.#token += 1;
    const token = known?.token ?? this.#token;
    const lease = this.#put({ key, holder, token, untilMs: this.#nowMs + this.#options.ttlMs, value });
    if (known === undefined) this.#changed(key, 'registered');
    else if (known.value !== value) this.#changed(key, 'changed');
    return { kind: 'granted', lease };
  }

  /** Undefined: this token's lease is over, and what it stood for may be somebody else's. */
  renew(key: string, token: number, monoMs: number): Lease<Value> | undefined {
    this.#sweep(monoMs);
    const known = this.#leases.get(key);
    if (known?.token !== token) return undefined;
    return this.#put({ ...known, untilMs: this.#nowMs + this.#options.ttlMs });
  }

  /** False when the lease of this token was over already. */
  release(key: string, token: number, monoMs: number): boolean {
    this.#sweep(monoMs);
    if (this.#leases.get(key)?.token !== token) return false;
    this.#leases.delete(key);
    this.#changed(key, 'released');
    return true;
  }

  /** Undefined when nobody holds it any more. */
  get(key: string, monoMs: number): Lease<Value> | undefined {
    this.#pass(monoMs);
    const lease = this.#leases.get(key);
    return lease !== undefined && lease.untilMs > this.#nowMs ? lease : undefined;
  }

  /** All that are held, the one that ends first in front. */
  all(monoMs: number): readonly Lease<Value>[] {
    this.#pass(monoMs);
    return [...this.#leases.values()].filter(({ untilMs }) => untilMs > this.#nowMs);
  }

  /** What is over and was not said yet; of more than `maxEntries` the oldest are not said. */
  expire(monoMs: number): readonly Lease<Value>[] {
    this.#sweep(monoMs);
    return this.#over.splice(0);
  }

  /** What has changed after a revision; undefined when that is too long ago: read it all. */
  changesSince(revision: number): readonly LeaseChange[] | undefined {
    const missing = this.#revision - revision;
    if (missing > this.#changes.length || missing < 0) return undefined;
    return this.#changes.slice(this.#changes.length - missing);
  }

  /** A clock that goes back would give to the last holder again what somebody else may have by now. */
  #pass(monoMs: number): void {
    if (!Number.isFinite(monoMs)) throw new RangeError(`not a monotonic time: ${monoMs}`);
    this.#nowMs = Math.max(this.#nowMs, monoMs);
  }

  #sweep(monoMs: number): void {
    this.#pass(monoMs);
    for (const lease of this.#leases.values()) {
      if (lease.untilMs > this.#nowMs) break;
      this.#leases.delete(lease.key);
      this.#over.push(lease);
      if (this.#over.length > this.#options.maxEntries) this.#over.shift();
      this.#changed(lease.key, 'expired');
    }
  }

  #put(lease: Lease<Value>): Lease<Value> {
    this.#leases.delete(lease.key);
    this.#leases.set(lease.key, lease);
    return lease;
  }

  #changed(key: string, change: LeaseChange['change']): void {
    this.#revision += 1;
    this.#changes.push({ revision: this.#revision, key, change });
    if (this.#changes.length > this.#options.maxChanges) this.#changes.shift();
  }
}

/** What is changed by holders of leases, and admits nobody whose token is lower than one that it has seen. */
export class Fence {
  #highest = 0;

  /** The highest token that was admitted; to be kept with what it guards. */
  get highest(): number {
    return this.#highest;
  }

  constructor(highest = 0) {
    expectWhole('highest', highest, 0);
    this.#highest = highest;
  }

  /** False: a later holder was here. */
  admits(token: number): boolean {
    if (!Number.isSafeInteger(token) || token < this.#highest) return false;
    this.#highest = token;
    return true;
  }
}

function expectWhole(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least)
    throw new RangeError(`${name} must be a whole number from ${least}`);
}
