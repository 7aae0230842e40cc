/**
 * What a member knows whatever its role: term, vote, log, snapshot, who counts, what is committed. Changes of what has
 * to survive a crash are gathered and written once, at the end of the step.
 */
import type { Persist } from '../../core.ts';
import { Configurations, isVoter, sortedIds } from './configurations.ts';
import { RaftLog, unknownTerm } from './raft-log.ts';
import type {
  EntryContent,
  MemberId,
  RaftConfiguration,
  RaftEntry,
  RaftOptions,
  RaftRole,
  RaftSnapshot,
  RaftStored,
  RaftWrite,
} from './raft-messages.ts';
import type { StepOutputs } from './step-outputs.ts';

export class MemberState<Command, State> {
  readonly options: RaftOptions;
  readonly outputs: StepOutputs<Command, State>;
  readonly log: RaftLog<Command>;
  readonly configurations: Configurations;
  role: RaftRole = 'follower';
  leader: MemberId | null = null;
  #term: number;
  #votedFor: MemberId | null;
  #snapshot: RaftSnapshot<State> | null;
  #commit: number;
  #writes: RaftWrite<Command, State>[] = [];
  #voteChanged = false;
  /** What is being written, the oldest first. */
  #unsynced: { readonly token: string; readonly term: number; lastIndex: number }[] = [];
  #tokens = 0;
  #durableTerm: number;
  /** Up to here the log that is held now is on disk. */
  #durableIndex: number;
  /** Entries from here on are not in a write yet. */
  #unwrittenFrom: number;

