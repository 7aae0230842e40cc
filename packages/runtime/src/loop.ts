/**
 * The one loop that drives a core against the world. Rules LP1… in SPEC.md.
 *
 *   submit ─▶ inputs ─▶ core.step ─▶ timers, seals: at once
 *                                 ├▶ persists: one commit in flight, the rest joins the next
 *                                 └▶ all else: held in order behind earlier persists (unless `early`)
 */
import type { Core, Kinded, Persist } from '@bothy/protocols';
import { BothyError } from '@bothy/wire';
import type { LoopHost, TimerHandle } from './ports.ts';

export interface LoopOptions {
  /** Inputs that may wait; `submit` refuses more and says so. @default 10_000 */
  readonly maxQueuedInputs?: number;
  /** Outputs that may wait for the store; more end the instance. @default 100_000 */
  readonly maxHeldOutputs?: number;
}

/** The kinds that the loop handles itself. */
type LoopKind = 'persist' | 'setTimer' | 'clearTimer' | 'lookup' | 'seal';
/** Outputs that the host performs. */
export type ProductOutput<Output extends Kinded> = Exclude<Output, { readonly kind: LoopKind }>;
/** Outputs that the host answers. */
export type Question<Output extends Kinded> = Extract<Output, { readonly kind: 'lookup' | 'seal' }>;
/** What the core's persists hold. */
export type WriteOf<Output extends Kinded> =
  Extract<Output, { readonly kind: 'persist' }> extends Persist<infer Write> ? Write : never;

type Host<Input, Output extends Kinded> = LoopHost<
  Input,
  ProductOutput<Output>,
  Question<Output>,
  WriteOf<Output>
>;

/** The outputs that the loop reads; a core's own output type is wider. */
type AnyOutput =
  | Persist<unknown>
  | { readonly kind: 'setTimer'; readonly key: string; readonly afterMs: number }
  | { readonly kind: 'clearTimer'; readonly key: string }
  | { readonly kind: 'lookup' | 'seal'; readonly id: string }
  | { readonly kind: 'other'; readonly early?: true };

interface Held<Output> {
  readonly output: Output;
  /** Released once this many persists are durable. */
  readonly afterPersists: number;
}

export class Loop<Input extends Kinded, Output extends Kinded> {
  readonly #core: Core<Input, Output>;
  readonly #host: Host<Input, Output>;
  readonly #maxQueuedInputs: number;
  readonly #maxHeldOutputs: number;
  #inputs: Input[] = [];
  #nextInput = 0;
  #held: Held<Output>[] = [];
  #nextHeld = 0;
  /** Persists that wait for the commit in flight to end. */
  #waiting: Persist<WriteOf<Output>>[] = [];
  #committing = false;
  #persisted = 0;
  #durable = 0;
  readonly #timers = new Map<string, TimerHandle>();
  #running = false;
  #ended = false;
  #refusedInputs = 0;

  constructor(core: Core<Input, Output>, host: Host<Input, Output>, options: LoopOptions = {}) {
    this.#core = core;
    this.#host = host;
    this.#maxQueuedInputs = options.maxQueuedInputs ?? 10_000;
    this.#maxHeldOutputs = options.maxHeldOutputs ?? 100_000;
  }

  /** True once the instance was stopped or has failed. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Nothing waits: no input, no commit, no held output. Timers may be set. */
  get idle(): boolean {
    return this.#nextInput === this.#inputs.length && this.#durable === this.#persisted;
  }

  /** Inputs refused because the queue was full or the instance had ended. */
  get refusedInputs(): number {
    return this.#refusedInputs;
  }

  /** Gives the core an input. False when it was refused: the queue is full, or the instance has ended. */
  submit(input: Input): boolean {
    if (this.#ended || this.#inputs.length - this.#nextInput >= this.#maxQueuedInputs) {
      this.#refusedInputs += 1;
      return false;
    }
    this.#inputs.push(input);
    this.#run();
    return true;
  }

