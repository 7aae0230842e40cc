/**
 * One member of a replicated log (Ongaro, Ousterhout: "In Search of an Understandable Consensus Algorithm", USENIX ATC
 * 2014; Ongaro: "Consensus: Bridging Theory and Practice", Stanford 2014). Rules RF1… in SPEC.md.
 *
 *   inputs ─▶ RaftMember ─┬─▶ Elections      who leads
 *                         ├─▶ Followership   takes what the leader sends
 *                         ├─▶ Leadership     of one term: Replication, Reads, Changes, and what waits for a commit
 *                         └─▶ Transfer       outlives a leadership
 *                 all on MemberState: term, vote, log, snapshot, who counts, what is committed
 *
 * The host keeps the state machine, and gives each member what its own writes have made durable.
 */
import type { Core, Now } from '../../core.ts';
import type { Random } from '../../random.ts';
import { isVoter } from './configurations.ts';
import { Elections } from './elections.ts';
import { Followership } from './followership.ts';
import { Leadership } from './leadership.ts';
import { MemberState } from './member-state.ts';
import { isPossible } from './message-check.ts';
import type { Progress } from './progress.ts';
import { unknownTerm } from './raft-log.ts';
import type {
  MemberId,
  RaftConfiguration,
  RaftEntry,
  RaftInput,
  RaftMessage,
  RaftOptions,
  RaftOutput,
  RaftRole,
  RaftSnapshot,
  RaftStored,
} from './raft-messages.ts';
import { expectRaftOptions } from './raft-options.ts';
import { refuseRequest, requestOf } from './requests.ts';
import { StepOutputs } from './step-outputs.ts';
import { Transfer } from './transfer.ts';

type Message<Command, State, Kind> = Extract<RaftMessage<Command, State>, { kind: Kind }>;

