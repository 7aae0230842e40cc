/** What a leader sends to whom, and what it concludes from the answers (5.3 of the paper; 10.2.1 of the thesis). */
import { isJoint, membersOf } from './configurations.ts';
import type { MemberState } from './member-state.ts';
import { Progress } from './progress.ts';
import { agreed } from './quorum.ts';
import { unknownTerm } from './raft-log.ts';
import type { MemberId, RaftEntry, RaftMessage } from './raft-messages.ts';

/**
 * Learners hear one round in so many: their answers count for nothing, and there may be more of them than voters (ours).
 */
export const learnerRounds = 10;

type Conflict = Extract<RaftMessage<never, never>, { kind: 'conflict' }>;

export class Replication<Command, State> {
  readonly #state: MemberState<Command, State>;
  /** Itself: what is durable here. */
  readonly #own: Progress;
  readonly #others = new Map<MemberId, Progress>();
  /** Who counts: one set, or two while a change is joint. */
  #sets: readonly (readonly Progress[])[] = [];
  /** Goes with everything that is sent, and comes back. */
  #round = 0;

  constructor(state: MemberState<Command, State>) {
    this.#state = state;
    this.#own = new Progress(state.id, 0, Infinity);
    this.membersChanged(state.log.lastIndex + 1);
  }

  /** Nobody else is there to be told anything. */
  get isAlone(): boolean {
    return this.#others.size === 0;
  }

  get round(): number {
    return this.#round;
  }

