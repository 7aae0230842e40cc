/**
 * The replicated directory of a node: its core on its loop, its store, and its links to the other nodes. When the disk
 * refuses a write the instance ends, and is built anew from what is durable; until then what was known is still shown.
 */
import type {
  DirectoryCore,
  DirectoryInput,
  DirectoryOutput,
  DirectoryRefusal,
  DirectoryView,
  DirectoryWrite,
} from '@bothy/directory/core';
import { Loop, type LoopHost, type ProductOutput } from '@bothy/runtime';
import { nodeClock, nodeTimers } from '@bothy/runtime/node';
import {
  BothyError,
  type DirectoryCommand,
  type DirectoryMessage,
  type DirectoryResult,
  type DirectoryRoomClaim,
  type EdgeHome,
  type EdgeId,
  type KeptKey,
  type Name,
  type NameRecord,
  type NodeId,
  type PersonId,
  type RoomId,
} from '@bothy/wire';
import type { Logger } from 'pino';
import { type DirectoryChange, type DirectoryDesk, refusalError } from './directory-desk.ts';

export interface DirectoryHostOptions {
  readonly log: Logger;
  /** Reads what the disk has. Rejects with `data_directory_unusable` or `database_corrupt`. */
  readonly open: () => Promise<OpenDirectory>;
}

export interface OpenDirectory {
  readonly core: DirectoryCore;
  readonly storage: LoopHost<DirectoryInput, DirectoryOutput, never, DirectoryWrite>['storage'];
  close(): Promise<void>;
}

/** The links, as far as the directory uses them. */
export interface DirectoryLinks {
  readonly linked: readonly NodeId[];
  sendDirectory(to: NodeId, message: DirectoryMessage): void;
}

/** What Prometheus is shown. */
export interface DirectoryCounts {
  /** Other leaders than before, the loss of one not counted. */
  leaderChanges: number;
  /** Commands of this node that were refused. */
  refused: number;
  commands: number;
}

type Answer = ReturnType<typeof Promise.withResolvers<DirectoryResult>>;

/** Commands that wait for their answers; the core gives each up after 5 s. */
const maxWaiting = 10_000;
/** From one failure to the next start; doubled by each that follows soon, up to the second. */
const restartMs = 200;
const maxRestartMs = 10_000;
/** How long a stop waits for the disk. */
const patienceMs = 1_000;

const startsAnew: DirectoryRefusal = {
  ok: false,
  code: 'directory_unavailable',
  message: 'The directory of this node starts anew. Try again in a moment.',
  mayHappen: true,
};
const busy: DirectoryRefusal = {
  ok: false,
  code: 'directory_unavailable',
  message: 'Too much is asked of the directory at once. Try again in a moment.',
  mayHappen: false,
};

export class DirectoryHost implements DirectoryDesk {
  readonly counts: DirectoryCounts = { leaderChanges: 0, refused: 0, commands: 0 };
  readonly #options: DirectoryHostOptions;
  readonly #waiting = new Map<string, Answer>();
  readonly #forgetting = new Map<string, ReturnType<typeof Promise.withResolvers<void>>>();
  readonly #listeners = new Set<(change: DirectoryChange) => void>();
  #links: DirectoryLinks | undefined;
  #opened: OpenDirectory | undefined;
  /** The last one: what it knew is shown while the next one is being built. */
  #core: DirectoryCore | undefined;
  #loop: Loop<DirectoryInput, DirectoryOutput> | undefined;
  #restart: NodeJS.Timeout | undefined;
  #failures = 0;
  #count = 0;
  #stopped = false;
  #leader: NodeId | null = null;
  #told = '';

  constructor(options: DirectoryHostOptions) {
    this.#options = options;
  }

  /** Reads the disk: what it knew is known from now on. Rejects as `open` of the options. */
  async prepare(): Promise<void> {
    this.#opened = await this.#options.open();
    this.#core = this.#opened.core;
  }

  /** Commands are carried out from now on, as far as that goes without links. Once, after `prepare` and with listeners set. */
  begin(): void {
    this.#start();
  }

  /** Before the first link is up. */
  use(links: DirectoryLinks): void {
    this.#links = links;
  }

  get view(): DirectoryView | undefined {
    return this.#core?.view();
  }

  /** Commands are refused, for want of a majority or of a disk, and what is read here may be old. */
  get isStale(): boolean {
    return this.#restart !== undefined || this.view?.state === 'stale';
  }

  name(name: Name): NameRecord | undefined {
    return this.#core?.name(name);
  }

  names(): readonly NameRecord[] {
    return this.#core?.names() ?? [];
  }

  ownerOf(name: Name) {
    return this.#core?.ownerOf(name);
  }

  key(person: PersonId): KeptKey | undefined {
    return this.#core?.key(person);
  }

  keys(): readonly KeptKey[] {
    return this.#core?.keys() ?? [];
  }

  room(room: RoomId): DirectoryRoomClaim | undefined {
    return this.#core?.room(room);
  }

  isBuried(room: RoomId): boolean {
    return this.#core?.isBuried(room) ?? false;
  }

  home(edge: EdgeId): EdgeHome | undefined {
    return this.#core?.home(edge);
  }

  homes(): readonly EdgeHome[] {
    return this.#core?.homes() ?? [];
  }

