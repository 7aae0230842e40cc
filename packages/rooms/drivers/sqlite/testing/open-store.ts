/** A store on a real file, spoken to with promises. */
import type { BothyError } from '@bothy/wire';
import type { RoomFinding, RoomQuery, RoomsSnapshot, RoomWrite } from '../../../core/records.ts';
import { type RoomStoreOptions, SqliteRoomStore } from '../index.ts';

export class OpenStore {
  readonly #options: RoomStoreOptions;
  #store: SqliteRoomStore;
  /** What `failed` was called with. */
  readonly failures: BothyError[] = [];

  private constructor(options: RoomStoreOptions, store: SqliteRoomStore, failures: BothyError[]) {
    this.#options = options;
    this.#store = store;
    this.failures = failures;
  }

  static async open(options: RoomStoreOptions): Promise<OpenStore> {
    const failures: BothyError[] = [];
    const all = { ...options, failed: (error: BothyError) => void failures.push(error) };
    return new OpenStore(all, await SqliteRoomStore.open(all), failures);
  }

  commit(writes: readonly RoomWrite[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#store.commit(writes, (error) => (error === undefined ? resolve() : reject(error)));
    });
  }

  query(query: RoomQuery): Promise<RoomFinding> {
    return new Promise((resolve) => this.#store.query(query, resolve));
  }

  snapshot(): Promise<RoomsSnapshot> {
    return this.#store.load();
  }

  async reopen(): Promise<void> {
    await this.close();
    this.#store = await SqliteRoomStore.open(this.#options);
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
