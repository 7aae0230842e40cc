/**
 * The rooms of a node: the core on its loop, its store, its clients and its links
 * to other nodes. When the disk refuses a write the instance ends; it is built
 * anew from what is durable, and clients resume where they were.
 */
import { join } from 'node:path';
import { seededRandom } from '@bothy/protocols';
import {
  type RoomsConfig,
  RoomsCore,
  type RoomsInput,
  type RoomsOutput,
  type RoomsSnapshot,
} from '@bothy/rooms/core';
import type { ClusterLinks } from '@bothy/rooms/drivers/grpc';
import { SqliteRoomStore } from '@bothy/rooms/drivers/sqlite';
import { type RoomSocketOptions, RoomSocketServer } from '@bothy/rooms/drivers/websocket';
import { Loop, type ProductOutput, randomSeed } from '@bothy/runtime';
import { nodeClock, nodeTimers } from '@bothy/runtime/node';
import {
  type Author,
  BothyError,
  type ErrorCode,
  type NodeHealth,
  type NodeId,
  type RoomActor,
  type RoomCommand,
  type RoomId,
  type RoomResult,
} from '@bothy/wire';
import type { Logger } from 'pino';
import type { DirectoryDesk } from '../directory/directory-desk.ts';
import { withCreation } from './creation.ts';
import { RoomCalls } from './room-calls.ts';
import { RoomTimes } from './room-times.ts';
import { RoomVoice, voiceSession } from './room-voice.ts';
import { RoomsDirectory } from './rooms-directory.ts';
import { StoredRooms } from './stored-rooms.ts';
import type { RoomTracing } from './tracing.ts';

export interface RoomsHostOptions {
  readonly folder: string;
  readonly node: NodeId;
  readonly sockets: Pick<RoomSocketOptions, 'authenticate' | 'findPerson' | 'extensions'>;
  readonly log: Logger;
  /** What concerns other nodes. */
  readonly clusterLog: Logger;
  readonly tracing: RoomTracing;
  /** Of the cluster: it takes one room of a creation, and lets none come back that was deleted. */
  readonly directory: DirectoryDesk;
  /** Rooms that were deleted, now or, at a start, some time ago. What is kept of them beside their logs goes. */
  readonly roomsDeleted?: (rooms: readonly RoomId[]) => void;
  /** A message of this author with these files was taken away. */
  readonly filesDropped?: (room: RoomId, author: Author, files: readonly string[]) => void;
  /** Another node is up, suspected or down. */
  readonly nodeHealth?: (node: NodeId, health: NodeHealth) => void;
}

/** From one failure to the next start; doubled by each that follows soon, up to the second. */
const restartMs = 200;
const maxRestartMs = 10_000;

type Refused = Extract<RoomResult, { readonly ok: false }>;
type View = ReturnType<RoomsCore['clusterView']>;

interface Opened {
  readonly store: SqliteRoomStore;
  readonly snapshot: RoomsSnapshot;
}

/** A stop takes under two seconds in all. */
const settleMs = 300;

export class RoomsHost {
  readonly sockets: RoomSocketServer;
  /** How often each code was refused to other nodes. */
  readonly refusals = new Map<ErrorCode, number>();
  readonly times = new RoomTimes(nodeClock.monoMs);
  readonly disk = new StoredRooms(() => new BothyError('node_unreachable', startingAnew));
  /** The node's own place in rooms. */
  readonly voice: RoomVoice;
  readonly #options: RoomsHostOptions;
  readonly #calls = new RoomCalls();
  #links: ClusterLinks | undefined;
  #config: RoomsConfig | undefined;
  #store: SqliteRoomStore | undefined;
  #prepared: Opened | undefined;
  #core: RoomsCore | undefined;
  #loop: Loop<RoomsInput, RoomsOutput> | undefined;
  #directory: RoomsDirectory | undefined;
  #restart: NodeJS.Timeout | undefined;
  #failures = 0;
  #stopped = false;

