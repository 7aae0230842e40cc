/**
 * One simulated client: the production client core on virtual time, with a connection to some node, and the person who
 * uses it. It shows the checker everything that it is told, and everything that it shows.
 */
import {
  type ClientInput,
  type ClientNotice,
  type ClientOutput,
  type ClientResult,
  RoomsClientCore,
} from '@bothy/rooms/client-core';
import type { Simulation } from '@bothy/simulator';
import type {
  Author,
  ErrorCode,
  OrderedCommand,
  Position,
  RoomActor,
  RoomAnswer,
  RoomAnswers,
  RoomCommand,
  RoomEntry,
  RoomId,
} from '@bothy/wire';
import type { ClientObserver, ClientRoom } from './client-observer.ts';
import { SimConnections } from './sim-connections.ts';
import type { ServerMessage } from './sim-frames.ts';
import type { SimNode } from './sim-node.ts';
import { clientCommand, keyOf, personOf } from './sim-person.ts';

/** Codes after which a person tries the same again. */
const passing: ReadonlySet<ErrorCode> = new Set([
  'administrator_unreachable',
  'directory_unavailable',
  'node_unreachable',
  'rate_limited',
  'room_busy',
]);
/** A person who is told so often that there is no such room looks for another. */
const enoughMisses = 10;

export class SimClient {
  readonly actor: RoomActor;
  readonly rooms = new Map<RoomId, ClientRoom>();
  /** Rooms that the person wants to be in, joined or not yet. */
  readonly wanted = new Set<RoomId>();
  /** Commands that have no final answer yet, by their id. */
  readonly pending = new Map<string, OrderedCommand>();
  /** What `room.list` answered last: rooms, and who orders each. */
  listed: ReadonlyMap<RoomId, string> = new Map();
  /** What was told last of the members, by room. */
  readonly infos = new Map<RoomId, RoomAnswers['info']>();
  readonly #simulation: Simulation;
  readonly #nodes: readonly SimNode[];
  readonly #observer: ClientObserver;
  readonly #connections: SimConnections;
  readonly #remembered: { readonly room: RoomId; readonly epoch: number; readonly seq: number }[] = [];
  /** Rooms that the person has turned away from: the client may still hear of them. */
  readonly #given = new Set<RoomId>();
  readonly #asked = new Map<string, RoomCommand>();
  readonly #timers = new Map<string, () => void>();
  readonly #misses = new Map<RoomId, number>();
  #core: RoomsClientCore | undefined;
  #count = 0;

