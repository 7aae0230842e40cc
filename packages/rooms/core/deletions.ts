/**
 * Deleting a room on all nodes that have members of it, or on none: two-phase
 * commit with the administrator as coordinator (design, section 7). While it is
 * undecided the room takes nothing new; deleted, it never comes back.
 */
import {
  type CommitMessage,
  type CommitOutput,
  type CommitRecord,
  type CoordinatorOutput,
  type MayPrepare,
  type ParticipantOutput,
  type Random,
  type TransactionState,
  TwoPhaseCoordinator,
  TwoPhaseParticipant,
} from '@bothy/protocols';
import type { DeletionOutcome, NodeId, RoomId, RoomResult } from '@bothy/wire';
import { bounds, timing } from './config.ts';
import { unavailableSentence } from './copy.ts';
import type { OrderRequest, Origin } from './ordering.ts';
import type { Room } from './room.ts';
import { refusal, type Step } from './step.ts';

export interface DeletionsListener {
  readonly self: NodeId;
  room(id: RoomId): Room | undefined;
  isOwn(room: Room): boolean;
  isBuried(id: RoomId): boolean;
  /** Every other node of the cluster, whether it can be reached or not. */
  others(): readonly NodeId[];
  isReachable(node: NodeId): boolean;
  /** Nodes with members of the room, but this one. */
  participants(step: Step, room: RoomId): readonly NodeId[];
  /** Whether commands of this room, or copies of it, are under way here. */
  isBusy(room: Room): boolean;
  /** Whether this node's copy is as far as the administrator's log. */
  isCurrent(room: Room): boolean;
  answer(step: Step, origin: Origin, result: RoomResult): void;
  /** Frozen, or let go: whoever lists or reads it is to know. */
  changed(step: Step, room: Room): void;
  /** `told`: nodes that hear of it as participants. */
  bury(step: Step, room: Room, told: readonly NodeId[]): void;
}

/** A deletion as operators see it. */
export interface DeletionView {
  readonly room: RoomId;
  readonly name: string;
  readonly administrator: NodeId;
  readonly outcome: TransactionState['outcome'];
  readonly pending: readonly NodeId[];
  readonly reason?: string;
  /** Wall-clock time of the last change here. */
  readonly atMs: number;
}

/** A participant with unfinished operations votes abort when it is asked for the third time, after two seconds. */
const askedBeforeRefusal = 3;
/** Deletions that are shown. */
const shown = 20;

export class Deletions {
  readonly #listener: DeletionsListener;
  readonly #records: readonly CommitRecord[];
  readonly #coordinator: TwoPhaseCoordinator;
  readonly #participant: TwoPhaseParticipant;
  /** Who waits for a decision. */
  readonly #origins = new Map<string, Origin[]>();
  /** How often a participant that is busy was asked. */
  readonly #postponed = new Map<string, number>();
  readonly #views = new Map<string, DeletionView>();