export class RaftMember<Command, State>
  implements Core<RaftInput<Command, State>, RaftOutput<Command, State>>
{
  readonly #outputs = new StepOutputs<Command, State>();
  readonly #state: MemberState<Command, State>;
  readonly #elections: Elections<Command, State>;
  readonly #followership: Followership<Command, State>;
  readonly #transfer: Transfer<Command, State>;
  #leadership: Leadership<Command, State> | undefined;
  #said:
    | { role: RaftRole; term: number; leader: MemberId | null; configuration: RaftConfiguration }
    | undefined;

  /** Throws a RangeError for options that cannot be, and an Error when what is stored contradicts itself. */
  constructor(options: RaftOptions, stored: RaftStored<Command, State>, random: Random) {
    expectRaftOptions(options);
    this.#state = new MemberState(options, stored, this.#outputs);
    this.#elections = new Elections(this.#state, random);
    this.#followership = new Followership(this.#state);
    this.#transfer = new Transfer(this.#state);
  }

  get id(): MemberId {
    return this.#state.id;
  }

  get role(): RaftRole {
    return this.#state.role;
  }

  get term(): number {
    return this.#state.term;
  }

  get votedFor(): MemberId | null {
    return this.#state.votedFor;
  }

  /** Null while none is known. */
  get leader(): MemberId | null {
    return this.#state.leader;
  }

  /** In effect, whether it is committed or not. */
  get configuration(): RaftConfiguration {
    return this.#state.configuration;
  }

  get commit(): number {
    return this.#state.commit;
  }

  /** Given out by `apply` or `install`. Those may be held back still: for `compact` the host counts what it applied. */
  get applied(): number {
    return this.#state.commit;
  }

  get snapshot(): RaftSnapshot<State> | null {
    return this.#state.snapshot;
  }

  /** The first entry that is held, or would be. */
  get firstIndex(): number {
    return this.#state.log.offset + 1;
  }

  get lastIndex(): number {
    return this.#state.log.lastIndex;
  }

  entryAt(index: number): RaftEntry<Command> | undefined {
    return this.#state.log.entryAt(index);
  }

  /** Undefined for what is not held, but for the index just before `firstIndex`. */
  termAt(index: number): number | undefined {
    const term = this.#state.log.termAt(index);
    return term === unknownTerm ? undefined : term;
  }

  /** What this leader knows of another member; undefined when it does not lead, or does not replicate to it. */
  progressOf(id: MemberId): Pick<Progress, 'state' | 'match' | 'next'> | undefined {
    return this.#leadership?.progressOf(id);
  }

  /** Whether a `lease` read would be answered now without asking anybody. */
  hasLease(monoMs: number): boolean {
    this.#outputs.nowMs = monoMs;
    return this.#leadership?.hasLease ?? false;
  }

  step(input: RaftInput<Command, State>, now: Now): readonly RaftOutput<Command, State>[] {
    this.#outputs.nowMs = now.monoMs;
    switch (input.kind) {
      case 'start':
        this.#start();
        break;
      case 'message':
        this.#received(input.from, input.message);
        break;
      case 'timer':
        this.#timerFired(input.key);
        break;
      case 'durable':
        this.#durable(input.token);
        break;
      case 'compact':
        this.#state.compact(input.index, input.state);
        break;
      default:
        if (this.#leadership === undefined) refuseRequest(this.#state, input);
        else requestOf(this.#leadership, input);
    }
    if (this.#leadership?.isRemoved === true) this.#retire();
    return this.#finish();
  }

  #start(): void {
    const { snapshot } = this.#state;
    if (snapshot !== null) this.#outputs.push({ kind: 'install', snapshot });
    if (this.#elections.start()) this.#elections.askAround();
  }

  #finish(): readonly RaftOutput<Command, State>[] {
    const { role, term, leader, configuration } = this.#state;
    const said = this.#said;
    if (
      said === undefined ||
      said.role !== role ||
      said.term !== term ||
      said.leader !== leader ||
      said.configuration !== configuration
    ) {
      this.#said = { role, term, leader, configuration };
      this.#outputs.push({ kind: 'standing', role, term, leader, configuration });
    }
    const persist = this.#state.takePersist();
    const outputs = this.#outputs.take();
    // Before all else of this step: that is what it rests on.
    return persist === undefined ? outputs : [persist, ...outputs];
  }

  #received(from: MemberId, message: RaftMessage<Command, State>): void {
    if (from === this.#state.id || from === '' || !isPossible(message)) return;
    switch (message.kind) {
      case 'requestVote':
        return this.#voteRequested(from, message);
      case 'vote':
      case 'appended':
      case 'conflict':
        return this.#answered(from, message);
      default:
        return this.#ledBy(from, message);
    }
  }

  #voteRequested(from: MemberId, message: Message<Command, State, 'requestVote'>): void {
    const { term, pre, transfer } = message;
    const isIgnored = this.#elections.followsLiveLeader && !transfer;
    if (term > this.#state.term && !pre && !isIgnored) this.#follow(term, null);
    this.#elections.requested(from, message);
  }

  #answered(from: MemberId, message: Message<Command, State, 'vote' | 'appended' | 'conflict'>): void {
    const { term } = this.#state;
    const progress = this.#leadership?.progressOf(from);
    // Whoever is not a member, as far as is known here, was asked nothing.
    if (message.term < term || (progress === undefined && !this.#isMember(from))) return;
    const isPreGranted = message.kind === 'vote' && message.pre && message.granted;
    if (message.term > term && !isPreGranted) return this.#follow(message.term, null);
    if (message.kind === 'vote') {
      if (this.#elections.voted(from, message)) this.#lead();
      return;
    }
    if (progress === undefined) return;
    if (message.kind === 'appended') this.#leadership?.appended(progress, message);
    else this.#leadership?.conflict(progress, message);
  }

  #ledBy(from: MemberId, message: Message<Command, State, 'append' | 'snapshot' | 'timeoutNow'>): void {
    const state = this.#state;
    if (message.term < state.term) {
      if (message.kind !== 'timeoutNow') this.#followership.outdated(from, message.round);
      return;
    }
    // Two leaders of one term: one of them does not keep the rules, and which one cannot be told.
    if (message.term === state.term && state.leader !== null && state.leader !== from) return;
    if (message.term > state.term || state.leader !== from || state.role !== 'follower') {
      this.#follow(message.term, from);
    }
    this.#elections.heardLeader();
    if (message.kind === 'append') this.#followership.append(from, message);
    else if (message.kind === 'snapshot') this.#followership.snapshot(from, message);
    else if (state.mayLead) this.#elections.campaign(true);
  }

  #timerFired(key: string): void {
    if (key === 'heartbeat') {
      if (this.#leadership?.heartbeat() === false) this.#follow(this.#state.term, null);
    } else if (key === 'transfer') this.#transfer.timerFired();
    else if (key === 'election' && this.#leadership === undefined) this.#elections.timerFired();
  }

  #durable(token: string): void {
    const state = this.#state;
    state.written(token);
    if (this.#elections.voteDurable()) this.#lead();
    else this.#leadership?.logDurable(state.durableIndex);
  }

  #follow(term: number, leader: MemberId | null): void {
    const state = this.#state;
    const leadership = this.#leadership;
    this.#leadership = undefined;
    if (term > state.term) state.vote(term, null);
    state.role = 'follower';
    state.leader = leader;
    leadership?.end(leader);
    this.#elections.wait();
    if (leader !== null) this.#transfer.leaderKnown(leader);
  }

  #lead(): void {
    const state = this.#state;
    state.role = 'leader';
    state.leader = state.id;
    this.#outputs.push({ kind: 'clearTimer', key: 'election' });
    this.#leadership = new Leadership(state, this.#transfer);
    this.#leadership.begin();
  }

  #retire(): void {
    this.#leadership?.appointSuccessor();
    this.#follow(this.#state.term, null);
  }

  #isMember(id: MemberId): boolean {
    const { configuration } = this.#state;
    return isVoter(configuration, id) || configuration.learners.includes(id);
  }
}
