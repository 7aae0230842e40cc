/**
 * One simulated process: a core on the production loop, with a disk that keeps
 * what was committed and loses what was not, and a clock that may be wrong.
 */
import type { Core, Kinded, Random } from '@bothy/protocols';
import { Loop, type LoopHost, type ProductOutput, type Question, type WriteOf } from '@bothy/runtime';
import type { BothyError } from '@bothy/wire';

export interface ProcessStart<Store> {
  /** 1 at the first start. */
  readonly bootCount: number;
  /** What is durable. */
  readonly store: Store;
  /** A generator of this process's own; the same one at every call with the same concern. */
  random(concern: string): Random;
}

export interface DiskTimes {
  readonly minCommitMs: number;
  readonly maxCommitMs: number;
}

export interface ProcessOptions<Input extends Kinded, Output extends Kinded, Store> {
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
  ask(question: Question<Output>, answer: (input: Input) => void): void;
  /** @default 1 to 5 ms */
  readonly disk?: DiskTimes;
}

/** What a process needs of the simulation. */
export interface ProcessWorld {
  monoMs(): number;
  wallMs(): number;
  set(afterMs: number, fire: () => void): unknown;
  clear(handle: unknown): void;
  random(concern: string): Random;
  note(line: string): void;
  stepped(): void;
  broken(process: string, error: BothyError): void;
}

const defaultDisk: DiskTimes = { minCommitMs: 1, maxCommitMs: 5 };

export class SimProcess<Input extends Kinded, Output extends Kinded = Kinded, Store = unknown> {
  readonly id: string;
  readonly store: Store;
  readonly #options: ProcessOptions<Input, Output, Store>;
  readonly #world: ProcessWorld;
  #loop: Loop<Input, Output> | null = null;
  #bootCount = 0;
  #skewMs = 0;
  #commitFails = false;

  constructor(options: ProcessOptions<Input, Output, Store>, world: ProcessWorld) {
    this.id = options.id;
    this.#options = options;
    this.#world = world;
    this.store = options.createStore();
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

  /** Starts it for the first time, or again. */
  start(): void {
    if (this.alive) return;
    this.#bootCount += 1;
    this.#world.note(`${this.id} starts (${this.#bootCount})`);
    const { id } = this;
    const core = this.#options.boot({
      bootCount: this.#bootCount,
      store: this.store,
      random: (concern) => this.#world.random(`${id}/${concern}`),
    });
    this.#loop = new Loop(core, this.#host());
    this.#options.started?.();
  }

  /** Ends it at once: what was not durable is lost, nothing of it happens any more. */
  crash(): void {
    if (!this.alive) return;
    this.#world.note(`${this.id} crashes`);
    this.#end();
  }

  /** The wall clock is wrong by so much from now on. Monotonic time never jumps. */
  setSkew(skewMs: number): void {
    this.#skewMs = skewMs;
  }

  /** The next commit fails, and with it the process. */
  failNextCommit(): void {
    this.#commitFails = true;
  }

  /** Takes back a failure that has not happened yet. */
  mendDisk(): void {
    this.#commitFails = false;
  }

  #end(): void {
    this.#loop?.stop();
    this.#loop = null;
    this.#options.ended?.();
  }

  #host(): LoopHost<Input, ProductOutput<Output>, Question<Output>, WriteOf<Output>> {
    const world = this.#world;
    const { minCommitMs, maxCommitMs } = this.#options.disk ?? defaultDisk;
    const random = world.random(`${this.id}/disk`);
    const boot = this.#bootCount;
    const isCurrent = (): boolean => this.#bootCount === boot && this.alive;
    return {
      clock: { monoMs: () => world.monoMs(), wallMs: () => Math.max(0, world.wallMs() + this.#skewMs) },
      timers: world,
      storage: {
        commit: (writes, done) => {
          world.set(minCommitMs + random.next() * (maxCommitMs - minCommitMs), () => {
            if (!isCurrent()) return;
            if (this.#commitFails) {
              this.#commitFails = false;
              return done(new Error('the disk refuses'));
            }
            for (const write of writes) this.#options.write(this.store, write);
            done();
          });
        },
      },
      perform: (output) => this.#options.perform(output),
      ask: (question, answer) => {
        this.#options.ask(question, (input) => {
          if (isCurrent()) answer(input);
        });
      },
      failed: (error) => this.#failed(error),
      observe: (input, outputs) => {
        const kinds = outputs.map((output) => describe(output as Kinded)).join(' ');
        world.note(`${this.id} ${describe(input)} -> ${kinds}`);
        world.stepped();
      },
    };
  }

  #failed(error: BothyError): void {
    this.#world.note(`${this.id} ends: ${error.message}`);
    this.#loop = null;
    this.#options.ended?.();
    if (error.code !== 'storage_failed') this.#world.broken(this.id, error);
  }
}

/** A kind, and the one below it that says more: `command/send`, `rtc/channel`. */
function describe(value: Kinded): string {
  const inner = Object.values(value).find(
    (member): member is Kinded => typeof member === 'object' && member !== null && 'kind' in member,
  );
  return inner === undefined ? value.kind : `${value.kind}/${String(inner.kind)}`;
}
