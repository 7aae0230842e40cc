/** The rooms that a client is in: where it stands in each, and how it comes back to each on a new session. */

import type { Random } from '@bothy/protocols';
import type {
  Author,
  ErrorCode,
  Resumed,
  RoomAnswers,
  RoomEntry,
  RoomId,
  RoomMember,
  RoomNotice,
} from '@bothy/wire';
import { againBackoff } from './again-backoff.ts';
import type { CallOutcome, Calls } from './calls.ts';
import type { ClientStep } from './client-step.ts';
import { type ClientConfig, clientBounds, clientTiming, passingCodes } from './config.ts';
import { endOf, FollowedRoom, isForNow, isOut, type Shown } from './followed-room.ts';

export interface FollowedRoomsListener {
  /** Messages can be written in this room again. */
  ready(step: ClientStep, room: RoomId): void;
  /** The client is in this room no longer. */
  gone(step: ClientStep, room: RoomId, code: ErrorCode, message: string): void;
}

type OutReason = 'left' | 'banned' | 'deleted' | 'refused';

export class FollowedRooms {
  readonly #calls: Calls;
  readonly #random: Random;
  readonly #run: string;
  readonly #listener: FollowedRoomsListener;
  readonly #rooms = new Map<RoomId, FollowedRoom>();
  /** Members of each, when they were told of last. */
  readonly #memberCounts = new Map<RoomId, number>();
  #me: Author | undefined;
  #requests = 0;

  constructor(
    calls: Calls,
    random: Random,
    { run, rooms = [] }: Pick<ClientConfig, 'run' | 'rooms'>,
    listener: FollowedRoomsListener,
  ) {
    this.#calls = calls;
    this.#random = random;
    this.#run = run;
    this.#listener = listener;
    for (const { room: id, epoch, seq } of rooms.slice(0, clientBounds.rooms)) {
      const room = new FollowedRoom(epoch, seq);
      room.isAttached = false;
      this.#rooms.set(id, room);
    }
  }

  get isFull(): boolean {
    return this.#rooms.size >= clientBounds.rooms;
  }

  has(room: RoomId): boolean {
    return this.#rooms.has(room);
  }

  /** Not between a loss and the return to it; in a room that is not followed the node decides. */
  mayWrite(room: RoomId): boolean {
    return this.#rooms.get(room)?.isAttached ?? true;
  }

