/**
 * The rooms of this tab: one link to some node of the cluster, the rooms that the person is in, and what is known of
 * each. Components draw `state()` and call the methods; everything that fails comes back as a `BothyError`.
 */
import type { ClientCall, ClientCommand, ClientNotice, ConnectionState } from '@bothy/rooms/client-core';
import {
  type Author,
  BothyError,
  type NodeHealth,
  type RoomAnswers,
  type RoomCommandKind,
  type RoomId,
  type RoomInfo,
} from '@bothy/wire';
import { pageRows } from '../timeline/row-window.ts';
import { RoomHistory } from './room-history.ts';
import type { RoomLog } from './room-log.ts';
import { applyRoomNotice, newRoomView, type RoomView } from './room-view.ts';
import type { RoomsGlance } from './rooms-glance.ts';

/** A client of rooms: commands in, notices out. `open-rooms.ts` makes one of `@bothy/rooms/client`. */
export interface RoomsLink {
  /** Rejects with the node's refusal, a `BothyError`. */
  ask<Kind extends RoomCommandKind>(
    command: Extract<ClientCommand, { readonly kind: Kind }>,
  ): Promise<RoomAnswers[Kind]>;
  /** Of a message that failed. */
  retry(room: RoomId, messageId: string): void;
  /** Of a message that failed, or still waits. */
  discard(room: RoomId, messageId: string): void;
  /** Again after it was refused. */
  start(): void;
  stop(): void;
}

export interface RoomsSessionOptions {
  readonly connect: (notify: (notice: ClientNotice) => void) => RoomsLink;
  /** The rooms that this browser was in, kept over reloads. */
  readonly kept: { read(): readonly RoomId[]; write(rooms: readonly RoomId[]): void };
  readonly newId: () => string;
}

export interface RoomList {
  readonly rooms: readonly RoomInfo[];
  readonly unreachable: readonly string[];
  readonly reading: boolean;
  /** Whether it was ever read. */
  readonly known: boolean;
  readonly problem?: string;
}

export interface RoomsState {
  readonly connection: ConnectionState;
  readonly url: string;
  readonly retryInMs?: number;
  readonly trouble?: string;
  readonly me?: Author;
  readonly node?: string;
  readonly list: RoomList;
  readonly rooms: ReadonlyMap<RoomId, RoomView>;
  readonly nodes: ReadonlyMap<string, NodeHealth>;
}

