/**
 * Writes what a tick has brought. Each frame is built once; what a room's members get together is put into one buffer
 * and written once to each of their sockets. Who gets something of its own in between (an answer, missed entries) gets
 * a list of its own, for the order in which the core said things holds for every client.
 */
import type { RoomId } from '@bothy/wire';
import { type Connection, noParts } from './connection.ts';
import { RoomOutbox } from './room-outbox.ts';
import type { RoomSocketCounts } from './socket-options.ts';

export interface TickWriterOptions {
  readonly slowBytes: number;
  readonly counts: RoomSocketCounts;
  /** Lets go of a client for which too much waits. */
  readonly slow: (connection: Connection) => void;
}

export class TickWriter {
  readonly #options: TickWriterOptions;
  readonly #outboxes = new Map<RoomId, RoomOutbox>();
  #dirty: RoomOutbox[] = [];
  #mixed: Connection[] = [];
  #slow: Connection[] = [];
  #tick = 1;
  #scheduled: NodeJS.Immediate | undefined;

  constructor(options: TickWriterOptions) {
    this.#options = options;
  }

  /** From here on the room's frames go to this connection too. */
  attach(connection: Connection, room: RoomId): void {
    const outbox = this.#outboxes.get(room) ?? new RoomOutbox();
    this.#outboxes.set(room, outbox);
    if (outbox.connections.has(connection)) return;
    outbox.connections.add(connection);
    connection.rooms = [...connection.rooms, outbox];
    // What the room had before in this tick is not for it.
    if (outbox.frames.length > 0) this.#take(connection, outbox);
  }

  detach(connection: Connection, room: RoomId): void {
    const outbox = this.#outboxes.get(room);
    if (outbox?.connections.has(connection) !== true) return;
    // What the room had before in this tick is for it still.
    if (outbox.frames.length > 0) this.#pull(connection, outbox);
    this.#leave(connection, outbox, room);
  }

  /** Nothing goes to this connection any more. */
  forget(connection: Connection): void {
    connection.parts.length = 0;
    for (const outbox of connection.rooms) {
      outbox.connections.delete(connection);
    }
    connection.rooms = [];
  }

  /** How many connections get what this room is told. */
  audience(room: RoomId): number {
    return this.#outboxes.get(room)?.connections.size ?? 0;
  }

  toRoom(room: RoomId, frame: Buffer): void {
    const outbox = this.#outboxes.get(room);
    if (outbox === undefined || outbox.connections.size === 0) return;
    if (outbox.frames.length === 0) this.#dirty.push(outbox);
    outbox.frames.push(frame);
    this.#schedule();
  }

  /** `asked`: an answer or missed entries, which do not make a client slow. */
  toOne(connection: Connection, frame: Buffer, asked: boolean): void {
    if (!connection.isWritable) return;
    this.#pullAll(connection);
    connection.parts.push(frame);
    if (asked) connection.tickAskedBytes += frame.length;
    this.#schedule();
  }

  /** Writes now what else is written when this turn of the event loop ends. */
  flush(): void {
    if (this.#scheduled !== undefined) clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    this.#findSeveral();
    for (const connection of this.#mixed) {
      this.#pullAll(connection);
      this.#write(connection, connection.parts, sizeOf(connection.parts));
    }
    for (const outbox of this.#dirty) this.#writeRoom(outbox);
    this.#reset();
    // Only now, for this makes the core say more.
    for (const connection of this.#slow.splice(0)) this.#options.slow(connection);
  }

  /** Drops rooms that nobody is attached to. */
  sweep(): void {
    for (const [room, outbox] of this.#outboxes) {
      if (outbox.connections.size === 0 && outbox.frames.length === 0) this.#outboxes.delete(room);
    }
  }

  #schedule(): void {
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = undefined;
      this.flush();
    });
  }

  /** Who is in several rooms that have something gets it in one write. */
  #findSeveral(): void {
    this.#tick += 1;
    if (this.#dirty.length < 2) return;
    for (const outbox of this.#dirty) {
      for (const connection of outbox.connections) {
        if (connection.roomTick === this.#tick) this.#mix(connection);
        connection.roomTick = this.#tick;
      }
    }
  }

  #writeRoom(outbox: RoomOutbox): void {
    const [first] = outbox.frames;
    if (first === undefined) return;
    const joined = outbox.frames.length === 1 ? first : Buffer.concat(outbox.frames);
    const parts = [joined];
    for (const connection of outbox.connections) {
      if (!connection.mixed) this.#write(connection, parts, joined.length);
    }
  }

  #write(connection: Connection, parts: readonly Buffer[], sizeBytes: number): void {
    if (sizeBytes === 0 || !connection.isWritable) return;
    const { slowBytes, counts } = this.#options;
    const waiting = connection.socket.writableLength;
    connection.askedBytes = connection.tickAskedBytes + (waiting === 0 ? 0 : connection.askedBytes);
    connection.tickAskedBytes = 0;
    // Whoever has read everything is not slow, however much a tick brings.
    if (waiting > 0 && waiting + sizeBytes > slowBytes + connection.askedBytes) {
      this.#slow.push(connection);
      return;
    }
    counts.sentBytes += sizeBytes;
    connection.write(parts, sizeBytes);
    if (waiting + sizeBytes > slowBytes && connection.socket.writableLength > slowBytes)
      connection.pauseUntilRead();
  }

  #mix(connection: Connection): void {
    if (connection.mixed) return;
    connection.mixed = true;
    connection.parts = [];
    this.#mixed.push(connection);
  }

  /** Notes that a connection has, or is not to have, what the room has brought so far in this tick. */
  #take(connection: Connection, outbox: RoomOutbox): void {
    this.#mix(connection);
    connection.taken ??= new Map();
    connection.taken.set(outbox, outbox.frames.length);
  }

  /** Puts what the rooms had so far in this tick before what comes next. */
  #pullAll(connection: Connection): void {
    this.#mix(connection);
    const { rooms } = connection;
    // Whichever are fewer: many rooms may have something, or one client be in many rooms.
    const few = rooms.length < this.#dirty.length ? rooms : this.#dirty;
    for (const outbox of few) {
      if (outbox.frames.length > 0 && outbox.connections.has(connection)) this.#pull(connection, outbox);
    }
  }

  #pull(connection: Connection, outbox: RoomOutbox): void {
    this.#mix(connection);
    const from = connection.taken?.get(outbox) ?? 0;
    for (let at = from; at < outbox.frames.length; at += 1) {
      const frame = outbox.frames[at];
      if (frame !== undefined) connection.parts.push(frame);
    }
    this.#take(connection, outbox);
  }

  #leave(connection: Connection, outbox: RoomOutbox, room: RoomId): void {
    outbox.connections.delete(connection);
    connection.rooms = connection.rooms.filter((each) => each !== outbox);
    if (outbox.connections.size === 0 && outbox.frames.length === 0) this.#outboxes.delete(room);
  }

  #reset(): void {
    for (const outbox of this.#dirty) outbox.frames = [];
    for (const connection of this.#mixed) {
      connection.mixed = false;
      connection.parts = noParts;
      connection.taken = undefined;
    }
    this.#dirty = [];
    this.#mixed = [];
  }
}

function sizeOf(parts: readonly Buffer[]): number {
  let sizeBytes = 0;
  for (const part of parts) sizeBytes += part.length;
  return sizeBytes;
}
