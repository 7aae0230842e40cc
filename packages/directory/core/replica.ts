/**
 * This node's copy of its directory: a Raft member, and the machine that it moves. When the node goes over to another
 * directory, both are made anew; what Raft was told to do for the one before is not heard any more.
 */
import {
  CheckpointSchedule,
  type RaftInput,
  RaftMember,
  type RaftOutput,
  type RaftStored,
  type Random,
} from '@bothy/protocols';
import type {
  DirectoryAbout,
  DirectoryCommand,
  DirectoryContent,
  DirectoryResult,
  NodeId,
} from '@bothy/wire';
import { directoryLevel } from '@bothy/wire';
import { bounds, type DirectoryConfig } from './config.ts';
import type { DirectorySnapshot } from './directory-messages.ts';
import { DirectoryMachine } from './machine/directory-machine.ts';
import type { Step } from './step.ts';

type Input = RaftInput<DirectoryCommand, DirectoryContent>;
type Output = RaftOutput<DirectoryCommand, DirectoryContent>;
type Stored = RaftStored<DirectoryCommand, DirectoryContent>;
type Answer = Extract<Output, { kind: 'proposed' | 'readable' }>;

export interface ReplicaListener {
  /** What was proposed is committed, or is not known to be. `result`: of a command. */
  proposed(step: Step, id: string, answer: Answer['result'], result: DirectoryResult | undefined): void;
  readable(step: Step, id: string, answer: Answer['result']): void;
  /** `isOwn`: this node leads, and has put it into the log as the leader that it still is. */
  applied(step: Step, command: DirectoryCommand, isOwn: boolean): void;
  /** The role, the leader or the members are others, or the directory is. */
  moved(step: Step): void;
}

const nothingStored: Stored = { term: 0, votedFor: null, snapshot: null, entries: [] };
const timers = ['election', 'heartbeat', 'transfer'] as const;
/** Answers of commands that change nothing. */
const idle: ReadonlySet<DirectoryResult['kind']> = new Set([
  'taken',
  'keptOut',
  'roomTaken',
  'roomBuried',
  'homeMoved',
  'full',
]);
const idLetters = 'abcdefghijklmnopqrstuvwxyz234567';
const mostIdLetters = 64;
/** Of a log that a start carries out again. */
const mostEntries = 50_000;

export class Replica {
  readonly #config: DirectoryConfig;
  readonly #random: Random;
  readonly #listener: ReplicaListener;
  readonly #isLinked: (node: NodeId) => boolean;
  #directory = '';
  #founders: readonly NodeId[] = [];
  #machine: DirectoryMachine;
  /** What is read here. Another than the machine while that catches up with the directory that was just joined. */
  #shown: DirectoryMachine;
  #shownFrom = 0;
  #raft: RaftMember<DirectoryCommand, DirectoryContent>;
  /** Counts the directories of this start. */
  #generation = 0;
  #results = new Map<number, DirectoryResult>();
  /** When a snapshot is worth more than the log before it. */
  readonly #checkpoints: CheckpointSchedule;

