/**
 * The coordinator of two-phase commit with presumed abort (Mohan, Lindsay,
 * Obermarck: "Transaction Management in the R* Distributed Database Management
 * System", TODS 1986). Rules 2PC1… in SPEC.md.
 *
 *   begin ─▶ preparing ──all ready──▶ committed ──all acknowledged──▶ finished
 *                 └──an abort, silence, a crash──▶ aborted ──all acknowledged──▶ finished
 */
import type { Random } from '../random.ts';
import type {
  CommitMessage,
  CommitOutcome,
  CommitOutput,
  CommitRecord,
  TransactionId,
  Vote,
} from './commit-messages.ts';
import { expectPositive, RetryWaits } from './retry-waits.ts';

export interface TwoPhaseCoordinatorOptions {
  /** Silence counts as a refusal after so long; above 0. Longer waits for slow participants, and blocks the subject. */
  readonly voteTimeoutMs: number;
  /** PREPARE is said again after so long to who has not voted; a decision after the same, doubling up to `againMaxMs`. */
  readonly againMs: number;
  readonly againMaxMs: number;
  /** Transactions that have not ended; `begin` refuses more. */
  readonly maxOpen: number;
  /**
   * Ended transactions that are remembered, also over a restart; the oldest goes first. A `begin` of one that is
   * remembered gets its state, and who asks for it gets its outcome; an older one would run again.
   */
  readonly maxRemembered: number;
}

/** How a transaction stands. `pending`: participants that have not acknowledged the decision. */
export interface TransactionState {
  readonly transaction: TransactionId;
  readonly subject: string;
  readonly outcome: CommitOutcome | 'undecided';
  readonly votes: Readonly<Record<string, Vote>>;
  readonly pending: readonly string[];
  readonly reason?: string;
}

export type CoordinatorOutput =
  | CommitOutput
  /** The decision, once it is durable. */
  | { readonly kind: 'decided'; readonly state: TransactionState }
  /** Everybody has carried it out. */
  | { readonly kind: 'finished'; readonly transaction: TransactionId; readonly subject: string };

interface Open {
  readonly transaction: TransactionId;
  readonly subject: string;
  readonly participants: readonly string[];
  readonly votes: Map<string, 'ready' | 'abort'>;
  readonly waits: RetryWaits;
  outcome: CommitOutcome | 'undecided';
  pending: Set<string>;
  reason: string | undefined;
}

export class TwoPhaseCoordinator {
  readonly #options: TwoPhaseCoordinatorOptions;
  readonly #random: Random;
  readonly #open = new Map<TransactionId, Open>();
  /** Ended ones, the oldest first. */
  readonly #ended = new Map<TransactionId, TransactionState>();

  /** Throws a RangeError when a time or bound is not above 0, or `againMaxMs` is below `againMs`. */
  constructor(options: TwoPhaseCoordinatorOptions, random: Random) {
    const { voteTimeoutMs, againMs, againMaxMs, maxOpen, maxRemembered } = options;
    expectPositive({ voteTimeoutMs, maxOpen, maxRemembered });
    new RetryWaits(againMs, againMaxMs, random);
    this.#options = options;
    this.#random = random;
  }

  /** Takes up what was open before a crash: undecided is aborted, decided is told again, ended is remembered. */
  recover(records: readonly CommitRecord[]): readonly CoordinatorOutput[] {
    const outputs: CoordinatorOutput[] = [];
    for (const record of records) {
      if (record.role !== 'coordinator') continue;
      const open = this.#add(record.transaction, record.subject, record.participants);
      if (record.state === 'committed') for (const each of open.participants) open.votes.set(each, 'ready');
      if (record.finished === true && record.state !== 'preparing') {
        open.outcome = record.state;
        open.pending.clear();
        this.#remember(outputs, open);
        continue;
      }
      if (record.state === 'preparing')
        this.#decide(outputs, open, 'aborted', 'The coordinator was restarted.');
      else this.#resolve(outputs, open, record.state);
    }
    return outputs;
  }

