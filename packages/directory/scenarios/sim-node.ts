/** One simulated node: the production core on the simulator's loop, with a model disk and links around it. */
import {
  type DirectoryConfig,
  DirectoryCore,
  type DirectoryInput,
  type DirectoryOutput,
  type DirectorySnapshot,
} from '@bothy/directory/core';
import type { Core, Random } from '@bothy/protocols';
import type { ProductOutput } from '@bothy/runtime';
import type { SimProcess, Simulation } from '@bothy/simulator';
import type { DirectoryCommand, DirectoryMessage } from '@bothy/wire';
import { DirectoryStoreModel } from '../core/testing/directory-store-model.ts';
import type { LinkEnd, SimLinks } from './sim-links.ts';

export type MakeCore = (
  config: DirectoryConfig,
  snapshot: DirectorySnapshot,
  random: Random,
) => { readonly core: DirectoryCore; readonly step?: Core<DirectoryInput, DirectoryOutput>['step'] };

export const makeDirectoryCore: MakeCore = (...args) => ({ core: new DirectoryCore(...args) });

export type Answered = Extract<DirectoryOutput, { kind: 'answered' | 'read' | 'forgotten' }>['result'];

/** A disk that can be lost: the process then starts on an empty one. */
class Disk {
  store = new DirectoryStoreModel();
}

export class SimNode implements LinkEnd {
  readonly id: string;
  readonly process: SimProcess<DirectoryInput, DirectoryOutput, Disk>;
  readonly #simulation: Simulation;
  readonly #links: SimLinks;
  readonly #asked = new Map<string, (result: Answered) => void>();
  #count = 0;
  #core: DirectoryCore | undefined;
  /** It shall not run: its operator has it switched off. */
  isOff = false;

  /** `logged` is told of each command that is written into a log here: its directory, index and term, and the command. */
  constructor(
    simulation: Simulation,
    links: SimLinks,
    id: string,
    makeCore: MakeCore,
    logged: (place: string, command: DirectoryCommand) => void,
  ) {
    this.id = id;
    this.#simulation = simulation;
    this.#links = links;
    this.process = simulation.addProcess<DirectoryInput, DirectoryOutput, Disk>({
      id,
      // A card in a small computer takes its time.
      disk: { minCommitMs: 1, maxCommitMs: simulation.random('disk').next() < 0.5 ? 5 : 60 },
      clock: { driftPpm: simulation.random('drift').next() * 200 - 100 },
      createStore: () => new Disk(),
      write: (disk, write) => {
        disk.store.write(write);
        if (write.kind !== 'putEntries') return;
        const directory = disk.store.snapshot().directory?.id;
        for (const { index, term, content } of write.entries) {
          if (content.kind === 'command') logged(`${directory} ${index} ${term}`, content.command);
        }
      },
      boot: ({ bootCount, store, random }) => {
        const config = { node: id, electionTimeoutMs: 400, heartbeatMs: 100, compactEvery: 20 };
        const { core, step } = makeCore(config, store.store.snapshot(), random(`directory ${bootCount}`));
        this.#core = core;
        return step === undefined ? core : { step };
      },
      started: () => {
        this.process.submit({ kind: 'start' });
        for (const node of links.upOf(this)) this.up(node);
      },
      ended: () => {
        this.#asked.clear();
        // Else only the directory ends, as by its disk, and the links of the node stay.
        if (simulation.random('ends').next() < 0.6) links.crash(this);
      },
      perform: (output) => this.#perform(output),
      ask: () => undefined,
    });
    links.add(this);
  }

  /** What it knows. Throws before its first start. */
  get core(): DirectoryCore {
    if (this.#core === undefined) throw new Error(`${this.id} has not started yet`);
    return this.#core;
  }

  alive(): boolean {
    return this.process.alive;
  }

  switchOff(): void {
    this.isOff = true;
    this.process.crash();
    this.#links.crash(this);
  }

  switchOn(): void {
    this.isOff = false;
    this.process.start();
  }

  /** It starts again on an empty disk. */
  loseDisk(): void {
    this.process.crash();
    this.#links.crash(this);
    this.#simulation.note(`${this.id} loses its disk`);
    this.process.store.store = new DirectoryStoreModel();
  }

  /** `answer` is not called when the process ends before. */
  command(command: DirectoryCommand, answer: (result: Answered) => void): void {
    const id = this.#remember(answer);
    this.process.submit({ kind: 'command', id, command });
  }

  read(answer: (result: Answered) => void): void {
    this.process.submit({ kind: 'read', id: this.#remember(answer) });
  }

  forget(node: string, force: boolean, answer: (result: Answered) => void): void {
    this.process.submit({ kind: 'forgetNode', id: this.#remember(answer), node, force });
  }

  up(node: string): void {
    this.process.submit({ kind: 'linkUp', node });
  }

  down(node: string): void {
    this.process.submit({ kind: 'linkDown', node });
  }

  message(from: string, message: DirectoryMessage): void {
    this.process.submit({ kind: 'message', from, message });
  }

  #remember(answer: (result: Answered) => void): string {
    this.#count += 1;
    const id = `${this.id} ${this.#count}`;
    this.#asked.set(id, answer);
    return id;
  }

  #perform(output: ProductOutput<DirectoryOutput>): void {
    switch (output.kind) {
      case 'send':
        return this.#links.send(this, output.to, output.message);
      case 'answered':
      case 'read':
      case 'forgotten': {
        const answer = this.#asked.get(output.id);
        if (answer === undefined) this.#simulation.fail('one answer', `${output.id} was answered twice`);
        this.#asked.delete(output.id);
        return answer(output.result);
      }
      case 'changed':
      case 'replaced':
      case 'standing':
        return;
    }
  }
}