  /** How far a majority has what this leader has. */
  get agreedIndex(): number {
    return agreed(this.#sets, (each) => each.match);
  }

  /** The greatest round that a majority has answered. */
  get agreedRound(): number {
    return agreed(this.#sets, (each) => each.round);
  }

  /** A majority has answered since then. */
  get agreedHeardMs(): number {
    return agreed(this.#sets, (each) => each.heardMs);
  }

  progressOf(id: MemberId): Progress | undefined {
    return this.#others.get(id);
  }

  get others(): IterableIterator<Progress> {
    return this.#others.values();
  }

  /**
   * Another configuration is in effect. Who is new is sent entries from `next` on, if it has what is before. Who is not
   * in it any more is sent entries until it is committed.
   */
  membersChanged(next: number): void {
    const { configuration, id, outputs } = this.#state;
    for (const member of membersOf(configuration)) {
      if (member === id || this.#others.has(member)) continue;
      this.#others.set(member, new Progress(member, next, outputs.nowMs));
    }
    const progressOf = (member: MemberId): Progress[] => {
      const progress = member === id ? this.#own : this.#others.get(member);
      return progress === undefined ? [] : [progress];
    };
    const { voters, outgoing } = configuration;
    this.#sets = [voters, ...(isJoint(configuration) ? [outgoing] : [])].map((set) =>
      set.flatMap(progressOf),
    );
  }

  /** The configuration is committed: who is not in it is sent nothing more. */
  dropLeft(): void {
    const members = new Set(membersOf(this.#state.configuration));
    for (const id of this.#others.keys()) if (!members.has(id)) this.#others.delete(id);
  }

  ownDurable(index: number): void {
    this.#own.acknowledged(index);
  }

  /** Entries that they lack, to all that can take some now. */
  sendEntriesToAll(): void {
    for (const progress of this.#others.values()) this.sendEntries(progress);
  }

  sendEntries(progress: Progress): void {
    const { log, options } = this.#state;
    while (progress.next <= log.lastIndex && progress.maySend(options.maxInFlight)) {
      if (log.termAt(progress.next - 1) === unknownTerm) return this.#sendSnapshot(progress);
      const entries = log.slice(progress.next, options.maxEntriesPerMessage);
      const last = progress.next - 1 + entries.length;
      this.#sendAppend(progress, progress.next - 1, entries);
      progress.sent(last);
    }
  }

  /** Entries that it lacks; and how far is committed, if no entries said it. Who is probed hears it when it fits. */
  bringUpToDate(progress: Progress): void {
    this.sendEntries(progress);
    if (progress.state === 'replicate' && progress.told < this.#state.commit) {
      this.#sendAppend(progress, progress.next - 1, []);
    }
  }

  bringAllUpToDate(): void {
    for (const progress of this.#others.values()) this.bringUpToDate(progress);
  }

  /** A new round, said to all who count; what fits or not at the other end tells what was lost, too. */
  heartbeat(): number {
    const { log } = this.#state;
    this.#round += 1;
    this.#own.round = this.#round;
    for (const progress of this.#others.values()) {
      if (this.#round % learnerRounds !== 0 && this.#isLearnerThatLacksNothing(progress)) continue;
      const isHeld = log.termAt(progress.next - 1) !== unknownTerm;
      if (isHeld) this.#sendAppend(progress, progress.next - 1, []);
      // What it was waited for was dropped since: no answer of it could be understood.
      else if (progress.state !== 'snapshot') this.#sendSnapshot(progress);
      else this.#sendAppend(progress, log.offset, []);
    }
    return this.#round;
  }

  /** An answer came. False when it says what cannot be. */
  heard(progress: Progress, round: number): boolean {
    if (round > this.#round) return false;
    progress.heardMs = this.#state.outputs.nowMs;
    if (round > progress.round) progress.round = round;
    return true;
  }

  appended(progress: Progress, matchIndex: number): void {
    progress.acknowledged(matchIndex);
    if (progress.state === 'probe') progress.toReplicate();
    // Whatever it has it from: the entry after that can be sent.
    if (progress.state === 'snapshot' && this.#state.log.termAt(progress.match) !== unknownTerm) {
      progress.toReplicate();
    }
  }

  conflict(progress: Progress, { round, previousIndex, hintIndex, hintTerm }: Conflict): void {
    const { log, outputs, options } = this.#state;
    // An answer to something older than what it has acknowledged since.
    if (previousIndex <= progress.match) return;
    const hint = log.lastUpToTerm(Math.min(hintIndex, previousIndex - 1), hintTerm) + 1;
    switch (progress.state) {
      case 'probe':
        if (previousIndex !== progress.next - 1) return;
        return progress.toProbe(hint);
      case 'replicate':
        // Something was lost on the way. What is acknowledged is sure.
        return progress.toProbe(progress.match + 1);
      case 'snapshot':
        // It may be under way still, and it is the largest of all messages: not again at every heartbeat, and not for
        // an answer to what was sent before it.
        if (round <= progress.snapshotRound) return;
        if (outputs.nowMs - progress.snapshotMs >= options.electionTimeoutMs) progress.toProbe(hint);
    }
  }

  #isLearnerThatLacksNothing({ id, state, match, told }: Progress): boolean {
    const { configuration, log, commit } = this.#state;
    const isUpToDate = state === 'replicate' && match === log.lastIndex && told === commit;
    return isUpToDate && !configuration.voters.includes(id) && !configuration.outgoing.includes(id);
  }

  #sendAppend(progress: Progress, previousIndex: number, entries: readonly RaftEntry<Command>[]): void {
    const { term, log, commit, outputs } = this.#state;
    if (progress.state === 'replicate') progress.told = commit;
    outputs.sendEarly(progress.id, {
      kind: 'append',
      term,
      round: this.#round,
      previousIndex,
      previousTerm: log.termAt(previousIndex),
      entries,
      commit,
    });
  }

  #sendSnapshot(progress: Progress): void {
    const { term, snapshot, outputs } = this.#state;
    if (snapshot === null) throw new Error('entries were dropped without a snapshot');
    progress.toSnapshot(snapshot.index, outputs.nowMs, this.#round);
    outputs.sendEarly(progress.id, { kind: 'snapshot', term, round: this.#round, snapshot });
  }
}