  constructor(
    simulation: Simulation,
    name: string,
    nodes: readonly SimNode[],
    observer: ClientObserver,
    operator = false,
  ) {
    this.#simulation = simulation;
    this.#nodes = nodes;
    this.#observer = observer;
    this.actor = { person: personOf(name), name, verified: !name.endsWith('-guest'), operator };
    this.#connections = new SimConnections({
      client: this,
      simulation,
      nodes,
      observer,
      input: (input) => this.#input(input),
    });
  }

  get node(): SimNode | undefined {
    return this.#connections.node;
  }

  /** The names of those whom commands may be about. */
  set names(names: ReadonlyMap<Author, string>) {
    this.#connections.names = names;
  }

  /** Starts it: it connects, and stays connected. */
  connect(): void {
    if (this.#core !== undefined) return;
    const first = this.#random('node').below(Math.max(1, this.#nodes.length));
    const nodes = [...this.#nodes.slice(first), ...this.#nodes.slice(0, first)];
    const config = {
      nodes: nodes.map(({ info }) => ({ url: info.webUrl, node: info.id })),
      run: `run${this.actor.name.replaceAll('-', '')}`.padEnd(8, 'x'),
      keepsOutbox: false,
      outbox: [],
      rooms: this.#remembered,
    };
    this.#core = new RoomsClientCore(config, this.#random('core'));
    this.#input({ kind: 'start' });
  }

  /** The connection breaks, and is made anew, to this or another node. */
  cut(): void {
    this.#connections.cut(this.#random('moves').next() < 0.5);
  }

  /** Goes away once the connection it has is lost, until `wake`. */
  doze(): void {
    this.#connections.sleeps = true;
  }

  wake(): void {
    this.#connections.sleeps = false;
    this.#input({ kind: 'hint', hint: 'awake' });
  }

  /** As if it had been here before the simulation began; before `connect`. */
  remember(room: RoomId, { epoch, seq }: Position): void {
    this.wanted.add(room);
    this.#remembered.push({ room, epoch, seq });
    this.rooms.set(room, { epoch, last: seq, entries: [] });
  }

  /** Asks once: the answer, or that there is none, is the end of it. */
  ask(command: RoomCommand): void {
    if (this.#core === undefined) return;
    this.#count += 1;
    const id = `${this.actor.name}-${this.#count}`;
    this.#asked.set(id, command);
    this.#input({ kind: 'command', id, command: clientCommand(command) });
  }

  /** Gives a command until it has a final answer. */
  order(command: OrderedCommand): void {
    this.pending.set(keyOf(command), command);
    this.ask(command);
  }

  join(room: RoomId): void {
    this.wanted.add(room);
    this.#given.delete(room);
    this.#count += 1;
    const requestId = `join-${this.actor.name}-${this.#count}`;
    this.ask({ kind: 'join', requestId, room, limit: 20 });
  }

  /** The person looks for another room. */
  giveUp(room: RoomId): void {
    this.#given.add(room);
    this.rooms.delete(room);
    this.wanted.delete(room);
    for (const [key, command] of this.pending) {
      if (command.room !== room) continue;
      this.pending.delete(key);
      if (command.kind !== 'send') continue;
      this.#input({
        kind: 'command',
        id: `give up ${key}`,
        command: { kind: 'discard', room, messageId: key },
      });
    }
  }

  /** The node's process has ended. */
  nodeEnded(node: SimNode): void {
    this.#connections.nodeEnded(node);
  }

  /** What a node sent to one of this client's sessions. */
  arrived(node: SimNode, session: string, message: ServerMessage): void {
    this.#connections.arrived(node, session, message);
  }

  #input(input: ClientInput): void {
    const now = { monoMs: this.#simulation.nowMs, wallMs: this.#simulation.wallMs };
    for (const output of this.#core?.step(input, now) ?? []) this.#perform(output);
  }

  #perform(output: ClientOutput): void {
    switch (output.kind) {
      case 'setTimer': {
        this.#timers.get(output.key)?.();
        const fire = (): void => {
          this.#timers.delete(output.key);
          this.#input({ kind: 'timer', key: output.key });
        };
        return void this.#timers.set(output.key, this.#simulation.after(output.afterMs, fire));
      }
      case 'clearTimer':
        this.#timers.get(output.key)?.();
        return void this.#timers.delete(output.key);
      case 'reply':
        return this.#replied(output.id, output.result);
      case 'notify':
        return this.#notice(output.notice);
      case 'persist':
        return;
      default:
        return this.#connections.perform(output);
    }
  }

  #notice(notice: ClientNotice): void {
    switch (notice.kind) {
      case 'connection':
        if (notice.state === 'open') this.#opened();
        return;
      case 'room': {
        const { id, epoch } = notice.room;
        this.infos.set(id, { room: notice.room, members: notice.members });
        if (!this.rooms.has(id) && !this.#given.has(id)) {
          this.rooms.set(id, { epoch, last: -1, entries: [] });
        }
        return;
      }
      case 'entries':
        return this.#shown(notice.room, notice.entries);
      case 'gap': {
        const view = this.rooms.get(notice.room);
        if (view === undefined) return;
        this.#follows(notice.room, view, notice.from);
        view.last = notice.to;
        return;
      }
      case 'reset': {
        const view = this.rooms.get(notice.room);
        if (view !== undefined) view.last = notice.commonSeq;
        return;
      }
      case 'out':
        this.rooms.delete(notice.room);
        if (notice.reason === 'deleted' || notice.reason === 'banned') this.giveUp(notice.room);
        return;
      default:
    }
  }

  #opened(): void {
    this.ask({ kind: 'list' });
    for (const room of this.wanted) if (!this.rooms.has(room)) this.join(room);
  }

  #shown(room: RoomId, entries: readonly RoomEntry[]): void {
    const view = this.rooms.get(room);
    if (view === undefined) return;
    for (const entry of entries) {
      this.#follows(room, view, entry.seq);
      view.last = entry.seq;
    }
    view.entries.push(...entries);
  }

  /** In order, each once, and what is left out is named. */
  #follows(room: RoomId, { last }: ClientRoom, seq: number): void {
    if (last < 0 || seq === last + 1) return;
    this.#observer.misshown(this, `shows ${seq} of ${room} after ${last}`);
  }

  #replied(id: string, result: ClientResult): void {
    const command = this.#asked.get(id);
    this.#asked.delete(id);
    if (command === undefined) return;
    if (command.kind === 'join') return this.#joined(command.room, result);
    if (result.ok) this.#took(command, result.value);
    const key = keyOf(command);
    const isPending = this.pending.has(key);
    if (!result.ok) {
      // Asked again under the same request: that makes no second one.
      if (command.kind === 'create' && passing.has(result.code)) {
        return void this.#simulation.after(2_000, () => this.ask(command));
      }
      if (isPending && passing.has(result.code)) return this.#later(key);
      this.pending.delete(key);
      if (result.code === 'room_deleted' && 'room' in command) this.giveUp(command.room);
      return;
    }
    this.pending.delete(key);
    if (command.kind === 'delete') this.#observer.deletion(this, command, result);
    if (command.kind !== 'send') return this.#observer.done(this, command, result.value);
    if ('duplicate' in result.value) {
      this.#observer.sent(this, command.room, command.messageId, command.body, result.value as Position);
    }
  }

  #took(command: RoomCommand, value: RoomAnswer): void {
    switch (command.kind) {
      case 'info':
        this.infos.set(command.room, value as RoomAnswers['info']);
        return;
      case 'list': {
        const { rooms } = value as RoomAnswers['list'];
        this.listed = new Map(rooms.map(({ id, administrator }) => [id, administrator]));
        return;
      }
      case 'create': {
        const { id } = (value as RoomAnswers['create']).room;
        this.wanted.add(id);
        // Its first entries follow.
        const view = this.rooms.get(id);
        if (view?.last === -1) view.last = 0;
        return;
      }
      case 'leave':
        this.wanted.delete(command.room);
        return;
      default:
    }
  }

  #joined(room: RoomId, result: ClientResult): void {
    if (result.ok) {
      this.#misses.delete(room);
      const view = this.rooms.get(room);
      if (view?.last === -1) view.last = (result.value as RoomAnswers['join']).room.lastSeq;
      return;
    }
    if (result.code === 'room_deleted' || result.code === 'banned') return this.giveUp(room);
    // A node that has never heard of a room cannot say that it was deleted.
    const misses = result.code === 'room_not_found' ? (this.#misses.get(room) ?? 0) + 1 : 0;
    this.#misses.set(room, misses);
    if (misses >= enoughMisses) return this.giveUp(room);
    this.#simulation.after(3_000, () => {
      if (this.wanted.has(room) && !this.rooms.has(room)) this.join(room);
    });
  }

  #later(key: string): void {
    this.#simulation.after(2_000, () => {
      const command = this.pending.get(key);
      if (command !== undefined) this.ask(command);
    });
  }

  #random(concern: string) {
    return this.#simulation.random(`client/${this.actor.name}/${concern}`);
  }
}
