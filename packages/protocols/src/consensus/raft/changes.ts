/**
 * A change of who counts, in two steps (4.3 of the thesis): first both the old and the new set have to agree to
 * everything, then the new one alone. A leader finishes the change that an earlier one began.
 */
import { isJoint, membersOf, sortedIds } from './configurations.ts';
import type { MemberState } from './member-state.ts';
import { isPossibleChange } from './message-check.ts';
import type { MemberId, RaftConfiguration, RaftRefusal } from './raft-messages.ts';

export class Changes<Command, State> {
  readonly #state: MemberState<Command, State>;
  /** The first entry of this term. */
  readonly #termStart: number;
  /** Who asked for the change that is under way, if that was this leader. */
  #asked: string | undefined;
  /** The last configuration whose commit was dealt with. */
  #settledIndex = -1;

  constructor(state: MemberState<Command, State>, termStart: number) {
    this.#state = state;
    this.#termStart = termStart;
  }

  get isUnderWay(): boolean {
    const { configuration, configurations, commit } = this.#state;
    return isJoint(configuration) || configurations.latestIndex > commit;
  }

  /** The configuration to append; or nothing, when it was answered at once. */
  begin(
    id: string,
    voters: readonly MemberId[],
    learners: readonly MemberId[],
  ): RaftConfiguration | undefined {
    if (!isPossibleChange(voters, learners)) return this.#refuse(id, 'invalid');
    // Before that, two leaders might have changed one configuration into two that share nobody.
    if (this.isUnderWay || this.#state.commit < this.#termStart) return this.#refuse(id, 'busy');
    const now = this.#state.configuration;
    const wanted = { voters: sortedIds(voters), outgoing: [], learners: sortedIds(learners) };
    const isSameVoters = String(now.voters) === String(wanted.voters);
    if (isSameVoters && String(membersOf(now)) === String(membersOf(wanted))) {
      this.#succeed(id, this.#state.configurations.latestIndex);
      return undefined;
    }
    this.#asked = id;
    // Learners count for nothing: no two sets have to agree.
    return isSameVoters ? wanted : { ...wanted, outgoing: now.voters };
  }

  /**
   * More is committed. `leave`: this is to be appended next. `over`: the configuration in effect is committed, and not
   * joint. Each is said once.
   */
  committed(): { readonly leave: RaftConfiguration } | 'over' | undefined {
    const { configuration, configurations, commit } = this.#state;
    const { latestIndex } = configurations;
    if (latestIndex > commit || latestIndex === this.#settledIndex) return undefined;
    this.#settledIndex = latestIndex;
    if (isJoint(configuration)) return { leave: { ...configuration, outgoing: [] } };
    if (this.#asked !== undefined) this.#succeed(this.#asked, latestIndex);
    this.#asked = undefined;
    return 'over';
  }

  refuseAll(refusal: RaftRefusal, leader: MemberId | null): void {
    if (this.#asked !== undefined) this.#answerRefused(this.#asked, refusal, leader);
    this.#asked = undefined;
  }

  #succeed(id: string, index: number): void {
    this.#state.outputs.push({ kind: 'proposed', id, result: { ok: true, index } });
  }

  #refuse(id: string, refusal: RaftRefusal): undefined {
    this.#answerRefused(id, refusal, this.#state.leader);
  }

  #answerRefused(id: string, refusal: RaftRefusal, leader: MemberId | null): void {
    this.#state.outputs.push({ kind: 'proposed', id, result: { ok: false, refusal, leader } });
  }
}
