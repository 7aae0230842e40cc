/**
 * Somebody who chats, with nothing but a WebSocket: sends until it is answered, goes to the next node when its own
 * falls silent, resumes there, and writes down all it sees. It sorts nothing out and hides nothing.
 */

import type { History } from './history.ts';
import { recordCall } from './history-calls.ts';
import { type LogEntry, toldEntry } from './node-database.ts';

type Data = Readonly<Record<string, unknown>>;
interface Heard {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Data;
  readonly result?: Data;
  readonly error?: { readonly message: string; readonly data: { readonly code: string } };
}

/** What is said again later; any other refusal of a message is a complaint. */
const passing = ['rate_limited', 'administrator_unreachable', 'room_busy', 'not_a_member', 'room_not_found'];
/** Without a sign of life for so long the next node is tried. */
const silenceMs = 4_000;
const entryMethods: Readonly<Record<string, string | undefined>> = {
  'room.message': 'message',
  'room.memberJoined': 'joined',
  'room.memberLeft': 'left',
};

export class Refused extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

interface Unanswered {
  readonly room: string;
  readonly messageId: string;
  readonly body: string;
  readonly calledMs: number;
  readonly done: (seq: number) => void;
}

export class RecordedClient {
  readonly name: string;
  /** Notifications that are no entries, and when which node was reached: for tests to wait for. */
  readonly notices: { readonly method: string; readonly params: Data }[] = [];
  readonly refusals: string[] = [];
  readonly #history: History;
  readonly #urls: readonly string[];
  readonly #rooms = new Map<string, { last: number; epoch: number; isJoined: boolean }>();
  readonly #unanswered = new Map<string, Unanswered>();
  /** Calls of this connection, and who waits for them. */
  readonly #calls = new Map<number, (heard: Heard | undefined) => void>();
  readonly #joins = new Map<string, Promise<unknown>>();
  readonly #looks = new Set<() => void>();
  #socket: WebSocket | undefined;
  #isOpen = false;
  #heardAt = 0;
  #at: number;
  #count = 0;
  #closed = false;

  /** Begins at the node numbered `at`; goes to the next one of `urls` whenever a connection ends. */
  constructor(name: string, urls: readonly string[], history: History, at = 0) {
    this.name = name;
    this.#urls = urls;
    this.#history = history;
    this.#at = at;
    void this.#live();
  }

  /** The address of the node that it is at, once it has signed in there. */
  get at(): string | undefined {
    return this.#isOpen ? this.#urls[this.#at % this.#urls.length] : undefined;
  }

  last(room: string): number {
    return this.#rooms.get(room)?.last ?? 0;
  }

  /** Joins as soon as that is possible: a room of another node is known here a moment after it was made. */
  async join(room: string): Promise<void> {
    for (;;) {
      await this.until(() => this.#isOpen);
      try {
        return await this.#join(room);
      } catch (thrown) {
        if (thrown instanceof Refused && !passing.includes(thrown.code)) throw thrown;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  async create(name: string): Promise<string> {
    await this.until(() => this.#isOpen);
    const result = await this.call('room.create', { requestId: `create-${++this.#count}`, name });
    const { id } = result.room as { id: string };
    await this.#join(id);
    return id;
  }

  /** Resolves with the message's number once it has been answered, however often it has to be sent for that. */
  async say(room: string, body: string, messageId = `${this.name}-${++this.#count}`): Promise<number> {
    const answered = new Promise<number>((done) => {
      this.#unanswered.set(messageId, { room, messageId, body, calledMs: performance.now(), done });
    });
    void this.#send(messageId);
    return await answered;
  }

  /** Rejects with `Refused`, or when the connection ends first. */
  async call(method: string, params: Data = {}): Promise<Data> {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN) throw new Error('no connection');
    const id = ++this.#count;
    const told = recordCall(this.#history, this.name, method, params);
    const heard = await new Promise<Heard | undefined>((resolve) => {
      this.#calls.set(id, resolve);
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    });
    this.#calls.delete(id);
    if (heard === undefined) throw new Error('the connection has ended');
    told(heard);
    if (heard.error !== undefined) throw new Refused(heard.error.data.code, heard.error.message);
    return heard.result ?? {};
  }

  async until(done: () => boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!done()) return;
        this.#looks.delete(look);
        resolve();
      };
      this.#looks.add(look);
      look();
    });
  }

  /** Resolves when it has every entry up to this one. */
  async untilSeen(room: string, seq: number): Promise<void> {
    await this.until(() => this.last(room) >= seq);
  }

  close(): void {
    this.#closed = true;
    this.#socket?.close();
  }

  #changed(): void {
    for (const look of this.#looks) look();
  }

  async #live(): Promise<void> {
    while (!this.#closed) {
      await this.#visit(this.#urls[this.#at % this.#urls.length] ?? '');
      this.#at += 1;
      await new Promise((resolve) => setTimeout(resolve, 50 + 200 * Math.random()));
    }
  }

