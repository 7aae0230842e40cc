/** A client core in a small world of its own: virtual time, an outbox, and connections to unreliable nodes. */
import { type Random, seededRandom } from '@bothy/protocols';
import type { RoomEntry, RoomId, ServerFrame } from '@bothy/wire';
import type { ClientConfig } from '../config.ts';
import type { ClientCommand, ClientInput } from '../inputs.ts';
import type { ClientNotice, ClientOutput, ClientResult, OutgoingMessage } from '../outputs.ts';
import { RoomsClientCore } from '../rooms-client-core.ts';
import { UnreliableCluster } from './unreliable-cluster.ts';

export type MakeCore = (config: ClientConfig, random: Random) => Pick<RoomsClientCore, 'step'>;

export interface WorldOptions {
  readonly seed?: string;
  readonly urls?: readonly string[];
  readonly keepsOutbox?: boolean;
  readonly rooms?: ClientConfig['rooms'];
  readonly makeCore?: MakeCore;
}

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** What was shown of a room, from the first entry on. */
export interface ShownRoom {
  readonly items: (RoomEntry | { readonly from: number; readonly to: number })[];
}

export class ClientWorld {
  readonly cluster: UnreliableCluster;
  readonly random: Random;
  readonly outputs: ClientOutput[] = [];
  readonly notices: ClientNotice[] = [];
  readonly replies = new Map<string, ClientResult>();
  readonly shown = new Map<RoomId, ShownRoom>();
  /** URLs that nothing answers at. */
  readonly dead = new Set<string>();
  readonly dialled: string[] = [];
  readonly #parse: (text: string) => ServerFrame;
  readonly #options: WorldOptions;
  /** The outbox on disk, by room and id. */
  readonly #disk = new Map<string, OutgoingMessage>();
  readonly #timers = new Map<string, number>();
  #queue: Due[] = [];
  #order = 0;
  #nowMs = 0;
  #run = 0;
  #connection: number | undefined;
  #core: Pick<RoomsClientCore, 'step'>;
  /** Answers `signIn`. */
  signIn: (again: boolean) => { readonly token?: string; readonly name?: string } | undefined = () => ({
    name: 'anna',
  });