  constructor(
    config: DirectoryConfig,
    { directory, raft }: DirectorySnapshot,
    random: Random,
    listener: ReplicaListener,
    isLinked: (node: NodeId) => boolean,
  ) {
    this.#config = config;
    // Sizes are counted in entries and in facts, which are about as large. A snapshot costs as much as there is in it, so
    // of a large directory it is taken less often.
    this.#checkpoints = new CheckpointSchedule({
      maxLogEntries: mostEntries,
      minLogBytes: config.compactEvery ?? 1_000,
      logPerCheckpoint: 0.25,
    });
    this.#random = random;
    this.#listener = listener;
    this.#isLinked = isLinked;
    this.#directory = directory?.id ?? '';
    this.#founders = directory?.founders ?? [config.node];
    this.#machine = this.#newMachine();
    this.#shown = this.#machine;
    this.#raft = this.#newRaft(directory === null ? nothingStored : raft);
  }

  get directory(): string {
    return this.#directory;
  }

  get raft(): RaftMember<DirectoryCommand, DirectoryContent> {
    return this.#raft;
  }

  /** What is known here. */
  get shown(): DirectoryMachine {
    return this.#shown;
  }

  get isCatchingUp(): boolean {
    return this.#shown !== this.#machine;
  }

  get leads(): boolean {
    return this.#raft.role === 'leader';
  }

  /** Nobody else has to be asked: what this node decides is decided. */
  get isOnlyVoter(): boolean {
    const { voters, outgoing } = this.#raft.configuration;
    return voters.length === 1 && voters[0] === this.#config.node && outgoing.length === 0;
  }

  get about(): DirectoryAbout {
    const { term, leader, configuration } = this.#raft;
    const { voters, outgoing, learners } = configuration;
    const all = [...new Set([...voters, ...outgoing])].sort();
    return { directory: this.#directory, term, leader, voters: all, learners, level: directoryLevel };
  }

  /** Who decides for certain, in order: while voters change those of before do as well, and are the ones to count on. */
  get deciding(): { readonly voters: readonly NodeId[]; readonly learners: readonly NodeId[] } {
    const { voters, outgoing, learners } = this.#raft.configuration;
    if (outgoing.length === 0) return { voters: [...voters].sort(), learners };
    const newcomers = voters.filter((voter) => !outgoing.includes(voter));
    return { voters: [...outgoing].sort(), learners: [...learners, ...newcomers].sort() };
  }

  /** How many voters may be lost. */
  get survives(): number {
    const { voters, outgoing } = this.#raft.configuration;
    const sizes = [voters.length, ...(outgoing.length === 0 ? [] : [outgoing.length])];
    return Math.max(0, Math.ceil(Math.min(...sizes) / 2) - 1);
  }

  /** What a node has to know to read what is in it. */
  get level(): number {
    return this.#machine.level;
  }

  isMember(node: NodeId): boolean {
    const { voters, learners } = this.about;
    return voters.includes(node) || learners.includes(node);
  }

  /** Begins; a fresh node founds a directory of its own. */
  start(step: Step): void {
    if (this.#directory === '') {
      this.#directory = this.#newDirectory(step);
      step.persist({ kind: 'putDirectory', directory: this.#directory, founders: this.#founders });
    }
    this.run(step, { kind: 'start' });
    if (this.#raft.snapshot === null) step.emit({ kind: 'replaced' });
  }

  run(step: Step, input: Input): void {
    for (const output of this.#raft.step(input, step.now)) this.#take(step, output);
    this.#results.clear();
    if (this.isCatchingUp && this.#raft.commit >= this.#shownFrom) {
      this.#shown = this.#machine;
      step.emit({ kind: 'replaced' });
      this.#listener.moved(step);
    }
    this.#compact(step);
  }

  timerFired(step: Step, key: string): void {
    this.run(step, { kind: 'timer', key });
  }

  durable(step: Step, token: string): void {
    const prefix = `${this.#generation} `;
    if (token.startsWith(prefix)) this.run(step, { kind: 'durable', token: token.slice(prefix.length) });
  }

  /**
   * All that this node has, with what it has heard of and does not know to be decided: some of that may have been
   * answered already, by who decided it.
   */
  everything(): DirectoryContent {
    if (this.isCatchingUp) return this.#shown.content();
    const machine = new DirectoryMachine(this.#machine.content(), this.#config.limits);
    for (let index = this.#raft.commit + 1; index <= this.#raft.lastIndex; index++) {
      const content = this.#raft.entryAt(index)?.content;
      if (content?.kind === 'command') machine.apply(content.command);
    }
    return machine.content();
  }

  /**
   * The own directory ends, and this node belongs to the other one, which knows as of `index` all that it brought. What
   * its log has not told yet is that `voters`, others than this node, count there.
   */
  join(step: Step, directory: string, index: number, voters: readonly NodeId[]): void {
    step.persist({ kind: 'putDirectory', directory, founders: voters }, { kind: 'putYield', to: null });
    this.#begin(step, directory, voters, nothingStored, index);
  }

  /** A new directory of this node alone, of all that it has: the majority of the one before is lost. */
  force(step: Step): void {
    const { node } = this.#config;
    const { directory } = this;
    const id =
      directory.length + 7 > mostIdLetters ? this.#newDirectory(step) : `${directory}-${this.newId(6)}`;
    const configuration = { voters: [node], outgoing: [], learners: [] };
    const snapshot = { index: 1, term: 1, configuration, state: this.everything() };
    step.persist(
      { kind: 'putDirectory', directory: id, founders: [node] },
      { kind: 'putYield', to: null },
      { kind: 'putVote', term: 1, votedFor: null },
      { kind: 'putSnapshot', snapshot, dropThrough: 1, dropAll: true },
    );
    this.#begin(step, id, [node], { term: 1, votedFor: null, snapshot, entries: [] }, 1);
  }

  newId(letters: number): string {
    return Array.from({ length: letters }, () => idLetters[this.#random.below(32)]).join('');
  }

  /** Of two as large the lower id stays: that of the one that was founded first, as far as clocks are right. */
  #newDirectory({ now: { wallMs } }: Step): string {
    const seconds = Math.max(0, Math.floor(wallMs / 1_000));
    return `${seconds.toString(36).padStart(7, '0').slice(-7)}${this.newId(8)}`;
  }

  #begin(step: Step, directory: string, founders: readonly NodeId[], stored: Stored, index: number): void {
    for (const key of timers) step.emit({ kind: 'clearTimer', key: `raft ${key}` });
    this.#generation += 1;
    this.#directory = directory;
    this.#founders = founders;
    this.#machine = this.#newMachine();
    this.#shownFrom = index;
    this.#raft = this.#newRaft(stored);
    this.run(step, { kind: 'start' });
    this.#listener.moved(step);
  }

  #newMachine(): DirectoryMachine {
    return new DirectoryMachine(undefined, this.#config.limits);
  }

  #newRaft(stored: Stored): RaftMember<DirectoryCommand, DirectoryContent> {
    const { node, electionTimeoutMs = 300, heartbeatMs = 100 } = this.#config;
    const options = {
      id: node,
      founders: this.#founders,
      electionTimeoutMs,
      heartbeatMs,
      clockDrift: 1.1,
      maxEntriesPerMessage: bounds.entriesPerMessage,
      maxInFlight: bounds.inFlight,
      maxWaiting: bounds.waiting,
    };
    return new RaftMember(options, stored, this.#random);
  }

  #take(step: Step, output: Output): void {
    switch (output.kind) {
      case 'persist': {
        const { writes, token } = output;
        step.emit(
          token === undefined
            ? { kind: 'persist', writes }
            : { kind: 'persist', writes, token: `${this.#generation} ${token}` },
        );
        return;
      }
      case 'send': {
        const { to, message, early } = output;
        if (!this.#isLinked(to)) return;
        const said = { kind: 'raft', directory: this.#directory, message } as const;
        step.emit({ kind: 'send', to, message: said, ...(early === true ? { early } : {}) });
        return;
      }
      case 'setTimer':
      case 'clearTimer':
        step.emit({ ...output, key: `raft ${output.key}` });
        return;
      case 'apply':
        for (const { index, term, content } of output.entries) {
          const isOwn = this.leads && term === this.#raft.term;
          if (content.kind === 'command') this.#apply(step, index, content.command, isOwn);
        }
        return;
      case 'install':
        this.#machine.restore(output.snapshot.state);
        if (!this.isCatchingUp) step.emit({ kind: 'replaced' });
        return this.#listener.moved(step);
      case 'proposed': {
        const { id, result } = output;
        return this.#listener.proposed(
          step,
          id,
          result,
          result.ok ? this.#results.get(result.index) : undefined,
        );
      }
      case 'readable':
        return this.#listener.readable(step, output.id, output.result);
      case 'standing':
        return this.#listener.moved(step);
      case 'transferred':
        return;
    }
  }

  #apply(step: Step, index: number, command: DirectoryCommand, isOwn: boolean): void {
    const result = this.#machine.apply(command);
    this.#results.set(index, result);
    const isIdle = idle.has(result.kind) || (result.kind === 'released' && result.was === null);
    if (!this.isCatchingUp && !isIdle) step.emit({ kind: 'changed', command, result });
    this.#listener.applied(step, command, isOwn);
  }

  #compact(step: Step): void {
    const { commit, snapshot } = this.#raft;
    const entries = commit - (snapshot?.index ?? 0);
    this.#checkpoints.measured(entries, entries);
    if (!this.#checkpoints.isDue) return;
    this.#checkpoints.begin();
    for (const output of this.#raft.step(
      { kind: 'compact', index: commit, state: this.#machine.content() },
      step.now,
    ))
      this.#take(step, output);
    // A snapshot that the disk refuses ends this core: another begins with what the disk has.
    this.#checkpoints.end(this.#machine.size);
  }
}
