/**
 * What is kept of rooms outside of their logs: files and webhooks. They go when their room is deleted, and at the next
 * start where the node ended in between, or somebody attached a file at that very moment. Files go with their message
 * too, when that is taken away.
 */
import type { RoomFiles, SqliteWebhooks } from '@bothy/store';
import type { Author, RoomId } from '@bothy/wire';

export interface RoomLeftoversOptions {
  readonly files: Pick<RoomFiles, 'rooms' | 'removeRoom' | 'remove'>;
  readonly webhooks: Pick<SqliteWebhooks, 'rooms' | 'removeRoom'>;
  /** A removal that failed; it is tried again at the next start. */
  readonly failed: (error: unknown) => void;
}

export class RoomLeftovers {
  readonly #options: RoomLeftoversOptions;
  /** One removal after another: a room may be named twice. */
  #work: Promise<void> = Promise.resolve();

  constructor(options: RoomLeftoversOptions) {
    this.#options = options;
  }

  /** These rooms were deleted, now or long ago. */
  deleted(rooms: readonly RoomId[]): void {
    this.#work = this.#work.then(() => this.#remove(new Set(rooms))).catch(this.#options.failed);
  }

  /** A message of this author with these files was taken away. */
  redacted(room: RoomId, person: Author, files: readonly string[]): void {
    this.#work = this.#work
      .then(() => this.#options.files.remove({ room, person }, files))
      .catch(this.#options.failed);
  }

  /** Nothing is being removed any more. */
  idle(): Promise<void> {
    return this.#work;
  }

  async #remove(deleted: ReadonlySet<RoomId>): Promise<void> {
    const { files, webhooks } = this.#options;
    for (const store of [files, webhooks]) {
      for (const room of await store.rooms()) if (deleted.has(room)) await store.removeRoom(room);
    }
  }
}
