/**
 * The one loop that drives a core against the world. Rules LP1… in SPEC.md.
 *
 *   submit ─▶ inputs ─▶ core.step ─▶ timers, seals: at once
 *                                 ├▶ persists: one commit in flight, the rest joins the next
 *                                 └▶ all else: held in order behind earlier persists (unless `early`)
 *
 * A turn runs until nothing can be done at once: it steps while inputs wait,
 * then starts a commit, then releases what is held no longer, one by one.
 */
import type { Core, Kinded, Persist } from '@bothy/protocols';
import { BothyError } from '@bothy/wire';
import { Fifo } from './fifo.ts';
import { KeyedTimers } from './keyed-timers.ts';
import type { LoopHost } from './ports.ts';

export interface LoopOptions {
  /**
   * Inputs of the host that may wait while a step runs; `submit` refuses more and says so. What the loop owes
   * the core (timers, answers, `durable`) always enters. @default 10_000
   */
  readonly maxQueuedInputs?: number;
  /** Outputs, persists included, that may wait for the store; more end the instance. @default 100_000 */
  readonly maxHeldOutputs?: number;
  /**
   * Called when a commit may begin; the host calls `begin`, now or soon, and what is persisted until then joins that
   * commit. To be set where many inputs come in one turn of the event loop: they then are durable, and leave,
   * together. @default (begin) => begin()
   */
  readonly beginCommit?: (begin: () => void) => void;
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
  readonly #beginCommit: (begin: () => void) => void;
  readonly #timers: KeyedTimers;
  readonly #inputs = new Fifo<Input>();
  readonly #held = new Fifo<Held<Output>>();
  /** Persists of the commit that is about to begin, or that wait for the one in flight to end. */
  #waiting: Persist<WriteOf<Output>>[] = [];
  #committing = false;
  /** Persists that the core has given out, and those of them that are durable. */
  #persisted = 0;
  #durable = 0;
  #turning = false;
  #ended = false;
  #refusedInputs = 0;

