/** Who counts, and since which entry: a configuration holds from the moment it is in the log (4.1), until it is cut off. */
import type { MemberId, RaftConfiguration } from './raft-messages.ts';

/** Sorted, each once. */
export function sortedIds(ids: Iterable<MemberId>): readonly MemberId[] {
  return [...new Set(ids)].sort();
}

/** Who is in it in any way. */
export function membersOf({ voters, outgoing, learners }: RaftConfiguration): readonly MemberId[] {
  return sortedIds([...voters, ...outgoing, ...learners]);
}

/** Whether its vote counts, in either set of a joint configuration. */
export function isVoter({ voters, outgoing }: RaftConfiguration, id: MemberId): boolean {
  return voters.includes(id) || outgoing.includes(id);
}

export function isJoint({ outgoing }: RaftConfiguration): boolean {
  return outgoing.length > 0;
}

interface Since {
  readonly index: number;
  readonly configuration: RaftConfiguration;
}

export class Configurations {
  /** The oldest first; never empty, and the first one is committed. */
  #since: Since[];
  #latest: Since;

  constructor(index: number, configuration: RaftConfiguration) {
    this.#latest = { index, configuration };
    this.#since = [this.#latest];
  }

  get latest(): RaftConfiguration {
    return this.#latest.configuration;
  }

  get latestIndex(): number {
    return this.#latest.index;
  }

  /** The one that held when the entry of this index was the last. */
  at(index: number): RaftConfiguration {
    return this.#find(index).configuration;
  }

  added(index: number, configuration: RaftConfiguration): void {
    this.#latest = { index, configuration };
    this.#since.push(this.#latest);
  }

  truncatedFrom(index: number): void {
    if (this.#latest.index < index) return;
    this.#latest = this.#find(index - 1);
    this.#since = this.#since.filter((each) => each.index < index);
  }

  /** Earlier ones than that of `index` are not asked for any more. */
  compactedTo(index: number): void {
    const first = this.#find(index);
    this.#since = this.#since.filter((each) => each.index >= first.index);
  }

  reset(index: number, configuration: RaftConfiguration): void {
    this.#latest = { index, configuration };
    this.#since = [this.#latest];
  }

  #find(index: number): Since {
    const found = this.#since.findLast((each) => each.index <= index);
    if (found === undefined) throw new Error(`no configuration is known as of ${index}`);
    return found;
  }
}
