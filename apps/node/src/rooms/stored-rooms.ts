/** Reads what the disk has of rooms, whatever the core knows: what is compared is what a start would find. */
import type { RoomFinding, RoomQuery } from '@bothy/rooms/core';
import type { SqliteRoomStore } from '@bothy/rooms/drivers/sqlite';
import type { BothyError } from '@bothy/wire';

export class StoredRooms {
  readonly #closed: () => BothyError;
  readonly #waiting = new Set<(error: BothyError) => void>();
  #store: Pick<SqliteRoomStore, 'query'> | undefined;

  /** `closed` is what reading rejects with while there is no store. */
  constructor(closed: () => BothyError) {
    this.#closed = closed;
  }

  use(store: Pick<SqliteRoomStore, 'query'>): void {
    this.#store = store;
  }

  /** The store answers nothing any more: whoever waits is told. */
  end(): void {
    this.#store = undefined;
    for (const reject of this.#waiting) reject(this.#closed());
  }

  async stored(query: RoomQuery): Promise<RoomFinding> {
    const store = this.#store;
    if (store === undefined) throw this.#closed();
    const { promise, resolve, reject } = Promise.withResolvers<RoomFinding>();
    this.#waiting.add(reject);
    store.query(query, resolve);
    return await promise.finally(() => this.#waiting.delete(reject));
  }
}
