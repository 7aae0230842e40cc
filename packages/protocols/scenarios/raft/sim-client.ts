/**
 * A client that writes, reads and compares and sets, one after the other; what is not answered is asked for again, of
 * somebody else. What is given up may have happened or not: it stays open in the history.
 */
import type { MemberId, Operation, Random, RegisterInput, RegisterOutput } from '@bothy/protocols';
import type { Simulation } from '@bothy/simulator';

export interface ClientRequest {
  readonly kind: 'request';
  readonly client: string;
  readonly seq: number;
  readonly input: RegisterInput;
  /** Of a read. */
  readonly mode: 'index' | 'lease';
}

export type ClientAnswer =
  | { readonly kind: 'answer'; readonly seq: number; readonly output: RegisterOutput }
  | { readonly kind: 'refused'; readonly seq: number; readonly leader: MemberId | null };

export interface SimClientOptions {
  readonly name: string;
  readonly simulation: Simulation;
  readonly members: readonly MemberId[];
  readonly keys: readonly string[];
  /** Between an answer and the next request, at most. */
  readonly thinkMs: number;
  readonly patienceMs: number;
  /** Until it finishes, with one write. */
  readonly readsOnly: boolean;
  /** Chance that a read trusts a lease. */
  readonly leaseShare: number;
}

interface Open {
  readonly seq: number;
  readonly input: RegisterInput;
  readonly mode: 'index' | 'lease';
  readonly calledMs: number;
  tries: number;
}

export interface RegisterOperation extends Operation<RegisterInput, RegisterOutput> {
  readonly seq: number;
}

const maxTries = 12;

export class SimClient {
  readonly history: RegisterOperation[] = [];
  answered = 0;
  readonly #options: SimClientOptions;
  readonly #random: Random;
  /** What it saw last, for compare-and-set. */
  readonly #seen = new Map<string, string | null>();
  #seq = 0;
  #open: Open | undefined;
  #target: MemberId;
  #isPatient = false;
  #goesOn = true;
  #cancel: () => void = () => undefined;

  constructor(options: SimClientOptions) {
    const { name, simulation } = options;
    this.#options = options;
    this.#random = simulation.random(`client/${name}`);
    this.#target = this.#anyMember();
    simulation.network.on(name, (_, message) => this.#heard(message as ClientAnswer));
    this.#wait();
  }

  get isIdle(): boolean {
    return this.#open === undefined;
  }

  /** From now on it gives nothing up, and after what it does now it makes one write and ends. */
  finish(): void {
    this.#isPatient = true;
    this.#goesOn = false;
    this.#cancel();
    if (this.#open === undefined) this.#begin(this.#write(this.#key()));
    else this.#ask(this.#open);
  }

  /** Of what is still open, too. */
  get operations(): readonly RegisterOperation[] {
    return this.#open === undefined ? this.history : [...this.history, this.#operation(this.#open)];
  }

  #wait(): void {
    this.#cancel = this.#options.simulation.after(this.#random.next() * this.#options.thinkMs, () => {
      const key = this.#key();
      const kind = this.#random.next();
      if (this.#options.readsOnly || kind < 0.4) this.#begin({ kind: 'read', key });
      else if (kind < 0.8) this.#begin(this.#write(key));
      else {
        const from = this.#seen.get(key) ?? null;
        this.#begin({ kind: 'compareAndSet', key, from, to: `${this.#options.name}.${this.#seq + 1}` });
      }
    });
  }

  #key(): string {
    return this.#options.keys[this.#random.below(this.#options.keys.length)] ?? 'x';
  }

  #write(key: string): RegisterInput {
    return { kind: 'write', key, value: `${this.#options.name}.${this.#seq + 1}` };
  }

  #begin(input: RegisterInput): void {
    this.#seq += 1;
    const mode = this.#random.next() < this.#options.leaseShare ? 'lease' : 'index';
    this.#open = { seq: this.#seq, input, mode, calledMs: this.#options.simulation.nowMs, tries: 0 };
    this.#ask(this.#open);
  }

  #ask(open: Open): void {
    const { simulation, name: client } = this.#options;
    const { seq, input, mode } = open;
    open.tries += 1;
    const request: ClientRequest = { kind: 'request', client, seq, input, mode };
    simulation.network.send(client, this.#target, request);
    this.#cancel = simulation.after(this.#options.patienceMs, () => {
      this.#target = this.#anyMember();
      this.#again(open);
    });
  }

  #again(open: Open): void {
    this.#cancel();
    if (open.tries < maxTries || this.#isPatient) return this.#ask(open);
    this.history.push(this.#operation(open));
    this.#next();
  }

  #heard(answer: ClientAnswer): void {
    const open = this.#open;
    if (open === undefined || answer.seq !== open.seq) return;
    if (answer.kind === 'refused') {
      this.#target = answer.leader ?? this.#anyMember();
      this.#cancel();
      this.#cancel = this.#options.simulation.after(5 + this.#random.next() * 20, () => this.#again(open));
      return;
    }
    this.#cancel();
    this.answered += 1;
    this.history.push(this.#operation(open, answer.output));
    const { input } = open;
    if (input.kind === 'read' && typeof answer.output !== 'boolean') {
      this.#seen.set(input.key, answer.output);
    }
    this.#next();
  }

  #next(): void {
    const wasLast = !this.#goesOn && this.#open?.input.kind === 'write';
    this.#open = undefined;
    if (this.#goesOn) this.#wait();
    else if (!wasLast) this.#begin(this.#write(this.#key()));
  }

  #operation({ seq, input, calledMs }: Open, output?: RegisterOutput): RegisterOperation {
    const { name: client, simulation } = this.#options;
    return { client, seq, input, output, calledMs, answeredMs: simulation.nowMs };
  }

  #anyMember(): MemberId {
    const { members } = this.#options;
    return members[this.#random.below(members.length)] ?? '';
  }
}