  /** `parse` is the parser of `@bothy/wire/schemas`, which a core may not import. */
  constructor(parse: (text: string) => ServerFrame, options: WorldOptions = {}) {
    this.#parse = parse;
    this.#options = options;
    this.random = seededRandom(`world ${options.seed ?? '1'}`);
    this.cluster = new UnreliableCluster(seededRandom(`cluster ${options.seed ?? '1'}`));
    this.#core = this.#make();
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  get outbox(): readonly OutgoingMessage[] {
    return [...this.#disk.values()];
  }

  start(): void {
    this.input({ kind: 'start' });
  }

  command(id: string, command: ClientCommand): void {
    this.input({ kind: 'command', id, command });
  }

  /** Starts, and joins a room. */
  enter(room: RoomId, limit = 50): void {
    this.start();
    this.command(`join ${room}`, { kind: 'join', requestId: `j-${this.#run}`, room, limit });
    this.run(2_000);
  }

  input(input: ClientInput): void {
    for (const output of this.#core.step(input, { monoMs: this.#nowMs, wallMs: 1_000 + this.#nowMs })) {
      this.outputs.push(output);
      this.#perform(output);
    }
  }

  after(afterMs: number, run: () => void): void {
    this.#order += 1;
    this.#queue.push({ atMs: this.#nowMs + afterMs, order: this.#order, run });
  }

  run(forMs: number): void {
    const endMs = this.#nowMs + forMs;
    for (;;) {
      let next: Due | undefined;
      for (const due of this.#queue) {
        const isEarlier =
          next === undefined || due.atMs < next.atMs || (due.atMs === next.atMs && due.order < next.order);
        if (due.atMs <= endMs && isEarlier) next = due;
      }
      if (next === undefined) break;
      this.#queue = this.#queue.filter((due) => due !== next);
      this.#nowMs = next.atMs;
      next.run();
    }
    this.#nowMs = endMs;
  }

  /** The process ends and starts again, with what its disk holds. */
  restart(): void {
    if (this.#connection !== undefined) this.cluster.closed(this.#connection);
    this.#connection = undefined;
    this.#timers.clear();
    this.shown.clear();
    this.#core = this.#make();
    this.start();
  }

  #make(): Pick<RoomsClientCore, 'step'> {
    this.#run += 1;
    const { urls = ['ws://n1/ws'], keepsOutbox = true, seed = '1', rooms = [] } = this.#options;
    const make = this.#options.makeCore ?? ((config, random) => new RoomsClientCore(config, random));
    const nodes = urls.map((url) => ({ url }));
    const config = { nodes, run: `run${this.#run}xxxx`, keepsOutbox, outbox: this.outbox, rooms };
    return make(config, seededRandom(`client ${seed} ${this.#run}`));
  }

  #perform(output: ClientOutput): void {
    const run = this.#run;
    const later = (afterMs: number, then: () => void): void => {
      this.after(afterMs, () => {
        if (this.#run === run) then();
      });
    };
    switch (output.kind) {
      case 'persist':
        for (const write of output.writes) {
          if (write.kind === 'put')
            this.#disk.set(`${write.message.room} ${write.message.messageId}`, write.message);
          else this.#disk.delete(`${write.room} ${write.messageId}`);
        }
        return;
      case 'setTimer': {
        this.#order += 1;
        const token = this.#order;
        this.#timers.set(output.key, token);
        return later(output.afterMs, () => {
          if (this.#timers.get(output.key) !== token) return;
          this.#timers.delete(output.key);
          this.input({ kind: 'timer', key: output.key });
        });
      }
      case 'clearTimer':
        this.#timers.delete(output.key);
        return;
      case 'connect':
        return this.#connect(output.connection, output.url, later);
      case 'signIn': {
        const { connection } = output;
        const who = this.signIn(output.again);
        const code = 'unauthorized';
        return later(1, () => {
          if (who === undefined)
            this.input({ kind: 'noCredentials', connection, code, message: 'No token.' });
          else this.input({ kind: 'credentials', connection, ...who });
        });
      }
      case 'frame':
        return later(this.random.below(20), () => {
          if (this.#connection === output.connection) this.cluster.heard(output.connection, output.json);
        });
      case 'close':
        if (this.#connection === output.connection) this.#connection = undefined;
        return this.cluster.closed(output.connection);
      case 'reply':
        if (this.replies.has(output.id)) throw new Error(`answered twice: ${output.id}`);
        this.replies.set(output.id, output.result);
        return;
      case 'notify':
        this.notices.push(output.notice);
        this.#show(output.notice);
    }
  }

  #connect(connection: number, url: string, later: (afterMs: number, then: () => void) => void): void {
    this.dialled.push(url);
    if (this.dead.has(url)) {
      return later(5, () => this.input({ kind: 'closed', connection, code: 1006, reason: '' }));
    }
    // Frames of one connection arrive in order, at times of their own.
    let lastMs = 0;
    const arrive = (then: () => void): void => {
      lastMs = Math.max(lastMs, this.#nowMs + this.random.below(20));
      later(lastMs - this.#nowMs, then);
    };
    later(5, () => {
      this.#connection = connection;
      this.cluster.connected(connection, {
        send: (text) => arrive(() => this.input({ kind: 'frame', connection, frame: this.#parse(text) })),
        close: (code, reason) => arrive(() => this.input({ kind: 'closed', connection, code, reason })),
      });
      this.input({ kind: 'connected', connection });
    });
  }

  #show(notice: ClientNotice): void {
    if (notice.kind !== 'entries' && notice.kind !== 'gap') return;
    const room = this.shown.get(notice.room) ?? { items: [] };
    this.shown.set(notice.room, room);
    if (notice.kind === 'gap') room.items.push({ from: notice.from, to: notice.to });
    else room.items.push(...notice.entries);
  }
}

/** The first fault in what was shown of a room; undefined when it is the log, from its first item on. */
export function faultIn(shown: ShownRoom | undefined, log: readonly RoomEntry[]): string | undefined {
  let last: number | undefined;
  for (const item of shown?.items ?? []) {
    const from = 'from' in item ? item.from : item.seq;
    if (last !== undefined && from !== last + 1) return `${from} was shown after ${last}`;
    last = 'from' in item ? item.to : item.seq;
    if (!('from' in item) && log[item.seq - 1]?.key !== item.key)
      return `${item.seq} is not what the log holds`;
  }
  return (last ?? 0) === log.length ? undefined : `shown up to ${last}, the log has ${log.length}`;
}
