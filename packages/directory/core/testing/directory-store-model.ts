/** What a directory's disk holds, obviously: what every store is compared with, and the disk of simulated nodes. */
import type { RaftEntry, RaftSnapshot } from '@bothy/protocols';
import type { DirectoryCommand, DirectoryContent, NodeId } from '@bothy/wire';
import type { DirectorySnapshot, DirectoryWrite } from '../directory-messages.ts';

export class DirectoryStoreModel {
  #directory: { readonly id: string; readonly founders: readonly NodeId[] } | null = null;
  #yieldsTo: string | null = null;
  #term = 0;
  #votedFor: NodeId | null = null;
  #snapshot: RaftSnapshot<DirectoryContent> | null = null;
  #entries: readonly RaftEntry<DirectoryCommand>[] = [];

  write(write: DirectoryWrite): void {
    switch (write.kind) {
      case 'putDirectory':
        this.#directory = { id: write.directory, founders: write.founders };
        this.#term = 0;
        this.#votedFor = null;
        this.#snapshot = null;
        this.#entries = [];
        return;
      case 'putYield':
        this.#yieldsTo = write.to;
        return;
      case 'putVote':
        this.#term = write.term;
        this.#votedFor = write.votedFor;
        return;
      case 'putEntries': {
        const first = write.entries[0]?.index ?? Number.POSITIVE_INFINITY;
        this.#entries = [...this.#entries.filter(({ index }) => index < first), ...write.entries];
        return;
      }
      case 'putSnapshot': {
        const { snapshot, dropThrough, dropAll } = write;
        this.#snapshot = snapshot;
        this.#entries = this.#entries.filter(({ index }) => index > dropThrough && !dropAll);
        return;
      }
    }
  }

  snapshot(): DirectorySnapshot {
    const raft = {
      term: this.#term,
      votedFor: this.#votedFor,
      snapshot: this.#snapshot,
      entries: this.#entries,
    };
    return { directory: this.#directory, yieldsTo: this.#yieldsTo, raft };
  }
}
