/**
 * At the administrator: commands become entries, one room after another in the
 * order in which they came. Nothing is acknowledged or delivered before it is
 * durable; the loop sees to that.
 *
 *   command ─▶ queue of its room ─▶ is its key or target in memory? else asked of the store
 *           ─▶ at the head of the queue: permitted? known already? ─▶ entry ─▶ persist ─▶ answer, deliver
 */
import type {
  Author,
  NodeId,
  OrderedCommand,
  RoomActor,
  RoomContent,
  RoomEntry,
  RoomResult,
} from '@bothy/wire';
import { bounds } from './config.ts';
import {
  type Check,
  contentOf,
  type Draft,
  type EntryCommand,
  isEntryCommand,
  isSameContent,
  joinContent,
  keyOf,
} from './entry-content.ts';
import { objection } from './objections.ts';
import { refuses } from './permissions.ts';
import type { RoomFinding, RoomWrite } from './records.ts';
import { dropFiles, droppedBy } from './redactions.ts';
import type { Room } from './room.ts';
import { refusal, type Step } from './step.ts';
import { successor } from './succession.ts';
import type { Tails } from './tails.ts';

/** Who waits for the answer: a command of a client here, or one that another node has forwarded. */
export interface Origin {
  readonly id: string;
  readonly session: string | null;
  readonly node: NodeId | null;
}

export interface OrderRequest {
  readonly origin: Origin;
  readonly actor: RoomActor;
  readonly command: OrderedCommand;
  readonly trace: string | undefined;
}

export interface OrderingListener {
  answer(step: Step, origin: Origin, result: RoomResult): void;
  /** The actor is a member, from now on or already: give them the room. */
  joined(step: Step, room: Room, request: OrderRequest): void;
  /** Entries that everybody who is told of the room gets. */
  publish(step: Step, room: Room, entries: readonly RoomEntry[], trace: string | undefined): void;
  delete(step: Step, room: Room, request: OrderRequest): void;
}

interface Pending {
  readonly request: OrderRequest;
  /** Null while the store is asked. */
  check: Check | null;
}

const nothing: Check = { kind: 'check', existing: null, target: null, edits: [] };

export class Ordering {
  readonly #tails: Tails;
  readonly #listener: OrderingListener;
  readonly #queues = new Map<string, Pending[]>();
  readonly #checks = new Map<string, { readonly room: Room; readonly pending: Pending }>();
  #count = 0;

  constructor(tails: Tails, listener: OrderingListener) {
    this.#tails = tails;
    this.#listener = listener;
  }