  constructor(
    options: RaftOptions,
    stored: RaftStored<Command, State>,
    outputs: StepOutputs<Command, State>,
  ) {
    const { snapshot } = stored;
    this.options = options;
    this.outputs = outputs;
    this.#term = stored.term;
    this.#votedFor = stored.votedFor;
    this.#snapshot = snapshot;
    this.#commit = snapshot?.index ?? 0;
    this.log = new RaftLog(this.#commit, snapshot?.term ?? 0, stored.entries);
    if (this.log.lastTerm > stored.term) throw new Error('a stored entry is of a later term than is stored');
    const founding = { voters: sortedIds(options.founders), outgoing: [], learners: [] };
    this.configurations = new Configurations(this.#commit, snapshot?.configuration ?? founding);
    for (const { index, content } of stored.entries) {
      if (content.kind === 'configuration' && index > this.#commit) {
        this.configurations.added(index, content.configuration);
      }
    }
    this.#durableTerm = stored.term;
    this.#durableIndex = this.log.lastIndex;
    this.#unwrittenFrom = this.log.lastIndex + 1;
  }

  get id(): MemberId {
    return this.options.id;
  }

  get term(): number {
    return this.#term;
  }

  get votedFor(): MemberId | null {
    return this.#votedFor;
  }

  get snapshot(): RaftSnapshot<State> | null {
    return this.#snapshot;
  }

  get commit(): number {
    return this.#commit;
  }

  /** Of the term and the vote in it; less than `term` while that is being written. */
  get durableTerm(): number {
    return this.#durableTerm;
  }

  get durableIndex(): number {
    return this.#durableIndex;
  }

  get configuration(): RaftConfiguration {
    return this.configurations.latest;
  }

  /**
   * Whether it may ask for votes. Who is left out by a configuration that may not be committed yet must go on asking, for
   * it may be the only one that has it; it does not count itself (4.2.2).
   */
  get mayLead(): boolean {
    const { latest, latestIndex } = this.configurations;
    if (isVoter(latest, this.id)) return true;
    return latestIndex > this.#commit && isVoter(this.configurations.at(latestIndex - 1), this.id);
  }

  /** A later term, or the vote in this one. */
  vote(term: number, votedFor: MemberId | null): void {
    this.#term = term;
    this.#votedFor = votedFor;
    this.#voteChanged = true;
  }

  /** As a leader. Gives the entry's index. */
  append(content: EntryContent<Command>): number {
    const index = this.log.lastIndex + 1;
    this.#add({ index, term: this.#term, content });
    return index;
  }

  /**
   * As a follower: what is new of entries that follow one we have. What contradicts them is cut off; false when that
   * would be something committed, which nobody who keeps the rules can ask for.
   */
  accept(entries: readonly RaftEntry<Command>[]): boolean {
    for (const [at, entry] of entries.entries()) {
      const term = this.log.termAt(entry.index);
      if (term === entry.term) continue;
      if (entry.index <= this.#commit) return false;
      if (term !== unknownTerm) this.#truncateFrom(entry.index);
      for (const each of at === 0 ? entries : entries.slice(at)) this.#add(each);
      return true;
    }
    return true;
  }

  /** Carries out what is committed now, and not before. */
  commitTo(index: number): void {
    if (index <= this.#commit) return;
    if (index > this.log.lastIndex) throw new Error(`entry ${index} is committed, and not in the log`);
    const commands = this.log
      .slice(this.#commit + 1, index - this.#commit)
      .filter(({ content }) => content.kind === 'command');
    this.#commit = index;
    if (commands.length > 0) this.outputs.push({ kind: 'apply', entries: commands });
  }

  /**
   * The host's state as of `index` stands for what came up to there. As many entries as fit in a message stay, for a
   * follower that is just behind. An `index` that is covered already changes nothing; one that is not applied throws.
   */
  compact(index: number, state: State): void {
    if (!Number.isSafeInteger(index) || index > this.#commit) {
      throw new Error(`cannot compact to ${index}, for ${this.#commit} was applied last`);
    }
    if (index <= (this.#snapshot?.index ?? 0)) return;
    const term = this.log.termAt(index);
    const snapshot = { index, term, configuration: this.configurations.at(index), state };
    this.#snapshot = snapshot;
    this.configurations.compactedTo(index);
    const dropThrough = Math.max(this.log.offset, index - this.options.maxEntriesPerMessage);
    this.log.dropThrough(dropThrough);
    // What is stored at `dropThrough` is kept there, for its term.
    const write = {
      kind: 'putSnapshot',
      snapshot,
      dropThrough: Math.max(0, dropThrough - 1),
      dropAll: false,
    } as const;
    this.#writes.push(write);
  }

  /** A leader's snapshot replaces everything. */
  install(snapshot: RaftSnapshot<State>): void {
    const { index, term, configuration } = snapshot;
    this.#snapshot = snapshot;
    this.#commit = index;
    this.log.reset(index, term);
    this.configurations.reset(index, configuration);
    this.#unwrittenFrom = index + 1;
    this.#onlyUpTo(0);
    this.#writes.push({ kind: 'putSnapshot', snapshot, dropThrough: index, dropAll: true });
    this.outputs.push({ kind: 'install', snapshot });
  }

  /** What this step has to write, if anything. */
  takePersist(): Persist<RaftWrite<Command, State>> | undefined {
    const hasEntries = this.#unwrittenFrom <= this.log.lastIndex;
    if (!this.#voteChanged && !hasEntries && this.#writes.length === 0) return undefined;
    const writes: RaftWrite<Command, State>[] = [];
    if (this.#voteChanged) writes.push({ kind: 'putVote', term: this.#term, votedFor: this.#votedFor });
    writes.push(...this.#writes);
    if (hasEntries) {
      writes.push({ kind: 'putEntries', entries: this.log.slice(this.#unwrittenFrom, Infinity) });
    }
    this.#writes = [];
    this.#voteChanged = false;
    this.#unwrittenFrom = this.log.lastIndex + 1;
    this.#tokens += 1;
    const token = String(this.#tokens);
    this.#unsynced.push({ token, term: this.#term, lastIndex: this.log.lastIndex });
    return { kind: 'persist', writes, token };
  }

  /** What was written with this token is on disk, and all that was written before it. */
  written(token: string): void {
    const at = this.#unsynced.findIndex((each) => each.token === token);
    const write = this.#unsynced[at];
    if (write === undefined) return;
    this.#unsynced.splice(0, at + 1);
    this.#durableTerm = write.term;
    if (write.lastIndex > this.#durableIndex) this.#durableIndex = write.lastIndex;
  }

  #add(entry: RaftEntry<Command>): void {
    this.log.push(entry);
    if (entry.content.kind === 'configuration') {
      this.configurations.added(entry.index, entry.content.configuration);
    }
  }

  #truncateFrom(index: number): void {
    this.log.truncateFrom(index);
    this.configurations.truncatedFrom(index);
    if (index < this.#unwrittenFrom) this.#unwrittenFrom = index;
    this.#onlyUpTo(index - 1);
  }

  /** Entries after this one are others now than what is, or is being, written. */
  #onlyUpTo(index: number): void {
    this.#durableIndex = Math.min(this.#durableIndex, index);
    for (const write of this.#unsynced) write.lastIndex = Math.min(write.lastIndex, index);
  }
}
