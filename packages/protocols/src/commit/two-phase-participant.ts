/**
 * A participant of two-phase commit with presumed abort (Mohan, Lindsay,
 * Obermarck, TODS 1986). Once it has promised, it waits for the decision however
 * long that takes: to decide alone would be wrong in one of two cases it cannot
 * tell apart (Gray, Lamport: "Consensus on Transaction Commit", TODS 2006,
 * section 3). Only when somebody says that the coordinator is gone for good do
 * the others count (Bernstein, Hadzilacos, Goodman: "Concurrency Control and
 * Recovery in Database Systems", 1987, section 7.4). Rules 2PC1… in SPEC.md.
 *
 *   PREPARE ─▶ ask the host ──refuse──▶ vote abort
 *                  └──ready──▶ prepared ──COMMIT──▶ apply ─▶ acknowledge
 *                                   ├──ROLLBACK──▶ apply ─▶ acknowledge
 *                                   └──abandoned──▶ CONSULT all others ──one has committed──▶ apply
 *                                                        └──all say that they have not──▶ let go
 */
import type { Random } from '../random.ts';
import type {
  CommitMessage,
  CommitOutcome,
  CommitOutput,
  CommitRecord,
  TransactionId,
} from './commit-messages.ts';
import { expectPositive, RetryWaits } from './retry-waits.ts';

export interface TwoPhaseParticipantOptions {
  /** A prepared participant that hears nothing asks after so long, doubling up to `inquireMaxMs`. */
  readonly inquireMs: number;
  readonly inquireMaxMs: number;
  /** Transactions that are prepared; more are refused. */
  readonly maxPrepared: number;
  /**
   * Commits that are remembered, also over a restart; the oldest goes first. A PREPARE that comes later than that
   * asks the host again, which then must know from what it stores that the subject is done with.
   * @default 1000
   */
  readonly maxRemembered?: number;
}

export type ParticipantOutput =
  | CommitOutput
  /** Carry it out, or let it go. Comes before its acknowledgement, and may come again after a crash in between. */
  | {
      readonly kind: 'apply';
      readonly transaction: TransactionId;
      readonly subject: string;
      readonly outcome: CommitOutcome;
    };

/**
 * Whether the host can promise: asked while a PREPARE is taken in, so it answers at once. `later`: not now, but
 * perhaps when PREPARE comes again; nothing is voted meanwhile.
 */
export type MayPrepare = (
  subject: string,
  transaction: TransactionId,
) => 'ready' | 'later' | { readonly refused: string };

interface Prepared {
  readonly transaction: TransactionId;
  readonly subject: string;
  readonly coordinator: string;
  readonly waits: RetryWaits;
  /** Once the coordinator is given up: who has not said yet whether they heard of a commit. */
  others: Set<string> | null;
}

export class TwoPhaseParticipant {
  readonly #options: Required<TwoPhaseParticipantOptions>;
  readonly #mayPrepare: MayPrepare;
  readonly #random: Random;
  readonly #prepared = new Map<TransactionId, Prepared>();
  /** The oldest first. */
  readonly #committed = new Set<TransactionId>();
  /** Others were told that these are not committed here: a PREPARE that comes late is refused. The oldest first. */
  readonly #declined = new Set<TransactionId>();

  /** Throws a RangeError when a time or bound is not above 0, or `inquireMaxMs` is below `inquireMs`. */
  constructor(options: TwoPhaseParticipantOptions, mayPrepare: MayPrepare, random: Random) {
    const { inquireMs, inquireMaxMs, maxPrepared, maxRemembered = 1_000 } = options;
    expectPositive({ maxPrepared, maxRemembered });
    new RetryWaits(inquireMs, inquireMaxMs, random);
    this.#options = { inquireMs, inquireMaxMs, maxPrepared, maxRemembered };
    this.#mayPrepare = mayPrepare;
    this.#random = random;
  }

  /** Takes up the promises that were made before a crash, and asks at once. */
  recover(records: readonly CommitRecord[]): readonly ParticipantOutput[] {
    const outputs: ParticipantOutput[] = [];
    for (const record of records) {
      if (record.role !== 'participant') continue;
      if (record.state === 'committed') this.#remember(outputs, record.transaction);
      else this.#inquire(outputs, this.#add(record.transaction, record.subject, record.coordinator));
    }
    return outputs;
  }