  /** One connection, from its beginning to its end. */
  async #visit(url: string): Promise<void> {
    const socket = new WebSocket(url, 'bothy.v1');
    this.#socket = socket;
    this.#heardAt = performance.now();
    const ended = new Promise<void>((resolve) => {
      socket.onclose = () => resolve();
      const watch = setInterval(() => {
        if (socket.readyState === WebSocket.OPEN) void this.call('session.ping').catch(() => {});
        if (performance.now() - this.#heardAt < silenceMs && !this.#closed) return;
        // A node that stands still would not answer a close either: what it says later is not listened to.
        socket.onmessage = null;
        socket.close();
        socket.dispatchEvent(new Event('close'));
      }, 1_000);
      socket.addEventListener('close', () => clearInterval(watch), { once: true });
    });
    socket.onmessage = ({ data }) => {
      this.#heardAt = performance.now();
      this.#hear(JSON.parse(data) as Heard);
    };
    socket.onopen = () => void this.#open().catch(() => socket.close());
    await ended;
    this.#isOpen = false;
    for (const end of this.#calls.values()) end(undefined);
    this.#joins.clear();
    for (const room of this.#rooms.values()) room.isJoined = false;
    this.#changed();
  }

  async #open(): Promise<void> {
    const resume = [...this.#rooms].map(([room, { epoch, last }]) => ({ room, epoch, seq: last }));
    const { resumed } = await this.call('session.open', { name: this.name, resume });
    this.#isOpen = true;
    for (const { room, from, reset } of resumed as { room: string; from?: number; reset?: unknown }[]) {
      if (reset !== undefined) await this.#join(room);
      else if (from === undefined) await this.#join(room).catch(() => {});
    }
    this.#changed();
    for (const messageId of this.#unanswered.keys()) void this.#send(messageId);
  }

  /** What follows from a resume comes right behind its answer, so it is noted before anything else is heard. */
  #resumed(resumed: readonly Data[]): void {
    for (const { room, from, reset } of resumed) {
      const known = this.#rooms.get(String(room));
      if (known === undefined) continue;
      if (reset !== undefined) {
        const { commonSeq } = reset as { commonSeq: number };
        this.#history.see(this.name, String(room), { kind: 'reset', commonSeq });
        known.last = Math.min(known.last, commonSeq);
      }
      known.isJoined = from !== undefined;
    }
  }

  /** Once at a time: a second join repeats what the first one brought. */
  async #join(room: string): Promise<void> {
    const known = this.#rooms.get(room);
    if (known?.isJoined === true) return;
    const join = this.#joins.get(room) ?? this.#askToJoin(room);
    this.#joins.set(room, join);
    try {
      await join;
    } finally {
      if (this.#joins.get(room) === join) this.#joins.delete(room);
    }
  }

  async #askToJoin(room: string): Promise<void> {
    const known = this.#rooms.get(room);
    const after = known === undefined ? {} : { after: { epoch: known.epoch, seq: known.last } };
    await this.call('room.join', { requestId: `join-${++this.#count}`, room, ...after, limit: 200 });
  }

  #joined(result: Data): void {
    const { id, epoch } = result.room as { id: string; epoch: number };
    const entries = (result.entries as Data[]).map((told) => toldEntry(String(told.kind), told));
    const known = this.#rooms.get(id) ?? { last: (entries[0]?.seq ?? 1) - 1, epoch, isJoined: true };
    if (!this.#rooms.has(id)) this.#history.see(this.name, id, { kind: 'goesOn', after: known.last });
    this.#rooms.set(id, known);
    const first = entries[0]?.seq ?? known.last + 1;
    if (result.complete === false && first > known.last + 1) {
      this.#gap(id, known.last + 1, first - 1);
    }
    known.isJoined = true;
    for (const entry of entries) this.#entry(id, entry);
  }

  async #send(messageId: string): Promise<void> {
    const wanted = this.#unanswered.get(messageId);
    if (wanted === undefined || !this.#isOpen) return;
    const { room, body, calledMs } = wanted;
    try {
      await this.#join(room);
      const { seq } = await this.call('room.send', { room, messageId, body });
      this.#history.answered.push({
        client: this.name,
        room,
        messageId,
        body,
        seq: Number(seq),
        calledMs,
        answeredMs: performance.now(),
      });
      this.#unanswered.delete(messageId);
      wanted.done(Number(seq));
    } catch (thrown) {
      if (!(thrown instanceof Refused)) return;
      this.refusals.push(thrown.code);
      if (!passing.includes(thrown.code)) {
        this.#history.complaints.push(`${this.name} ${messageId}: ${thrown.message}`);
        return;
      }
      const known = this.#rooms.get(room);
      if (thrown.code === 'not_a_member' && known !== undefined) known.isJoined = false;
      setTimeout(() => void this.#send(messageId), 200 + 200 * Math.random());
    }
  }

  #hear(heard: Heard): void {
    const { id, method, params = {} } = heard;
    if (id !== undefined) {
      const { result } = heard;
      if (Array.isArray(result?.resumed)) this.#resumed(result.resumed);
      if (Array.isArray(result?.entries) && result.room !== undefined) this.#joined(result);
      this.#calls.get(id)?.(heard);
    } else if (method !== undefined) {
      const kind = entryMethods[method] ?? (method === 'room.entry' ? String(params.kind) : undefined);
      const room = String(params.room);
      if (kind !== undefined) this.#entry(room, toldEntry(kind, params));
      else if (method === 'room.gap') this.#gap(room, Number(params.from), Number(params.to));
      else this.notices.push({ method, params });
    }
    this.#changed();
  }

  #entry(room: string, entry: LogEntry): void {
    this.#history.see(this.name, room, { kind: 'entry', entry });
    const known = this.#rooms.get(room);
    if (known !== undefined) known.last = entry.seq;
  }

  #gap(room: string, from: number, to: number): void {
    this.#history.see(this.name, room, { kind: 'gap', from, to });
    const known = this.#rooms.get(room);
    if (known !== undefined) known.last = to;
  }
}
