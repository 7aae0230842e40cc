/** One replica of the scenarios: the core with a disk, what its host asks the arbiter, and a register of what is committed. */
import type { Simulation } from '@bothy/simulator';
import type { RegisterInput, RegisterOutput } from '../../src/consistency/operation.ts';
import {
  PrimaryBackup,
  type PrimaryBackupMessage,
  type PrimaryBackupOutput,
  type ReplicaStored,
} from '../../src/replication/primary-backup.ts';
import type { ArbiterAsked, Granted } from './arbiter.ts';

export type Wire =
  | { readonly kind: 'replication'; readonly message: PrimaryBackupMessage }
  | { readonly kind: 'ask'; readonly asked: ArbiterAsked }
  | { readonly kind: 'granted'; readonly granted: Granted }
  | { readonly kind: 'operation'; readonly id: string; readonly input: RegisterInput }
  | { readonly kind: 'answer'; readonly id: string; readonly output: RegisterOutput };

/** Ways to build it wrong. */
export type ReplicaFault = 'dropsAlone' | 'addsTooEarly' | 'trustsPlaces' | 'acknowledgesAlone';

export interface ReplicaNodeOptions {
  readonly fault?: ReplicaFault | undefined;
  readonly simulation: Simulation;
  readonly node: string;
  readonly nodes: readonly string[];
  /** Without it every message is taken for one of the epoch that its receiver is in. */
  readonly isFencing: boolean;
}

const resendMs = 60;
const suspectMs = 300;

export class ReplicaNode {
  readonly #options: ReplicaNodeOptions;
  #disk: ReplicaStored = { epoch: 0, entries: [] };
  #core: PrimaryBackup | undefined;
  #boot = 0;
  #granted: Granted = { version: -1, epoch: 0, primary: '', inSync: [] };
  /** Waited for, and not counted by the arbiter yet: the version at which it was asked to. */
  readonly #adding = new Map<string, number>();
  #heardMs = 0;
  #lagging = new Map<string, number>();
  /** What is committed so far: values by key, and what was answered by id. */
  #values = new Map<string, string | null>();
  #answers = new Map<string, RegisterOutput>();
  readonly #waiting = new Map<string, Set<string>>();

