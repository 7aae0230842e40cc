/**
 * The last entries of each room, in memory: they answer a resume without the
 * store, and tell a repeated key at once. Bounded over all rooms; the room that
 * was longest unused loses its tail first, and what is gone is looked up.
 */
import type { Author, RoomEntry, RoomId } from '@bothy/wire';
import { bounds } from './config.ts';

/** What an entry takes beside its body: an estimate, for the bound is one too. */
const overheadBytes = 400;

export class Tail {
  /** Contiguous, in order. */
  entries: RoomEntry[] = [];
  readonly #byKey = new Map<string, RoomEntry>();
  sizeBytes = 0;

  /** Entries after `seq`, or undefined when the tail does not reach back so far. */
  after(seq: number): readonly RoomEntry[] | undefined {
    const first = this.entries[0];
    if (first === undefined || first.seq > seq + 1) return undefined;
    return this.entries.slice(seq + 1 - first.seq);
  }

  get firstSeq(): number | undefined {
    return this.entries[0]?.seq;
  }

  at(seq: number): RoomEntry | undefined {
    const first = this.entries[0];
    return first === undefined ? undefined : this.entries[seq - first.seq];
  }

  byKey(author: Author, key: string): RoomEntry | undefined {
    return this.#byKey.get(`${author} ${key}`);
  }

  push(entry: RoomEntry): void {
    this.entries.push(entry);
    this.#byKey.set(`${entry.author} ${entry.key}`, entry);
    this.sizeBytes += sizeOf(entry);
  }

  /** Forgets all but the last `keep`. */
  trim(keep: number): void {
    const count = this.entries.length - keep;
    if (count <= 0) return;
    for (const entry of this.entries.slice(0, count)) {
      this.#byKey.delete(`${entry.author} ${entry.key}`);
      this.sizeBytes -= sizeOf(entry);
    }
    this.entries = this.entries.slice(count);
  }

  /** Redacted bodies are forgotten here too. */
  replace(seq: number, entry: RoomEntry): void {
    const old = this.at(seq);
    const first = this.entries[0];
    if (old === undefined || first === undefined) return;
    this.entries[seq - first.seq] = entry;
    this.#byKey.set(`${entry.author} ${entry.key}`, entry);
    this.sizeBytes += sizeOf(entry) - sizeOf(old);
  }
}

export class Tails {
  readonly #maxBytes: number;
  /** Rooms with commands under way: what the store was asked before it was written must be found here. */
  readonly #inUse = new Set<RoomId>();
  /** By room, the longest unused first. */
  readonly #tails = new Map<RoomId, Tail>();
  #sizeBytes = 0;

  constructor(maxBytes: number = bounds.tailBytes) {
    this.#maxBytes = maxBytes;
  }

  of(room: RoomId): Tail {
    return this.#tails.get(room) ?? emptyTail;
  }

  push(room: RoomId, entry: RoomEntry): void {
    const tail = this.#tails.get(room) ?? new Tail();
    const before = tail.sizeBytes;
    tail.push(entry);
    // Cut at twice the size, so that an entry costs the same however long the tail is.
    if (tail.entries.length >= 2 * bounds.tailEntries) tail.trim(bounds.tailEntries);
    this.#sizeBytes += tail.sizeBytes - before;
    this.#tails.delete(room);
    this.#tails.set(room, tail);
    this.#bound(room);
  }

  /** While a room is in use its tail is not given up for others. */
  use(room: RoomId, inUse: boolean): void {
    if (inUse) this.#inUse.add(room);
    else this.#inUse.delete(room);
  }

  replace(room: RoomId, seq: number, entry: RoomEntry): void {
    const tail = this.of(room);
    const before = tail.sizeBytes;
    tail.replace(seq, entry);
    this.#sizeBytes += tail.sizeBytes - before;
  }

  drop(room: RoomId): void {
    this.#sizeBytes -= this.of(room).sizeBytes;
    this.#tails.delete(room);
  }

  #bound(latest: RoomId): void {
    for (const room of this.#tails.keys()) {
      if (this.#sizeBytes <= this.#maxBytes) return;
      if (room !== latest && !this.#inUse.has(room)) this.drop(room);
    }
  }
}

const emptyTail = new Tail();

/** What an entry takes in memory and on its way, about. */
export function sizeOf({ content, key, name }: RoomEntry): number {
  const body = content.kind === 'message' || content.kind === 'edit' ? (content.body?.length ?? 0) : 0;
  return overheadBytes + 2 * (body + key.length + name.length);
}