  positions(): { readonly room: RoomId; readonly epoch: number; readonly seq: number }[] {
    return [...this.#rooms].map(([room, { epoch, last }]) => ({ room, epoch, seq: last }));
  }

  opened(step: ClientStep, me: Author, resumed: readonly Resumed[]): void {
    this.#me = me;
    const results = new Map(resumed.map((each) => [each.room, each]));
    for (const [id, room] of [...this.#rooms]) {
      const result = results.get(id);
      if (result === undefined) this.#rejoin(step, id, room);
      else this.#resumed(step, id, room, result);
    }
  }

  lost(step: ClientStep): void {
    for (const [id, room] of this.#rooms) {
      room.lost();
      for (const key of ['members', 'rejoin']) step.clearTimer(`${key} ${id}`);
    }
  }

  /** A join was answered: the room is followed from here on. `after`: what the one who asked has already. */
  joined(step: ClientStep, answer: RoomAnswers['join'], after: number | undefined): void {
    const { room: info, members, entries, complete } = answer;
    const known = this.#rooms.get(info.id);
    const first = entries[0]?.seq ?? info.lastSeq + 1;
    const room = known ?? new FollowedRoom(info.epoch, after !== undefined && complete ? after : first - 1);
    room.epoch = Math.max(room.epoch, info.epoch);
    const isBack = known !== undefined && !known.isAttached;
    room.isAttached = true;
    room.rejoins = undefined;
    this.#rooms.set(info.id, room);
    this.#members(step, info, members);
    if (isBack && info.lastSeq < room.last) this.#reset(step, info.id, room, info.lastSeq);
    if (known === undefined && after !== undefined && !complete && first > after + 1) {
      step.notify({ kind: 'gap', room: info.id, from: after + 1, to: first - 1 });
    }
    this.#take(step, info.id, room, entries);
    this.#listener.ready(step, info.id);
  }

  /** An own room was made; its first entries follow, unless an earlier request under the same id had made it. */
  created(step: ClientStep, { room: info }: RoomAnswers['create'], isFirst: boolean): void {
    if (this.#rooms.has(info.id)) return;
    const room = new FollowedRoom(info.epoch, 0);
    this.#rooms.set(info.id, room);
    step.notify({ kind: 'room', room: info, members: [] });
    room.isAttached = isFirst;
    if (!isFirst) return this.#rejoin(step, info.id, room);
    this.#askInfo(step, info.id, (next, outcome) => {
      if (room.last > 0) return this.#tookMembers(next, outcome);
      room.isAttached = false;
      if (this.#rooms.get(info.id) === room) this.#rejoin(next, info.id, room);
    });
  }

  /** The person wants to leave; what would bring them back is not sent any more. */
  leaving(id: RoomId): void {
    const room = this.#rooms.get(id);
    if (room !== undefined) room.isLeaving = true;
  }

  /** It was refused, or nobody knows whether it was granted: then that is asked before one comes back. */
  notLeft(step: ClientStep, id: RoomId, code: ErrorCode): void {
    const room = this.#rooms.get(id);
    if (room === undefined) return;
    room.isLeaving = false;
    room.mayHaveLeft = passingCodes.has(code);
    if (!room.isAttached) this.#rejoinLater(step, id, room);
  }

  /** The person's own wish has been granted. */
  left(step: ClientStep, room: RoomId): void {
    this.#out(step, room, 'left', 'not_a_member', 'You have left this room.');
  }

  entry(step: ClientStep, id: RoomId, entry: RoomEntry): void {
    const room = this.#rooms.get(id);
    if (room?.isAttached === true) this.#take(step, id, room, [entry]);
  }

  notice(step: ClientStep, notice: RoomNotice): void {
    if (notice.kind === 'gap') {
      const room = this.#rooms.get(notice.room);
      if (room === undefined) return;
      this.#show(step, notice.room, room.leftOut(notice.to));
      return this.#fill(step, notice.room, room);
    }
    step.notify(notice);
    if (notice.kind !== 'state') return;
    if (notice.state === 'deleted') {
      return this.#out(step, notice.room, 'deleted', 'room_deleted', 'This room was deleted.');
    }
    if (notice.state === 'available') this.#listener.ready(step, notice.room);
  }

  membersTimerFired(step: ClientStep, room: RoomId): void {
    if (this.#rooms.get(room)?.isAttached !== true) return;
    this.#askInfo(step, room, (next, outcome) => this.#tookMembers(next, outcome));
  }

  rejoinTimerFired(step: ClientStep, id: RoomId): void {
    const room = this.#rooms.get(id);
    if (room?.isAttached === false) this.#rejoin(step, id, room);
  }

  #resumed(step: ClientStep, id: RoomId, room: FollowedRoom, result: Resumed): void {
    if ('from' in result) {
      room.isAttached = true;
      room.mayHaveLeft = false;
      // Who came and went meanwhile is not in the log.
      if ((this.#memberCounts.get(id) ?? 0) <= clientBounds.membersRefreshed) {
        const { membersAfterMs } = clientTiming;
        step.setTimer(`members ${id}`, membersAfterMs + this.#random.next() * membersAfterMs);
      }
      return;
    }
    if ('reset' in result) {
      this.#reset(step, id, room, result.reset.commonSeq);
      return this.#rejoin(step, id, room);
    }
    if (result.code === 'room_deleted') return this.#out(step, id, 'deleted', result.code, result.message);
    // No member any more: as a rule because the node was away too long, and then one may come back.
    if (result.code === 'not_a_member') {
      return room.mayHaveLeft ? this.left(step, id) : this.#rejoin(step, id, room);
    }
    if (isForNow(result.code, room)) return this.#rejoinLater(step, id, room);
    this.#out(step, id, 'refused', result.code, result.message);
  }

  #rejoin(step: ClientStep, id: RoomId, room: FollowedRoom): void {
    if (room.isLeaving) return;
    if (room.mayHaveLeft) return this.#askWhetherLeft(step, id, room);
    this.#requests += 1;
    const requestId = `${this.#run}-${this.#requests}`;
    const after = { epoch: room.epoch, seq: room.last };
    this.#calls.ask(step, {
      method: 'room.join',
      params: { requestId, room: id, after, limit: clientBounds.page },
      timeoutMs: clientTiming.callTimeoutMs,
      retryOn: passingCodes,
      isWanted: () => this.#rooms.get(id) === room && !room.isLeaving,
      done: (next, outcome) => {
        if (this.#rooms.get(id) !== room || room.isAttached || room.isLeaving) return;
        if (outcome.ok) {
          const { answer } = outcome;
          return answer.method === 'room.join' ? this.joined(next, answer.result, room.last) : undefined;
        }
        const { code, message } = outcome;
        if (isForNow(code, room)) return this.#rejoinLater(next, id, room);
        const reason = code === 'banned' ? 'banned' : code === 'room_deleted' ? 'deleted' : 'refused';
        this.#out(next, id, reason, code, message);
      },
    });
  }

  #askWhetherLeft(step: ClientStep, id: RoomId, room: FollowedRoom): void {
    this.#askInfo(step, id, (next, outcome) => {
      if (this.#rooms.get(id) !== room || room.isAttached || room.isLeaving) return;
      if (isOut(outcome)) return this.left(next, id);
      if (outcome.ok) room.mayHaveLeft = false;
      this.#rejoinLater(next, id, room);
    });
  }

