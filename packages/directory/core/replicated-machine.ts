/**
 * The log of one directory at this node, and what its commands have come to: a Raft member, and the machine that it moves.
 * It ends when the node goes over to another directory; what was asked for before is answered by nobody then.
 */
import {
  CheckpointSchedule,
  type RaftInput,
  RaftMember,
  type RaftMessage,
  type RaftOutput,
  type RaftStored,
  type Random,
} from '@bothy/protocols';
import type { DirectoryCommand, DirectoryContent, DirectoryResult, NodeId } from '@bothy/wire';
import { bounds, type DirectoryConfig } from './config.ts';
import { DirectoryMachine } from './machine/directory-machine.ts';
import type { Step } from './step.ts';

export type DirectoryRaftInput = RaftInput<DirectoryCommand, DirectoryContent>;
export type DirectoryRaftStored = RaftStored<DirectoryCommand, DirectoryContent>;
export type DirectoryRaftMember = RaftMember<DirectoryCommand, DirectoryContent>;
type Output = RaftOutput<DirectoryCommand, DirectoryContent>;
type Answer = Extract<Output, { kind: 'proposed' | 'readable' }>;

/** What becomes of it. Writes, timers and what people are told go out by themselves. */
export interface ReplicatedMachineListener {
  /** What was proposed is committed, or is not known to be. `result`: of a command. */
  proposed(step: Step, id: string, answer: Answer['result'], result: DirectoryResult | undefined): void;
  readable(step: Step, id: string, answer: Answer['result']): void;
  /** `isOwn`: this node leads, and has put it into the log as the leader that it still is. */
  applied(step: Step, command: DirectoryCommand, isOwn: boolean): void;
  /** The role, the leader or the members are others, or what is known is another directory. */
  moved(step: Step): void;
  /** To another member. */
  send(
    step: Step,
    to: NodeId,
    message: RaftMessage<DirectoryCommand, DirectoryContent>,
    isEarly: boolean,
  ): void;
}

export interface ReplicatedMachineOptions {
  readonly config: DirectoryConfig;
  readonly founders: readonly NodeId[];
  readonly stored: DirectoryRaftStored;
  /** Counts those of this start: what was written for an earlier one is nothing to this. */
  readonly generation: number;
  /** The place in the log from which on it knows all that it has to before it is shown; undefined: it is, at once. */
  readonly shownFrom: number | undefined;
  readonly random: Random;
  readonly listener: ReplicatedMachineListener;
}

/** Answers of commands that change nothing. */
const idle: ReadonlySet<DirectoryResult['kind']> = new Set([
  'taken',
  'keptOut',
  'roomTaken',
  'roomBuried',
  'homeMoved',
  'full',
]);
/** Of a log that a start carries out again. */
const mostEntries = 50_000;

export class ReplicatedMachine {
  readonly raft: DirectoryRaftMember;
  readonly machine: DirectoryMachine;
  readonly #config: DirectoryConfig;
  readonly #listener: ReplicatedMachineListener;
  readonly #generation: number;
  #shownFrom: number | undefined;
  /** Of what was applied in this step, by its place in the log: Raft says only afterwards whose proposal it was. */
  readonly #results = new Map<number, DirectoryResult>();
  /** When a snapshot is worth more than the log before it. */
  readonly #checkpoints: CheckpointSchedule;

  constructor(options: ReplicatedMachineOptions) {
    const { config, founders, stored, generation, shownFrom, random, listener } = options;
    const { node, electionTimeoutMs = 300, heartbeatMs = 100, compactEvery = 1_000 } = config;
    this.#config = config;
    this.#listener = listener;
    this.#generation = generation;
    this.#shownFrom = shownFrom;
    this.machine = new DirectoryMachine(undefined, config.limits);
    // Sizes are counted in entries and in facts, which are about as large. A snapshot costs as much as there is in it, so
    // of a large directory it is taken less often.
    this.#checkpoints = new CheckpointSchedule({
      maxLogEntries: mostEntries,
      minLogBytes: compactEvery,
      logPerCheckpoint: 0.25,
    });
    const raft = {
      id: node,
      founders,
      electionTimeoutMs,
      heartbeatMs,
      clockDrift: 1.1,
      maxEntriesPerMessage: bounds.entriesPerMessage,
      maxInFlight: bounds.inFlight,
      maxWaiting: bounds.waiting,
    };
    this.raft = new RaftMember(raft, stored, random);
  }

  /** It was joined just now, and not all of it has come. */
  get isCatchingUp(): boolean {
    return this.#shownFrom !== undefined;
  }

  run(step: Step, input: DirectoryRaftInput): void {
    for (const output of this.raft.step(input, step.now)) this.#take(step, output);
    this.#results.clear();
    if (this.#shownFrom !== undefined && this.raft.commit >= this.#shownFrom) {
      this.#shownFrom = undefined;
      step.emit({ kind: 'replaced' });
      this.#listener.moved(step);
    }
    this.#compact(step);
  }

  durable(step: Step, token: string): void {
    const prefix = `${this.#generation} `;
    if (token.startsWith(prefix)) this.run(step, { kind: 'durable', token: token.slice(prefix.length) });
  }

  /**
   * All that is in the log, with what this node does not know to be decided: some of that may have been answered already,
   * by who decided it.
   */
  everything(): DirectoryContent {
    const machine = new DirectoryMachine(this.machine.content(), this.#config.limits);
    for (let index = this.raft.commit + 1; index <= this.raft.lastIndex; index++) {
      const content = this.raft.entryAt(index)?.content;
      if (content?.kind === 'command') machine.apply(content.command);
    }
    return machine.content();
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
      case 'send':
        return this.#listener.send(step, output.to, output.message, output.early === true);
      case 'setTimer':
      case 'clearTimer':
        step.emit({ ...output, key: `raft ${output.key}` });
        return;
      case 'apply':
        for (const { index, term, content } of output.entries) {
          const isOwn = this.raft.role === 'leader' && term === this.raft.term;
          if (content.kind === 'command') this.#apply(step, index, content.command, isOwn);
        }
        return;
      case 'install':
        this.machine.restore(output.snapshot.state);
        if (!this.isCatchingUp) step.emit({ kind: 'replaced' });
        return this.#listener.moved(step);
      case 'proposed': {
        const { id, result } = output;
        const come = result.ok ? this.#results.get(result.index) : undefined;
        return this.#listener.proposed(step, id, result, come);
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
    const result = this.machine.apply(command);
    this.#results.set(index, result);
    const isIdle = idle.has(result.kind) || (result.kind === 'released' && result.was === null);
    if (!this.isCatchingUp && !isIdle) step.emit({ kind: 'changed', command, result });
    this.#listener.applied(step, command, isOwn);
  }

  #compact(step: Step): void {
    const { commit, snapshot } = this.raft;
    const entries = commit - (snapshot?.index ?? 0);
    this.#checkpoints.measured(entries, entries);
    if (!this.#checkpoints.isDue) return;
    this.#checkpoints.begin();
    const input = { kind: 'compact', index: commit, state: this.machine.content() } as const;
    for (const output of this.raft.step(input, step.now)) this.#take(step, output);
    // A snapshot that the disk refuses ends this core: another begins with what the disk has.
    this.#checkpoints.end(this.machine.size);
  }
}
