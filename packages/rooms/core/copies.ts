/**
 * Copies of rooms that other nodes administer, kept while somebody here is told of them.
 *
 *   idle ──follow──▶ following ──entries up to the commit──▶ live ──link ends──▶ idle
 *
 * A copy is contiguous from its base on. What it lacks it asks for; when it is
 * too far behind it starts anew, and who reads along is told of the gap.
 */
import type { ErrorCode, NodeId, RoomEntry, RoomId } from '@bothy/wire';
import { bounds, timing } from './config.ts';
import {
  type Copy,
  idleCopy,
  isContiguous,
  type Message,
  newCopy,
  snapshotWrites,
  takePresence,
  unavailableSentence,
  unpark,
  type Waiter,
} from './copy.ts';
import type { RoomFinding, RoomWrite } from './records.ts';
import { dropFiles, droppedBy, RedactionLookups } from './redactions.ts';
import type { Room } from './room.ts';
import type { Sessions } from './sessions.ts';
import type { Shelf } from './shelf.ts';
import type { Step } from './step.ts';
import type { Tails } from './tails.ts';

export interface CopiesListener {
  isReachable(node: NodeId): boolean;
  /** The administrator says that this room was deleted. */
  deleted(step: Step, room: Room): void;
}

export class Copies {
  readonly #shelf: Shelf;
  readonly #tails: Tails;
  readonly #sessions: Sessions;
  readonly #listener: CopiesListener;
  readonly #lookups: RedactionLookups;
  readonly #copies = new Map<RoomId, Copy>();

  constructor(shelf: Shelf, tails: Tails, sessions: Sessions, listener: CopiesListener) {
    this.#shelf = shelf;
    this.#tails = tails;
    this.#sessions = sessions;
    this.#listener = listener;
    this.#lookups = new RedactionLookups(tails);
  }

  isLive(room: RoomId): boolean {
    return this.#copies.get(room)?.state === 'live';
  }

  /** As far as the administrator's log is, or nobody here is told of it. */
  isCurrent(room: Room): boolean {
    return this.isLive(room.id) || room.attached.size === 0;
  }