  constructor(options: RoomsHostOptions) {
    this.#options = options;
    const { sockets, log, node, tracing } = options;
    this.voice = new RoomVoice(node, (input) => this.#submit(input));
    this.sockets = new RoomSocketServer({
      ...sockets,
      node,
      log,
      tracer: tracing,
      monoMs: nodeClock.monoMs,
      wallMs: nodeClock.wallMs,
      input: (input) => this.#input(input),
    });
  }

  /** Messages to other nodes so far, by kind. */
  get sentToNodes(): ReadonlyMap<string, number> {
    return this.#links?.sent ?? new Map();
  }

  /**
   * Reads what the disk has, so that `begin` takes no time: whoever connects to this node before its rooms begin is
   * sent away. Throws `data_directory_unusable` or `database_corrupt`.
   */
  async prepare(): Promise<void> {
    this.#prepared = await this.#openStore();
  }

  /** Rooms are offered and other nodes dialled from now on, at once after `prepare`. Throws as that. */
  async begin(links: ClusterLinks, config: RoomsConfig): Promise<void> {
    this.#links = links;
    this.#config = config;
    await this.#open(config);
  }

  /** False while the rooms are being built anew. */
  get ready(): boolean {
    return this.#loop !== undefined && !this.#loop.ended;
  }

  get view(): View | undefined {
    return this.#core?.clusterView({ monoMs: nodeClock.monoMs(), wallMs: nodeClock.wallMs() });
  }

  /** Gives the core what happened on a link. False when it cannot be taken. */
  input(input: Extract<RoomsInput, { kind: 'linkUp' | 'linkDown' | 'dialFailed' | 'message' }>): boolean {
    return this.#submit(input);
  }

  /** A command of somebody without a session: REST, another program. */
  command(actor: RoomActor, command: RoomCommand, trace?: string): Promise<RoomResult> {
    return new Promise((resolve) => {
      const call = this.#options.tracing.call(`rest ${command.kind}`, trace);
      const id = this.#calls.command((result) => {
        call.end(result.ok ? 'ok' : result.code);
        resolve(result);
      });
      if (id === undefined) {
        call.end(tooMuch.code);
        return resolve(tooMuch);
      }
      const base = { kind: 'command', id, session: null, actor, command } as const;
      this.#input(call.trace === undefined ? base : { ...base, trace: call.trace });
    });
  }

  /** An operator says that a node will not come back. False when it was not known. */
  forgetNode(node: NodeId): Promise<boolean> {
    const { id, known } = this.#calls.forget();
    if (this.#loop?.submit({ kind: 'forgetNode', id, node }) !== true) this.#calls.notForgotten(id, anew);
    return known;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#restart);
    await this.sockets.stop();
    this.#submit({ kind: 'stop' });
    await this.#settle();
    this.#directory?.end();
    this.#loop?.stop();
    await this.#store?.close();
  }

  /** What was decided is written before an end in order, such as whom this node has just met. A disk that hangs is not waited for. */
  async #settle(): Promise<void> {
    const endMs = nodeClock.monoMs() + settleMs;
    const waits = (): boolean => this.#loop?.ended === false && !this.#loop.idle;
    while (waits() && nodeClock.monoMs() < endMs) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  async #openStore(): Promise<Opened> {
    const file = join(this.#options.folder, 'rooms.sqlite');
    const store = await SqliteRoomStore.open({ file, failed: (error) => this.#failed(error) });
    this.#store = store;
    this.disk.use(store);
    return { store, snapshot: await store.load() };
  }

  async #open(config: RoomsConfig): Promise<void> {
    const { store, snapshot } = this.#prepared ?? (await this.#openStore());
    this.#prepared = undefined;
    this.#options.roomsDeleted?.(snapshot.tombstones.map(({ room }) => room));
    const core = new RoomsCore(config, snapshot, seededRandom(randomSeed()));
    this.#core = core;
    this.#loop = new Loop<RoomsInput, RoomsOutput>(
      core,
      {
        clock: nodeClock,
        timers: nodeTimers,
        storage: this.times.timed(store),
        observe: (input, outputs) => this.times.observe(input, outputs as readonly RoomsOutput[]),
        perform: (output) => this.#perform(output),
        ask: ({ id, query }, answer) => {
          store.query(query, (finding) => answer({ kind: 'found', id, answer: finding }));
        },
        failed: (error) => this.#failed(error),
      },
      {
        maxQueuedInputs: 100_000,
        maxHeldOutputs: 1_000_000,
        // What came in one turn of the event loop is one commit, and one write to each socket.
        beginCommit: setImmediate,
      },
    );
    this.#loop.submit({ kind: 'start' });
    this.#directory = new RoomsDirectory({
      desk: this.#options.directory,
      held: () => core.heldRooms,
      input: (input) => this.#submit(input),
    });
    this.#directory.began();
    this.voice.began();
  }

  #submit(input: RoomsInput): boolean {
    return this.#loop?.submit(this.#options.tracing.entering(withCreation(input))) ?? false;
  }

  #input(input: RoomsInput): void {
    if (this.#submit(input)) return;
    if (input.kind === 'sessionOpened') return this.sockets.endAll('restarted');
    // Lost, it would leave somebody shown as present for ever; a core that is gone has forgotten them anyway.
    if (input.kind === 'sessionClosed' && this.ready) setTimeout(() => this.#input(input), 100).unref();
    if (input.kind !== 'command') return;
    const result = this.ready ? tooMuch : anew;
    if (input.session === null) this.#calls.answer(input.id, result);
    else this.sockets.perform({ kind: 'reply', id: input.id, session: input.session, result });
  }

  #perform(output: ProductOutput<RoomsOutput>): void {
    this.times.leaving(output);
    this.#options.tracing.leaving(output);
    switch (output.kind) {
      case 'reply':
        if (output.session === null) return this.#calls.answer(output.id, output.result);
        if (output.session === voiceSession) return this.voice.answer(output);
        return this.sockets.perform(output);
      case 'deliver':
        this.voice.heard(output.room, output.entries);
        return this.sockets.perform(output);
      case 'deliverTo':
        if (output.session === voiceSession) return this.voice.heard(output.room, output.entries);
        return this.sockets.perform(output);
      case 'opened':
      case 'attach':
      case 'detach':
        return this.sockets.perform(output);
      case 'notice':
        if (output.notice.kind === 'state' && output.notice.state === 'deleted') {
          this.#options.roomsDeleted?.([output.notice.room]);
        }
        if (output.notice.kind === 'node') {
          const { node, health } = output.notice;
          this.#options.clusterLog[health === 'up' ? 'info' : 'warn'](
            { other: node },
            `node ${node} is ${health}`,
          );
          this.#options.nodeHealth?.(node, health);
        }
        return this.sockets.perform(output);
      case 'dropFiles':
        return this.#options.filesDropped?.(output.room, output.author, output.files);
      case 'send':
        return this.#links?.send(output.to, output.message);
      case 'dial':
        return this.#links?.dial(output.address);
      case 'hangUp':
        this.#options.clusterLog.warn({ other: output.node }, output.reason);
        return this.#links?.hangUp(output.node, output.reason);
      case 'askDirectory':
        return this.#directory?.ask(output);
      case 'forgotten':
        return this.#calls.forgotten(output.id, output.known);
      case 'refused':
        this.refused(output.code, output.message);
    }
  }

  /** Counts and logs what was refused to another node. */
  refused(code: ErrorCode, message: string): void {
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
    this.#options.clusterLog.warn({ code }, message);
  }

  #failed(error: BothyError): void {
    if (this.#stopped || this.#restart !== undefined) return;
    this.#options.log.error(
      { code: error.code, err: error.cause },
      `rooms end and start anew: ${error.message}`,
    );
    this.#loop?.stop();
    const store = this.#store;
    this.#directory?.end();
    this.#loop = undefined;
    this.#core = undefined;
    this.#store = undefined;
    this.#prepared = undefined;
    this.#calls.abandon(anew);
    this.disk.end();
    this.#options.tracing.abandon();
    this.times.abandon();
    this.voice.ended();
    this.sockets.endAll('restarted');
    for (const node of this.#links?.linked ?? []) this.#links?.hangUp(node, startingAnew);
    const afterMs = Math.min(restartMs * 2 ** this.#failures, maxRestartMs);
    this.#failures += 1;
    this.#restart = setTimeout(() => void this.#again(store), afterMs);
  }

  async #again(broken: SqliteRoomStore | undefined): Promise<void> {
    try {
      await broken?.close();
      this.#restart = undefined;
      if (this.#config !== undefined) await this.#open(this.#config);
      setTimeout(() => {
        this.#failures = 0;
      }, maxRestartMs).unref();
    } catch (thrown) {
      this.#failed(BothyError.from(thrown));
    }
  }
}

const tooMuch: Refused = {
  ok: false,
  code: 'rate_limited',
  message: 'The rooms of this node are busy. Try again in a moment with the same id.',
};
/** What its disk refused ended them; nothing that was acknowledged is lost. */
export const startingAnew = 'The rooms of this node start anew. Try again in a moment, with the same id.';
const anew: Refused = { ok: false, code: 'node_unreachable', message: startingAnew };