/** A sign of writing that is not given again fades. */
const typingMs = 6_000;
export class RoomsSession {
  readonly #options: RoomsSessionOptions;
  readonly #link: RoomsLink;
  /** What was said in each room, as far as it is here. */
  readonly #history: RoomHistory;
  readonly #fading = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #listeners = new Set<() => void>();
  #state: RoomsState = {
    connection: 'connecting',
    url: '',
    list: { rooms: [], unreachable: [], reading: false, known: false },
    rooms: new Map(),
    nodes: new Map(),
  };

  constructor(options: RoomsSessionOptions) {
    this.#options = options;
    this.#history = new RoomHistory(
      (command) => this.call<'history'>(command),
      (room) => this.#touch(room),
    );
    for (const room of options.kept.read()) this.#view(newRoomView(room));
    this.#link = options.connect((notice) => this.#noticed(notice));
  }

  readonly state = (): RoomsState => this.#state;

  readonly subscribe = (changed: () => void): (() => void) => {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  };

  stop(): void {
    for (const timer of this.#fading.values()) clearTimeout(timer);
    this.#link.stop();
  }

  /** After a refusal. */
  again(): void {
    this.#link.start();
  }

  get history(): RoomHistory {
    return this.#history;
  }

  log(room: RoomId): RoomLog {
    return this.#history.log(room);
  }

  /** Messages of others after what was read; `atLeast` when there may be more than are here. */
  unread(room: RoomId): { readonly count: number; readonly atLeast: boolean } {
    const view = this.#state.rooms.get(room);
    if (view?.standing !== 'in') return { count: 0, atLeast: false };
    const { timeline } = this.log(room);
    const count = timeline.unreadAfter(view.read, this.#state.me);
    return { count, atLeast: count > 0 && (timeline.firstSeq ?? 0) > view.read + 1 };
  }

  /** What is shown of rooms outside of their place. */
  glance(): RoomsGlance {
    const { rooms, connection, node } = this.#state;
    let unread = 0;
    for (const room of rooms.keys()) unread += this.unread(room).count;
    return { unread, node: connection === 'open' ? node : undefined };
  }

  /** Rejects with the node's refusal. */
  async call<Kind extends RoomCommandKind>(
    command: Extract<ClientCommand, { readonly kind: Kind }>,
  ): Promise<RoomAnswers[Kind]> {
    return await this.#link.ask<Kind>(command);
  }

  newId(): string {
    return this.#options.newId();
  }

  async readList(): Promise<void> {
    const { list } = this.#state;
    this.#change({ list: { ...list, reading: true } });
    try {
      const { rooms, unreachable } = await this.call({ kind: 'list' });
      this.#change({ list: { rooms, unreachable, reading: false, known: true } });
    } catch (thrown) {
      const problem = BothyError.from(thrown).message;
      this.#change({ list: { ...this.#state.list, reading: false, problem } });
    }
  }

  async create(room: {
    name: string;
    description: string;
    visibility: 'public' | 'private';
  }): Promise<RoomId> {
    const made = await this.call({ kind: 'create', requestId: this.newId(), ...room });
    await this.join(made.room.id);
    return made.room.id;
  }

  async join(room: RoomId): Promise<void> {
    const before = this.#state.rooms.get(room);
    const info = before?.info ?? this.#state.list.rooms.find(({ id }) => id === room);
    this.#view({ ...newRoomView(room, info), outgoing: before?.outgoing ?? [], resets: before?.resets ?? 0 });
    try {
      const joined = await this.call({ kind: 'join', requestId: this.newId(), room, limit: pageRows });
      this.#history.add(room, joined.entries);
      const view = this.#state.rooms.get(room) ?? newRoomView(room);
      this.#view({
        ...view,
        standing: 'in',
        info: view.info ?? joined.room,
        members: view.members.length > 0 ? view.members : joined.members,
        // Whoever has just come has missed nothing.
        read: joined.read === 0 ? (before?.read ?? joined.room.lastSeq) : joined.read,
      });
      this.#keep();
    } catch (thrown) {
      const { code, message } = BothyError.from(thrown);
      const view = this.#state.rooms.get(room) ?? newRoomView(room);
      this.#view({ ...view, standing: 'refused', code, reason: message });
    }
  }

  /** Opens a room that one may be in without this browser knowing of it. */
  async lookAt(room: RoomId): Promise<void> {
    if (this.#state.rooms.has(room)) return;
    try {
      const { members } = await this.call({ kind: 'info', room });
      if (members.some(({ person }) => person === this.#state.me)) await this.join(room);
    } catch {
      // Whoever is not let in sees the list's word for it, and the question whether to join.
    }
  }

  async leave(room: RoomId): Promise<void> {
    await this.call({ kind: 'leave', requestId: this.newId(), room });
    this.forget(room);
  }

  /** Takes a room that ended from the list. */
  forget(room: RoomId): void {
    const rooms = new Map(this.#state.rooms);
    rooms.delete(room);
    this.#history.forget(room);
    this.#change({ rooms });
    this.#keep();
  }

  /** A message waits until it is acknowledged, whatever happens to the connection. */
  send(message: Omit<Extract<ClientCall, { kind: 'send' }>, 'kind' | 'messageId'>): void {
    // How it ends is told by notices; the answer says the same again.
    this.#quietly({ kind: 'send', messageId: this.newId(), ...message });
  }

  retry(room: RoomId, messageId: string): void {
    this.#link.retry(room, messageId);
  }

  discard(room: RoomId, messageId: string): void {
    this.#link.discard(room, messageId);
  }

  typing(room: RoomId, active: boolean): void {
    if (this.#state.connection === 'open') this.#quietly({ kind: 'typing', room, active });
  }

  /** Everything that is here now was seen. */
  markRead(room: RoomId): void {
    const view = this.#state.rooms.get(room);
    const seq = this.log(room).lastSeq;
    if (view === undefined || seq <= view.read) return;
    this.#view({ ...view, read: seq });
    this.#quietly({ kind: 'markRead', room, seq });
  }

  /** Where nothing is lost when it fails, or something else tells of it. */
  #quietly(command: Extract<ClientCommand, { readonly kind: 'send' | 'typing' | 'markRead' }>): void {
    this.#link.ask(command).catch(() => {});
  }

  #noticed(notice: ClientNotice): void {
    switch (notice.kind) {
      case 'connection': {
        const { trouble: _trouble, retryInMs: _retry, ...state } = this.#state;
        this.#state = state;
        this.#change({
          connection: notice.state,
          url: notice.url,
          ...(notice.retryInMs === undefined ? {} : { retryInMs: notice.retryInMs }),
          ...(notice.reason === undefined ? {} : { trouble: notice.reason.message }),
        });
        if (notice.state === 'open') this.#opened();
        return;
      }
      case 'session':
        return this.#change({ me: notice.person, node: notice.node });
      case 'node':
        this.#change({ nodes: new Map([...this.#state.nodes, [notice.node, notice.health]]) });
        if (notice.health === 'up') this.#joinAgain();
        return;
      case 'unknown':
      case 'malformed':
        return;
      case 'message':
        return this.#apply(notice.message.room, notice);
      case 'room':
        return this.#apply(notice.room.id, notice);
      default:
        return this.#apply(notice.room, notice);
    }
  }

  #apply(room: RoomId, notice: ClientNotice): void {
    const view = this.#state.rooms.get(room);
    if (view === undefined) return;
    if (notice.kind === 'reset') this.log(room).forgetAfter(notice.commonSeq);
    const next = applyRoomNotice(view, notice);
    this.#view(next);
    if (notice.kind === 'entries') this.#history.add(room, notice.entries);
    else if (notice.kind === 'gap') this.#history.addGap(room, notice.from, notice.to);
    else if (notice.kind === 'typing') this.#fade(room, notice.person);
    else if (notice.kind === 'out' && notice.reason !== 'refused') this.#keep();
  }

  /** Even without new rows: what is shown may have been edited. */
  #touch(room: RoomId): void {
    const view = this.#state.rooms.get(room);
    if (view !== undefined) this.#view({ ...view });
  }

  #opened(): void {
    void this.readList();
    this.#joinAgain();
  }

  #joinAgain(): void {
    for (const view of this.#state.rooms.values()) {
      // The client itself goes on where it was; what it does not know is joined anew.
      if (view.standing === 'joining' || view.code === 'administrator_unreachable') void this.join(view.id);
    }
  }

  #fade(room: RoomId, person: Author): void {
    const key = `${room} ${person}`;
    clearTimeout(this.#fading.get(key));
    const fade = (): void => {
      this.#fading.delete(key);
      const view = this.#state.rooms.get(room);
      if (view?.typing.has(person) !== true) return;
      this.#view({ ...view, typing: new Map([...view.typing].filter(([who]) => who !== person)) });
    };
    this.#fading.set(key, setTimeout(fade, typingMs));
  }

  #keep(): void {
    const kept = [...this.#state.rooms.values()].filter(({ standing }) => standing !== 'out');
    this.#options.kept.write(kept.map(({ id }) => id));
  }

  #view(view: RoomView): void {
    this.#change({ rooms: new Map([...this.#state.rooms, [view.id, view]]) });
  }

  #change(change: Partial<RoomsState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
