/** What one member has made durable. A write that no member that keeps the rules would make is told to the checker. */
import type { MemberId } from '@bothy/protocols';
import type { Entry, Snapshot, Stored, Write } from './raft-words.ts';

export class RaftDisk {
  term = 0;
  votedFor: MemberId | null = null;
  snapshot: Snapshot | null = null;
  #entries: Entry[] = [];

  /** What is broken by this write, if something is. */
  write(write: Write): string | undefined {
    switch (write.kind) {
      case 'putVote':
        return this.#putVote(write.term, write.votedFor);
      case 'putEntries':
        return this.#putEntries(write.entries);
      case 'putSnapshot':
        this.snapshot = write.snapshot;
        this.#entries = write.dropAll ? [] : this.#entries.filter(({ index }) => index > write.dropThrough);
        return undefined;
    }
  }

  get stored(): Stored {
    const { term, votedFor, snapshot } = this;
    return { term, votedFor, snapshot, entries: [...this.#entries] };
  }

  get lastIndex(): number {
    return this.#entries.at(-1)?.index ?? this.snapshot?.index ?? 0;
  }

  termAt(index: number): number | undefined {
    if (this.snapshot?.index === index) return this.snapshot.term;
    const first = this.#entries[0]?.index ?? 0;
    return this.#entries[index - first]?.term;
  }

  /** Has this entry, or a state that it is part of. */
  holds(index: number, term: number): boolean {
    return index <= (this.snapshot?.index ?? 0) || this.termAt(index) === term;
  }

  #putVote(term: number, votedFor: MemberId | null): string | undefined {
    const before = `term ${this.term}, vote for ${this.votedFor}`;
    const isBack =
      term < this.term || (term === this.term && this.votedFor !== null && this.votedFor !== votedFor);
    this.term = term;
    this.votedFor = votedFor;
    return isBack ? `term ${term}, vote for ${votedFor} was written over ${before}` : undefined;
  }

  #putEntries(entries: readonly Entry[]): string | undefined {
    const [first] = entries;
    if (first === undefined) return 'no entries were written';
    if (first.index > this.lastIndex + 1) return `${first.index} was written after ${this.lastIndex}`;
    const kept = this.#entries.findIndex(({ index }) => index >= first.index);
    if (kept >= 0) this.#entries.length = kept;
    this.#entries.push(...entries);
    return undefined;
  }
}