  /** Whether commands of this room wait for their turn. */
  isBusy(room: string): boolean {
    return (this.#queues.get(room)?.length ?? 0) > 0;
  }

  order(step: Step, room: Room, request: OrderRequest): void {
    const { command, actor } = request;
    if (!isEntryCommand(command)) {
      throw new Error(`not ordered: ${command.kind}`);
    }
    const queue = this.#queues.get(room.id) ?? [];
    if (queue.length >= bounds.queuePerRoom) {
      const sentence = 'Too many commands wait in this room. Try again in a moment.';
      return this.#listener.answer(step, request.origin, refusal('rate_limited', sentence));
    }
    const target = 'target' in command ? command.target : null;
    const pending: Pending = { request, check: this.#known(room, actor.person, keyOf(command), target) };
    queue.push(pending);
    this.#queues.set(room.id, queue);
    if (pending.check === null) {
      this.#count += 1;
      const id = `check ${this.#count}`;
      this.#checks.set(id, { room, pending });
      this.#tails.use(room.id, true);
      step.lookup(id, { kind: 'check', room: room.id, author: actor.person, key: keyOf(command), target });
    }
    this.#drain(step, room);
  }

  found(step: Step, id: string, finding: RoomFinding): void {
    const asked = this.#checks.get(id);
    if (asked === undefined || finding.kind !== 'check') return;
    this.#checks.delete(id);
    asked.pending.check = finding;
    this.#drain(step, asked.room);
  }

  /** Somebody leaves without having asked to. */
  leaves(step: Step, room: Room, person: Author, reason: 'nodeFailed' | 'disconnected'): void {
    const personName = room.members.get(person)?.name ?? person;
    const draft: Draft = {
      author: person,
      name: personName,
      key: `~left-${room.lastSeq + 1}`,
      content: { kind: 'left', person, personName, reason },
    };
    const entries = this.#append(step, room, [draft, ...successor(room, person, draft.key, draft)], []);
    this.#listener.publish(step, room, entries, undefined);
  }

  /** The first entries of a new room. */
  begin(step: Step, room: Room, drafts: readonly Draft[]): readonly RoomEntry[] {
    return this.#append(step, room, drafts, []);
  }

  /** The room is no more: whatever waits is told. */
  forget(step: Step, room: Room): void {
    const queue = this.#queues.get(room.id) ?? [];
    this.#queues.delete(room.id);
    this.#tails.use(room.id, false);
    for (const { request } of queue) {
      this.#listener.answer(step, request.origin, refusal('room_deleted', 'This room was deleted.'));
    }
  }

  /** What the tail alone can say; null when the log reaches further back than it. */
  #known(room: Room, author: Author, key: string, target: number | null): Check | null {
    const tail = this.#tails.of(room.id);
    const existing = tail.byKey(author, key) ?? null;
    const isWhole = room.lastSeq === 0 || tail.firstSeq === 1;
    if (isWhole) return existing === null ? nothing : { ...nothing, existing };
    const reaches = target === null || (tail.firstSeq !== undefined && target >= tail.firstSeq);
    return existing !== null && reaches ? { ...nothing, existing } : null;
  }

  #drain(step: Step, room: Room): void {
    const queue = this.#queues.get(room.id);
    if (queue === undefined) return;
    for (let head = queue[0]; head !== undefined && head.check !== null; head = queue[0]) {
      queue.shift();
      this.#execute(step, room, head.request, this.#recheck(room, head.request, head.check));
      // Deleted by that command: the rest has been answered.
      if (this.#queues.get(room.id) !== queue) return;
    }
    if (queue.length > 0) return;
    this.#queues.delete(room.id);
    this.#tails.use(room.id, false);
  }

  /** Entries that were written after the store was asked are in memory. */
  #recheck(room: Room, { actor, command }: OrderRequest, check: Check): Check {
    if (!isEntryCommand(command)) return check;
    const tail = this.#tails.of(room.id);
    const existing = tail.byKey(actor.person, keyOf(command)) ?? check.existing;
    const recent = 'target' in command ? tail.at(command.target) : undefined;
    return { ...check, existing, target: recent ?? check.target };
  }

