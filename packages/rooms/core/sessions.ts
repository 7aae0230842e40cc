/** The clients that are connected to this node, and the rooms each of them is told of. */
import type { Author, RoomActor, RoomEntry } from '@bothy/wire';
import type { Room } from './room.ts';
import type { Step } from './step.ts';

export interface SessionsListener {
  /** The first session of a person at this node is attached to a room. */
  came(step: Step, room: Room, person: Author): void;
  /** The last one was detached. */
  went(step: Step, room: Room, person: Author): void;
  /** Nobody at this node is told of this room any more. */
  deserted(step: Step, room: Room): void;
}

export interface Session {
  readonly id: string;
  readonly actor: RoomActor;
  readonly rooms: Set<Room>;
}

export class Sessions {
  readonly #listener: SessionsListener;
  readonly #sessions = new Map<string, Session>();
  readonly #byPerson = new Map<Author, Set<Session>>();

  constructor(listener: SessionsListener) {
    this.#listener = listener;
  }

  get count(): number {
    return this.#sessions.size;
  }

  get(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  opened(id: string, actor: RoomActor): Session {
    const session = { id, actor, rooms: new Set<Room>() };
    this.#sessions.set(id, session);
    const others = this.#byPerson.get(actor.person) ?? new Set();
    others.add(session);
    this.#byPerson.set(actor.person, others);
    return session;
  }

  closed(step: Step, id: string): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    this.#sessions.delete(id);
    const { person } = session.actor;
    const others = this.#byPerson.get(person);
    others?.delete(session);
    if (others?.size === 0) this.#byPerson.delete(person);
    for (const room of session.rooms) this.#unlist(step, session, room);
    session.rooms.clear();
  }

  attach(step: Step, session: Session, room: Room): void {
    if (this.#sessions.get(session.id) !== session || session.rooms.has(room)) return;
    session.rooms.add(room);
    room.attached.add(session.id);
    step.emit({ kind: 'attach', session: session.id, room: room.id });
    const { person } = session.actor;
    const count = room.here.get(person) ?? 0;
    room.here.set(person, count + 1);
    if (count === 0) this.#listener.came(step, room, person);
  }

  detach(step: Step, session: Session, room: Room): void {
    if (!session.rooms.delete(room)) return;
    step.emit({ kind: 'detach', session: session.id, room: room.id });
    this.#unlist(step, session, room);
  }

  /** Entries for everybody who is told of the room. Who leaves by one of `leaves` is told up to there, and no further. */
  deliver(
    step: Step,
    room: Room,
    entries: readonly RoomEntry[],
    leaves: ReadonlySet<number>,
    trace: string | undefined,
  ): void {
    let part: RoomEntry[] = [];
    for (const entry of entries) {
      part.push(entry);
      if (!leaves.has(entry.seq) || entry.content.kind !== 'left') continue;
      if (room.attached.size > 0) step.deliver(room.id, part, trace);
      part = [];
      this.detachPerson(step, entry.content.person, room);
    }
    if (part.length > 0 && room.attached.size > 0) step.deliver(room.id, part, trace);
  }

  /** Sessions of a person that are told of this room. */
  of(person: Author, room: Room): string[] {
    return [...(this.#byPerson.get(person) ?? [])].filter(({ rooms }) => rooms.has(room)).map(({ id }) => id);
  }

  /** Somebody is no member any more. */
  detachPerson(step: Step, person: Author, room: Room): void {
    for (const session of this.#byPerson.get(person) ?? []) this.detach(step, session, room);
  }

  /** Who is no member any more, as a copy that started anew has learned. */
  detachStrangers(step: Step, room: Room): void {
    for (const person of [...room.here.keys()]) {
      if (room.isMember(person)) continue;
      const reason = 'You are not a member of this room any more.';
      for (const session of this.of(person, room)) {
        step.notice({ session }, { kind: 'state', room: room.id, state: 'unavailable', reason });
      }
      this.detachPerson(step, person, room);
    }
  }

  /** The room is no more. */
  detachAll(step: Step, room: Room): void {
    for (const id of [...room.attached]) {
      const session = this.#sessions.get(id);
      if (session !== undefined) this.detach(step, session, room);
    }
  }

  #unlist(step: Step, session: Session, room: Room): void {
    room.attached.delete(session.id);
    const { person } = session.actor;
    const count = (room.here.get(person) ?? 1) - 1;
    if (count > 0) room.here.set(person, count);
    else {
      room.here.delete(person);
      this.#listener.went(step, room, person);
    }
    if (room.attached.size === 0) this.#listener.deserted(step, room);
  }
}