  /** Members and words are the administrator's already, and entries up to there are still to come. */
  isBehind(room: Room): boolean {
    return (this.#copies.get(room.id)?.foldedTo ?? 0) > room.lastSeq;
  }

  /** Whether something waits for this room here. */
  isAwaited(room: RoomId): boolean {
    return (this.#copies.get(room)?.waiters.length ?? 0) > 0;
  }

  /** Runs when the copy holds everything up to `seq`; with a code when it never will. */
  whenLive(step: Step, id: RoomId, administrator: NodeId, seq: number, run: Waiter['run']): void {
    const room = this.#shelf.get(id);
    const copy = this.#copyOf(id, administrator);
    if (room !== undefined && copy.state === 'live' && room.lastSeq >= seq) return run(step, 'live');
    if (!this.#listener.isReachable(administrator)) return run(step, 'administrator_unreachable');
    // Counted from the first who waits: more and more who ask must not keep anybody waiting for ever.
    if (copy.waiters.length === 0) step.setTimer(`live ${id}`, timing.forwardTimeoutMs);
    copy.waiters.push({ seq, run });
    if (copy.state === 'idle') this.#follow(step, id, copy);
  }

  liveTimerFired(step: Step, id: RoomId): void {
    const copy = this.#copies.get(id);
    if (copy === undefined || copy.waiters.length === 0) return;
    this.#giveUp(step, copy, 'administrator_unreachable');
    // It is asked again by whoever wants the room next, at once where somebody is told of it.
    if (copy.state !== 'following') return;
    copy.state = 'idle';
    if ((this.#shelf.get(id)?.attached.size ?? 0) > 0) this.#follow(step, id, copy);
  }

  /** An answer of the store. */
  found(step: Step, id: string, finding: RoomFinding): void {
    this.#lookups.found(step, id, finding);
  }

  /** A link to this node has come up: go on with every copy of its rooms that somebody here is told of. */
  linked(step: Step, node: NodeId): void {
    for (const room of this.#shelf.copiesOf(node)) {
      if (room.attached.size > 0) this.#follow(step, room.id, this.#copyOf(room.id, node));
    }
  }

  /** A node has told of all its rooms: what is copied here and not among them may have been deleted while this one was away. */
  unlisted(step: Step, node: NodeId, isListed: (room: RoomId) => boolean): void {
    for (const room of this.#shelf.copiesOf(node)) {
      if (isListed(room.id) || room.deleting !== null) continue;
      this.wanted(step, room);
      if (room.attached.size === 0) this.deserted(step, room);
    }
  }

  lost(step: Step, node: NodeId): void {
    for (const [id, copy] of this.#copies) {
      if (copy.administrator !== node) continue;
      copy.state = 'idle';
      unpark(copy);
      this.#giveUp(step, copy, 'administrator_unreachable');
      const room = this.#shelf.get(id);
      if (room === undefined) continue;
      room.presence.clear();
      if (room.attached.size === 0) continue;
      const reason = unavailableSentence(node);
      step.notice({ room: id }, { kind: 'state', room: id, state: 'unavailable', reason });
    }
  }

  /** The first session here was attached: the copy is to be kept up to date. */
  wanted(step: Step, room: Room): void {
    step.clearTimer(`unfollow ${room.id}`);
    const copy = this.#copyOf(room.id, room.administrator);
    if (copy.state === 'idle' && this.#listener.isReachable(room.administrator))
      this.#follow(step, room.id, copy);
  }

  deserted(step: Step, room: Room): void {
    step.setTimer(`unfollow ${room.id}`, timing.unfollowAfterMs);
  }

  unfollowTimerFired(step: Step, id: RoomId): void {
    const room = this.#shelf.get(id);
    const copy = this.#copies.get(id);
    if (room === undefined || copy === undefined || room.attached.size > 0 || copy.waiters.length > 0) return;
    if (room.deleting !== null) return this.deserted(step, room);
    this.#copies.delete(id);
    if (copy.state !== 'idle') step.send(copy.administrator, { kind: 'unfollow', room: id });
  }

  following(step: Step, from: NodeId, message: Message<'following'>): void {
    const { snapshot, base, commit } = message;
    const { id } = snapshot.room;
    const copy = this.#copies.get(id);
    if (copy === undefined || copy.administrator !== from || this.#shelf.isBuried(id)) return;
    const room = this.#shelf.get(id) ?? newCopy(from, snapshot.room);
    if (commit.epoch < room.epoch) {
      return step.refuse('fenced', `${from} spoke of the room ${id} under an epoch that has been replaced.`);
    }
    if (this.#shelf.get(id) === undefined) this.#shelf.add(room);
    const writes: RoomWrite[] = [];
    const before = room.lastSeq;
    // The administrator's log is what counts: a copy that holds more, or lacks too much, starts anew. One that has
    // gone on meanwhile, because it was asked for twice, passes over what it holds.
    if (base.seq > room.lastSeq || commit.seq < room.lastSeq) {
      this.#tails.drop(id);
      room.base = base.seq;
      room.lastSeq = base.seq;
      writes.push({ kind: 'clearCopy', room: id });
    }
    writes.push(...snapshotWrites(room, from, message, before === 0));
    step.persist(...writes);
    if (base.seq > before && room.attached.size > 0) {
      step.notice({ room: id }, { kind: 'gap', room: id, from: before + 1, to: base.seq });
      // That they left, or were banned, is among what is not sent.
      this.#sessions.detachStrangers(step, room);
    }
    takePresence(step, room, snapshot.members);
    copy.state = 'following';
    copy.foldedTo = commit.seq;
    copy.commitSeq = commit.seq;
    this.#settle(step, room, copy);
  }

  notFollowing(step: Step, from: NodeId, { room: id, reason }: Message<'notFollowing'>): void {
    const own = reason === 'deleted' ? this.#shelf.own(id) : undefined;
    // Only a decision of this node can have made the other one's tombstone: its own data folder is older.
    if (own?.deleting === null) {
      step.refuse('fenced', `This node deleted the room ${id} before, as ${from} knows; it stays deleted.`);
      return this.#listener.deleted(step, own);
    }
    const copy = this.#copies.get(id);
    if (copy === undefined || copy.administrator !== from) return;
    copy.state = 'idle';
    unpark(copy);
    const room = this.#shelf.get(id);
    if (reason === 'deleted' && room !== undefined) this.#listener.deleted(step, room);
    this.#giveUp(step, copy, reason === 'deleted' ? 'room_deleted' : 'room_not_found');
    if (reason === 'deleted' || room === undefined || room.attached.size === 0) this.#copies.delete(id);
    // It has too much to do, or not yet the room: who is told of it here is not to be forgotten.
    else step.setTimer(`follow ${id}`, timing.followAgainMs);
  }

  followTimerFired(step: Step, id: RoomId): void {
    const copy = this.#copies.get(id);
    if (copy?.state !== 'idle' || !this.#listener.isReachable(copy.administrator)) return;
    this.#follow(step, id, copy);
  }

  deliver(step: Step, from: NodeId, message: Message<'deliver'>): void {
    const room = this.#shelf.get(message.room);
    const copy = this.#copies.get(message.room);
    if (room === undefined || copy === undefined || copy.state === 'idle' || copy.administrator !== from) {
      const sentence = `${from} delivered to the room ${message.room}, which it does not order here.`;
      return step.refuse('forbidden', sentence);
    }
    if (message.epoch < room.epoch) {
      return step.refuse(
        'fenced',
        `${from} delivered to the room ${message.room} under an epoch that has been replaced.`,
      );
    }
    if (copy.parked.length > 0) {
      // Too much to keep while the store is asked: it comes again.
      if (copy.parked.length >= bounds.parkedDeliveries) return this.#follow(step, room.id, copy);
      copy.parked.push(message);
      return;
    }
    // What is not committed is not taken: it comes again.
    const entries = message.entries.filter(({ seq }) => seq > room.lastSeq && seq <= message.commitSeq);
    const first = entries[0];
    if (first === undefined) return;
    if (!isContiguous(entries, room.lastSeq + 1)) return this.#follow(step, room.id, copy);
    if (this.#park(step, room, copy, entries, message)) return;
    this.#take(step, room, copy, entries, message.trace);
  }

  /** True when the store is asked first what these entries take away. */
  #park(
    step: Step,
    room: Room,
    copy: Copy,
    entries: readonly RoomEntry[],
    message: Message<'deliver'>,
  ): boolean {
    const targets = this.#lookups.unknownTargets(room.id, room.base, entries);
    const unknown = targets.filter((target) => !copy.redacted.has(target));
    if (unknown.length === 0) return false;
    const parked = [message];
    copy.parked = parked;
    for (const each of unknown) {
      this.#lookups.find(step, room.id, each, (next, target, found) => {
        // Asked for anew meanwhile: it comes again.
        if (copy.parked !== parked) return;
        copy.redacted.set(target, found);
        if (unknown.some((one) => !copy.redacted.has(one))) return;
        copy.parked = [];
        for (const each of parked) this.deliver(next, copy.administrator, each);
        copy.redacted.clear();
      });
    }
    return true;
  }

  presence(step: Step, from: NodeId, { room: id, persons }: Message<'presence'>): void {
    const room = this.#shelf.get(id);
    if (room === undefined || room.administrator !== from) return;
    const known = persons.filter(({ person }) => room.isMember(person));
    takePresence(step, room, known);
  }

  forget(step: Step, id: RoomId): void {
    const copy = this.#copies.get(id);
    if (copy !== undefined) unpark(copy);
    if (copy !== undefined) this.#giveUp(step, copy, 'room_deleted');
    this.#copies.delete(id);
    step.clearTimer(`unfollow ${id}`);
    step.clearTimer(`follow ${id}`);
  }

  #take(step: Step, room: Room, copy: Copy, entries: readonly RoomEntry[], trace: string | undefined): void {
    const writes: RoomWrite[] = [
      { kind: 'append', room: room.id, epoch: room.epoch, expectedLastSeq: room.lastSeq, entries },
    ];
    const leaves = new Set<number>();
    const taken: (RoomEntry | null)[] = [];
    for (const entry of entries) {
      this.#tails.push(room.id, entry);
      if (entry.seq > copy.foldedTo) writes.push(...room.fold(entry));
      else room.lastSeq = entry.seq;
      const { content } = entry;
      const found = content.kind === 'redact' ? copy.redacted.get(content.target) : undefined;
      if (content.kind === 'redact') {
        taken.push(this.#tails.of(room.id).at(content.target) ?? found?.message ?? null);
      }
      const dropped = new Set([...droppedBy(entry, this.#tails, room.id), ...(found?.edits ?? [])]);
      if (dropped.size > 0) writes.push({ kind: 'dropBodies', room: room.id, seqs: [...dropped] });
      if (content.kind === 'left' && !room.isMember(content.person)) leaves.add(entry.seq);
    }
    step.persist(...writes);
    for (const message of taken) dropFiles(step, room.id, message);
    this.#sessions.deliver(step, room, entries, leaves, trace);
    this.#settle(step, room, copy);
  }

  #settle(step: Step, room: Room, copy: Copy): void {
    if (copy.state === 'following' && room.lastSeq >= copy.commitSeq) {
      copy.state = 'live';
      const reason = 'The node that orders this room is here.';
      if (room.attached.size > 0) {
        step.notice({ room: room.id }, { kind: 'state', room: room.id, state: 'available', reason });
      }
    }
    if (copy.state !== 'live') return;
    const ready = copy.waiters.filter(({ seq }) => seq <= room.lastSeq);
    copy.waiters = copy.waiters.filter(({ seq }) => seq > room.lastSeq);
    if (copy.waiters.length === 0) step.clearTimer(`live ${room.id}`);
    for (const { run } of ready) run(step, 'live');
  }

  #follow(step: Step, id: RoomId, copy: Copy): void {
    unpark(copy);
    const room = this.#shelf.get(id);
    copy.state = 'following';
    copy.commitSeq = Number.POSITIVE_INFINITY;
    step.send(copy.administrator, {
      kind: 'follow',
      room: id,
      after: { epoch: room?.epoch ?? 0, seq: room?.lastSeq ?? 0 },
      online: [...(room?.here.keys() ?? [])].sort(),
    });
  }

  #giveUp(step: Step, copy: Copy, code: ErrorCode): void {
    const { waiters } = copy;
    copy.waiters = [];
    for (const { run } of waiters) run(step, code);
  }

  #copyOf(id: RoomId, administrator: NodeId): Copy {
    const known = this.#copies.get(id);
    if (known !== undefined && known.administrator === administrator) return known;
    const copy = idleCopy(administrator);
    this.#copies.set(id, copy);
    return copy;
  }
}
