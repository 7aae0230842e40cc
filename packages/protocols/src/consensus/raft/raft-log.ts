/**
 * The entries that a member holds: an array, and the index before its first one. Nothing here is copied as a whole
 * but when a prefix is dropped.
 */
import type { RaftEntry } from './raft-messages.ts';

/** The term of an index that the log does not hold. */
export const unknownTerm = -1;

export class RaftLog<Command> {
  #entries: RaftEntry<Command>[] = [];
  /** The index before the first entry; its term is kept, so that the first entry can be sent. */
  #offset = 0;
  #offsetTerm = 0;

  /**
   * What is stored, above a snapshot at `index` (0 and 0 when there is none). Throws when there are gaps: our own
   * store is broken.
   */
  constructor(index: number, term: number, entries: readonly RaftEntry<Command>[]) {
    const [first] = entries;
    this.#offset = index;
    this.#offsetTerm = term;
    if (first === undefined) return;
    // The oldest one that the snapshot covers too serves for its term alone.
    const covered = first.index <= index;
    if (covered) {
      this.#offset = first.index;
      this.#offsetTerm = first.term;
    }
    this.#entries = covered ? entries.slice(1) : [...entries];
    for (const [at, entry] of this.#entries.entries()) {
      const before = this.#entries[at - 1]?.term ?? this.#offsetTerm;
      if (entry.index !== this.#offset + 1 + at || entry.term < before) {
        throw new Error(`stored entry ${entry.index} of term ${entry.term} does not follow`);
      }
    }
    if (this.lastIndex < index)
      throw new Error(`stored entries end at ${this.lastIndex}, before the snapshot`);
  }

  get offset(): number {
    return this.#offset;
  }

  get lastIndex(): number {
    return this.#offset + this.#entries.length;
  }

  get lastTerm(): number {
    return this.#entries.at(-1)?.term ?? this.#offsetTerm;
  }

  /** `unknownTerm` before the offset and after the last entry. */
  termAt(index: number): number {
    if (index === this.#offset) return this.#offsetTerm;
    return this.#entries[index - this.#offset - 1]?.term ?? unknownTerm;
  }

  entryAt(index: number): RaftEntry<Command> | undefined {
    return this.#entries[index - this.#offset - 1];
  }

  /** From `from` on, `count` at most. */
  slice(from: number, count: number): RaftEntry<Command>[] {
    const at = from - this.#offset - 1;
    return this.#entries.slice(at, at + count);
  }

  /** The next entry, whose index must be the one after the last. */
  push(entry: RaftEntry<Command>): void {
    if (entry.index !== this.lastIndex + 1) throw new Error(`entry ${entry.index} leaves a gap`);
    this.#entries.push(entry);
  }

  truncateFrom(index: number): void {
    this.#entries.length = index - this.#offset - 1;
  }

  dropThrough(index: number): void {
    this.#offsetTerm = this.termAt(index);
    this.#entries.splice(0, index - this.#offset);
    this.#offset = index;
  }

  /** Nothing but what a snapshot of this index covers. */
  reset(index: number, term: number): void {
    this.#entries = [];
    this.#offset = index;
    this.#offsetTerm = term;
  }

  /**
   * The last index at or before `index` whose term is `term` at most; the one before the offset when there is none,
   * and `index` itself before that. Terms never fall, so half of what is left is passed over at each look.
   */
  lastUpToTerm(index: number, term: number): number {
    if (index < this.#offset) return index;
    let low = this.#offset - 1;
    let high = Math.min(index, this.lastIndex);
    while (low < high) {
      const middle = low + Math.ceil((high - low) / 2);
      if (this.termAt(middle) <= term) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