  /**
   * Begins a transaction over these participants, each once. A known id changes nothing: `stateOf` tells how it
   * stands. False when too many are open.
   */
  begin(
    outputs: CoordinatorOutput[],
    transaction: TransactionId,
    subject: string,
    participants: readonly string[],
  ): boolean {
    if (this.stateOf(transaction) !== undefined) return true;
    if (this.#open.size >= this.#options.maxOpen) return false;
    const open = this.#add(transaction, subject, [...new Set(participants)].sort());
    outputs.push({ kind: 'persist', record: recordOf(open, 'preparing') });
    if (open.participants.length === 0) {
      this.#decide(outputs, open, 'committed', undefined);
      return true;
    }
    outputs.push({ kind: 'setTimer', key: `votes ${transaction}`, afterMs: this.#options.voteTimeoutMs });
    this.#ask(outputs, open);
    return true;
  }

  received(from: string, message: CommitMessage): readonly CoordinatorOutput[] {
    const outputs: CoordinatorOutput[] = [];
    const open = this.#open.get(message.transaction);
    if (message.kind === 'vote') this.#voted(outputs, open, from, message);
    else if (message.kind === 'acknowledge') this.#acknowledged(outputs, open, from);
    else if (message.kind === 'inquire') this.#inquired(outputs, open, from, message.transaction);
    return outputs;
  }

  /** A key of a `setTimer` of this coordinator. */
  timerFired(key: string): readonly CoordinatorOutput[] {
    const outputs: CoordinatorOutput[] = [];
    const space = key.indexOf(' ');
    const open = this.#open.get(key.slice(space + 1));
    if (open === undefined) return outputs;
    if (key.startsWith('again ')) {
      if (open.outcome === 'undecided') this.#ask(outputs, open);
      else this.#tell(outputs, open);
    } else if (key.startsWith('votes ') && open.outcome === 'undecided') {
      const silent = open.participants.filter((each) => !open.votes.has(each));
      this.#decide(outputs, open, 'aborted', `No answer in time from ${silent.join(', ')}.`);
    }
    return outputs;
  }

  /** Somebody says that this participant will not come back: an abort where undecided, as good as told where decided. */
  forget(participant: string): readonly CoordinatorOutput[] {
    const outputs: CoordinatorOutput[] = [];
    for (const open of [...this.#open.values()]) {
      if (!open.participants.includes(participant)) continue;
      if (open.outcome === 'undecided') {
        this.#decide(outputs, open, 'aborted', `${participant} was removed.`);
      }
      this.#acknowledged(outputs, open, participant);
    }
    return outputs;
  }

  /** A participant can be reached again: it need not wait for its time. */
  reached(participant: string): readonly CoordinatorOutput[] {
    const outputs: CoordinatorOutput[] = [];
    for (const open of this.#open.values()) {
      const isAwaited =
        open.outcome === 'undecided' ? !open.votes.has(participant) : open.pending.has(participant);
      if (!isAwaited || !open.participants.includes(participant)) continue;
      outputs.push({ kind: 'send', to: participant, message: messageFor(open) });
    }
    return outputs;
  }

  /** Undefined for one that was never begun, or ended longer ago than is remembered. */
  stateOf(transaction: TransactionId): TransactionState | undefined {
    const open = this.#open.get(transaction);
    return open === undefined ? this.#ended.get(transaction) : stateOf(open);
  }

  #add(transaction: TransactionId, subject: string, participants: readonly string[]): Open {
    const { againMs, againMaxMs } = this.#options;
    const open: Open = {
      transaction,
      subject,
      participants,
      votes: new Map(),
      waits: new RetryWaits(againMs, againMaxMs, this.#random),
      outcome: 'undecided',
      pending: new Set(participants),
      reason: undefined,
    };
    this.#open.set(transaction, open);
    return open;
  }

  #voted(
    outputs: CoordinatorOutput[],
    open: Open | undefined,
    from: string,
    { vote, reason }: Extract<CommitMessage, { kind: 'vote' }>,
  ): void {
    if (open === undefined || open.outcome !== 'undecided' || !open.participants.includes(from)) return;
    open.votes.set(from, vote);
    if (vote === 'abort') this.#decide(outputs, open, 'aborted', `${from}: ${reason ?? 'refused'}`);
    else if (open.participants.every((each) => open.votes.get(each) === 'ready')) {
      this.#decide(outputs, open, 'committed', undefined);
    }
  }

  #acknowledged(outputs: CoordinatorOutput[], open: Open | undefined, from: string): void {
    if (open === undefined || open.outcome === 'undecided' || !open.pending.delete(from)) return;
    this.#settle(outputs, open);
  }

  #inquired(
    outputs: CoordinatorOutput[],
    open: Open | undefined,
    from: string,
    transaction: TransactionId,
  ): void {
    if (open?.outcome === 'undecided') {
      // It has promised, but that was lost on the way; otherwise the decision will come.
      if (open.participants.includes(from) && !open.votes.has(from)) {
        outputs.push({ kind: 'send', to: from, message: messageFor(open) });
      }
      return;
    }
    // Unknown: presumed abort, for a commit is kept until all have acknowledged it, and remembered after that.
    const outcome = open?.outcome ?? this.#ended.get(transaction)?.outcome;
    const kind = outcome === 'committed' ? 'commit' : 'rollback';
    outputs.push({ kind: 'send', to: from, message: { kind, transaction } });
  }

  #decide(
    outputs: CoordinatorOutput[],
    open: Open,
    outcome: CommitOutcome,
    reason: string | undefined,
  ): void {
    open.reason = reason;
    outputs.push({ kind: 'persist', record: recordOf(open, outcome) });
    outputs.push({ kind: 'clearTimer', key: `votes ${open.transaction}` });
    this.#resolve(outputs, open, outcome);
  }

