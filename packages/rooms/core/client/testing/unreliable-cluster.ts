/**
 * Nodes for tests of the client core: they share the rooms' logs, speak the protocol as text, and are as unreliable as
 * their options say. Deterministic: randomness and time come from the world.
 */
import type { Random } from '@bothy/protocols';
import { entryNotification, flatEntry, type RoomEntry, type RoomId, type RoomInfo } from '@bothy/wire';
import type { RpcRequest } from '../outputs.ts';

export interface Unreliability {
  /** Chance that a call is not answered at all, and that its effect takes place none the less. */
  readonly loseAnswer: number;
  /** Chance that an entry is not sent to a session, that it is sent twice, or out of turn. */
  readonly loseEntry: number;
  readonly repeatEntry: number;
  readonly swapEntries: number;
  /** Chance that a call is refused for now. */
  readonly refuseForNow: number;
  /** Chance that a connection breaks with a frame, or falls silent for good. */
  readonly breakConnection: number;
  readonly silence: number;
}

export const reliable: Unreliability = {
  loseAnswer: 0,
  loseEntry: 0,
  repeatEntry: 0,
  swapEntries: 0,
  refuseForNow: 0,
  breakConnection: 0,
  silence: 0,
};

export interface Wire {
  /** To the client, in order. */
  send(text: string): void;
  close(code: number, reason: string): void;
}

interface ServedSession {
  readonly wire: Wire;
  readonly rooms: Set<RoomId>;
  isOpen: boolean;
  isSilent: boolean;
  late: string | undefined;
}

const person = 'a'.repeat(32);

export class UnreliableCluster {
  readonly #random: Random;
  readonly #logs = new Map<RoomId, RoomEntry[]>();
  readonly #sessions = new Map<number, ServedSession>();
  unreliability: Unreliability = reliable;
  /** Refuses calls of this method with this code, in place of an answer. */
  readonly refusals = new Map<string, string>();
  /** What each session was opened with. */
  readonly opens: Readonly<Record<string, unknown>>[] = [];
  readonly calls: string[] = [];
  /** `room.history` shows nothing up to here. */
  base = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  log(room: RoomId): RoomEntry[] {
    const log = this.#logs.get(room) ?? [];
    this.#logs.set(room, log);
    return log;
  }