  constructor(core: Core<Input, Output>, host: Host<Input, Output>, options: LoopOptions = {}) {
    this.#core = core;
    this.#host = host;
    this.#maxQueuedInputs = atLeastOne('maxQueuedInputs', options.maxQueuedInputs ?? 10_000);
    this.#maxHeldOutputs = atLeastOne('maxHeldOutputs', options.maxHeldOutputs ?? 100_000);
    this.#beginCommit = options.beginCommit ?? ((begin) => begin());
    this.#timers = new KeyedTimers(host.clock, host.timers, (key) => {
      this.#enter({ kind: 'timer', key } as unknown as Input);
    });
  }

  /** True once the instance was stopped or has failed. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Nothing waits: no input, no commit, no held output. Timers may be set, and questions open. */
  get idle(): boolean {
    return !this.#turning && this.#inputs.length === 0 && this.#held.length === 0 && this.#allDurable;
  }

  /** Inputs refused because the queue was full or the instance had ended. */
  get refusedInputs(): number {
    return this.#refusedInputs;
  }

  /** Gives the core an input. False when it was refused: the queue is full, or the instance has ended. */
  submit(input: Input): boolean {
    if (this.#inputs.length < this.#maxQueuedInputs) return this.#enter(input);
    this.#refusedInputs += 1;
    return false;
  }

  /** Ends the instance: timers are cleared, held outputs dropped. What is being committed may still become durable. */
  stop(): void {
    this.#ended = true;
    this.#timers.clearAll();
    this.#inputs.clear();
    this.#held.clear();
    this.#waiting = [];
  }

  get #allDurable(): boolean {
    return this.#durable === this.#persisted;
  }

  #enter(input: Input): boolean {
    if (this.#ended) {
      this.#refusedInputs += 1;
      return false;
    }
    this.#inputs.push(input);
    this.#turn();
    return true;
  }

  #turn(): void {
    if (this.#turning) return;
    this.#turning = true;
    try {
      while (!this.#ended) {
        const input = this.#inputs.shift();
        if (input !== undefined) {
          this.#step(input);
          continue;
        }
        this.#commit();
        // A store that was done at once has put `durable` inputs in the queue: they go first.
        if (this.#inputs.length === 0 && !this.#releaseOne()) return;
      }
    } catch (thrown) {
      // Once ended there is nobody left to tell but the caller; swallowing it would hide a mistake of the host.
      if (this.#ended) throw thrown;
      // A core throws only when an invariant of ours is broken: its state is not to be trusted any more.
      this.#fail(BothyError.from(thrown));
    } finally {
      this.#turning = false;
    }
  }

  #step(input: Input): void {
    const { clock } = this.#host;
    const outputs = this.#core.step(input, { monoMs: clock.monoMs(), wallMs: clock.wallMs() });
    this.#host.observe?.(input, outputs);
    for (const output of outputs) {
      if (this.#ended) return;
      this.#take(output);
    }
  }

  #take(output: Output): void {
    const known = output as unknown as AnyOutput;
    switch (known.kind) {
      case 'persist':
        this.#persisted += 1;
        this.#waiting.push(known as Persist<WriteOf<Output>>);
        return this.#checkHeld();
      case 'setTimer':
        return this.#timers.set(known.key, known.afterMs);
      case 'clearTimer':
        return this.#timers.clear(known.key);
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
    if (this.#allDurable && this.#held.length === 0) return this.#release(output);
    this.#held.push({ output, afterPersists: this.#persisted });
    this.#checkHeld();
  }

  #checkHeld(): void {
    if (this.#held.length + this.#waiting.length <= this.#maxHeldOutputs) return;
    this.#fail(new BothyError('storage_failed', 'The store is too slow: too much waits to be written.'));
  }

  /** False when nothing is held, or what is held still waits for a persist. */
  #releaseOne(): boolean {
    const held = this.#held.peek();
    if (held === undefined || held.afterPersists > this.#durable) return false;
    this.#held.shift();
    this.#release(held.output);
    return true;
  }

  #release(output: Output): void {
    if (output.kind === 'lookup') this.#ask(output);
    else this.#perform(output);
  }

  #perform(output: Output): void {
    this.#host.perform(output as unknown as ProductOutput<Output>);
  }

  #ask(output: Output): void {
    let answered = false;
    this.#host.ask(output as unknown as Question<Output>, (input) => {
      if (answered) return;
      answered = true;
      this.#enter(input);
    });
  }

  #commit(): void {
    if (this.#committing || this.#waiting.length === 0) return;
    this.#committing = true;
    let begun = false;
    this.#beginCommit(() => {
      if (begun || this.#ended) return;
      begun = true;
      this.#commitWaiting();
    });
  }

  #commitWaiting(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    const writes = batch.length === 1 ? (batch[0]?.writes ?? []) : batch.flatMap((persist) => persist.writes);
    let answered = false;
    const done = (error?: unknown): void => {
      if (answered || this.#ended) return;
      answered = true;
      this.#committing = false;
      if (error === undefined) this.#becameDurable(batch);
      else this.#fail(BothyError.from(error, 'storage_failed'));
    };
    try {
      this.#host.storage.commit(writes, done);
    } catch (thrown) {
      this.#fail(BothyError.from(thrown, 'storage_failed'));
    }
  }

  #becameDurable(batch: readonly Persist<WriteOf<Output>>[]): void {
    this.#durable += batch.length;
    for (const { token } of batch) {
      if (token !== undefined) this.#inputs.push({ kind: 'durable', token } as unknown as Input);
    }
    this.#turn();
  }

  #fail(error: BothyError): void {
    if (this.#ended) return;
    this.stop();
    this.#host.failed(error);
  }
}

function atLeastOne(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new RangeError(`${name}: not a whole number from 1: ${value}`);
}