  constructor(options: ReplicaNodeOptions) {
    this.#options = options;
    options.simulation.network.on(options.node, (from, message) => this.#received(from, message as Wire));
    this.start();
  }

  get isAlive(): boolean {
    return this.#core !== undefined;
  }

  start(): void {
    if (this.#core !== undefined) return;
    this.#boot += 1;
    const options = { node: this.#options.node, resendMs, maxEntries: 8, maxUncommitted: 50 };
    this.#core = new PrimaryBackup(options, this.#disk);
    this.#values = new Map();
    this.#answers = new Map();
    this.#heardMs = this.#options.simulation.nowMs;
    this.#tick(this.#boot);
  }

  crash(): void {
    this.#options.simulation.note(`${this.#options.node} crashes`);
    this.#core = undefined;
    this.#waiting.clear();
    this.#adding.clear();
    this.#lagging.clear();
  }

  /** Looks at how things are, again and again: who is silent, who lags, what the arbiter says. */
  #tick(boot: number): void {
    const { simulation, node, nodes } = this.#options;
    if (boot !== this.#boot || this.#core === undefined) return;
    const core = this.#core;
    this.#send('A', { kind: 'ask', asked: { kind: 'look' } });
    if (core.role === 'primary') {
      const nowMs = simulation.nowMs;
      const { lagging } = core;
      for (const each of lagging) {
        const sinceMs = this.#lagging.get(each) ?? nowMs;
        this.#lagging.set(each, sinceMs);
        if (nowMs - sinceMs > suspectMs) {
          this.#ask({ kind: 'drop', version: this.#granted.version, node: each });
          if (this.#options.fault === 'dropsAlone') this.#act(core.dropped(core.epoch, each));
        }
      }
      for (const each of [...this.#lagging.keys()]) if (!lagging.includes(each)) this.#lagging.delete(each);
      const missing = nodes.filter((each) => each !== node && !this.#granted.inSync.includes(each));
      if (this.#granted.epoch === core.epoch) for (const each of missing) this.#act(core.catchUp(each));
      if (this.#options.fault === 'addsTooEarly') {
        for (const each of missing) this.#ask({ kind: 'add', version: this.#granted.version, node: each });
      }
      for (const [each, version] of this.#adding) this.#ask({ kind: 'add', version, node: each });
    } else if (simulation.nowMs - this.#heardMs > suspectMs) {
      this.#ask({ kind: 'claim', version: this.#granted.version });
      this.#heardMs = simulation.nowMs;
    }
    simulation.after(80 + simulation.random(`tick ${node}`).below(80), () => this.#tick(boot));
  }

  #received(from: string, wire: Wire): void {
    const core = this.#core;
    if (core === undefined) return;
    if (wire.kind === 'replication') {
      this.#heardMs = this.#options.simulation.nowMs;
      const epoch = this.#options.isFencing ? wire.message.epoch : core.epoch;
      this.#act(core.received(from, this.#trusting({ ...wire.message, epoch })));
    } else if (wire.kind === 'granted') this.#take(core, wire.granted);
    else if (wire.kind === 'operation') this.#operation(core, from, wire.id, wire.input);
  }

  /** Planted: what is at a place is taken for what the primary has there. */
  #trusting(message: PrimaryBackupMessage): PrimaryBackupMessage {
    if (this.#options.fault !== 'trustsPlaces' || message.kind !== 'append') return message;
    const { seq, epoch } = message.previous;
    return { ...message, previous: { seq, epoch: this.#disk.entries[seq - 1]?.epoch ?? epoch } };
  }

  #take(core: PrimaryBackup, granted: Granted): void {
    if (granted.version <= this.#granted.version) return;
    this.#granted = granted;
    const { epoch, primary, inSync, version } = granted;
    if (primary !== this.#options.node) return;
    if (epoch > core.epoch) {
      this.#options.simulation.note(`${this.#options.node} hears that it is primary, of epoch ${epoch}`);
      this.#adding.clear();
      return this.#act(core.promote(epoch, inSync));
    }
    for (const each of core.backups) {
      // A request of this version or a later one may still be carried out.
      if (inSync.includes(each)) this.#adding.delete(each);
      else if ((this.#adding.get(each) ?? -1) < version) {
        this.#adding.delete(each);
        this.#act(core.dropped(epoch, each));
      }
    }
  }

  #operation(core: PrimaryBackup, client: string, id: string, input: RegisterInput): void {
    const known = this.#answers.get(id);
    const outputs: PrimaryBackupOutput[] = [];
    const written = core.write(outputs, id, JSON.stringify(input));
    if (known !== undefined && written.kind === 'known')
      this.#send(client, { kind: 'answer', id, output: known });
    else if (written.kind === 'taken' || written.kind === 'known') {
      this.#waiting.set(id, (this.#waiting.get(id) ?? new Set<string>()).add(client));
    }
    this.#act(outputs);
    if (this.#options.fault === 'acknowledgesAlone' && written.kind === 'taken' && input.kind === 'write') {
      this.#send(client, { kind: 'answer', id, output: 'done' });
    }
  }

  #act(outputs: readonly PrimaryBackupOutput[]): void {
    const boot = this.#boot;
    for (const output of outputs) {
      switch (output.kind) {
        case 'persist': {
          const kept =
            output.entries.length === 0 ? this.#disk.entries : this.#disk.entries.slice(0, output.from - 1);
          this.#disk = { epoch: output.epoch, entries: [...kept, ...output.entries] };
          break;
        }
        case 'send':
          this.#send(output.to, { kind: 'replication', message: output.message });
          break;
        case 'committed':
          this.#committed(output.entry.id, JSON.parse(output.entry.value) as RegisterInput);
          break;
        case 'caughtUp':
          this.#adding.set(output.node, this.#granted.version);
          this.#ask({ kind: 'add', version: this.#granted.version, node: output.node });
          break;
        case 'deposed':
          this.#waiting.clear();
          break;
        case 'setTimer':
          this.#options.simulation.after(output.afterMs, () => {
            if (this.#boot === boot) this.#act(this.#core?.timerFired(output.key) ?? []);
          });
      }
    }
  }

  #committed(id: string, input: RegisterInput): void {
    let output: RegisterOutput = 'done';
    if (input.kind === 'read') output = this.#values.get(input.key) ?? null;
    else if (input.kind === 'write') this.#values.set(input.key, input.value);
    this.#answers.set(id, output);
    const { simulation, node } = this.#options;
    for (const client of this.#waiting.get(id) ?? []) {
      if (this.#core?.role === 'primary')
        simulation.note(`${node}, primary of epoch ${this.#core.epoch}, answers ${id}`);
      this.#send(client, { kind: 'answer', id, output });
    }
    this.#waiting.delete(id);
  }

  #ask(asked: ArbiterAsked): void {
    this.#send('A', { kind: 'ask', asked });
  }

  #send(to: string, wire: Wire): void {
    this.#options.simulation.network.send(this.#options.node, to, wire);
  }
}
