/**
 * What was handed over to be published: so many unacknowledged at once, the rest waits in order. Without the bound a
 * drained outbox of a day would be in memory three times over.
 */
import { Bulkhead } from '@bothy/protocols';
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
  readonly #send: PublishWindowOptions['send'];
  readonly #bulkhead: Bulkhead<Pending>;

  constructor({ maxInFlight, maxWaiting, send }: PublishWindowOptions) {
    this.#send = send;
    this.#bulkhead = new Bulkhead({ maxRunning: maxInFlight, maxWaiting });
  }

  get size(): number {
    return this.#bulkhead.running + this.#bulkhead.waiting;
  }

  /** Rejects with `limit_reached` when too much waits, `broker_unreachable` when `clear` came first. */
  add(item: WindowItem): Promise<void> {
    return new Promise((resolve, reject) => {
      const pending = { item, resolve, reject };
      const entered = this.#bulkhead.enter(pending);
      if (entered === 'run') this.#begin(pending);
      else if (entered === 'refused') {
        const sentence = 'The broker is too slow: too much waits to be published.';
        reject(new BothyError('limit_reached', sentence));
      }
    });
  }

  /** The connection is gone: nobody knows which of those in flight have arrived. */
  clear(error: BothyError): void {
    for (const pending of this.#bulkhead.clear()) pending.reject(error);
  }

  #begin(pending: Pending): void {
    this.#send(pending.item, (error) => {
      // What was settled already, such as by `clear`, stays as it was: a promise settles once.
      if (error === undefined) pending.resolve();
      else pending.reject(new BothyError('broker_unreachable', error.message, { cause: error }));
      const next = this.#bulkhead.end(pending);
      if (next !== undefined) this.#begin(next);
    });
  }
}
