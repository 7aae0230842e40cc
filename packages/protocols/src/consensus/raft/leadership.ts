/**
 * One term of one leader: made when it is elected, gone when it steps down, so that nothing of it can leak into
 * another term.
 */
import { Changes } from './changes.ts';
import { isVoter } from './configurations.ts';
import type { MemberState } from './member-state.ts';
import type { Progress } from './progress.ts';
import type { EntryContent, MemberId, RaftMessage, RaftRefusal } from './raft-messages.ts';
import { Reads } from './reads.ts';
import { Replication } from './replication.ts';
import type { Transfer } from './transfer.ts';

type Appended = Extract<RaftMessage<never, never>, { kind: 'appended' }>;
type Conflict = Extract<RaftMessage<never, never>, { kind: 'conflict' }>;

export class Leadership<Command, State> {
  readonly #state: MemberState<Command, State>;
  readonly #transfer: Transfer<Command, State>;
  readonly #replication: Replication<Command, State>;
  readonly #reads: Reads<Command, State>;
  readonly #changes: Changes<Command, State>;
  /** Who asked for the entry of this index. */
  readonly #proposals = new Map<number, string>();
  #isRemoved = false;
  #isBeating = false;

  constructor(state: MemberState<Command, State>, transfer: Transfer<Command, State>) {
    const termStart = state.log.lastIndex + 1;
    this.#state = state;
    this.#transfer = transfer;
    this.#replication = new Replication(state);
    this.#reads = new Reads(state, this.#replication, termStart);
    this.#changes = new Changes(state, termStart);
  }

  /** It is not a voter of the configuration that is committed: it has to step down. */
  get isRemoved(): boolean {
    return this.#isRemoved;
  }

  /** Whether a lease read would be answered without asking anybody. */
  get hasLease(): boolean {
    return this.#replication.isAlone || this.#reads.hasLease;
  }

  progressOf(id: MemberId): Progress | undefined {
    return this.#replication.progressOf(id);
  }