  #rejoinLater(step: ClientStep, id: RoomId, room: FollowedRoom): void {
    room.rejoins ??= againBackoff(this.#random);
    step.setTimer(`rejoin ${id}`, room.rejoins.next() ?? clientTiming.againMaxMs);
  }

  #take(step: ClientStep, id: RoomId, room: FollowedRoom, entries: readonly RoomEntry[]): void {
    this.#show(step, id, room.take(entries));
    this.#fill(step, id, room);
  }

  #show(step: ClientStep, id: RoomId, shown: readonly Shown[]): void {
    let isAboutMe = false;
    for (const each of shown) {
      if (each.kind === 'gap') step.notify({ kind: 'gap', room: id, from: each.from, to: each.to });
      else {
        step.notify({ kind: 'entries', room: id, entries: each.entries });
        for (const { content } of each.entries) {
          const end = endOf(content, this.#me);
          if (end === undefined) continue;
          isAboutMe = true;
          const room = this.#rooms.get(id);
          if (room !== undefined) room.lastEnd = end;
        }
      }
    }
    if (isAboutMe) this.#askWhetherOut(step, id);
  }

  /** An entry says that one is out; it may be an old one, and one came back since. So the node is asked. */
  #askWhetherOut(step: ClientStep, id: RoomId): void {
    const room = this.#rooms.get(id);
    // A log can hold many such entries; one question answers for all.
    if (room === undefined || room.isAsking) return;
    room.isAsking = true;
    this.#askInfo(step, id, (next, outcome) => {
      room.isAsking = false;
      if (this.#rooms.get(id) !== room) return;
      if (outcome.ok) return this.#tookMembers(next, outcome);
      if (outcome.code === 'room_deleted') {
        return this.#out(next, id, 'deleted', outcome.code, outcome.message);
      }
      if (!isOut(outcome)) return;
      room.lost();
      this.#whyOut(next, id, room);
    });
  }

  /** Who was taken out by a failure comes back; who left, or was banned, does not. */
  #whyOut(step: ClientStep, id: RoomId, room: FollowedRoom): void {
    const reason = room.lastEnd ?? 'left';
    if (reason === 'nodeFailed' || reason === 'disconnected') return this.#rejoin(step, id, room);
    if (reason === 'banned')
      return this.#out(step, id, 'banned', 'banned', 'You were banned from this room.');
    this.left(step, id);
  }

  #fill(step: ClientStep, id: RoomId, room: FollowedRoom): void {
    if (room.filling !== 0 || !room.isAttached || room.missingTo === undefined) return;
    this.#requests += 1;
    const filling = this.#requests;
    room.filling = filling;
    const after = room.last;
    this.#calls.ask(step, {
      method: 'room.history',
      params: { room: id, after, limit: clientBounds.page },
      timeoutMs: clientTiming.callTimeoutMs,
      retryOn: passingCodes,
      done: (next, outcome) => {
        // One that was asked on an earlier connection says nothing about what is missing now.
        if (this.#rooms.get(id) !== room || room.filling !== filling) return;
        room.filling = 0;
        const isHistory = outcome.ok && outcome.answer.method === 'room.history';
        const entries = isHistory ? outcome.answer.result.entries : [];
        this.#show(next, id, room.take(entries));
        // What did not come now is not to be had: the node holds the log from later on, or refuses to show it.
        if (room.last === after) this.#show(next, id, room.skip());
        this.#fill(next, id, room);
      },
    });
  }

  #reset(step: ClientStep, id: RoomId, room: FollowedRoom, commonSeq: number): void {
    const isAttached = room.isAttached;
    room.reset(commonSeq);
    room.isAttached = isAttached;
    step.notify({ kind: 'reset', room: id, commonSeq: room.last });
  }

  #askInfo(step: ClientStep, room: RoomId, done: (step: ClientStep, outcome: CallOutcome) => void): void {
    const { callTimeoutMs: timeoutMs } = clientTiming;
    this.#calls.ask(step, { method: 'room.info', params: { room }, timeoutMs, retryOn: passingCodes, done });
  }

  #tookMembers(step: ClientStep, outcome: CallOutcome): void {
    if (!outcome.ok || outcome.answer.method !== 'room.info') return;
    const { room, members } = outcome.answer.result;
    if (this.#rooms.has(room.id)) this.#members(step, room, members);
  }

  #members(step: ClientStep, room: RoomAnswers['info']['room'], members: readonly RoomMember[]): void {
    this.#memberCounts.set(room.id, members.length);
    step.notify({ kind: 'room', room, members });
  }

  #out(step: ClientStep, id: RoomId, reason: OutReason, code: ErrorCode, message: string): void {
    const wasIn = this.#rooms.delete(id);
    this.#memberCounts.delete(id);
    if (wasIn) {
      for (const key of ['members', 'rejoin']) step.clearTimer(`${key} ${id}`);
      step.notify({ kind: 'out', room: id, reason, message });
    }
    this.#listener.gone(step, id, code, message);
  }
}
