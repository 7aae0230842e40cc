/** Many clients of one room: what reaches them, and how they come back when all are cut off at once. */
import { io, type Socket } from 'socket.io-client';
import { WebSocket } from 'ws';
import type { LoadResult, Rival } from './load.ts';
import { RoomClient } from './room-client.ts';

/** As long as a message that somebody types. */
const body = 'x'.repeat(100);
/** Persons among the clients: a client more of the same person joins without an entry of its own. */
const persons = 20;
/** Sessions of the one who speaks; a burst comes from one of them. */
const speakers = 64;
/** Connections that are opened at once. */
const openAtOnce = 50;

interface Listener {
  close(): void;
}

export class Audience {
  readonly #ports: readonly number[];
  readonly #rival: Rival;
  #listeners: Listener[] = [];
  #arrived = 0;
  #awaited = 0;
  #reached: (() => void) | undefined;
  #failed: ((error: Error) => void) | undefined;
  #room = '';
  #last = { epoch: 0, seq: 0 };
  #sent = 0;
  #turn = 0;
  #speak: (texts: readonly string[]) => Promise<unknown> = async () => undefined;

  private constructor(rival: Rival, ports: readonly number[]) {
    this.#rival = rival;
    this.#ports = ports;
  }

  static async gather(rival: Rival, ports: readonly number[], clients: number): Promise<Audience> {
    const audience = new Audience(rival, ports);
    if (rival === 'bothy') await audience.#openRoom();
    for (let from = 0; from < clients; from += openAtOnce) {
      const count = Math.min(openAtOnce, clients - from);
      const batch = Array.from({ length: count }, (_, index) => audience.#join(from + index));
      audience.#listeners.push(...(await Promise.all(batch)));
    }
    return audience;
  }

  /** Each burst leaves when the one before it has reached everybody. */
  async speak(bursts: number, perBurst: number): Promise<LoadResult> {
    const times: number[] = [];
    const startMs = performance.now();
    for (let burst = 0; burst < bursts; burst++) {
      const fromMs = performance.now();
      this.#arrived = 0;
      this.#awaited = perBurst * this.#listeners.length;
      const reached = new Promise<void>((resolve, reject) => {
        this.#reached = resolve;
        this.#failed = reject;
      });
      await this.#speak(Array.from({ length: perBurst }, () => body));
      await reached;
      times.push(performance.now() - fromMs);
    }
    const deliveries = bursts * perBurst * this.#listeners.length;
    return {
      times: times.sort((a, b) => a - b),
      seconds: (performance.now() - startMs) / 1000,
      deliveries,
      gaps: 0,
    };
  }

  /** All are cut off at once and come back with jitter, as the product's client does; what they missed follows. */
  async storm(): Promise<LoadResult> {
    const clients = this.#listeners.length;
    const before = this.#last;
    this.leave();
    // Somebody wrote while they were away.
    const missed = 5;
    await this.#speak(Array.from({ length: missed }, () => body));
    let gaps = 0;
    const startMs = performance.now();
    const back = async (index: number): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 1_000));
      const client = await openAgain(this.#port(index));
      let next = before.seq + 1;
      const caughtUp = new Promise<void>((resolve) => {
        client.notified = (text) => {
          const seq = seqOf(text);
          if (seq === undefined) return;
          if (seq !== next) gaps += 1;
          next = seq + 1;
          if (next > before.seq + missed) resolve();
        };
      });
      const resume = [{ room: this.#room, ...before }];
      await client.call('session.open', { name: `person${index % persons}`, resume });
      await caughtUp;
      client.notified = () => this.#take();
      this.#listeners.push(client);
    };
    await Promise.all(Array.from({ length: clients }, (_, index) => back(index)));
    return { times: [], seconds: (performance.now() - startMs) / 1000, deliveries: missed * clients, gaps };
  }

  leave(): void {
    for (const listener of this.#listeners) listener.close();
    this.#listeners = [];
  }

  #take(): void {
    this.#arrived += 1;
    if (this.#arrived === this.#awaited) this.#reached?.();
  }

  #port(index: number): number {
    return this.#ports[index % this.#ports.length] ?? 0;
  }

  async #openRoom(): Promise<void> {
    // One session may give 50 commands a second: the speaker takes turns with their own other sessions.
    const sessions: RoomClient[] = [];
    for (let count = 0; count < speakers; count++) {
      const session = await RoomClient.open(this.#port(0));
      await session.call('session.open', { name: 'speaker' });
      sessions.push(session);
    }
    const create = { requestId: `c${Date.now()}`, name: 'Hall' };
    const { room } = (await sessions[0]?.call('room.create', create)) ?? {};
    this.#room = (room as { readonly id: string }).id;
    // The list of rooms reaches other nodes within a second.
    await new Promise((resolve) => setTimeout(resolve, this.#ports.length > 1 ? 2_000 : 0));
    this.#speak = async (texts) => {
      this.#turn += 1;
      const answers = await Promise.all(
        texts.map((text) => {
          this.#sent += 1;
          const speaker = sessions[this.#turn % speakers];
          return speaker?.call('room.send', { room: this.#room, messageId: `m${this.#sent}`, body: text });
        }),
      );
      const last = answers.at(-1) as unknown as { epoch: number; seq: number };
      this.#last = { epoch: last.epoch, seq: last.seq };
    };
  }

  async #join(index: number): Promise<Listener> {
    const port = this.#port(index);
    if (this.#rival === 'bothy') return await this.#joinRoom(port, index);
    return this.#rival === 'bare' ? await this.#joinBare(port, index) : await this.#joinSocketIo(port, index);
  }

  async #joinRoom(port: number, index: number): Promise<Listener> {
    const client = await RoomClient.open(port);
    await client.call('session.open', { name: `person${index % persons}` });
    const joined = await client.call('room.join', {
      requestId: `j${index % persons}`,
      room: this.#room,
      limit: 1,
    });
    const { epoch, lastSeq } = joined.room as { readonly epoch: number; readonly lastSeq: number };
    this.#last = { epoch, seq: lastSeq };
    client.notified = (text) => {
      if (text.includes('"room.message"')) this.#take();
    };
    client.closed = () => this.#failed?.(new Error('somebody of the audience was cut off'));
    return client;
  }

  async #joinBare(port: number, index: number): Promise<Listener> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    socket.on('message', (data) => {
      // The same work as the others have with each message.
      if (String(data).length > 0) this.#take();
    });
    if (index === 0) {
      this.#speak = async (texts) => socket.send(JSON.stringify(texts.map(asNotification)));
    }
    return { close: () => socket.terminate() };
  }

  async #joinSocketIo(port: number, index: number): Promise<Listener> {
    const socket: Socket = io(`http://127.0.0.1:${port}`, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
    });
    await socket.emitWithAck('join', 'hall');
    socket.on('message', () => this.#take());
    if (index === 0) {
      this.#speak = (texts) => socket.emitWithAck('send', 'hall', texts.map(asNotification));
    }
    return { close: () => void socket.disconnect() };
  }
}

/** Who is not taken comes again, as the product's client does. */
async function openAgain(port: number): Promise<RoomClient> {
  for (let waitMs = 250; ; waitMs *= 2) {
    try {
      return await RoomClient.open(port);
    } catch (thrown) {
      if (waitMs > 8_000) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, waitMs * Math.random()));
    }
  }
}

/** As long as what Bothy sends: rivals carry the same bytes. */
function asNotification(text: string): string {
  const params = {
    room: 'a'.repeat(20),
    epoch: 1,
    seq: 1,
    author: 'guest:speaker',
    name: 'speaker',
    sentAt: 1_700_000_000_000,
    messageId: 'm1',
    body: text,
  };
  return JSON.stringify({ jsonrpc: '2.0', method: 'room.message', params });
}

function seqOf(text: string): number | undefined {
  const found = /"seq":(\d+)/.exec(text);
  return found === null ? undefined : Number(found[1]);
}