  /** Ends the instance: timers are cleared, held outputs dropped. What is being committed may still become durable. */
  stop(): void {
    this.#ended = true;
    for (const handle of this.#timers.values()) this.#host.timers.clear(handle);
    this.#timers.clear();
    this.#inputs = [];
    this.#nextInput = 0;
    this.#held = [];
    this.#nextHeld = 0;
    this.#waiting = [];
  }

  #run(): void {
    if (this.#running) return;
    this.#running = true;
    try {
      while (!this.#ended && this.#nextInput < this.#inputs.length) this.#step();
    } catch (thrown) {
      // A core throws only when an invariant of ours is broken: its state is not to be trusted any more.
      this.#fail(BothyError.from(thrown));
    } finally {
      this.#running = false;
    }
  }

  #step(): void {
    const input = this.#inputs[this.#nextInput] as Input;
    this.#nextInput += 1;
    if (this.#nextInput === this.#inputs.length) {
      this.#inputs = [];
      this.#nextInput = 0;
    }
    const { clock } = this.#host;
    const outputs = this.#core.step(input, { monoMs: clock.monoMs(), wallMs: clock.wallMs() });
    this.#host.observe?.(input, outputs);
    for (const output of outputs) {
      if (this.#ended) return;
      this.#take(output);
    }
    this.#commit();
  }

  #take(output: Output): void {
    const known = output as unknown as AnyOutput;
    switch (known.kind) {
      case 'persist':
        this.#persisted += 1;
        this.#waiting.push(known as Persist<WriteOf<Output>>);
        return;
      case 'setTimer':
        return this.#setTimer(known.key, known.afterMs);
      case 'clearTimer':
        return this.#clearTimer(known.key);
      case 'seal':
        return this.#ask(output);
      case 'lookup':
        return this.#hold(output);
      default:
        if (known.early === true) this.#perform(output);
        else this.#hold(output);
    }
  }

  #hold(output: Output): void {
    if (this.#durable === this.#persisted && this.#nextHeld === this.#held.length)
      return this.#release(output);
    this.#held.push({ output, afterPersists: this.#persisted });
    if (this.#held.length - this.#nextHeld > this.#maxHeldOutputs) {
      this.#fail(new BothyError('storage_failed', 'The store is too slow: too much waits to be written.'));
    }
  }

  #release(output: Output): void {
    if (output.kind === 'lookup') this.#ask(output);
    else this.#perform(output);
  }

  #perform(output: Output): void {
    this.#host.perform(output as unknown as ProductOutput<Output>);
  }

  #ask(output: Output): void {
    this.#host.ask(output as unknown as Question<Output>, (input) => this.submit(input));
  }

  #commit(): void {
    if (this.#committing || this.#ended || this.#waiting.length === 0) return;
    const batch = this.#waiting;
    this.#waiting = [];
    this.#committing = true;
    const writes = batch.length === 1 ? (batch[0]?.writes ?? []) : batch.flatMap((persist) => persist.writes);
    this.#host.storage.commit(writes, (error) => {
      this.#committing = false;
      if (this.#ended) return;
      if (error === undefined) this.#becameDurable(batch);
      else this.#fail(BothyError.from(error, 'storage_failed'));
    });
  }

  #becameDurable(batch: readonly Persist<WriteOf<Output>>[]): void {
    this.#durable += batch.length;
    for (const { token } of batch) {
      if (token !== undefined) this.submit({ kind: 'durable', token } as unknown as Input);
    }
    while (!this.#ended && this.#nextHeld < this.#held.length) {
      const held = this.#held[this.#nextHeld] as Held<Output>;
      if (held.afterPersists > this.#durable) break;
      this.#nextHeld += 1;
      this.#release(held.output);
    }
    if (this.#nextHeld === this.#held.length) {
      this.#held = [];
      this.#nextHeld = 0;
    }
    this.#commit();
  }

  #setTimer(key: string, afterMs: number): void {
    this.#clearTimer(key);
    const handle = this.#host.timers.set(afterMs, () => {
      // The platform may have queued the call already when the timer was cleared or replaced.
      if (this.#timers.get(key) !== handle) return;
      this.#timers.delete(key);
      this.submit({ kind: 'timer', key } as unknown as Input);
    });
    this.#timers.set(key, handle);
  }

  #clearTimer(key: string): void {
    const handle = this.#timers.get(key);
    if (handle === undefined) return;
    this.#timers.delete(key);
    this.#host.timers.clear(handle);
  }

  #fail(error: BothyError): void {
    if (this.#ended) return;
    this.stop();
    this.#host.failed(error);
  }
}
