/** How a member takes what its leader sends (section 5.3 of the paper, chapter 5 of the thesis). */
import type { MemberState } from './member-state.ts';
import type { MemberId, RaftMessage } from './raft-messages.ts';

type Append<Command> = Extract<RaftMessage<Command, never>, { kind: 'append' }>;
type Snapshot<State> = Extract<RaftMessage<never, State>, { kind: 'snapshot' }>;

export class Followership<Command, State> {
  readonly #state: MemberState<Command, State>;

  constructor(state: MemberState<Command, State>) {
    this.#state = state;
  }

  append(from: MemberId, { round, previousIndex, previousTerm, entries, commit }: Append<Command>): void {
    const state = this.#state;
    const { log } = state;
    // What the snapshot covers is committed, so the leader has it too: it may go on from there.
    if (previousIndex < log.offset) return this.#appended(from, round, state.commit);
    if (log.termAt(previousIndex) !== previousTerm) {
      return this.#conflict(from, round, previousIndex, previousTerm);
    }
    if (!state.accept(entries)) return;
    const matchIndex = previousIndex + entries.length;
    // Beyond `matchIndex` may be entries of an earlier leader, which `commit` does not speak of.
    state.commitTo(Math.min(commit, matchIndex));
    if (entries.length > 0 || state.term !== state.durableTerm) this.#appended(from, round, matchIndex);
    else this.#alive(from, round, Math.min(matchIndex, state.durableIndex));
  }

  snapshot(from: MemberId, { round, snapshot }: Snapshot<State>): void {
    const state = this.#state;
    const { index, term } = snapshot;
    if (index <= state.commit) return this.#appended(from, round, state.commit);
    // The same term at the same index: everything up to there is the same (5.3: log matching), and nothing is missing.
    if (state.log.termAt(index) === term) state.commitTo(index);
    else state.install(snapshot);
    this.#appended(from, round, index);
  }

  /** To a leader of an earlier term, which has to learn of this one. */
  outdated(from: MemberId, round: number): void {
    const { log } = this.#state;
    this.#conflict(from, round, log.lastIndex, log.lastTerm);
  }

  #appended(to: MemberId, round: number, matchIndex: number): void {
    const { term, outputs } = this.#state;
    outputs.send(to, { kind: 'appended', term, round, matchIndex });
  }

  /** A heartbeat's answer does not wait for a slow disk: it claims no more than what is durable already. */
  #alive(to: MemberId, round: number, matchIndex: number): void {
    const { term, outputs } = this.#state;
    outputs.sendEarly(to, { kind: 'appended', term, round, matchIndex });
  }

  /**
   * The hint is the last entry that may agree: entries of a later term than the leader's at `previousIndex` cannot be
   * in its log before that.
   */
  #conflict(to: MemberId, round: number, previousIndex: number, previousTerm: number): void {
    const { term, log, outputs } = this.#state;
    const hintIndex = Math.max(log.offset, log.lastUpToTerm(previousIndex, previousTerm));
    const hintTerm = log.termAt(hintIndex);
    outputs.send(to, { kind: 'conflict', term, round, previousIndex, hintIndex, hintTerm });
  }
}
