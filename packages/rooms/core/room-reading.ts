/** What is read of a room in one answer: its history, and what somebody gets who joins it. */
import type { Author, OrderedCommand, Position, RoomEntry, RoomMember } from '@bothy/wire';
import type { OrderRequest, Origin } from './ordering.ts';
import { answer, isIn, type Parts, stateOf } from './parts.ts';
import { notAMember } from './permissions.ts';
import type { Room } from './room.ts';
import { withinAnswer } from './serving.ts';
import { refusal, type Step } from './step.ts';

const tooBusy = refusal('rate_limited', 'Too much is being read here. Try again in a moment.');

export class RoomReading {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  history(
    step: Step,
    room: Room,
    origin: Origin,
    command: Extract<OrderedCommand, { kind: 'history' }>,
  ): void {
    const { from, to, wanted } = historyRange(room, command);
    if (command.after !== undefined && command.after > room.lastSeq) {
      const sentence = `This log ends at ${room.lastSeq}: it has no position ${command.after}.`;
      return answer(step, origin, refusal('bad_request', sentence));
    }
    const keep = command.after === undefined ? 'last' : 'first';
    const collected: RoomEntry[] = [];
    const done = (next: Step): void => {
      const entries = withinAnswer(collected, keep);
      const complete = from === wanted && entries.length === collected.length;
      answer(next, origin, { ok: true, value: { entries, complete } });
    };
    const isRead = this.#parts.serving.read(step, {
      room,
      from,
      to,
      page: (next, entries, isLast) => {
        collected.push(...entries);
        if (isLast) done(next);
        return true;
      },
      lost: (next) => answer(next, origin, tooBusy),
    });
    if (!isRead) answer(step, origin, tooBusy);
  }

  /** The actor is a member: their session gets what it asked for, and all that follows. */
  joined(step: Step, room: Room, request: OrderRequest): void {
    const { origin, actor } = request;
    const read = room.members.get(actor.person)?.read ?? 0;
    if (origin.node === null) return this.giveRoom(step, room, request, read);
    answer(step, origin, {
      ok: true,
      value: { room: room.info('available'), members: [], entries: [], complete: false, read },
    });
  }

  giveRoom(step: Step, room: Room, { origin, actor, command }: OrderRequest, read: number): void {
    if (command.kind !== 'join') return;
    const session = origin.session === null ? undefined : this.#parts.sessions.get(origin.session);
    // Already attached: what it has not seen is on its way, so it is served up to here and nothing else changes.
    const after = positionIn(room, command.after);
    const from = Math.max(after + 1, room.lastSeq - command.limit + 1, room.base + 1);
    const collected: RoomEntry[] = [];
    const isRead = this.#parts.serving.read(step, {
      room,
      from,
      to: null,
      page: (next, entries, isLast) => {
        collected.push(...entries);
        if (!isLast) return true;
        // Banned, gone, or the room deleted while it was read: then they get nothing of what follows.
        if (!isIn(this.#parts, room, actor.person)) {
          answer(next, origin, notAMember(room, actor));
          return false;
        }
        const shown = withinAnswer(collected, 'last');
        const value = {
          room: room.info(stateOf(this.#parts, room)),
          members: membersFor(room, session?.actor.person),
          entries: shown,
          complete: from === after + 1 && shown.length === collected.length,
          read,
        };
        answer(next, origin, { ok: true, value });
        if (session !== undefined) this.#parts.sessions.attach(next, session, room);
        return true;
      },
      lost: (next) => answer(next, origin, tooBusy),
    });
    if (!isRead) answer(step, origin, tooBusy);
  }
}

/** Who asks is there, though the room may hear of it only now. */
function membersFor(room: Room, person: Author | undefined): RoomMember[] {
  return room.memberList().map((member) => {
    return member.person === person ? { ...member, presence: 'online' } : member;
  });
}

/** The last `seq` that a client says it has, where the log knows that position; 0 otherwise. */
function positionIn(room: Room, after: Position | undefined): number {
  if (after === undefined || after.epoch !== room.epoch || after.seq > room.lastSeq) return 0;
  return after.seq;
}

/** The position is later than what this node holds. */
export function isAheadOf(room: Room, { epoch, seq }: Position): boolean {
  return epoch > room.epoch || (epoch === room.epoch && seq > room.lastSeq);
}

/** What `room.history` asks for, and how much of it one answer holds. */
export function historyRange(
  room: Room,
  { before, after, limit }: Extract<OrderedCommand, { kind: 'history' }>,
): { readonly from: number; readonly to: number; readonly wanted: number } {
  const start = room.base + 1;
  if (after !== undefined) {
    const wanted = after + 1;
    const from = Math.max(wanted, start);
    const to = Math.min(room.lastSeq, from + limit - 1, (before ?? Number.POSITIVE_INFINITY) - 1);
    return { from, to, wanted: to < room.lastSeq && before === undefined ? 0 : wanted };
  }
  const to = Math.min(room.lastSeq, (before ?? Number.POSITIVE_INFINITY) - 1);
  return { from: Math.max(start, to - limit + 1, 1), to, wanted: 1 };
}
