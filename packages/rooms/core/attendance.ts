/**
 * Who of a room's members has a connection, and where. Each node counts its own
 * sessions; the administrator adds up what the nodes report, tells everybody how
 * each member stands, and lets those leave whose node failed (design, section 7).
 *
 *   online ──last connection ends, or its node fails──▶ away ──60 s──▶ offline
 *                                                         └─ its node failed, or a guest ─▶ leaves
 */
import type { Author, NodeId, RoomId, RoomPresence } from '@bothy/wire';
import { timing } from './config.ts';
import type { Room } from './room.ts';
import type { Step } from './step.ts';

export interface AttendanceListener {
  /** A member's time to come back is over. */
  leaves(step: Step, room: Room, person: Author, reason: 'nodeFailed' | 'disconnected'): void;
  /** Nodes that follow this room. */
  followers(room: Room): readonly NodeId[];
  room(id: RoomId): Room | undefined;
}

interface Absence {
  readonly nodeFailed: boolean;
}

export class Attendance {
  readonly #self: NodeId;
  readonly #listener: AttendanceListener;
  /** By room: which nodes a person is connected at. */
  readonly #where = new Map<RoomId, Map<Author, Set<NodeId>>>();
  readonly #absences = new Map<string, Absence>();

  constructor(self: NodeId, listener: AttendanceListener) {
    this.#self = self;
    this.#listener = listener;
  }

  /** At the administrator, when its node starts: guests who do not come back leave, though nobody saw them go. */
  started(step: Step, room: Room): void {
    for (const { person, standing } of room.members.values()) {
      if (standing !== 'member' || !person.startsWith('guest:')) continue;
      step.setTimer(`guest ${absenceKey(room.id, person)}`, timing.guestLeavesAfterMs);
    }
  }

  /** Another node tells who of the members came and went there. */
  told(
    step: Step,
    room: Room,
    persons: readonly { readonly person: Author; readonly presence: RoomPresence }[],
    from: NodeId,
  ): void {
    for (const { person, presence } of persons) {
      if (!room.isMember(person)) continue;
      if (presence === 'online') this.came(step, room, person, from);
      else this.went(step, room, person, from, false);
    }
  }

  /** At the administrator: a person has a connection at this node. */
  came(step: Step, room: Room, person: Author, node: NodeId): void {
    const persons = this.#where.get(room.id) ?? new Map<Author, Set<NodeId>>();
    this.#where.set(room.id, persons);
    const nodes = persons.get(person) ?? new Set<NodeId>();
    persons.set(person, nodes);
    nodes.add(node);
    if (this.#absences.delete(absenceKey(room.id, person))) {
      step.clearTimer(`absent ${absenceKey(room.id, person)}`);
    }
    this.#stands(step, room, person, 'online');
  }

  /** At the administrator: the last connection of a person at this node has ended. */
  went(step: Step, room: Room, person: Author, node: NodeId, nodeFailed: boolean): void {
    const nodes = this.#where.get(room.id)?.get(person);
    if (nodes === undefined || !nodes.delete(node) || nodes.size > 0) return;
    this.#where.get(room.id)?.delete(person);
    if (!room.isMember(person)) return;
    this.#absences.set(absenceKey(room.id, person), { nodeFailed });
    const isGuest = person.startsWith('guest:');
    const afterMs = nodeFailed ? timing.leaveAfterMs : timing.offlineAfterMs;
    step.setTimer(`absent ${absenceKey(room.id, person)}`, afterMs);
    this.#stands(step, room, person, 'away');
    if (isGuest && !nodeFailed) {
      step.setTimer(`guest ${absenceKey(room.id, person)}`, timing.guestLeavesAfterMs);
    }
  }

  /** At the administrator: everybody who was connected at a node that failed. */
  nodeFailed(step: Step, room: Room, node: NodeId): void {
    const persons = this.#where.get(room.id);
    for (const person of [...(persons?.keys() ?? [])].sort()) {
      this.went(step, room, person, node, true);
    }
  }

  /** At the administrator: what a node says of all its persons at once; whoever it does not name has gone. */
  reported(step: Step, room: Room, node: NodeId, online: readonly Author[]): void {
    const named = new Set(online);
    for (const [person, nodes] of [...(this.#where.get(room.id) ?? [])]) {
      if (nodes.has(node) && !named.has(person)) this.went(step, room, person, node, false);
    }
    for (const person of online) if (room.isMember(person)) this.came(step, room, person, node);
  }

  absenceTimerFired(step: Step, key: string): void {
    const absence = this.#absences.get(key);
    const [roomId = '', person = ''] = split(key);
    const room = this.#listener.room(roomId);
    if (absence === undefined || room === undefined) return;
    this.#absences.delete(key);
    if (!room.isMember(person as Author)) return;
    if (absence.nodeFailed) this.#listener.leaves(step, room, person as Author, 'nodeFailed');
    else this.#stands(step, room, person as Author, 'offline');
  }

  guestTimerFired(step: Step, key: string): void {
    const [roomId = '', person = ''] = split(key);
    const room = this.#listener.room(roomId);
    const isHere = this.#where.get(roomId)?.has(person as Author) === true;
    if (room === undefined || isHere || !room.isMember(person as Author)) return;
    this.#listener.leaves(step, room, person as Author, 'disconnected');
  }

  /** A room that is no more. */
  forget(step: Step, room: RoomId): void {
    this.#where.delete(room);
    for (const key of [...this.#absences.keys()]) {
      if (split(key)[0] !== room) continue;
      this.#absences.delete(key);
      step.clearTimer(`absent ${key}`);
      step.clearTimer(`guest ${key}`);
    }
  }

  #stands(step: Step, room: Room, person: Author, presence: RoomPresence): void {
    if ((room.presence.get(person) ?? 'offline') === presence) return;
    if (presence === 'offline') room.presence.delete(person);
    else room.presence.set(person, presence);
    showPresence(step, room, person, presence);
    for (const node of this.#listener.followers(room)) {
      if (node !== this.#self) {
        step.send(node, { kind: 'presence', room: room.id, persons: [{ person, presence }] });
      }
    }
  }
}

/** Tells the room's sessions here. */
export function showPresence(step: Step, room: Room, person: Author, presence: RoomPresence): void {
  if (room.attached.size === 0) return;
  step.notice({ room: room.id }, { kind: 'presence', room: room.id, person, presence });
}

function absenceKey(room: RoomId, person: Author): string {
  return `${room} ${person}`;
}

function split(key: string): [string, string] {
  const at = key.indexOf(' ');
  return [key.slice(0, at), key.slice(at + 1)];
}
