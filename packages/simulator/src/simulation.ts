/**
 * One seed, one schedule: virtual time, processes, a network, faults, and
 * invariants that are checked after every step. Rules SIM1 to SIM5, SIM19 and SIM20 in SPEC.md.
 */
import { type Kinded, type Random, seededRandom } from '@bothy/protocols';
import { VirtualTime } from '@bothy/runtime';
import { SimNetwork } from './sim-network.ts';
import { type ProcessOptions, SimProcess } from './sim-process.ts';
import { SimulationFailure } from './simulation-failure.ts';
import { Trace } from './trace.ts';

export interface SimulationOptions {
  readonly seed: string;
  /** The scenario's name: failures then say how to replay them. */
  readonly scenario?: string;
  /**
   * When invariants are checked: after every step and every event that changed a process or its store, or only
   * after such events, which is cheaper where one event makes many steps. @default 'step'
   */
  readonly invariantEvery?: 'step' | 'event';
  /** Events and steps after which a run counts as endless. @default 5_000_000 */
  readonly maxEvents?: number;
  /** Lines of trace that are kept. @default 2_000 */
  readonly traceLines?: number;
}

interface Violation {
  readonly rule: string;
  readonly sentence: string;
  readonly cause: unknown;
}

/** Lines of trace that a failure shows. */
const tailLines = 60;

export class Simulation {
  readonly seed: string;
  readonly trace: Trace;
  readonly network: SimNetwork;
  readonly processes: SimProcess<never, Kinded, unknown>[] = [];
  readonly #options: SimulationOptions;
  readonly #time = new VirtualTime();
  readonly #randoms = new Map<string, Random>();
  readonly #invariants: { readonly name: string; readonly check: () => string | undefined }[] = [];
  #events = 0;
  /** Something has changed since the last check. */
  #changed = false;
  #violation: Violation | null = null;

  constructor(options: SimulationOptions) {
    this.seed = options.seed;
    this.#options = options;
    this.trace = new Trace(options.traceLines ?? 2_000);
    this.network = new SimNetwork(this);
  }

  /** True time since the start. */
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

  /** Adds a line to the trace. */
  note(line: string): void {
    this.trace.add(this.nowMs, line);
  }

  /** Adds a process and starts it at the next event. Throws a RangeError when there is one of this id. */
  addProcess<Input extends Kinded, Output extends Kinded, Store>(
    options: ProcessOptions<Input, Output, Store>,
  ): SimProcess<Input, Output, Store> {
    if (this.processes.some(({ id }) => id === options.id)) {
      throw new RangeError(`there is a process ${options.id} already`);
    }
    const process = new SimProcess(options, {
      time: this.#time,
      random: (concern) => this.random(concern),
      note: (line) => this.note(line),
      stepped: (process, input, outputs) => this.#stepped(process, input, outputs),
      changed: () => {
        this.#changed = true;
      },
      broken: (id, error) => this.#violate('no broken invariant', `${id}: ${error.message}`, error),
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
    this.#run(this.#until(forMs));
  }

  /** Runs until nothing is to come, at most for `limitMs`. False when something still was. */
  runUntilIdle(limitMs: number): boolean {
    const untilMs = this.#until(limitMs);
    while (this.#time.size > 0 && (this.#time.nextMs() ?? 0) <= untilMs) this.#run(this.#time.nextMs() ?? 0);
    return this.#time.size === 0;
  }

  /**
   * Ends the run like an invariant that is broken: for who looks at what has just changed, and at nothing else. What
   * is found within a step keeps that step's outputs from leaving.
   */
  violated(rule: string, sentence: string): void {
    this.#violate(rule, sentence);
  }

  /** Fails the run: for what is checked once, such as liveness. */
  fail(rule: string, sentence: string): never {
    this.#violate(rule, sentence);
    throw this.#failure() ?? new Error('unreachable: a violation was just recorded');
  }

  #until(forMs: number): number {
    if (forMs >= 0 && forMs < Number.POSITIVE_INFINITY) return this.nowMs + forMs;
    throw new RangeError(`not a time: ${forMs}`);
  }

  #run(untilMs: number): void {
    try {
      while (this.#violation === null && this.#time.runNext(untilMs)) {
        this.#count();
        if (this.#changed) this.#check();
      }
    } catch (thrown) {
      const sentence = thrown instanceof Error ? thrown.message : String(thrown);
      this.#violate('nothing throws', sentence, thrown);
    }
    const failure = this.#failure();
    if (failure !== undefined) throw failure;
  }

  #stepped(process: string, input: Kinded, outputs: readonly Kinded[]): boolean {
    this.trace.addStep(this.nowMs, process, input, outputs);
    this.#count();
    this.#changed = true;
    if (this.#options.invariantEvery !== 'event') this.#check();
    return this.#violation === null;
  }

  #count(): void {
    this.#events += 1;
    const maxEvents = this.#options.maxEvents ?? 5_000_000;
    // Thrown, because one event may be what makes steps without end.
    if (this.#events > maxEvents) this.fail('bounded run', `more than ${maxEvents} events`);
  }

  #check(): void {
    this.#changed = false;
    if (this.#violation !== null) return;
    for (const { name, check } of this.#invariants) {
      const sentence = check();
      if (sentence !== undefined) return this.#violate(name, sentence);
    }
  }

  /** Recorded, and thrown once the event has ended: throwing inside a step would look like a broken core. */
  #violate(rule: string, sentence: string, cause?: unknown): void {
    // What follows from the first violation says nothing more.
    if (this.#violation !== null) return;
    this.#violation = { rule, sentence, cause };
    this.note(`VIOLATION ${rule}: ${sentence}`);
  }

  #failure(): SimulationFailure | undefined {
    if (this.#violation === null) return undefined;
    const { rule, sentence, cause } = this.#violation;
    const tail = this.trace.tail(tailLines);
    const { scenario } = this.#options;
    return new SimulationFailure(rule, sentence, this.seed, this.nowMs, tail, { scenario, cause });
  }
}
