/** One member as a simulated process: the production core and loop, a disk, and the state machine beside it. */
import type { MemberId, RegisterInput } from '@bothy/protocols';
import type { SimProcess, Simulation } from '@bothy/simulator';
import type { RaftChecker, Watched } from './raft-checker.ts';
import { RaftDisk } from './raft-disk.ts';
import type { Input, Message, Output, RaftCore, Write } from './raft-words.ts';
import { RegisterMachine, type RegisterState } from './register-machine.ts';
import type { ClientAnswer, ClientRequest } from './sim-client.ts';

export interface SimMemberOptions {
  readonly id: MemberId;
  readonly simulation: Simulation;
  readonly checker: RaftChecker;
  /** A core from what is durable. */
  readonly boot: (id: MemberId, disk: RaftDisk) => RaftCore;
  readonly driftPpm: number;
  /** Commands that are applied between two snapshots. */
  readonly compactEvery: number;
  /** Told of what the operator asked for. */
  readonly answered: (output: Extract<Output, { kind: 'proposed' | 'transferred' }>) => void;
  /**
   * Reads are answered as soon as they come, by who thinks that it leads and has committed in its term: wrong, for others
   * may have been elected.
   */
  readonly trustsItself?: boolean;
}

type Asked = { readonly from: string; readonly request: ClientRequest };

export class SimMember {
  readonly id: MemberId;
  readonly process: SimProcess<Input, Output, RaftDisk>;
  machine = new RegisterMachine();
  core: RaftCore | undefined;
  snapshots = 0;
  readonly #options: SimMemberOptions;
  readonly #watched: Watched;
  readonly #asked = new Map<string, Asked>();
  #asks = 0;
  #compactedTo = 0;
  #commands = 0;

  constructor(options: SimMemberOptions) {
    const { id, simulation, checker } = options;
    const disk = new RaftDisk();
    this.id = id;
    this.#options = options;
    this.#watched = checker.watch(id, disk);
    this.process = simulation.addProcess<Input, Output, RaftDisk>({
      id,
      createStore: () => disk,
      write: (_, write) => this.#write(write),
      boot: () => this.#boot(disk),
      started: () => void this.process.submit({ kind: 'start' }),
      ended: () => {
        this.core = undefined;
      },
      perform: (output) => this.#perform(output),
      ask: () => {
        throw new Error('Raft asks nothing');
      },
      clock: { driftPpm: options.driftPpm },
    });
    simulation.network.on(id, (from, message) => this.#received(from, message as Message | ClientRequest));
  }

  get isLeader(): boolean {
    return this.core?.role === 'leader';
  }

  get disk(): RaftDisk {
    return this.#watched.disk;
  }

  #boot(disk: RaftDisk): RaftCore {
    const core = this.#options.boot(this.id, disk);
    const { checker } = this.#options;
    const watched = this.#watched;
    watched.commit = disk.snapshot?.index ?? 0;
    watched.applied = 0;
    this.machine = new RegisterMachine();
    this.#asked.clear();
    this.core = core;
    const step: RaftCore['step'] = (input, now) => {
      const outputs = core.step(input, now);
      checker.stepped(watched, core, outputs);
      return outputs;
    };
    return { ...({} as RaftCore), step };
  }

  #write(write: Write): void {
    const { checker } = this.#options;
    if (write.kind === 'putEntries' && write.entries[0] !== undefined) {
      checker.cutOff(this.#watched, write.entries[0].index, write.entries);
    } else if (write.kind === 'putSnapshot' && write.dropAll) {
      checker.cutOff(this.#watched, write.snapshot.index + 1, []);
    }
    const broken = this.#watched.disk.write(write);
    if (broken !== undefined) checker.broken('what is written never goes back', `${this.id}: ${broken}`);
  }

  #received(from: string, message: Message | ClientRequest): void {
    if (message.kind !== 'request') {
      this.process.submit({ kind: 'message', from, message });
      return;
    }
    const { core } = this;
    if (core === undefined) return;
    const { client, seq, input, mode } = message;
    if (input.kind === 'read' && this.#options.trustsItself === true && this.#hasCommittedAsLeader(core)) {
      return this.#answer(from, { kind: 'answer', seq, output: this.machine.read(input.key) });
    }
    this.#asks += 1;
    const id = `${client} ${seq} ${this.#asks}`;
    this.#asked.set(id, { from, request: message });
    const isTaken = this.process.submit(
      input.kind === 'read'
        ? { kind: 'read', id, mode }
        : { kind: 'propose', id, command: { client, seq, change: input } },
    );
    if (!isTaken) this.#asked.delete(id);
  }

  #perform(output: Exclude<Output, { kind: 'persist' | 'setTimer' | 'clearTimer' }>): void {
    const { checker, simulation, answered } = this.#options;
    switch (output.kind) {
      case 'send':
        checker.sent(this.#watched, output.to, output.message);
        return simulation.network.send(this.id, output.to, output.message);
      case 'apply':
        checker.applied(this.#watched, output.entries);
        for (const { content } of output.entries) {
          if (content.kind === 'command') this.machine.apply(content.command);
        }
        this.#commands += output.entries.length;
        return this.#compact(output.entries.at(-1)?.index ?? 0);
      case 'install':
        checker.installed(this.#watched, output.snapshot);
        this.machine = new RegisterMachine(output.snapshot.state);
        this.#compactedTo = output.snapshot.index;
        return;
      case 'proposed':
      case 'readable':
      case 'transferred': {
        const asked = this.#asked.get(output.id);
        this.#asked.delete(output.id);
        if (asked === undefined) return output.kind === 'readable' ? undefined : answered(output);
        if (output.kind === 'transferred') return;
        return this.#answerAsked(asked, output.result);
      }
      case 'standing':
        return;
    }
  }

  #answerAsked(
    { from, request: { client, seq, input } }: Asked,
    result: Extract<Output, { kind: 'proposed' }>['result'],
  ): void {
    if (!result.ok) return this.#answer(from, { kind: 'refused', seq, leader: result.leader });
    const output = input.kind === 'read' ? this.#read(input) : this.machine.answer(client, seq);
    // A client that has gone on waits for nothing.
    if (output !== undefined) this.#answer(from, { kind: 'answer', seq, output });
  }

  #hasCommittedAsLeader({ role, commit, term, termAt }: RaftCore): boolean {
    return role === 'leader' && termAt(commit) === term;
  }

  #read({ key }: Extract<RegisterInput, { kind: 'read' }>): string | null {
    return this.machine.read(key);
  }

  #answer(to: string, answer: ClientAnswer): void {
    this.#options.simulation.network.send(this.id, to, answer);
  }

  #compact(index: number): void {
    if (this.#commands < this.#options.compactEvery || index <= this.#compactedTo) return;
    this.#commands = 0;
    this.#compactedTo = index;
    this.snapshots += 1;
    const state: RegisterState = this.machine.state();
    this.process.submit({ kind: 'compact', index, state });
  }
}
