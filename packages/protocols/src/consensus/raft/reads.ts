/**
 * Linearizable reads of a leader (6.4 of the thesis). A read may be answered from the state machine once that has
 * applied all that was committed when the read came, and once it is sure that no other leader had committed more by
 * then: a majority has answered a round that began after the read came, or has promised by its last answers to elect
 * nobody else yet (6.4.1).
 */
import type { MemberState } from './member-state.ts';
import type { MemberId, RaftRefusal } from './raft-messages.ts';
import type { Replication } from './replication.ts';

interface WaitingRead {
  readonly id: string;
  /** What the state machine must have applied. */
  readonly index: number;
  /** What a majority must have answered; 0 when the lease was enough. */
  readonly round: number;
}

export class Reads<Command, State> {
  readonly #state: MemberState<Command, State>;
  readonly #replication: Replication<Command, State>;
  /** The first entry of this term: what earlier leaders committed is before it. */
  readonly #termStart: number;
  #waiting: WaitingRead[] = [];
  #agreedRound = 0;
  /** When the rounds after the agreed one began. Bounded, for a leader without answers steps down. */
  #beganMs: number[] = [];
  #leaseUntilMs = -Infinity;
  #mayLease = true;

  constructor(
    state: MemberState<Command, State>,
    replication: Replication<Command, State>,
    termStart: number,
  ) {
    this.#state = state;
    this.#replication = replication;
    this.#termStart = termStart;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get hasLease(): boolean {
    return this.#mayLease && this.#state.outputs.nowMs < this.#leaseUntilMs;
  }

  /**
   * From now on somebody may be elected in spite of the lease (3.10), and the word that allows it may arrive late: there
   * is none any more in this term.
   */
  endLease(): void {
    this.#mayLease = false;
  }

  read(id: string, mode: 'index' | 'lease'): void {
    const index = Math.max(this.#state.commit, this.#termStart);
    if (mode === 'lease' && this.hasLease) {
      this.#waiting.push({ id, index, round: 0 });
      return this.settle();
    }
    const { round } = this.#replication;
    const isUnderWay = this.#waiting.some((each) => each.round > this.#agreedRound);
    this.#waiting.push({ id, index, round: round + 1 });
    // Reads that come while a round is under way share the next one.
    if (!isUnderWay) this.beginRound();
  }

  beginRound(): void {
    this.#replication.heartbeat();
    this.#beganMs.push(this.#state.outputs.nowMs);
    this.roundAnswered();
  }

  /** A member has answered a round: has a majority now? */
  roundAnswered(): void {
    const agreed = Math.min(this.#replication.agreedRound, this.#replication.round);
    if (agreed <= this.#agreedRound) return;
    const began = this.#beganMs.splice(0, agreed - this.#agreedRound).at(-1) ?? -Infinity;
    this.#agreedRound = agreed;
    const { electionTimeoutMs, clockDrift } = this.#state.options;
    this.#leaseUntilMs = began + electionTimeoutMs / clockDrift;
    this.settle();
    const { round } = this.#replication;
    // Others came meanwhile, and their round has not begun.
    if (agreed === round && this.#waiting.some((each) => each.round > round)) this.beginRound();
  }

  /** Answers what can be answered now. */
  settle(): void {
    if (this.#waiting.length === 0) return;
    const { commit, outputs } = this.#state;
    const still: WaitingRead[] = [];
    for (const read of this.#waiting) {
      if (read.round > this.#agreedRound || read.index > commit) still.push(read);
      else outputs.push({ kind: 'readable', id: read.id, result: { ok: true, index: read.index } });
    }
    this.#waiting = still;
  }

  refuseAll(refusal: RaftRefusal, leader: MemberId | null): void {
    for (const { id } of this.#waiting) {
      this.#state.outputs.push({ kind: 'readable', id, result: { ok: false, refusal, leader } });
    }
    this.#waiting = [];
  }
}
