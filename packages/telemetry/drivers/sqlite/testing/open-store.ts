/** A store on a real file, spoken to with promises. */
import type { BothyError } from '@bothy/wire';
import type { TelemetryWrite } from '../../../core/store-writes.ts';
import {
  type NotStored,
  SqliteTelemetryStore,
  type TelemetryStore,
  type TelemetryStoreOptions,
} from '../index.ts';

/** Resolves when it is done. */
export function committed(
  store: TelemetryStore,
  writes: readonly TelemetryWrite[],
): Promise<readonly NotStored[]> {
  return new Promise((resolve, reject) => {
    store.commit(writes, (error, notStored) =>
      error === undefined ? resolve(notStored ?? []) : reject(error),
    );
  });
}

export class OpenStore {
  readonly #options: TelemetryStoreOptions;
  store: SqliteTelemetryStore;
  /** What `failed` was called with. */
  readonly failures: BothyError[] = [];

  private constructor(options: TelemetryStoreOptions, store: SqliteTelemetryStore, failures: BothyError[]) {
    this.#options = options;
    this.store = store;
    this.failures = failures;
  }

  static async open(options: TelemetryStoreOptions): Promise<OpenStore> {
    const failures: BothyError[] = [];
    const all = { ...options, failed: (error: BothyError) => void failures.push(error) };
    return new OpenStore(all, await SqliteTelemetryStore.open(all), failures);
  }

  commit(...writes: readonly TelemetryWrite[]): Promise<readonly NotStored[]> {
    return committed(this.store, writes);
  }

  async reopen(): Promise<void> {
    await this.close();
    this.store = await SqliteTelemetryStore.open(this.#options);
  }

  close(): Promise<void> {
    return this.store.close();
  }
}
