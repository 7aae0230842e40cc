/** What people ask: answered here, by a copy, or by the node that orders the room. */
import type { Author, NodeId, OrderedCommand, RoomActor, RoomResult } from '@bothy/wire';
import { transactionOf } from './deletions.ts';
import { unreachable } from './forwards.ts';
import type { RoomClusterMessage, RoomsInput } from './inputs.ts';
import type { OrderRequest, Origin } from './ordering.ts';
import { answer, type Parts, stateOf, unknownRoom } from './parts.ts';
import { notAMember, refuses } from './permissions.ts';
import { ReadMarks } from './read-marks.ts';
import type { Room } from './room.ts';
import { RoomInfos } from './room-infos.ts';
import type { RoomMaking } from './room-making.ts';
import { historyRange, isAheadOf, type RoomReading } from './room-reading.ts';
import { refusal, type Step } from './step.ts';

type Command = Extract<RoomsInput, { kind: 'command' }>;

export class Commands {
  readonly #parts: Parts;
  readonly #making: RoomMaking;
  readonly #reading: RoomReading;
  readonly readMarks: ReadMarks;
  readonly infos: RoomInfos;

  constructor(parts: Parts, making: RoomMaking, reading: RoomReading) {
    this.#parts = parts;
    this.#making = making;
    this.#reading = reading;
    this.readMarks = new ReadMarks(parts.shelf);
    this.infos = new RoomInfos(parts);
  }