  connected(connection: number, wire: Wire): void {
    this.#sessions.set(connection, {
      wire,
      rooms: new Set(),
      isOpen: false,
      isSilent: false,
      late: undefined,
    });
  }

  closed(connection: number): void {
    this.#sessions.delete(connection);
  }

  /** Every connection ends. */
  closeAll(code: number, reason = ''): void {
    for (const [connection, { wire }] of [...this.#sessions]) {
      this.closed(connection);
      wire.close(code, reason);
    }
  }

  /** Something that is no answer, to every session. */
  say(text: string): void {
    for (const { wire } of this.#sessions.values()) wire.send(text);
  }

  silence(): void {
    for (const session of this.#sessions.values()) session.isSilent = true;
  }

  /** Somebody else writes. */
  write(room: RoomId, body: string): void {
    this.append(room, 'guest:ben', `ben-${this.log(room).length}`, { kind: 'message', body });
  }

  append(room: RoomId, author: RoomEntry['author'], key: string, content: RoomEntry['content']): RoomEntry {
    const log = this.log(room);
    const entry: RoomEntry = { epoch: 1, seq: log.length + 1, author, name: 'x', sentAt: 0, key, content };
    log.push(entry);
    for (const session of this.#sessions.values())
      if (session.rooms.has(room)) this.#deliver(session, room, entry);
    return entry;
  }

  heard(connection: number, { id, method, params }: RpcRequest): void {
    const session = this.#sessions.get(connection);
    if (session === undefined) return;
    this.calls.push(method);
    const chances = this.unreliability;
    if (this.#happens(chances.silence)) session.isSilent = true;
    if (session.isSilent) return;
    if (this.#happens(chances.breakConnection)) return this.#break(connection, session);
    const refusal =
      this.refusals.get(method) ?? (this.#happens(chances.refuseForNow) ? passing(this.#random) : undefined);
    if (refusal !== undefined) {
      const error = { code: -32000, message: `No: ${refusal}.`, data: { code: refusal } };
      return session.wire.send(JSON.stringify({ jsonrpc: '2.0', id, error }));
    }
    const { result, then } = this.#answer(session, method, params);
    if (this.#happens(chances.breakConnection)) return this.#break(connection, session);
    if (!this.#happens(chances.loseAnswer)) session.wire.send(JSON.stringify({ jsonrpc: '2.0', id, result }));
    then?.();
  }

  #answer(
    session: ServedSession,
    method: string,
    params: Readonly<Record<string, unknown>>,
  ): { readonly result: unknown; readonly then?: () => void } {
    const room = String(params.room ?? '');
    switch (method) {
      case 'session.open':
        return this.#open(session, params);
      case 'session.ping':
        return { result: { now: 0 } };
      case 'room.join': {
        session.rooms.add(room);
        const log = this.log(room);
        const { seq = 0 } = (params.after ?? {}) as { seq?: number };
        const from = Math.max(Math.min(seq, log.length), log.length - Number(params.limit), this.base);
        const entries = log.slice(from).map(flatEntry);
        const complete = from === seq;
        return { result: { room: this.#info(room), members: [], entries, complete, read: 0 } };
      }
      case 'room.info':
        return { result: { room: this.#info(room), members: [] } };
      case 'room.leave':
        session.rooms.delete(room);
        return { result: { room } };
      case 'room.send': {
        const known = this.log(room).find(({ key, author }) => key === params.messageId && author === person);
        if (known !== undefined) return { result: { epoch: 1, seq: known.seq, duplicate: true } };
        const others = [...this.#sessions.values()].filter(
          (other) => other !== session && other.rooms.has(room),
        );
        const content = { kind: 'message', body: String(params.body) } as const;
        const log = this.log(room);
        const key = String(params.messageId);
        const entry = {
          epoch: 1,
          seq: log.length + 1,
          author: person,
          name: 'anna',
          sentAt: 0,
          key,
          content,
        };
        log.push(entry);
        for (const other of others) this.#deliver(other, room, entry);
        const then = (): void => {
          if (session.rooms.has(room)) this.#deliver(session, room, entry);
        };
        return { result: { epoch: 1, seq: entry.seq, duplicate: false }, then };
      }
      case 'room.history': {
        const from = Math.max(Number(params.after ?? 0), this.base);
        const entries = this.log(room).slice(from, from + Number(params.limit));
        return { result: { entries: entries.map(flatEntry), complete: false } };
      }
      case 'room.list':
        return { result: { rooms: [], unreachable: [] } };
      default:
        return { result: { epoch: 1, seq: 1 } };
    }
  }

  #open(session: ServedSession, params: Readonly<Record<string, unknown>>) {
    this.opens.push(params);
    session.isOpen = true;
    const resume = params.resume as readonly { readonly room: RoomId; readonly seq: number }[];
    const resumed = resume.map(({ room, seq }) => {
      const log = this.log(room);
      if (seq > log.length) return { room, reset: { commonSeq: log.length } };
      const from = Math.max(seq, this.base) + 1;
      return { room, from, complete: from === seq + 1 };
    });
    const then = (): void => {
      for (const { room, seq } of resume) {
        const from = Math.max(seq, this.base);
        if (seq > this.log(room).length) continue;
        if (from > seq) {
          session.wire.send(notification('room.gap', { room, from: seq + 1, to: from }));
        }
        session.rooms.add(room);
        for (const entry of this.log(room).slice(from)) this.#deliver(session, room, entry);
      }
    };
    const head = { node: 'n1', protocol: 'bothy.v1', person, name: 'anna', verified: true };
    return { result: { ...head, heartbeatMs: 15_000, limits: {}, resumed }, then };
  }

  #deliver(session: ServedSession, room: RoomId, entry: RoomEntry): void {
    const { loseEntry, repeatEntry, swapEntries } = this.unreliability;
    if (session.isSilent || this.#happens(loseEntry)) return;
    const { method, params } = entryNotification(room, entry);
    const text = notification(method, params);
    if (session.late === undefined && this.#happens(swapEntries)) {
      session.late = text;
      return;
    }
    session.wire.send(text);
    if (this.#happens(repeatEntry)) session.wire.send(text);
    if (session.late !== undefined) session.wire.send(session.late);
    session.late = undefined;
  }

  #break(connection: number, { wire }: ServedSession): void {
    this.closed(connection);
    wire.close(1006, '');
  }

  #info(room: RoomId): RoomInfo {
    const words = {
      id: room,
      name: 'Hut',
      description: '',
      visibility: 'public',
      administrator: 'n1',
    } as const;
    return {
      ...words,
      memberCount: 1,
      state: 'available',
      epoch: 1,
      lastSeq: this.log(room).length,
      pinned: [],
    };
  }

  #happens(chance: number): boolean {
    return chance > 0 && this.#random.next() < chance;
  }
}

export function notification(method: string, params: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ jsonrpc: '2.0', method, params });
}

function passing(random: Random): string {
  return ['rate_limited', 'administrator_unreachable', 'room_busy'][random.below(3)] ?? 'rate_limited';
}
