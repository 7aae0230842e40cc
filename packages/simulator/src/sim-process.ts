/**
 * One simulated process: a core on the production loop, with a disk that keeps
 * what was committed and loses what was not, and clocks that may be wrong.
 * Rules SIM6 to SIM12 in SPEC.md.
 */
import type { Core, Kinded, Random } from '@bothy/protocols';
import { Loop, type LoopHost, type ProductOutput, type Question, type WriteOf } from '@bothy/runtime';
import type { BothyError } from '@bothy/wire';
import { type ClockFaults, SimClock, type TrueTime } from './sim-clock.ts';

export interface ProcessStart<Store> {
  /** 1 at the first start. */
  readonly bootCount: number;
  /** What is durable. */
  readonly store: Store;
  /** A generator of this process's own; the same one at every call with the same concern. */
  random(concern: string): Random;
}

/** A commit takes between these, until the process hears of it. It becomes durable at some moment on the way. */
export interface DiskTimes {
  readonly minCommitMs: number;
  readonly maxCommitMs: number;
}

export interface AnswerTimes {
  readonly minMs: number;
  readonly maxMs: number;
}

export interface ProcessOptions<Input extends Kinded, Output extends Kinded, Store> {
  /** Unique in the simulation; also the process's name in partitions. */
  readonly id: string;
  createStore(): Store;
  /** Applies one write that became durable. */
  write(store: Store, write: WriteOf<Output>): void;
  /** Builds the core from what is durable: at the first start and at every restart. */
  boot(start: ProcessStart<Store>): Core<Input, Output>;
  /** After each boot, for a first input. */
  started?(): void;
  /** The process ended: by a crash, a failed disk or a broken invariant. */
  ended?(): void;
  perform(output: ProductOutput<Output>): void;
  /** Answers from what is durable now. The answer arrives later, unless the process has ended by then. */
  ask(question: Question<Output>, answer: (input: Input) => void): void;
  /** @default 1 to 5 ms */
  readonly disk?: DiskTimes;
  /** How long a look-up or a seal takes; answers may overtake each other. @default 0.1 to 3 ms */
  readonly answers?: AnswerTimes;
  readonly clock?: ClockFaults;
}

/** What a process needs of the simulation. */
export interface ProcessWorld {
  readonly time: TrueTime;
  random(concern: string): Random;
  note(line: string): void;
  /** A step was made. False when the run is over, and its outputs must not take effect. */
  stepped(process: string, input: Kinded, outputs: readonly Kinded[]): boolean;
  /** Something that invariants may be about has changed. */
  changed(): void;
  broken(process: string, error: BothyError): void;
}

const defaultDisk: DiskTimes = { minCommitMs: 1, maxCommitMs: 5 };
/** How a disk fails that was told to. */
const refusal = new Error('the disk refuses');
const defaultAnswers: AnswerTimes = { minMs: 0.1, maxMs: 3 };

export class SimProcess<Input extends Kinded, Output extends Kinded = Kinded, Store = unknown> {
  readonly id: string;
  readonly store: Store;
  readonly #options: ProcessOptions<Input, Output, Store>;
  readonly #world: ProcessWorld;
  readonly #clock: SimClock;
  #loop: Loop<Input, Output> | null = null;
  #bootCount = 0;
  #commitFails = false;
  #stalledUntilMs = 0;

  constructor(options: ProcessOptions<Input, Output, Store>, world: ProcessWorld) {
    this.id = options.id;
    this.#options = options;
    this.#world = world;
    this.#clock = new SimClock(world.time, options.clock);
    this.store = options.createStore();
    checkTimes(this.#disk.minCommitMs, this.#disk.maxCommitMs);
    checkTimes(this.#answers.minMs, this.#answers.maxMs);
  }

  get #disk(): DiskTimes {
    return this.#options.disk ?? defaultDisk;
  }

  get #answers(): AnswerTimes {
    return this.#options.answers ?? defaultAnswers;
  }

  get alive(): boolean {
    return this.#loop !== null && !this.#loop.ended;
  }

  get bootCount(): number {
    return this.#bootCount;
  }

  /** Gives the core an input; false when the process is dead or its queue full. */
  submit(input: Input): boolean {
    return this.#loop?.submit(input) ?? false;
  }