  /** Transactions that are promised, by the subject that they hold. */
  get prepared(): readonly { readonly transaction: TransactionId; readonly subject: string }[] {
    return [...this.#prepared.values()].map(({ transaction, subject }) => ({ transaction, subject }));
  }

  /** Whether it is one of the last `maxRemembered` that were carried out here. */
  hasCommitted(transaction: TransactionId): boolean {
    return this.#committed.has(transaction);
  }

  received(from: string, message: CommitMessage): readonly ParticipantOutput[] {
    const outputs: ParticipantOutput[] = [];
    if (message.kind === 'prepare') this.#prepare(outputs, from, message);
    else if (message.kind === 'consult') this.#consultedBy(outputs, from, message.transaction);
    else if (message.kind === 'consulted') this.#told(outputs, from, message);
    else if (message.kind === 'commit') this.#decided(outputs, from, message.transaction, 'committed');
    else if (message.kind === 'rollback') this.#decided(outputs, from, message.transaction, 'aborted');
    return outputs;
  }

  timerFired(key: string): readonly ParticipantOutput[] {
    const outputs: ParticipantOutput[] = [];
    const prepared = this.#prepared.get(key.slice(key.indexOf(' ') + 1));
    if (key.startsWith('inquire ') && prepared !== undefined) this.#inquire(outputs, prepared);
    return outputs;
  }

  /** This node can be reached again: the coordinator, or one that was to be consulted. */
  reached(node: string): readonly ParticipantOutput[] {
    const outputs: ParticipantOutput[] = [];
    for (const prepared of this.#prepared.values()) {
      // It has come back after all: what it decided counts.
      if (prepared.coordinator === node) prepared.others = null;
      if (prepared.coordinator === node || prepared.others?.has(node) === true) {
        this.#inquire(outputs, prepared);
      }
    }
    return outputs;
  }

  /**
   * Somebody says that this node will not come back. Promises to it are kept if any of the others has carried the
   * transaction out, and let go when all of them say that they have not; who cannot be asked is waited for, until it is
   * abandoned too.
   */
  abandoned(node: string, others: readonly string[]): readonly ParticipantOutput[] {
    const outputs: ParticipantOutput[] = [];
    for (const prepared of [...this.#prepared.values()]) {
      if (prepared.coordinator === node) {
        prepared.others = new Set(others.filter((each) => each !== node));
        prepared.waits.reset();
      } else if (prepared.others?.delete(node) !== true) continue;
      if (prepared.others.size === 0) this.#finish(outputs, prepared, 'aborted');
      else this.#inquire(outputs, prepared);
    }
    return outputs;
  }

  #prepare(
    outputs: ParticipantOutput[],
    from: string,
    { transaction, subject }: Extract<CommitMessage, { kind: 'prepare' }>,
  ): void {
    const known = this.#prepared.get(transaction);
    if (known !== undefined) {
      if (known.coordinator === from) outputs.push(vote(from, transaction, undefined));
      return;
    }
    // It came late: the coordinator has decided on our promise, and may have been acknowledged.
    if (this.#committed.has(transaction)) return;
    if (this.#declined.has(transaction)) {
      outputs.push(vote(from, transaction, 'has told others that it knows of no commit'));
      return;
    }
    const answer = this.#answer(subject, transaction);
    if (answer === 'later') return;
    if (answer === 'ready') {
      const prepared = this.#add(transaction, subject, from);
      const record = {
        role: 'participant',
        transaction,
        subject,
        state: 'prepared',
        coordinator: from,
      } as const;
      outputs.push({ kind: 'persist', record });
      this.#wait(outputs, prepared);
    }
    outputs.push(vote(from, transaction, answer === 'ready' ? undefined : answer.refused));
  }

  #answer(subject: string, transaction: TransactionId): ReturnType<MayPrepare> {
    for (const prepared of this.#prepared.values()) {
      if (prepared.subject === subject) return { refused: 'another transaction of it is being decided' };
    }
    if (this.#prepared.size >= this.#options.maxPrepared) {
      return { refused: 'too many transactions are being decided' };
    }
    return this.#mayPrepare(subject, transaction);
  }

  #decided(
    outputs: ParticipantOutput[],
    from: string,
    transaction: TransactionId,
    outcome: CommitOutcome,
  ): void {
    const prepared = this.#prepared.get(transaction);
    // Only who asked for the promise may redeem it.
    if (prepared !== undefined && prepared.coordinator !== from) return;
    if (prepared !== undefined) this.#finish(outputs, prepared, outcome);
    // Not prepared: it was carried out before, or never promised. Either way nothing is left to do.
    outputs.push({ kind: 'send', to: from, message: { kind: 'acknowledge', transaction } });
  }

