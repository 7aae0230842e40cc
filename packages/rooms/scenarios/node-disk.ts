/** What a simulated node's disk holds: the model of the store, with a view of it for the checker. */
import type { RoomWrite } from '@bothy/rooms/core';
import type { RoomEntry, RoomId } from '@bothy/wire';
import { RoomStoreModel } from './room-store.ts';

interface Log {
  administrator: string;
  base: number;
  lastSeq: number;
  readonly entries: Map<number, RoomEntry>;
}

export class NodeDisk extends RoomStoreModel {
  readonly #logs = new Map<RoomId, Log>();
  readonly #buried = new Set<RoomId>();

  override write(write: RoomWrite): void {
    super.write(write);
    this.#see(write);
  }

  logs(): ReadonlyMap<RoomId, Readonly<Log>> {
    return this.#logs;
  }

  log(room: RoomId): Readonly<Log> | undefined {
    return this.#logs.get(room);
  }

  isBuried(room: RoomId): boolean {
    return this.#buried.has(room);
  }

  #see(write: RoomWrite): void {
    if (write.kind === 'putRoom') {
      const { id, administrator, base, lastSeq } = write.room;
      const log = this.#logs.get(id) ?? { administrator, base, lastSeq, entries: new Map() };
      this.#logs.set(id, Object.assign(log, { administrator, base, lastSeq: Math.max(base, log.lastSeq) }));
    } else if (write.kind === 'append') {
      const log = this.#logs.get(write.room);
      for (const entry of write.entries) {
        log?.entries.set(entry.seq, entry);
        if (log !== undefined) log.lastSeq = entry.seq;
      }
    } else if (write.kind === 'dropBodies') {
      const log = this.#logs.get(write.room);
      for (const seq of write.seqs) {
        const entry = log?.entries.get(seq);
        if (entry?.content.kind !== 'message' && entry?.content.kind !== 'edit') continue;
        log?.entries.set(seq, { ...entry, content: { ...entry.content, body: null } });
      }
    } else if (write.kind === 'clearCopy') {
      const log = this.#logs.get(write.room);
      log?.entries.clear();
      if (log !== undefined) log.lastSeq = 0;
    } else if (write.kind === 'deleteRoom') {
      this.#logs.delete(write.room);
      this.#buried.add(write.room);
    }
  }
}
