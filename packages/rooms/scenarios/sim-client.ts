/**
 * One simulated client: it keeps one connection to some node, resumes where it
 * stood when it loses it, and sends each message until it is answered. It shows
 * the checker everything it is told, in the order in which it is told.
 */
import type { Simulation } from '@bothy/simulator';
import type {
  ErrorCode,
  OrderedCommand,
  Position,
  RoomActor,
  RoomAnswer,
  RoomAnswers,
  RoomCommand,
  RoomEntry,
  RoomId,
  RoomResult,
} from '@bothy/wire';
import type { ServerMessage, SimNode } from './sim-node.ts';

/** What a client knows of a room that it is in. */
export interface ClientRoom {
  epoch: number;
  last: number;
  readonly entries: RoomEntry[];
}

export interface ClientObserver {
  /** A room is shown from here on: joined, or started anew. */
  began(client: SimClient, room: RoomId, position: Position, entries: readonly RoomEntry[]): void;
  entries(client: SimClient, room: RoomId, entries: readonly RoomEntry[]): void;
  gap(client: SimClient, room: RoomId, from: number, to: number): void;
  sent(client: SimClient, room: RoomId, messageId: string, body: string, position: Position): void;
  /** Any command but a message that was carried out. */
  done(client: SimClient, command: RoomCommand, value: RoomAnswer): void;
  refused(client: SimClient, command: RoomCommand, code: ErrorCode): void;
  deleted(client: SimClient, room: RoomId, node: SimNode): void;
  deletion(client: SimClient, command: Extract<RoomCommand, { kind: 'delete' }>, result: RoomResult): void;
}

interface Connection {
  readonly session: string;
  readonly node: SimNode;
  open: boolean;
  opened: boolean;
  upMs: number;
  downMs: number;
}

/** Codes after which the same command may succeed later. */
const passing: ReadonlySet<ErrorCode> = new Set(['administrator_unreachable', 'rate_limited', 'room_busy']);