  command(step: Step, { id, session, actor, command, creation, trace }: Command): void {
    const origin: Origin = { id, session, node: null };
    if (command.kind === 'list') {
      const rooms = this.#parts.directory.list(actor);
      return step.reply(id, session, {
        ok: true,
        value: { rooms, unreachable: this.#parts.nodes.unreachable },
      });
    }
    if (command.kind === 'create') return this.#making.create(step, origin, actor, command, creation);
    if (this.#parts.shelf.isBuried(command.room)) return this.#ofBuried(step, origin, command);
    const request: OrderRequest = { origin, actor, command, trace };
    const room = this.#parts.shelf.get(command.room);
    if (room !== undefined && this.#parts.shelf.isOwn(room)) return this.#ordered(step, room, request);
    this.#elsewhere(step, room, request);
  }

  forward(step: Step, from: NodeId, message: Extract<RoomClusterMessage, { kind: 'forward' }>): void {
    const { id, actor, command, trace } = message;
    const origin: Origin = { id, session: null, node: from };
    const room = this.#parts.shelf.own(command.room);
    if (room !== undefined) return this.#ordered(step, room, { origin, actor, command, trace });
    if (this.#parts.shelf.isBuried(command.room)) return this.#ofBuried(step, origin, command);
    answer(step, origin, refusal('room_not_found', 'There is no such room any more.'));
  }

  /** Who asks for its deletion again is told how that ended. */
  #ofBuried(step: Step, origin: Origin, command: OrderedCommand): void {
    const epoch = this.#parts.shelf.buriedEpoch(command.room);
    const outcome =
      command.kind === 'delete' && epoch !== undefined
        ? this.#parts.deletions.carriedOut(transactionOf(command.room, epoch, command.requestId))
        : undefined;
    if (outcome !== undefined) return answer(step, origin, { ok: true, value: outcome });
    answer(step, origin, refusal('room_deleted', 'This room was deleted.'));
  }

  /** A command for a room that another node orders. */
  #elsewhere(step: Step, copy: Room | undefined, request: OrderRequest): void {
    const { origin, actor, command, trace } = request;
    const administrator = this.#parts.directory.administratorOf(command.room);
    if (administrator === undefined) return answer(step, origin, unknownRoom(this.#parts));
    if (copy !== undefined && this.#answersFromCopy(copy, actor, command)) {
      return this.#ordered(step, copy, request);
    }
    if (!this.#parts.nodes.isReachable(administrator)) {
      return answer(step, origin, unreachable(administrator));
    }
    if (command.kind === 'typing') {
      if (copy === undefined) return answer(step, origin, unknownRoom(this.#parts));
      if (!copy.isMember(actor.person)) return answer(step, origin, notAMember(copy, actor));
      const { room, active } = command;
      step.sendEarly(administrator, { kind: 'typing', room, person: actor.person, name: actor.name, active });
      return answer(step, origin, { ok: true, value: {} });
    }
    if (command.kind === 'info') return this.infos.ask(step, administrator, request);
    if (copy !== undefined && copy.deleting !== null && command.kind !== 'delete') {
      return answer(step, origin, refusal('room_busy', 'This room is being deleted and takes nothing new.'));
    }
    const forwarded = command.kind === 'join' ? { ...command, limit: 0 } : command;
    this.#parts.forwards.forward(step, administrator, actor, forwarded, trace, (next, result) => {
      this.#forwarded(next, request, administrator, result);
    });
  }

  /** Reading needs no administrator where the copy is up to date, or all there is. */
  #answersFromCopy(copy: Room, actor: RoomActor, command: OrderedCommand): boolean {
    const isCurrent =
      this.#parts.copies.isLive(copy.id) || !this.#parts.nodes.isReachable(copy.administrator);
    if (!isCurrent || !copy.isMember(actor.person)) return false;
    if (command.kind === 'info') return true;
    if (command.kind === 'join') {
      // Who has seen more than this copy holds would be told all of it anew.
      const isBehind = command.after !== undefined && isAheadOf(copy, command.after);
      return !isBehind && !this.#parts.nodes.isReachable(copy.administrator);
    }
    // What this copy does not hold yet may be there at the administrator.
    if (command.kind === 'history' && (command.after ?? 0) > copy.lastSeq) {
      return !this.#parts.nodes.isReachable(copy.administrator);
    }
    return (
      command.kind === 'history' &&
      (historyRange(copy, command).from > copy.base || !this.#parts.nodes.isReachable(copy.administrator))
    );
  }

  #forwarded(step: Step, request: OrderRequest, administrator: NodeId, result: RoomResult): void {
    const { origin, actor, command } = request;
    // Before anybody is told: who has changed it reads what they have written.
    if (command.kind !== 'history') this.infos.changed(new Set([command.room]));
    if (!result.ok || command.kind !== 'join' || origin.session === null || !('members' in result.value)) {
      return answer(step, origin, result);
    }
    const seq =
      'room' in result.value && typeof result.value.room === 'object' ? result.value.room.lastSeq : 0;
    const read = 'read' in result.value ? result.value.read : 0;
    this.#parts.copies.whenLive(step, command.room, administrator, seq, (next, outcome) => {
      const room = this.#parts.shelf.get(command.room);
      if (outcome !== 'live' || room === undefined) {
        return answer(next, origin, unreachable(administrator));
      }
      if (!room.isMember(actor.person)) {
        return answer(next, origin, refusal('not_a_member', 'You have left this room meanwhile.'));
      }
      this.#reading.giveRoom(next, room, request, read);
    });
  }

  #ordered(step: Step, room: Room, request: OrderRequest): void {
    const { origin, actor, command } = request;
    switch (command.kind) {
      case 'info':
      case 'history':
      case 'typing':
      case 'markRead': {
        const refused = refuses(room, actor, command);
        if (refused !== undefined) return answer(step, origin, refused);
        if (command.kind === 'info') {
          const info = room.info(stateOf(this.#parts, room));
          return answer(step, origin, { ok: true, value: { room: info, members: room.memberList() } });
        }
        if (command.kind === 'history') return this.#reading.history(step, room, origin, command);
        if (command.kind === 'typing')
          this.typing(step, room, actor.person, actor.name, command.active, null);
        else if (command.seq > room.lastSeq) {
          const sentence = `This log ends at ${room.lastSeq}: it has no position ${command.seq}.`;
          return answer(step, origin, refusal('bad_request', sentence));
        } else this.readMarks.mark(step, room, actor.person, command.seq);
        return answer(step, origin, { ok: true, value: {} });
      }
      case 'join':
        if (this.#parts.shelf.isOwn(room)) return this.#parts.ordering.order(step, room, request);
        return this.#reading.giveRoom(step, room, request, 0);
      default:
        return this.#parts.ordering.order(step, room, request);
    }
  }

  typing(step: Step, room: Room, person: Author, name: string, active: boolean, from: NodeId | null): void {
    step.notice({ room: room.id }, { kind: 'typing', room: room.id, person, name, active });
    if (!this.#parts.shelf.isOwn(room)) return;
    for (const node of this.#parts.followers.reached(room.id)) {
      if (node !== from) step.sendEarly(node, { kind: 'typing', room: room.id, person, name, active });
    }
  }
}