  /** Starts it for the first time, or again. Nothing happens when it runs. */
  start(): void {
    if (this.alive) return;
    this.#bootCount += 1;
    this.#world.note(`${this.id} starts (${this.#bootCount})`);
    // Up to a quarter of an hour: a core that takes monotonic time across a restart is soon wrong.
    this.#clock.restart(this.#world.random(`simulator/clock/${this.id}`).below(900_000));
    const { id } = this;
    const core = this.#options.boot({
      bootCount: this.#bootCount,
      store: this.store,
      random: (concern) => this.#world.random(`process/${id}/${concern}`),
    });
    this.#loop = new Loop(core, this.#host());
    this.#world.changed();
    this.#options.started?.();
  }

  /** Ends it at once: nothing of it happens any more, and of its writes only what is durable is kept. */
  crash(): void {
    if (!this.alive) return;
    this.#loop?.stop();
    this.#world.note(`${this.id} crashes`);
    this.#ended();
  }

  /** What its wall clock shows now, Unix milliseconds. */
  get wallMs(): number {
    return this.#clock.wallMs();
  }

  /** The wall clock is wrong by so much from now on. Monotonic time never jumps. */
  setSkew(skewMs: number): void {
    this.#world.note(`${this.id} clock ${skewMs} ms off`);
    this.#clock.setSkew(skewMs);
  }

  /** The next commit fails, and with it the process. */
  failNextCommit(): void {
    this.#commitFails = true;
  }

  /** Takes back a failure that has not happened yet. */
  mendDisk(): void {
    this.#commitFails = false;
  }

  /** What is committed within the next `forMs` becomes durable after that. */
  stallDisk(forMs: number): void {
    this.#world.note(`${this.id} disk stalls`);
    this.#stalledUntilMs = Math.max(this.#stalledUntilMs, this.#world.time.monoMs() + forMs);
  }

  /** Runs something later in true time, unless this start of the process has ended by then. */
  after(delayMs: number, run: () => void): void {
    const boot = this.#bootCount;
    this.#world.time.set(delayMs, () => {
      if (this.#isCurrent(boot)) run();
    });
  }

  #isCurrent(boot: number): boolean {
    return this.#bootCount === boot && this.alive;
  }

  #ended(): void {
    this.#loop = null;
    this.#options.ended?.();
    this.#world.changed();
  }

  #host(): LoopHost<Input, ProductOutput<Output>, Question<Output>, WriteOf<Output>> {
    const random = this.#world.random(`simulator/answers/${this.id}`);
    const { minMs, maxMs } = this.#answers;
    return {
      clock: this.#clock,
      timers: this.#clock,
      storage: { commit: (writes, done) => this.#commit(writes, done) },
      perform: (output) => {
        this.#world.changed();
        this.#options.perform(output);
      },
      ask: (question, answer) => {
        this.#options.ask(question, (input) => {
          this.after(minMs + random.next() * (maxMs - minMs), () => answer(input));
        });
      },
      failed: (error) => this.#failed(error),
      observe: (input, outputs) => {
        if (!this.#world.stepped(this.id, input, outputs as readonly Kinded[])) this.#loop?.stop();
      },
    };
  }

  /** Durable at one moment, heard of at a later one: a crash between the two leaves writes that nobody knows of. */
  #commit(writes: readonly WriteOf<Output>[], done: (error?: unknown) => void): void {
    const { minCommitMs, maxCommitMs } = this.#disk;
    const random = this.#world.random(`simulator/disk/${this.id}`);
    const heardMs = minCommitMs + random.next() * (maxCommitMs - minCommitMs);
    const stallMs = Math.max(0, this.#stalledUntilMs - this.#world.time.monoMs());
    let error: Error | undefined;
    this.after(stallMs + random.next() * heardMs, () => {
      if (this.#commitFails) error = refusal;
      else for (const write of writes) this.#options.write(this.store, write);
      this.#commitFails = false;
      this.#world.changed();
    });
    this.after(stallMs + heardMs, () => done(error));
  }

  #failed(error: BothyError): void {
    this.#world.note(`${this.id} ends: ${error.message}`);
    this.#ended();
    // Nothing but a failure that was asked for may end a process.
    if (error.cause !== refusal) this.#world.broken(this.id, error);
  }
}

function checkTimes(leastMs: number, mostMs: number): void {
  if (leastMs >= 0 && leastMs <= mostMs && Number.isFinite(mostMs)) return;
  throw new RangeError(`not times from least to most: ${leastMs}, ${mostMs}`);
}