  /**
   * What came before in the log counts with the first entry of this term (5.4.2 of the paper). The very first of all
   * says who founded the cluster: who joins later, and compacts, has no other way to know.
   */
  begin(): void {
    const { configuration, configurations } = this.#state;
    this.#append(
      configurations.latestIndex === 0 ? { kind: 'configuration', configuration } : { kind: 'nothing' },
    );
  }

  propose(id: string, command: Command): void {
    if (this.#transfer.isUnderWay) return this.#refuse(id, 'busy');
    if (this.#isFull) return this.#refuse(id, 'overloaded');
    this.#proposals.set(this.#state.log.lastIndex + 1, id);
    this.#append({ kind: 'command', command });
  }

  read(id: string, mode: 'index' | 'lease'): void {
    if (!this.#isFull) return this.#reads.read(id, mode);
    const { leader, outputs } = this.#state;
    outputs.push({ kind: 'readable', id, result: { ok: false, refusal: 'overloaded', leader } });
  }

  change(id: string, voters: readonly MemberId[], learners: readonly MemberId[]): void {
    if (this.#transfer.isUnderWay) return this.#refuse(id, 'busy');
    const configuration = this.#changes.begin(id, voters, learners);
    if (configuration !== undefined) this.#append({ kind: 'configuration', configuration });
  }

  transfer(id: string, to: MemberId): void {
    const { configuration, outputs } = this.#state;
    const refuse = (refusal: RaftRefusal): void => {
      outputs.push({ kind: 'transferred', id, result: { ok: false, refusal } });
    };
    if (!configuration.voters.includes(to)) return refuse('invalid');
    if (this.#transfer.isUnderWay || this.#changes.isUnderWay) return refuse('busy');
    if (to === this.#state.id) {
      outputs.push({ kind: 'transferred', id, result: { ok: true } });
      return;
    }
    this.#reads.endLease();
    this.#transfer.begin(id, to);
    this.#lookAtTarget();
  }

  /** Again, and who answers? False when no majority did within an election timeout (6.2): it may lead no more. */
  heartbeat(): boolean {
    const { outputs, options } = this.#state;
    if (outputs.nowMs - this.#replication.agreedHeardMs >= options.electionTimeoutMs) return false;
    this.#reads.beginRound();
    this.#isBeating = false;
    this.#beat();
    return true;
  }

  /** What was written here up to `index` is durable: it counts like that of the others. */
  logDurable(index: number): void {
    this.#replication.ownDurable(index);
    this.#advance();
  }

  appended(progress: Progress, { round, matchIndex }: Appended): void {
    if (matchIndex > this.#state.log.lastIndex || !this.#heard(progress, round)) return;
    const before = progress.match;
    this.#replication.appended(progress, matchIndex);
    if (progress.match > before) this.#advance();
    this.#replication.bringUpToDate(progress);
    if (progress.id === this.#transfer.target) this.#lookAtTarget();
  }

  conflict(progress: Progress, conflict: Conflict): void {
    if (!this.#heard(progress, conflict.round)) return;
    this.#replication.conflict(progress, conflict);
    this.#replication.sendEntries(progress);
  }

  /** It ends. What waits is refused: whether it will be committed is for the next leader to say. */
  end(leader: MemberId | null): void {
    for (const id of this.#proposals.values()) this.#answerRefused(id, 'leadershipLost', leader);
    this.#changes.refuseAll('leadershipLost', leader);
    this.#reads.refuseAll('leadershipLost', leader);
    this.#state.outputs.push({ kind: 'clearTimer', key: 'heartbeat' });
  }

  /** The voter that has most of the log is told to take over, for this one will not answer again (4.2.2). */
  appointSuccessor(): void {
    const { configuration, term, outputs } = this.#state;
    let best: Progress | undefined;
    for (const progress of this.#replication.others) {
      if (!configuration.voters.includes(progress.id)) continue;
      if (best === undefined || progress.match > best.match) best = progress;
    }
    if (best !== undefined) outputs.sendEarly(best.id, { kind: 'timeoutNow', term });
  }

  get #isFull(): boolean {
    return this.#proposals.size + this.#reads.waiting >= this.#state.options.maxWaiting;
  }

  #heard(progress: Progress, round: number): boolean {
    const before = progress.round;
    if (!this.#replication.heard(progress, round)) return false;
    if (progress.round > before) this.#reads.roundAnswered();
    return true;
  }

  #append(content: EntryContent<Command>): void {
    const index = this.#state.append(content);
    if (content.kind === 'configuration') this.#replication.membersChanged(index);
    this.#replication.sendEntriesToAll();
    this.#beat();
  }

  /** Only entries of its own term are counted; those before them come along (5.4.2 of the paper). */
  #advance(): void {
    const state = this.#state;
    const before = state.commit;
    const index = this.#replication.agreedIndex;
    if (index <= before || state.log.termAt(index) !== state.term) return;
    state.commitTo(index);
    for (let each = before + 1; each <= index && this.#proposals.size > 0; each++) {
      const id = this.#proposals.get(each);
      if (id === undefined) continue;
      this.#proposals.delete(each);
      state.outputs.push({ kind: 'proposed', id, result: { ok: true, index: each } });
    }
    this.#reads.settle();
    const changed = this.#changes.committed();
    if (changed !== undefined && changed !== 'over') {
      const index = state.append({ kind: 'configuration', configuration: changed.leave });
      this.#replication.membersChanged(index);
    }
    this.#replication.bringAllUpToDate();
    if (changed !== 'over') return;
    // Those who are left out have just been told.
    this.#replication.dropLeft();
    this.#isRemoved = !isVoter(state.configuration, state.id);
  }

  #lookAtTarget(): void {
    const target = this.#replication.progressOf(this.#transfer.target ?? '');
    if (target?.match === this.#state.log.lastIndex) this.#transfer.caughtUp();
  }

  /** Who is alone has nobody to hear its heart: a node by itself costs nothing while nothing happens. */
  #beat(): void {
    if (this.#isBeating || this.#replication.isAlone) return;
    this.#isBeating = true;
    this.#state.outputs.push({
      kind: 'setTimer',
      key: 'heartbeat',
      afterMs: this.#state.options.heartbeatMs,
    });
  }

  #refuse(id: string, refusal: RaftRefusal): void {
    this.#answerRefused(id, refusal, this.#state.leader);
  }

  #answerRefused(id: string, refusal: RaftRefusal, leader: MemberId | null): void {
    this.#state.outputs.push({ kind: 'proposed', id, result: { ok: false, refusal, leader } });
  }
}
