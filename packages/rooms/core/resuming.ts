/** Sessions that go on where an earlier one ended: what they missed, then what happens. */
import type { Author, Resumed, ResumeRequest, RoomActor, RoomId, RoomResult } from '@bothy/wire';
import { roomLimits } from '@bothy/wire';
import { bounds } from './config.ts';
import { unavailableSentence } from './copy.ts';
import { unreachable } from './forwards.ts';
import { isIn, type Parts, stateOf, unknownRoom } from './parts.ts';
import { notAMember } from './permissions.ts';
import type { Room } from './room.ts';
import { isAheadOf } from './room-reading.ts';
import type { Session } from './sessions.ts';
import { refusal, type Step } from './step.ts';
import { sizeOf } from './tails.ts';

export class Resuming {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  sessionOpened(step: Step, id: string, actor: RoomActor, resume: readonly ResumeRequest[]): void {
    const session = this.#parts.sessions.opened(id, actor);
    const requests = resume.slice(0, roomLimits.resumeRooms);
    const refused = new Map<RoomId, Resumed>();
    let open = requests.length;
    const settle = (next: Step): void => {
      if (open > 0 || this.#parts.sessions.get(id) !== session) return;
      // Looked at now, all at once: what held for the first may have changed while the last was waited for.
      const list = requests.map((each) => refused.get(each.room) ?? this.#resumedAt(session, each));
      next.emit({ kind: 'opened', session: id, resumed: list });
      for (const each of list) if ('from' in each) this.#goOn(next, session, each.room, each.from, requests);
    };
    for (const request of requests) {
      this.#resume(step, request, (next, result) => {
        if (result !== undefined) refused.set(request.room, result);
        open -= 1;
        settle(next);
      });
    }
    if (requests.length === 0) settle(step);
  }

  /** Gets hold of a room for a session; with a result when that cannot be. */
  #resume(
    step: Step,
    { room: id }: ResumeRequest,
    done: (step: Step, refused: Resumed | undefined) => void,
  ): void {
    if (this.#parts.shelf.isBuried(id) || this.#parts.shelf.own(id) !== undefined)
      return done(step, undefined);
    const administrator = this.#parts.directory.administratorOf(id);
    if (administrator === undefined) return done(step, refusedRoom(id, unknownRoom(this.#parts)));
    this.#parts.copies.whenLive(step, id, administrator, 0, (next, outcome) => {
      if (outcome === 'live') return done(next, undefined);
      if (outcome !== 'administrator_unreachable') {
        return done(next, refusedRoom(id, refusal(outcome, 'There is no such room any more.')));
      }
      const isHere = this.#parts.shelf.get(id) !== undefined;
      done(next, isHere ? undefined : refusedRoom(id, unreachable(administrator)));
    });
  }

  /** How a room goes on for a session; what it missed is read afterwards. */
  #resumedAt(session: Session, { room: id, epoch, seq }: ResumeRequest): Resumed {
    if (this.#parts.shelf.isBuried(id))
      return refusedRoom(id, refusal('room_deleted', 'This room was deleted.'));
    const room = this.#parts.shelf.get(id);
    if (room === undefined) return refusedRoom(id, unknownRoom(this.#parts));
    const { actor } = session;
    if (!room.isMember(actor.person)) return refusedRoom(id, notAMember(room, actor));
    const isAhead = isAheadOf(room, { epoch, seq });
    // A copy that has fallen behind cannot say that what came later does not exist.
    if (isAhead && !this.#parts.shelf.isOwn(room) && !this.#parts.copies.isLive(id)) {
      return refusedRoom(id, unreachable(room.administrator));
    }
    if (epoch !== room.epoch || seq > room.lastSeq) {
      return { room: id, reset: { commonSeq: epoch === room.epoch ? room.lastSeq : 0 } };
    }
    const from = Math.max(seq + 1, room.base + 1, room.lastSeq - roomLimits.resumeEntries + 1);
    return { room: id, from, complete: from === seq + 1 };
  }

  #goOn(step: Step, session: Session, id: RoomId, from: number, requests: readonly ResumeRequest[]): void {
    const seq = requests.find(({ room }) => room === id)?.seq ?? 0;
    if (from > seq + 1) {
      step.notice({ session: session.id }, { kind: 'gap', room: id, from: seq + 1, to: from - 1 });
    }
    this.#replay(step, session, id, from);
  }

  /** In it, or out of it by an entry that is still to come: the administrator's answer has told of it already. */
  #goesOn(room: Room, person: Author): boolean {
    return (
      isIn(this.#parts, room, person) ||
      (this.#parts.shelf.get(room.id) === room && this.#parts.copies.isBehind(room))
    );
  }

  #replay(step: Step, session: Session, id: RoomId, from: number): void {
    const room = this.#parts.shelf.get(id);
    if (room === undefined) return;
    let due = from;
    let bytes = 0;
    const isOver = (): boolean => this.#parts.sessions.get(session.id) !== session || session.rooms.has(room);
    /** What is not sent is a gap that is told; history has it. */
    const rest = (now: Step): false => {
      if (isOver() || !this.#goesOn(room, session.actor.person)) return false;
      if (due <= room.lastSeq) {
        now.notice({ session: session.id }, { kind: 'gap', room: id, from: due, to: room.lastSeq });
      }
      this.#parts.sessions.attach(now, session, room);
      return false;
    };
    const isRead = this.#parts.serving.read(step, {
      room,
      from,
      to: null,
      page: (now, entries, isLast) => {
        if (isOver()) return false;
        const fitting = entries.filter((entry) => {
          bytes += sizeOf(entry);
          return bytes <= bounds.replayBytes;
        });
        if (fitting.length > 0) {
          now.emit({ kind: 'deliverTo', session: session.id, room: id, entries: fitting });
        }
        due = (fitting.at(-1)?.seq ?? due - 1) + 1;
        if (bytes > bounds.replayBytes) return rest(now);
        if (!isLast) return true;
        if (!this.#goesOn(room, session.actor.person)) return false;
        this.#parts.sessions.attach(now, session, room);
        if (stateOf(this.#parts, room) !== 'unavailable') return false;
        const reason = unavailableSentence(room.administrator);
        now.notice({ session: session.id }, { kind: 'state', room: id, state: 'unavailable', reason });
        return false;
      },
      lost: rest,
    });
    if (!isRead) rest(step);
  }
}

function refusedRoom(room: RoomId, { code, message }: Extract<RoomResult, { ok: false }>): Resumed {
  return { room, code, message };
}
