/**
 * The directory that this node belongs to, and its copy of it. A node begins with one of its own; when it goes over to
 * another, the log and the machine are made anew, and until they have caught up what it knew before is shown.
 */
import type { Random } from '@bothy/protocols';
import type { DirectoryAbout, DirectoryContent, NodeId } from '@bothy/wire';
import { directoryLevel } from '@bothy/wire';
import type { DirectoryConfig } from './config.ts';
import { allVoters, certainDeciders, isOnlyVoter, survivableLosses } from './deciders.ts';
import { forcedId, foundedId, randomLetters } from './directory-ids.ts';
import type { DirectorySnapshot } from './directory-messages.ts';
import type { DirectoryMachine } from './machine/directory-machine.ts';
import {
  type DirectoryRaftInput,
  type DirectoryRaftMember,
  type DirectoryRaftStored,
  ReplicatedMachine,
  type ReplicatedMachineListener,
} from './replicated-machine.ts';
import type { Step } from './step.ts';

export type ReplicaListener = Omit<ReplicatedMachineListener, 'send'>;

const nothingStored: DirectoryRaftStored = { term: 0, votedFor: null, snapshot: null, entries: [] };
const timers = ['election', 'heartbeat', 'transfer'] as const;

export class Replica {
  readonly #config: DirectoryConfig;
  readonly #random: Random;
  readonly #listener: ReplicatedMachineListener;
  #directory: string;
  #founders: readonly NodeId[];
  #current: ReplicatedMachine;
  /** What is shown while the one that was just joined catches up. */
  #before: DirectoryMachine;
  /** Counts the directories of this start. */
  #generation = 0;

  constructor(
    config: DirectoryConfig,
    { directory, raft }: DirectorySnapshot,
    random: Random,
    listener: ReplicaListener,
    isLinked: (node: NodeId) => boolean,
  ) {
    this.#config = config;
    this.#random = random;
    this.#listener = {
      ...listener,
      send: (step, to, message, isEarly) => {
        if (!isLinked(to)) return;
        const said = { kind: 'raft', directory: this.#directory, message } as const;
        step.emit({ kind: 'send', to, message: said, ...(isEarly ? { early: true } : {}) });
      },
    };
    this.#directory = directory?.id ?? '';
    this.#founders = directory?.founders ?? [config.node];
    this.#current = this.#newMachine(directory === null ? nothingStored : raft, undefined);
    this.#before = this.#current.machine;
  }

  get directory(): string {
    return this.#directory;
  }

  get raft(): DirectoryRaftMember {
    return this.#current.raft;
  }

  /** What is known here. */
  get shown(): DirectoryMachine {
    return this.isCatchingUp ? this.#before : this.#current.machine;
  }

  get isCatchingUp(): boolean {
    return this.#current.isCatchingUp;
  }

  get leads(): boolean {
    return this.raft.role === 'leader';
  }

  get isOnlyVoter(): boolean {
    return isOnlyVoter(this.raft.configuration, this.#config.node);
  }

  /** As other nodes are told. */
  get about(): DirectoryAbout {
    const { term, leader, configuration } = this.raft;
    const voters = allVoters(configuration);
    const { learners } = configuration;
    return { directory: this.#directory, term, leader, voters, learners, level: directoryLevel };
  }

  /** As people are shown. */
  get deciding(): ReturnType<typeof certainDeciders> {
    return certainDeciders(this.raft.configuration);
  }

  /** How many voters may be lost. */
  get survives(): number {
    return survivableLosses(this.raft.configuration);
  }

  /** What a node has to know to read what is in it. */
  get level(): number {
    return this.#current.machine.level;
  }

  isMember(node: NodeId): boolean {
    const { voters, learners } = this.about;
    return voters.includes(node) || learners.includes(node);
  }

  /** Begins; a fresh node founds a directory of its own. */
  start(step: Step): void {
    if (this.#directory === '') {
      this.#directory = foundedId(this.#random, step.now.wallMs);
      step.persist({ kind: 'putDirectory', directory: this.#directory, founders: this.#founders });
    }
    this.run(step, { kind: 'start' });
    if (this.raft.snapshot === null) step.emit({ kind: 'replaced' });
  }

  run(step: Step, input: DirectoryRaftInput): void {
    this.#current.run(step, input);
  }

  timerFired(step: Step, key: string): void {
    this.run(step, { kind: 'timer', key });
  }

  durable(step: Step, token: string): void {
    this.#current.durable(step, token);
  }

  /** All that this node has to bring along when it goes over to another directory, or goes on alone. */
  everything(): DirectoryContent {
    return this.isCatchingUp ? this.#before.content() : this.#current.everything();
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
    const id = forcedId(this.#random, this.#directory, step.now.wallMs);
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

  /** Unlike all others, of any node. */
  newId(letters: number): string {
    return randomLetters(this.#random, letters);
  }

  #begin(
    step: Step,
    directory: string,
    founders: readonly NodeId[],
    stored: DirectoryRaftStored,
    index: number,
  ): void {
    for (const key of timers) step.emit({ kind: 'clearTimer', key: `raft ${key}` });
    this.#before = this.shown;
    this.#generation += 1;
    this.#directory = directory;
    this.#founders = founders;
    this.#current = this.#newMachine(stored, index);
    this.run(step, { kind: 'start' });
    this.#listener.moved(step);
  }

  #newMachine(stored: DirectoryRaftStored, shownFrom: number | undefined): ReplicatedMachine {
    return new ReplicatedMachine({
      config: this.#config,
      founders: this.#founders,
      stored,
      generation: this.#generation,
      shownFrom,
      random: this.#random,
      listener: this.#listener,
    });
  }
}