  #execute(step: Step, room: Room, request: OrderRequest, check: Check): void {
    const { origin, actor, command, trace } = request;
    const answer = (result: RoomResult): void => this.#listener.answer(step, origin, result);
    if (!isEntryCommand(command)) return;
    const key = keyOf(command);
    const content = contentOf(command);
    const { existing } = check;
    const isKnown = existing !== null && command.kind !== 'join' && command.kind !== 'delete';
    // What was carried out is answered as it was then, also to somebody who has left since, or by that very command.
    if (isKnown) return this.#again(step, room, request, existing, content);
    const refused = refuses(room, actor, command);
    if (refused !== undefined) return answer(refused);
    if (command.kind === 'delete') return this.#listener.delete(step, room, request);
    if (existing !== null) return this.#again(step, room, request, existing, content);
    if (room.deleting !== null) {
      return answer(refusal('room_busy', 'This room is being deleted and takes nothing new.'));
    }
    const invalid = objection(room, actor, command, check);
    if (invalid !== undefined) return answer(invalid);
    if (command.kind === 'join' && room.isMember(actor.person)) {
      return this.#listener.joined(step, room, request);
    }
    const draft: Draft = {
      author: actor.person,
      name: actor.name,
      key,
      content: joinContent(content, actor),
    };
    const more = this.#following(room, actor, command, key);
    const entries = this.#append(step, room, [draft, ...more], check.edits);
    if (command.kind === 'redact') dropFiles(step, room.id, check.target);
    const first = entries[0];
    if (first === undefined) return;
    if (command.kind === 'join') {
      this.#listener.publish(step, room, entries, trace);
      return this.#listener.joined(step, room, request);
    }
    const { epoch, seq } = first;
    if (command.kind === 'send') answer({ ok: true, value: { epoch, seq, duplicate: false } });
    else answer({ ok: true, value: command.kind === 'leave' ? { room: room.id } : { epoch, seq } });
    this.#listener.publish(step, room, entries, trace);
  }

  /** The key is known: the same request again, or another one under its id. */
  #again(
    step: Step,
    room: Room,
    request: OrderRequest,
    { epoch, seq, content: known }: RoomEntry,
    content: RoomContent,
  ): void {
    const { origin, actor, command } = request;
    if (!isSameContent(known, joinContent(content, actor))) {
      const sentence = 'This id was used for something else. Make up a new one for each message and request.';
      return this.#listener.answer(step, origin, refusal('message_id_reused', sentence));
    }
    if (command.kind === 'join') {
      if (room.isMember(actor.person)) return this.#listener.joined(step, room, request);
      const sentence = 'This joining was carried out before, and left again since. Join with a new id.';
      return this.#listener.answer(step, origin, refusal('message_id_reused', sentence));
    }
    if (command.kind === 'send') {
      return this.#listener.answer(step, origin, { ok: true, value: { epoch, seq, duplicate: true } });
    }
    if (command.kind === 'leave' && room.isMember(actor.person)) {
      const sentence = 'This leaving was carried out before, and joined again since. Leave with a new id.';
      return this.#listener.answer(step, origin, refusal('message_id_reused', sentence));
    }
    const value = command.kind === 'leave' ? { room: room.id } : { epoch, seq };
    this.#listener.answer(step, origin, { ok: true, value });
  }

  /** Entries that a command brings along: who is banned leaves, and a room keeps an owner. */
  #following(room: Room, actor: RoomActor, command: EntryCommand, key: string): Draft[] {
    const by = { author: actor.person, name: actor.name };
    if (command.kind === 'leave') return successor(room, actor.person, key, by);
    if (command.kind !== 'ban' || !command.on || !room.isMember(command.person)) return [];
    const personName = room.members.get(command.person)?.name ?? command.person;
    const content = { kind: 'left', person: command.person, personName, reason: 'banned' } as const;
    return [{ ...by, key: `~left-${key}`, content }, ...successor(room, command.person, key, by)];
  }

  #append(step: Step, room: Room, drafts: readonly Draft[], edits: readonly number[]): readonly RoomEntry[] {
    const expectedLastSeq = room.lastSeq;
    const entries = drafts.map(
      (draft, index): RoomEntry => ({
        epoch: room.epoch,
        seq: expectedLastSeq + 1 + index,
        author: draft.author,
        name: draft.name,
        sentAt: step.now.wallMs,
        key: draft.key,
        content: draft.content,
      }),
    );
    const writes: RoomWrite[] = [
      { kind: 'append', room: room.id, epoch: room.epoch, expectedLastSeq, entries },
    ];
    for (const entry of entries) {
      this.#tails.push(room.id, entry);
      writes.push(...room.fold(entry));
      const dropped = new Set([...droppedBy(entry, this.#tails, room.id), ...edits]);
      if (entry.content.kind === 'redact') {
        writes.push({ kind: 'dropBodies', room: room.id, seqs: [...dropped] });
      }
    }
    step.persist(...writes);
    return entries;
  }
}