  constructor(records: readonly CommitRecord[], random: Random, listener: DeletionsListener) {
    this.#listener = listener;
    this.#records = records;
    const { voteTimeoutMs, commitAgainMs: againMs, commitAgainMaxMs: againMaxMs } = timing;
    this.#coordinator = new TwoPhaseCoordinator(
      { voteTimeoutMs, againMs, againMaxMs, maxOpen: bounds.deletions, maxRemembered: bounds.deletions },
      random,
    );
    this.#participant = new TwoPhaseParticipant(
      { inquireMs: againMs, inquireMaxMs: againMaxMs, maxPrepared: bounds.deletions },
      (room, transaction) => this.#mayPrepare(room, transaction),
      random,
    );
    // Frozen rooms stay frozen over a restart: a promise holds until it is decided.
    for (const record of records) {
      const room = record.role === 'participant' ? listener.room(record.subject) : undefined;
      if (room !== undefined) room.deleting = record.transaction;
    }
  }

  recover(step: Step): void {
    for (const output of this.#coordinator.recover(this.#records)) this.#coordinated(step, output);
    for (const output of this.#participant.recover(this.#records)) this.#participated(step, output);
    // Removed before this start: a node that is not remembered is not dialled either.
    const others = new Set(this.#listener.others());
    const coordinators = this.#records.flatMap((each) => {
      return each.role === 'participant' && each.state === 'prepared' ? [each.coordinator] : [];
    });
    for (const node of new Set(coordinators)) if (!others.has(node)) this.#abandon(step, node);
  }

  /** At the administrator, once every earlier command of the room has been carried out. */
  begin(step: Step, room: Room, { origin, command }: OrderRequest): void {
    if (command.kind !== 'delete') return;
    const transaction = transactionOf(room.id, room.epoch, command.requestId);
    const known = this.#coordinator.stateOf(transaction);
    if (known !== undefined && known.outcome !== 'undecided') return this.#answer(step, origin, known);
    if (known === undefined && room.deleting !== null) {
      const sentence = 'This room is being deleted already. Everybody in it is told how that ends.';
      return this.#listener.answer(step, origin, refusal('room_busy', sentence));
    }
    const origins = this.#origins.get(transaction) ?? [];
    this.#origins.set(transaction, [...origins.slice(-bounds.deletionOrigins), origin]);
    if (known !== undefined) return;
    this.#freeze(step, room, transaction);
    const outputs: CoordinatorOutput[] = [];
    const participants = this.#listener.participants(step, room.id);
    const isBegun = this.#coordinator.begin(outputs, transaction, room.id, participants);
    for (const output of outputs) this.#coordinated(step, output);
    if (isBegun) return;
    this.#origins.delete(transaction);
    this.#release(step, room);
    const sentence = `${bounds.deletions} deletions are under way at this node, which is as many as fit. Try again later.`;
    this.#listener.answer(step, origin, refusal('limit_reached', sentence));
  }

  /** A deletion that has ended; undefined when it was another one that ended the room, or too long ago. */
  carriedOut(transaction: string): DeletionOutcome | undefined {
    const known = this.#coordinator.stateOf(transaction);
    if (known !== undefined) return outcomeOf(known);
    // What the others voted only the coordinator knows.
    if (!this.#participant.hasCommitted(transaction)) return undefined;
    return { outcome: 'committed', votes: { [this.#listener.self]: 'ready' }, pending: [] };
  }

  message(step: Step, from: NodeId, message: CommitMessage): void {
    if (message.kind === 'consult' && this.#listener.isBuried(message.subject)) {
      // Whoever told this node, it took no part or has forgotten that it did.
      const { transaction } = message;
      return step.send(from, {
        kind: 'commit',
        message: { kind: 'consulted', transaction, committed: true },
      });
    }
    for (const output of this.#coordinator.received(from, message)) this.#coordinated(step, output);
    for (const output of this.#participant.received(from, message)) this.#participated(step, output);
  }

  timerFired(step: Step, key: string): void {
    for (const output of this.#coordinator.timerFired(key)) this.#coordinated(step, output);
    for (const output of this.#participant.timerFired(key)) this.#participated(step, output);
  }

  linked(step: Step, node: NodeId): void {
    for (const output of this.#coordinator.reached(node)) this.#coordinated(step, output);
    for (const output of this.#participant.reached(node)) this.#participated(step, output);
  }

  forgetNode(step: Step, node: NodeId): void {
    for (const output of this.#coordinator.forget(node)) this.#coordinated(step, output);
    this.#abandon(step, node);
  }

  /** An operator has removed a node that may have coordinated: what it decided is asked of the others. */
  #abandon(step: Step, node: NodeId): void {
    for (const output of this.#participant.abandoned(node, this.#listener.others())) {
      this.#participated(step, output);
    }
  }

  /** The last ones that this node took part in, the newest first. */
  recent(): readonly DeletionView[] {
    return [...this.#views.values()].reverse();
  }

  #mayPrepare(id: RoomId, transaction: string): ReturnType<MayPrepare> {
    const room = this.#listener.room(id);
    if (room === undefined) return { refused: 'does not know the room' };
    if (this.#listener.isOwn(room)) return { refused: 'orders the room itself' };
    const isBusy = this.#listener.isBusy(room);
    if (!isBusy && this.#listener.isCurrent(room)) {
      this.#postponed.delete(transaction);
      return 'ready';
    }
    // The administrator takes nothing new meanwhile, so what is under way ends soon, as a rule.
    const times = (this.#postponed.get(transaction) ?? 0) + 1;
    if (times < askedBeforeRefusal && this.#postponed.size < bounds.deletions) {
      this.#postponed.set(transaction, times);
      return 'later';
    }
    this.#postponed.delete(transaction);
    return { refused: isBusy ? 'has unfinished operations in the room' : 'is catching up with the room' };
  }

  #coordinated(step: Step, output: CoordinatorOutput): void {
    if (output.kind === 'decided') this.#decided(step, output.state);
    else if (output.kind === 'finished') this.#show(step, output.transaction);
    else this.#shared(step, output);
  }

  #participated(step: Step, output: ParticipantOutput): void {
    if (output.kind !== 'apply') {
      this.#shared(step, output);
      if (output.kind === 'persist') {
        const room = this.#listener.room(output.record.subject);
        if (room !== undefined) this.#freeze(step, room, output.record.transaction);
      }
      return;
    }
    this.#view(step, output.transaction, output.subject, { outcome: output.outcome, pending: [] });
    const room = this.#listener.room(output.subject);
    // The directory may have said before that the room is gone.
    if (room === undefined) return;
    if (output.outcome === 'committed') this.#listener.bury(step, room, []);
    else this.#release(step, room);
  }

  #shared(step: Step, output: CommitOutput): void {
    switch (output.kind) {
      case 'persist':
        return step.persist({ kind: 'putCommit', record: output.record });
      case 'forget':
        return step.persist({ kind: 'deleteCommit', transaction: output.transaction });
      case 'send':
        return step.send(output.to, { kind: 'commit', message: output.message });
      case 'setTimer':
        return step.setTimer(`deletion ${output.key}`, output.afterMs);
      case 'clearTimer':
        return step.clearTimer(`deletion ${output.key}`);
    }
  }

  #decided(step: Step, state: TransactionState): void {
    const room = this.#listener.room(state.subject);
    this.#view(step, state.transaction, state.subject, state);
    if (room !== undefined) {
      if (state.outcome === 'committed') this.#listener.bury(step, room, Object.keys(state.votes));
      else this.#release(step, room);
    }
    const origins = this.#origins.get(state.transaction) ?? [];
    this.#origins.delete(state.transaction);
    for (const origin of origins) this.#answer(step, origin, state);
  }

  #answer(step: Step, origin: Origin, state: TransactionState): void {
    this.#listener.answer(step, origin, { ok: true, value: outcomeOf(state) });
  }

  #freeze(step: Step, room: Room, transaction: string): void {
    room.deleting = transaction;
    this.#view(step, transaction, room.id, { outcome: 'undecided', pending: [] });
    const reason = 'Somebody is deleting this room; it takes nothing new until that is decided.';
    step.notice({ room: room.id }, { kind: 'state', room: room.id, state: 'deleting', reason });
    this.#listener.changed(step, room);
  }

  #release(step: Step, room: Room): void {
    room.deleting = null;
    const { administrator } = room;
    if (this.#listener.isReachable(administrator)) {
      const reason = 'The room was not deleted: not every node could agree.';
      step.notice({ room: room.id }, { kind: 'state', room: room.id, state: 'available', reason });
    } else {
      const reason = unavailableSentence(administrator);
      step.notice({ room: room.id }, { kind: 'state', room: room.id, state: 'unavailable', reason });
    }
    this.#listener.changed(step, room);
  }

  #show(step: Step, transaction: string): void {
    const known = this.#views.get(transaction);
    if (known !== undefined) this.#view(step, transaction, known.room, { ...known, pending: [] });
  }

  #view(
    step: Step,
    transaction: string,
    room: RoomId,
    { outcome, pending, reason }: Pick<DeletionView, 'outcome' | 'pending'> & { readonly reason?: string },
  ): void {
    const { name = '', administrator = '' } = this.#listener.room(room) ?? this.#views.get(transaction) ?? {};
    const view = { room, name, administrator, outcome, pending, atMs: step.now.wallMs };
    this.#views.delete(transaction);
    this.#views.set(transaction, reason === undefined ? view : { ...view, reason });
    const [oldest] = this.#views.keys();
    if (this.#views.size > shown && oldest !== undefined) this.#views.delete(oldest);
  }
}

/** Names one deletion for ever. */
export function transactionOf(room: RoomId, epoch: number, requestId: string): string {
  return `${room}:${epoch}:${requestId}`;
}

function outcomeOf({ outcome, votes, pending, reason }: TransactionState): DeletionOutcome {
  return {
    outcome: outcome === 'undecided' ? 'pending' : outcome,
    votes,
    pending,
    ...(reason === undefined ? {} : { reason }),
  };
}
