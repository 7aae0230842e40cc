/**
 * How a member becomes leader, and whom it votes for (section 5.2 and 5.4.1 of the paper; 9.6 and 4.2.3 of the thesis).
 *
 *   follower ──silence──▶ preCandidate ──a majority would──▶ candidate ──a majority did──▶ leader
 *       ▲ ◀──refused, a leader is heard────┘ ◀──silence──────────┘│
 *       └────────refused, a leader is heard, a later term─────────┘
 */
import type { Random } from '../../random.ts';
import type { MemberState } from './member-state.ts';
import { maxCount } from './message-check.ts';
import { tally } from './quorum.ts';
import type { MemberId, RaftMessage } from './raft-messages.ts';
import { learnerRounds } from './replication.ts';

type RequestVote = Extract<RaftMessage<never, never>, { kind: 'requestVote' }>;
type Vote = Extract<RaftMessage<never, never>, { kind: 'vote' }>;

export class Elections<Command, State> {
  readonly #state: MemberState<Command, State>;
  readonly #random: Random;
  readonly #votes = new Map<MemberId, boolean>();
  /** When a leader was heard last. Until `electionTimeoutMs` later nobody else gets a vote. */
  #heardMs = -Infinity;
  /** A leader was heard, or a vote was given: silence counts from here. */
  #quietSinceMs = 0;
  /** How much silence is too much. */
  #patienceMs = 0;

  constructor(state: MemberState<Command, State>, random: Random) {
    this.#state = state;
    this.#random = random;
  }

  /** True when this member alone is the majority, and needs not wait. */
  start(): boolean {
    const { term, outputs, configuration, id } = this.#state;
    // It may have heard a leader just before it crashed, whose lease counts on that.
    if (term > 0) this.#heardMs = outputs.nowMs;
    this.wait();
    return tally(configuration, new Map([[id, true]])) === 'won';
  }

  /** Silence counts from now, and not as long as for others. */
  wait(): void {
    const { outputs, options } = this.#state;
    this.#quietSinceMs = outputs.nowMs;
    this.#patienceMs = options.electionTimeoutMs * (1 + this.#random.next());
    outputs.push({ kind: 'setTimer', key: 'election', afterMs: this.#patienceMs });
  }

  /** The timer stays as it is, and looks at this when it fires: a heartbeat sets none. */
  heardLeader(): void {
    this.#heardMs = this.#state.outputs.nowMs;
    this.#quietSinceMs = this.#heardMs;
  }

  /** A leader was heard so lately that its lease may run, or this member leads. */
  get followsLiveLeader(): boolean {
    const { role, outputs, options } = this.#state;
    return role === 'leader' || outputs.nowMs - this.#heardMs < options.electionTimeoutMs;
  }

  timerFired(): void {
    const { outputs, mayLead } = this.#state;
    const patienceMs = this.#patienceMs * (mayLead ? 1 : learnerRounds);
    const leftMs = this.#quietSinceMs + patienceMs - outputs.nowMs;
    // A learner looks as often as a voter: it may have become one.
    if (leftMs > 0) {
      outputs.push({ kind: 'setTimer', key: 'election', afterMs: Math.min(leftMs, this.#patienceMs) });
    } else if (mayLead) this.askAround();
    else {
      this.#state.leader = null;
      this.wait();
    }
  }

  /** Would the others vote for this member? Its term does not rise before a majority would (9.6). */
  askAround(): void {
    const state = this.#state;
    if (state.term + 1 >= maxCount) return this.wait();
    state.role = 'preCandidate';
    state.leader = null;
    this.wait();
    this.#votes.clear();
    this.#votes.set(state.id, true);
    this.#ask(state.term + 1, true, false);
    this.#count();
  }

  /** `transfer`: the leader said so, and its lease is over. */
  campaign(transfer: boolean): void {
    const state = this.#state;
    if (state.term + 1 >= maxCount) return this.wait();
    state.role = 'candidate';
    state.leader = null;
    state.vote(state.term + 1, state.id);
    this.wait();
    // Its own vote counts once it is durable, see `voteDurable`.
    this.#votes.clear();
    this.#ask(state.term, false, transfer);
  }

  requested(from: MemberId, request: RequestVote): void {
    const { term, pre, transfer } = request;
    // It tells us nothing new if we do not answer, and takes a leader from nobody if we do not vote (4.2.3).
    if (this.followsLiveLeader && !transfer && term >= this.#state.term) return;
    const granted = this.#mayVote(from, request);
    if (granted && !pre) {
      this.#state.vote(term, from);
      this.#quietSinceMs = this.#state.outputs.nowMs;
    }
    const said = granted && pre ? term : this.#state.term;
    this.#state.outputs.send(from, { kind: 'vote', term: said, pre, granted });
  }

  /** True when it made this member the winner. */
  voted(from: MemberId, { term, pre, granted }: Vote): boolean {
    const state = this.#state;
    const isAnswer = pre
      ? state.role === 'preCandidate' && (!granted || term === state.term + 1)
      : state.role === 'candidate';
    if (!isAnswer) return false;
    this.#votes.set(from, granted);
    return this.#count();
  }

  /** The vote for itself in this term cannot be forgotten any more. True when it made this member the winner. */
  voteDurable(): boolean {
    const state = this.#state;
    if (state.role !== 'candidate' || state.durableTerm !== state.term) return false;
    this.#votes.set(state.id, true);
    return this.#count();
  }

  #count(): boolean {
    const state = this.#state;
    const outcome = tally(state.configuration, this.#votes);
    if (outcome === 'lost') state.role = 'follower';
    if (outcome !== 'won') return false;
    // Whatever the others say, what it sends as a leader rests on its own vote.
    if (state.role === 'candidate') return this.#votes.get(state.id) === true;
    this.campaign(false);
    return false;
  }

  #mayVote(from: MemberId, { term, pre, lastIndex, lastTerm }: RequestVote): boolean {
    const { term: ourTerm, votedFor, log } = this.#state;
    if (term < ourTerm) return false;
    const isFree = term > ourTerm ? pre : votedFor === from || votedFor === null;
    return isFree && (lastTerm > log.lastTerm || (lastTerm === log.lastTerm && lastIndex >= log.lastIndex));
  }

  #ask(term: number, pre: boolean, transfer: boolean): void {
    const { id, configuration, log, outputs } = this.#state;
    const { lastIndex, lastTerm } = log;
    const others = new Set([...configuration.voters, ...configuration.outgoing]);
    others.delete(id);
    for (const to of others) {
      outputs.send(to, { kind: 'requestVote', term, pre, transfer, lastIndex, lastTerm });
    }
  }
}
