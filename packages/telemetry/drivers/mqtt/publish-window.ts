/**
 * What was handed over to be published: so many unacknowledged at once, the rest waits in order. Without the bound a
 * drained outbox of a day would be in memory three times over.
 */
import { BothyError } from '@bothy/wire';
import type { BusPublish } from './telemetry-bus.ts';

export interface WindowItem extends BusPublish {
  readonly topic: string;
  readonly payload: Uint8Array | string;
}

export interface PublishWindowOptions {
  /** Unacknowledged at once. */
  readonly maxInFlight: number;
  /** What waits behind them. */
  readonly maxWaiting: number;
  /** Sends one; `done` once, or never when the connection ends. */
  readonly send: (item: WindowItem, done: (error?: Error) => void) => void;
}

interface Pending {
  readonly item: WindowItem;
  readonly resolve: () => void;
  readonly reject: (error: BothyError) => void;
}

export class PublishWindow {
  readonly #options: PublishWindowOptions;
  readonly #inFlight = new Set<Pending>();
  #waiting: Pending[] = [];
  #next = 0;

  constructor(options: PublishWindowOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#inFlight.size + this.#waiting.length - this.#next;
  }

  /** Rejects with `limit_reached` when too much waits, `broker_unreachable` when `clear` came first. */
  add(item: WindowItem): Promise<void> {
    if (this.#waiting.length - this.#next >= this.#options.maxWaiting) {
      const sentence = 'The broker is too slow: too much waits to be published.';
      return Promise.reject(new BothyError('limit_reached', sentence));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#sendMore();
    });
  }

  /** The connection is gone: nobody knows which of those in flight have arrived. */
  clear(error: BothyError): void {
    const left = [...this.#inFlight, ...this.#waiting.slice(this.#next)];
    this.#inFlight.clear();
    this.#waiting = [];
    this.#next = 0;
    for (const pending of left) pending.reject(error);
  }

  #sendMore(): void {
    while (this.#inFlight.size < this.#options.maxInFlight) {
      const pending = this.#waiting[this.#next];
      if (pending === undefined) break;
      this.#next += 1;
      this.#inFlight.add(pending);
      this.#options.send(pending.item, (error) => this.#done(pending, error));
    }
    if (this.#next === this.#waiting.length || this.#next > this.#options.maxWaiting) {
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
  }

  #done(pending: Pending, error: Error | undefined): void {
    if (!this.#inFlight.delete(pending)) return;
    if (error === undefined) pending.resolve();
    else pending.reject(new BothyError('broker_unreachable', error.message, { cause: error }));
    this.#sendMore();
  }
}