/** What is asked once, and not again when its answer is lost. */
const asks: ReadonlySet<string> = new Set(['list', 'create', 'history', 'markRead', 'info', 'typing']);

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
  /** What `room.info` answered last, by room. */
  readonly infos = new Map<RoomId, RoomAnswers['info']>();
  readonly #simulation: Simulation;
  readonly #nodes: readonly SimNode[];
  readonly #observer: ClientObserver;
  readonly #asked = new Map<string, RoomCommand>();
  #connection: Connection | null = null;
  /** Away from the keyboard: no connection is made. */
  #sleeps = false;
  readonly #misses = new Map<RoomId, number>();
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
    const person = name.endsWith('-guest') ? (`guest:${name}` as const) : name.padEnd(32, 'p').slice(0, 32);
    this.actor = { person, name, verified: !name.endsWith('-guest'), operator };
  }

  get node(): SimNode | undefined {
    return this.#connection?.opened === true ? this.#connection.node : undefined;
  }

  get session(): string | undefined {
    return this.#connection?.session;
  }

  /** Connects to some node that runs; tries again later when there is none. */
  connect(): void {
    if (this.#sleeps || this.#connection?.open === true) return;
    const random = this.#random('node');
    const running = this.#nodes.filter((node) => node.alive() && this.#reaches(node));
    const node = running[random.below(Math.max(1, running.length))];
    if (node === undefined) return void this.#simulation.after(1_000, () => this.connect());
    this.#count += 1;
    const session = `${this.actor.name}-${this.#count}`;
    const connection: Connection = { session, node, open: true, opened: false, upMs: 0, downMs: 0 };
    this.#connection = connection;
    this.#asked.clear();
    const resume = [...this.rooms].map(([room, { epoch, last }]) => ({ room, epoch, seq: last }));
    this.#up(connection, () => node.open(session, this.actor, resume));
    this.#simulation.after(15_000, () => {
      // Nobody answered: try another one.
      if (this.#connection === connection && !connection.opened) this.#cut();
    });
  }

  /** The connection breaks, and is made anew, to this or another node. */
  cut(): void {
    if (this.#connection?.open === true) this.#cut();
  }

  /** Goes away once the connection it has is lost, until `wake`. */
  doze(): void {
    this.#sleeps = true;
  }

  wake(): void {
    this.#sleeps = false;
    this.connect();
  }

  /** As if it had been here before the simulation began. */
  remember(room: RoomId, { epoch, seq }: Position): void {
    this.wanted.add(room);
    this.rooms.set(room, { epoch, last: seq, entries: [] });
  }

  ask(command: RoomCommand): void {
    const connection = this.#connection;
    if (connection === null || !connection.opened) return;
    this.#count += 1;
    const id = `${this.actor.name}-${this.#count}`;
    this.#asked.set(id, command);
    this.#up(connection, () => connection.node.command(connection.session, id, this.actor, command));
  }

  /** Gives a command until it has a final answer. */
  order(command: OrderedCommand): void {
    const key = 'messageId' in command ? command.messageId : 'requestId' in command ? command.requestId : '';
    this.pending.set(key, command);
    this.ask(command);
  }

  /** The node's process has ended. */
  nodeEnded(node: SimNode): void {
    if (this.#connection?.node === node) this.#cut();
  }

  /** What a node sent to one of this client's sessions. */
  arrived(node: SimNode, session: string, message: ServerMessage): void {
    const connection = this.#connection;
    if (connection?.session !== session || connection.node !== node) return;
    const now = this.#simulation.nowMs;
    connection.downMs = Math.max(connection.downMs, now + this.#random('down').next() * 20);
    this.#simulation.after(connection.downMs - now, () => {
      if (this.#connection !== connection || !connection.open) return;
      if (!this.#reaches(node)) return this.#cut();
      this.#take(connection, message);
    });
  }

  #take(connection: Connection, message: ServerMessage): void {
    switch (message.kind) {
      case 'opened':
        return this.#opened(connection, message);
      case 'entries': {
        const view = this.rooms.get(message.room);
        this.#observer.entries(this, message.room, message.entries);
        if (view === undefined) return;
        view.entries.push(...message.entries);
        view.last = message.entries.at(-1)?.seq ?? view.last;
        const isOut = message.entries.some(({ content }) => {
          return (
            (content.kind === 'left' || content.kind === 'banned') && content.person === this.actor.person
          );
        });
        if (isOut) this.rooms.delete(message.room);
        return;
      }
      case 'notice': {
        const { notice } = message;
        if (notice.kind === 'gap') {
          this.#observer.gap(this, notice.room, notice.from, notice.to);
          const view = this.rooms.get(notice.room);
          if (view !== undefined) view.last = notice.to;
        }
        if (notice.kind === 'state' && notice.state === 'deleted') {
          this.#observer.deleted(this, notice.room, connection.node);
          this.giveUp(notice.room);
        }
        return;
      }
      case 'reply':
        return this.#replied(message.id, message.result);
    }
  }

  #opened(connection: Connection, { resumed }: Extract<ServerMessage, { kind: 'opened' }>): void {
    connection.opened = true;
    const goOn = new Set<RoomId>();
    for (const each of resumed) {
      if ('from' in each) goOn.add(each.room);
      else if ('code' in each && each.code === 'room_deleted') this.giveUp(each.room);
    }
    for (const room of [...this.rooms.keys()]) if (!goOn.has(room)) this.rooms.delete(room);
    this.ask({ kind: 'list' });
    for (const room of this.wanted) if (!this.rooms.has(room)) this.join(room);
    for (const command of this.pending.values()) this.ask(command);
  }

  join(room: RoomId): void {
    this.wanted.add(room);
    this.#count += 1;
    const requestId = `join-${this.actor.name}-${this.#count}`;
    this.ask({ kind: 'join', requestId, room, limit: 20 });
  }

  #replied(id: string, result: RoomResult): void {
    const command = this.#asked.get(id);
    this.#asked.delete(id);
    if (command === undefined) return;
    if (command.kind === 'info' && result.ok) {
      this.infos.set(command.room, result.value as RoomAnswers['info']);
    }
    if (command.kind === 'list' && result.ok) {
      const { rooms } = result.value as RoomAnswers['list'];
      this.listed = new Map(rooms.map(({ id, administrator }) => [id, administrator]));
    }
    if (command.kind === 'create') this.#created(result);
    if (command.kind === 'join') return this.#joined(command.room, result);
    const key = 'messageId' in command ? command.messageId : 'requestId' in command ? command.requestId : '';
    if (!result.ok) {
      if (passing.has(result.code)) return this.#later(key);
      this.pending.delete(key);
      this.#observer.refused(this, command, result.code);
      if (result.code === 'room_deleted' && 'room' in command) this.giveUp(command.room);
      return;
    }
    if (command.kind === 'delete') this.#observer.deletion(this, command, result);
    if (!this.pending.delete(key)) {
      if (asks.has(command.kind)) this.#observer.done(this, command, result.value);
      return;
    }
    if (command.kind !== 'send') this.#observer.done(this, command, result.value);
    if (command.kind === 'send' && 'duplicate' in result.value) {
      const position = result.value as Position;
      this.#observer.sent(this, command.room, command.messageId, command.body, position);
    }
    if (command.kind === 'leave') {
      this.rooms.delete(command.room);
      this.wanted.delete(command.room);
    }
  }

  /** The first entries follow. */
  #created(result: RoomResult): void {
    if (!result.ok || !('room' in result.value) || typeof result.value.room === 'string') return;
    const { id, epoch } = result.value.room;
    this.wanted.add(id);
    this.rooms.set(id, { epoch, last: 0, entries: [] });
    this.#observer.began(this, id, { epoch, seq: 0 }, []);
  }

  #joined(room: RoomId, result: RoomResult): void {
    if (!result.ok) {
      if (result.code === 'room_deleted' || result.code === 'banned') return this.giveUp(room);
      // A node that has never heard of a room cannot say that it was deleted.
      const misses = result.code === 'room_not_found' ? (this.#misses.get(room) ?? 0) + 1 : 0;
      this.#misses.set(room, misses);
      if (misses >= enoughMisses) return this.giveUp(room);
      this.#simulation.after(3_000, () => {
        if (this.wanted.has(room) && !this.rooms.has(room)) this.join(room);
      });
      return;
    }
    if (!('entries' in result.value) || !('room' in result.value)) return;
    const { epoch, lastSeq } = result.value.room;
    const last = result.value.entries.at(-1)?.seq ?? lastSeq;
    this.rooms.set(room, { epoch, last, entries: [...result.value.entries] });
    this.#observer.began(this, room, { epoch, seq: last }, result.value.entries);
  }

  #later(key: string): void {
    const command = this.pending.get(key);
    if (command === undefined) return;
    this.#simulation.after(2_000, () => {
      if (this.pending.has(key)) this.ask(command);
    });
  }

  /** The person looks for another room. */
  giveUp(room: RoomId): void {
    this.rooms.delete(room);
    this.wanted.delete(room);
    for (const [key, command] of this.pending) if (command.room === room) this.pending.delete(key);
  }

  #cut(): void {
    const connection = this.#connection;
    if (connection === null) return;
    connection.open = false;
    this.#connection = null;
    const { node, session } = connection;
    // The node notices some time later, while the client is back already.
    this.#simulation.after(this.#random('closed').next() * 3_000, () => node.close(session));
    this.#simulation.after(this.#random('again').next() * 2_000, () => this.connect());
  }

  #up(connection: Connection, run: () => void): void {
    const now = this.#simulation.nowMs;
    connection.upMs = Math.max(connection.upMs, now + this.#random('up').next() * 20);
    this.#simulation.after(connection.upMs - now, () => {
      if (this.#connection !== connection || !connection.open) return;
      if (!this.#reaches(connection.node) || !connection.node.alive()) return this.#cut();
      run();
    });
  }

  #reaches(node: SimNode): boolean {
    const { network } = this.#simulation;
    const { name } = this.actor;
    return network.reachable(name, node.info.id) && network.reachable(node.info.id, name);
  }

  #random(concern: string) {
    return this.#simulation.random(`client/${this.actor.name}/${concern}`);
  }
}
