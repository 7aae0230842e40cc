/**
 * One seed, one schedule: virtual time, processes, a network, faults, and
 * invariants that are checked after every step. Rules SIM… in SPEC.md.
 */
import { type Kinded, type Random, seededRandom } from '@bothy/protocols';
import { VirtualTime } from '@bothy/runtime';
import type { BothyError } from '@bothy/wire';
import { SimNetwork } from './sim-network.ts';
import { type ProcessOptions, SimProcess } from './sim-process.ts';
import { Trace } from './trace.ts';

export interface SimulationOptions {
  readonly seed: string;
  /** Events after which a run counts as endless. @default 5_000_000 */
  readonly maxEvents?: number;
  /** Lines of trace that are kept. @default 2_000 */
  readonly traceLines?: number;
}

/** A run broke a rule. The message ends with the command that replays it, once a scenario has named it. */
export class SimulationFailure extends Error {
  readonly seed: string;
  readonly rule: string;
  readonly atMs: number;
  readonly tail: readonly string[];

  constructor(rule: string, sentence: string, seed: string, atMs: number, tail: readonly string[]) {
    super(`${rule}: ${sentence} (seed ${seed}, at ${atMs} ms)`);
    this.name = 'SimulationFailure';
    this.rule = rule;
    this.seed = seed;
    this.atMs = atMs;
    this.tail = tail;
  }
}

export class Simulation {
  readonly seed: string;
  readonly trace: Trace;
  readonly network: SimNetwork;
  readonly processes: SimProcess<never, Kinded, unknown>[] = [];
  readonly #time = new VirtualTime();
  readonly #randoms = new Map<string, Random>();
  readonly #invariants: { readonly name: string; readonly check: () => string | undefined }[] = [];
  readonly #maxEvents: number;
  #events = 0;
  #violation: { readonly rule: string; readonly sentence: string } | null = null;

  constructor(options: SimulationOptions) {
    this.seed = options.seed;
    this.#maxEvents = options.maxEvents ?? 5_000_000;
    this.trace = new Trace(options.traceLines ?? 2_000);
    this.network = new SimNetwork(this);
  }

  get nowMs(): number {
    return this.#time.monoMs();
  }

  /** Unix milliseconds of the simulated world's true clock. */
  get wallMs(): number {
    return this.#time.wallMs();
  }

  /** The generator of one concern: using one never changes what another gives. */
  random(concern: string): Random {
    const known = this.#randoms.get(concern);
    if (known !== undefined) return known;
    const random = seededRandom(`${this.seed}/${concern}`);
    this.#randoms.set(concern, random);
    return random;
  }

  /** Runs something later in virtual time; call what it returns to cancel. */
  after(delayMs: number, run: () => void): () => void {
    const handle = this.#time.set(delayMs, run);
    return () => this.#time.clear(handle);
  }

  note(line: string): void {
    this.trace.add(`${this.nowMs.toFixed(3)} ${line}`);
  }

  /** Adds a process and starts it at the next event. */
  addProcess<Input extends Kinded, Output extends Kinded, Store>(
    options: ProcessOptions<Input, Output, Store>,
  ): SimProcess<Input, Output, Store> {
    const process = new SimProcess(options, {
      monoMs: () => this.#time.monoMs(),
      wallMs: () => this.#time.wallMs(),
      set: (afterMs, fire) => this.#time.set(afterMs, fire),
      clear: (handle) => this.#time.clear(handle),
      random: (concern) => this.random(concern),
      note: (line) => this.note(line),
      stepped: () => this.#check(),
      broken: (id, error) => this.#broken(id, error),
    });
    this.processes.push(process as unknown as SimProcess<never, Kinded, unknown>);
    this.after(0, () => process.start());
    return process;
  }

  /** Checked after every step of every process; a string is what was broken. */
  addInvariant(name: string, check: () => string | undefined): void {
    this.#invariants.push({ name, check });
  }

  /** Runs for so long in virtual time. Throws `SimulationFailure` at the first violation. */
  run(forMs: number): void {
    const untilMs = this.nowMs + forMs;
    while (this.#time.runNext(untilMs)) {
      this.#events += 1;
      if (this.#violation !== null) break;
      if (this.#events > this.#maxEvents) this.#violate('bounded run', `more than ${this.#maxEvents} events`);
    }
    this.#throwViolation();
  }

  /** Fails the run: for what is checked once, such as liveness. */
  fail(rule: string, sentence: string): never {
    this.#violate(rule, sentence);
    this.#throwViolation();
    throw new Error('unreachable: a violation was just recorded');
  }

  #check(): void {
    if (this.#violation !== null) return;
    for (const { name, check } of this.#invariants) {
      const sentence = check();
      if (sentence !== undefined) return this.#violate(name, sentence);
    }
  }

  #broken(process: string, error: BothyError): void {
    this.#violate('no broken invariant', `${process}: ${error.message}`);
  }

  /** Recorded, and thrown once the event has ended: throwing inside a step would look like a broken core. */
  #violate(rule: string, sentence: string): void {
    this.#violation ??= { rule, sentence };
    this.note(`VIOLATION ${rule}: ${sentence}`);
  }

  #throwViolation(): void {
    if (this.#violation === null) return;
    const { rule, sentence } = this.#violation;
    throw new SimulationFailure(rule, sentence, this.seed, this.nowMs, this.trace.tail(60));
  }
}