  #finish(
    outputs: ParticipantOutput[],
    { transaction, subject, coordinator }: Prepared,
    outcome: CommitOutcome,
  ): void {
    this.#prepared.delete(transaction);
    outputs.push({ kind: 'clearTimer', key: `inquire ${transaction}` });
    // Before its record changes: a crash in between applies once more, and the other way round it would be lost.
    outputs.push({ kind: 'apply', transaction, subject, outcome });
    if (outcome === 'aborted') {
      outputs.push({ kind: 'forget', role: 'participant', transaction });
      return;
    }
    const record = { role: 'participant', transaction, subject, state: outcome, coordinator } as const;
    outputs.push({ kind: 'persist', record });
    this.#remember(outputs, transaction);
  }

  #consultedBy(outputs: ParticipantOutput[], from: string, transaction: TransactionId): void {
    const committed = this.#committed.has(transaction);
    outputs.push({ kind: 'send', to: from, message: { kind: 'consulted', transaction, committed } });
    if (committed || this.#prepared.has(transaction)) return;
    this.#declined.add(transaction);
    const [oldest] = this.#declined;
    if (this.#declined.size > this.#options.maxRemembered && oldest !== undefined) {
      this.#declined.delete(oldest);
    }
  }

  #told(
    outputs: ParticipantOutput[],
    from: string,
    { transaction, committed }: Extract<CommitMessage, { kind: 'consulted' }>,
  ): void {
    const prepared = this.#prepared.get(transaction);
    if (prepared?.others?.delete(from) !== true) return;
    if (committed) this.#finish(outputs, prepared, 'committed');
    else if (prepared.others.size === 0) this.#finish(outputs, prepared, 'aborted');
  }

  /** Of the coordinator; of all others that have not answered, once it is given up. */
  #inquire(outputs: ParticipantOutput[], prepared: Prepared): void {
    const { transaction, subject, coordinator, others } = prepared;
    if (others === null) {
      outputs.push({ kind: 'send', to: coordinator, message: { kind: 'inquire', transaction } });
    }
    for (const to of others ?? []) {
      outputs.push({ kind: 'send', to, message: { kind: 'consult', transaction, subject } });
    }
    this.#wait(outputs, prepared);
  }

  #wait(outputs: ParticipantOutput[], { transaction, waits }: Prepared): void {
    const afterMs = waits.nextMs();
    outputs.push({ kind: 'setTimer', key: `inquire ${transaction}`, afterMs });
  }

  #remember(outputs: ParticipantOutput[], transaction: TransactionId): void {
    this.#committed.add(transaction);
    const [oldest] = this.#committed;
    if (this.#committed.size <= this.#options.maxRemembered || oldest === undefined) return;
    this.#committed.delete(oldest);
    outputs.push({ kind: 'forget', role: 'participant', transaction: oldest });
  }

  #add(transaction: TransactionId, subject: string, coordinator: string): Prepared {
    const { inquireMs, inquireMaxMs } = this.#options;
    const prepared = {
      transaction,
      subject,
      coordinator,
      waits: new RetryWaits(inquireMs, inquireMaxMs, this.#random),
      others: null,
    };
    this.#prepared.set(transaction, prepared);
    return prepared;
  }
}

function vote(to: string, transaction: TransactionId, reason: string | undefined): ParticipantOutput {
  const message: CommitMessage =
    reason === undefined
      ? { kind: 'vote', transaction, vote: 'ready' }
      : { kind: 'vote', transaction, vote: 'abort', reason };
  return { kind: 'send', to, message };
}