  #resolve(outputs: CoordinatorOutput[], open: Open, outcome: CommitOutcome): void {
    open.outcome = outcome;
    open.waits.reset();
    outputs.push({ kind: 'decided', state: stateOf(open) });
    this.#tell(outputs, open);
    this.#settle(outputs, open);
  }

  /** PREPARE to all who have not voted, and again later. */
  #ask(outputs: CoordinatorOutput[], open: Open): void {
    for (const to of open.participants) {
      if (!open.votes.has(to)) outputs.push({ kind: 'send', to, message: messageFor(open) });
    }
    outputs.push({ kind: 'setTimer', key: `again ${open.transaction}`, afterMs: this.#options.againMs });
  }

  /** The decision to all who have not acknowledged it, and again later. */
  #tell(outputs: CoordinatorOutput[], open: Open): void {
    for (const to of open.participants) {
      if (open.pending.has(to)) outputs.push({ kind: 'send', to, message: messageFor(open) });
    }
    const afterMs = open.waits.nextMs();
    outputs.push({ kind: 'setTimer', key: `again ${open.transaction}`, afterMs });
  }

  #settle(outputs: CoordinatorOutput[], open: Open): void {
    if (open.pending.size > 0) return;
    const { transaction, subject } = open;
    outputs.push({ kind: 'clearTimer', key: `again ${transaction}` });
    if (open.outcome !== 'undecided') {
      outputs.push({ kind: 'persist', record: { ...recordOf(open, open.outcome), finished: true } });
    }
    outputs.push({ kind: 'finished', transaction, subject });
    this.#remember(outputs, open);
  }

  #remember(outputs: CoordinatorOutput[], open: Open): void {
    this.#open.delete(open.transaction);
    this.#ended.set(open.transaction, stateOf(open));
    const [oldest] = this.#ended.keys();
    if (this.#ended.size <= this.#options.maxRemembered || oldest === undefined) return;
    this.#ended.delete(oldest);
    outputs.push({ kind: 'forget', role: 'coordinator', transaction: oldest });
  }
}

function messageFor({ outcome, transaction, subject }: Open): CommitMessage {
  if (outcome === 'undecided') return { kind: 'prepare', transaction, subject };
  return { kind: outcome === 'committed' ? 'commit' : 'rollback', transaction };
}

function recordOf(
  { transaction, subject, participants }: Open,
  state: 'preparing' | CommitOutcome,
): Extract<CommitRecord, { role: 'coordinator' }> {
  return { role: 'coordinator', transaction, subject, state, participants };
}

function stateOf({
  transaction,
  subject,
  outcome,
  participants,
  votes,
  pending,
  reason,
}: Open): TransactionState {
  const state = {
    transaction,
    subject,
    outcome,
    votes: Object.fromEntries(
      participants.map((each): [string, Vote] => [each, votes.get(each) ?? 'silent']),
    ),
    pending: outcome === 'undecided' ? [] : participants.filter((each) => pending.has(each)),
  };
  return reason === undefined ? state : { ...state, reason };
}