  onChanged(listener: (change: DirectoryChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async command(command: DirectoryCommand): Promise<DirectoryResult> {
    this.counts.commands += 1;
    if (this.#waiting.size >= maxWaiting) throw this.#refused(busy);
    this.#count += 1;
    const id = `command ${this.#count}`;
    const answer: Answer = Promise.withResolvers();
    this.#waiting.set(id, answer);
    if (this.#loop?.submit({ kind: 'command', id, command }) !== true) {
      this.#waiting.delete(id);
      throw this.#refused(this.#loop === undefined ? { ...startsAnew, mayHappen: false } : busy);
    }
    return await answer.promise;
  }

  /**
   * This node will not come back. `force`: also where it takes the majority with it; what only lost nodes knew is lost
   * then. False when it is no member. Rejects as `command` does.
   */
  async forgetNode(node: NodeId, force: boolean): Promise<boolean> {
    const { voters = [], learners = [] } = this.view ?? {};
    if (!voters.includes(node) && !learners.includes(node)) return false;
    this.#count += 1;
    const id = `forget ${this.#count}`;
    const answer = Promise.withResolvers<void>();
    this.#forgetting.set(id, answer);
    if (this.#loop?.submit({ kind: 'forgetNode', id, node, force }) !== true) {
      this.#forgetting.delete(id);
      throw refusalError({ ...startsAnew, mayHappen: false });
    }
    await answer.promise;
    return true;
  }

  linkUp(node: NodeId): void {
    this.#loop?.submit({ kind: 'linkUp', node });
  }

  linkDown(node: NodeId): void {
    this.#loop?.submit({ kind: 'linkDown', node });
  }

  /** What another node says, whose shape has been checked. What cannot be taken is lost, which Raft is made for. */
  message(from: NodeId, message: DirectoryMessage): void {
    this.#loop?.submit({ kind: 'message', from, message });
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    clearTimeout(this.#restart);
    const endMs = nodeClock.monoMs() + patienceMs;
    const waits = (): boolean => this.#loop?.ended === false && !this.#loop.idle;
    while (waits() && nodeClock.monoMs() < endMs) await new Promise((resolve) => setTimeout(resolve, 1));
    this.#loop?.stop();
    this.#abandon();
    await this.#opened?.close();
  }

  #start(): void {
    const opened = this.#opened;
    if (opened === undefined) throw new Error('A directory begins after it was prepared.');
    this.#core = opened.core;
    this.#loop = new Loop<DirectoryInput, DirectoryOutput>(
      opened.core,
      {
        clock: nodeClock,
        timers: nodeTimers,
        storage: opened.storage,
        perform: (output) => this.#perform(output),
        ask: () => {
          throw new Error('The directory asks nothing.');
        },
        failed: (error) => this.#failed(error),
      },
      // What came in one turn of the event loop is one flush of the disk.
      { maxQueuedInputs: 20_000, beginCommit: setImmediate },
    );
    this.#loop.submit({ kind: 'start' });
    for (const node of this.#links?.linked ?? []) this.linkUp(node);
  }

  #perform(output: ProductOutput<DirectoryOutput>): void {
    switch (output.kind) {
      case 'send':
        return this.#links?.sendDirectory(output.to, output.message);
      case 'answered': {
        const answer = this.#waiting.get(output.id);
        this.#waiting.delete(output.id);
        if (output.result.ok) answer?.resolve(output.result.result);
        else answer?.reject(this.#refused(output.result));
        return;
      }
      case 'forgotten': {
        const answer = this.#forgetting.get(output.id);
        this.#forgetting.delete(output.id);
        if (output.result.ok) answer?.resolve();
        else answer?.reject(refusalError(output.result));
        return;
      }
      case 'standing':
        this.#stands();
        return this.#tell(output);
      case 'changed':
      case 'replaced':
        return this.#tell(output);
      case 'read':
        return;
    }
  }

  #tell(change: DirectoryChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  #stands(): void {
    const { view } = this;
    if (view === undefined) return;
    if (view.leader !== null && this.#leader !== null && view.leader !== this.#leader)
      this.counts.leaderChanges += 1;
    this.#leader = view.leader ?? this.#leader;
    const { state, leader, voters, learners, warning } = view;
    const told = `${state} ${leader} ${voters.join()} ${warning}`;
    if (told === this.#told) return;
    this.#told = told;
    // A node alone has nothing to tell.
    const isQuiet = state === 'seeking' || (state === 'ready' && voters.length + learners.length < 2);
    const level = state === 'stale' ? 'warn' : isQuiet ? 'debug' : 'info';
    this.#options.log[level]({ state, leader, voters, warning }, `the directory is ${state}`);
  }

  #refused(refusal: DirectoryRefusal): BothyError {
    this.counts.refused += 1;
    return refusalError(refusal);
  }

  #abandon(): void {
    for (const answer of [...this.#waiting.values()]) answer.reject(this.#refused(startsAnew));
    for (const answer of [...this.#forgetting.values()]) answer.reject(refusalError(startsAnew));
    this.#waiting.clear();
    this.#forgetting.clear();
  }

  #failed(error: BothyError): void {
    if (this.#stopped || this.#restart !== undefined) return;
    this.#options.log.error(
      { code: error.code, err: error.cause },
      `the directory ends and starts anew: ${error.message}`,
    );
    this.#loop?.stop();
    this.#loop = undefined;
    const broken = this.#opened;
    this.#opened = undefined;
    this.#abandon();
    const afterMs = Math.min(restartMs * 2 ** this.#failures, maxRestartMs);
    this.#failures += 1;
    this.#restart = setTimeout(() => void this.#again(broken), afterMs);
  }

  async #again(broken: OpenDirectory | undefined): Promise<void> {
    try {
      await broken?.close();
      const opened = await this.#options.open();
      this.#restart = undefined;
      if (this.#stopped) return await opened.close();
      this.#opened = opened;
      this.#start();
      setTimeout(() => {
        this.#failures = 0;
      }, maxRestartMs).unref();
    } catch (thrown) {
      this.#restart = undefined;
      this.#failed(BothyError.from(thrown));
    }
  }
}
