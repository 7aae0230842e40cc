/** What a simulated node's disk holds: the model of the store, with a view of it for the checker. */
import { type MemberRecord, type RoomWrite, withoutBody } from '@bothy/rooms/core';
import type { Author, RoomEntry, RoomId } from '@bothy/wire';
import { RoomStoreModel } from './room-store.ts';

export interface DiskLog {
  readonly administrator: string;
  readonly epoch: number;
  readonly base: number;
  readonly lastSeq: number;
  readonly pinned: readonly number[];
  readonly entries: ReadonlyMap<number, RoomEntry>;
  readonly members: ReadonlyMap<Author, MemberRecord>;
}

interface Log extends DiskLog {
  administrator: string;
  epoch: number;
  base: number;
  lastSeq: number;
  pinned: readonly number[];
  readonly entries: Map<number, RoomEntry>;
  readonly members: Map<Author, MemberRecord>;
}

export class NodeDisk extends RoomStoreModel {
  readonly #nowMs: () => number;
  readonly #logs = new Map<RoomId, Log>();
  /** A copy's members are written before its room. */
  readonly #members = new Map<RoomId, Map<Author, MemberRecord>>();
  readonly #buried = new Set<RoomId>();
  readonly #drafts = new Set<RoomId>();
  /** By `<room> <seq>`, when its body was forgotten here. */
  readonly #forgotten = new Map<string, number>();

  constructor(nowMs: () => number) {
    super();
    this.#nowMs = nowMs;
  }

  override write(write: RoomWrite): void {
    super.write(write);
    this.#see(write);
  }

  logs(): ReadonlyMap<RoomId, DiskLog> {
    return this.#logs;
  }

  log(room: RoomId): DiskLog | undefined {
    return this.#logs.get(room);
  }

  isBuried(room: RoomId): boolean {
    return this.#buried.has(room);
  }

  /** Made here, and nobody is to hear of it yet. */
  isDraft(room: RoomId): boolean {
    return this.#drafts.has(room);
  }

  /** When the body of this entry was forgotten here; undefined while it is kept. */
  forgottenMs(room: RoomId, seq: number): number | undefined {
    return this.#forgotten.get(`${room} ${seq}`);
  }

  #membersOf(room: RoomId): Map<Author, MemberRecord> {
    const members = this.#members.get(room) ?? new Map<Author, MemberRecord>();
    this.#members.set(room, members);
    return members;
  }

  #see(write: RoomWrite): void {
    switch (write.kind) {
      case 'putRoom': {
        const { id, administrator, epoch, base, lastSeq, pinned } = write.room;
        const log = this.#logs.get(id) ?? {
          administrator,
          epoch,
          base,
          lastSeq,
          pinned,
          entries: new Map(),
          members: this.#membersOf(id),
        };
        this.#logs.set(
          id,
          Object.assign(log, { administrator, epoch, base, pinned, lastSeq: Math.max(base, log.lastSeq) }),
        );
        return;
      }
      case 'append': {
        const log = this.#logs.get(write.room);
        if (log === undefined) return;
        for (const entry of write.entries) log.entries.set(entry.seq, entry);
        log.lastSeq = write.entries.at(-1)?.seq ?? log.lastSeq;
        return;
      }
      case 'dropBodies': {
        const log = this.#logs.get(write.room);
        for (const seq of write.seqs) {
          const entry = log?.entries.get(seq);
          if (entry?.content.kind !== 'message' && entry?.content.kind !== 'edit') continue;
          log?.entries.set(seq, { ...entry, content: withoutBody(entry.content) });
          this.#forgotten.set(`${write.room} ${seq}`, this.#nowMs());
        }
        return;
      }
      case 'putMember':
        this.#membersOf(write.member.room).set(write.member.person, write.member);
        return;
      case 'deleteMember':
        this.#membersOf(write.room).delete(write.person);
        return;
      case 'clearCopy': {
        const log = this.#logs.get(write.room);
        log?.entries.clear();
        log?.members.clear();
        if (log !== undefined) log.lastSeq = 0;
        return;
      }
      case 'deleteRoom':
        this.#logs.delete(write.room);
        this.#members.delete(write.room);
        this.#buried.add(write.room);
        return;
      case 'putIntent':
        if (write.intent.intent === 'claim') this.#drafts.add(write.intent.room);
        return;
      case 'deleteIntent':
        this.#drafts.delete(write.room);
        return;
      case 'dropRoom':
        this.#logs.delete(write.room);
        this.#members.delete(write.room);
        this.#drafts.delete(write.room);
        return;
    }
  }
}
