/** The ports between a core and the world. Callback style, so that a simulator can run the same loop synchronously. */
import type { BothyError } from '@bothy/wire';

export interface Clock {
  /** Milliseconds since an arbitrary origin; never goes back. */
  monoMs(): number;
  /** Unix milliseconds, whole; may jump. */
  wallMs(): number;
}

/** What `Timers.set` returned; only good for `Timers.clear`. */
export type TimerHandle = unknown;

export interface Timers {
  /**
   * Calls `fire` once, about `afterMs` from now, never before `set` has returned. It may call early, and must
   * when `afterMs` is more than it can hold: `KeyedTimers` asks again.
   */
  set(afterMs: number, fire: () => void): TimerHandle;
  clear(handle: TimerHandle): void;
}

/** Where a core's writes become durable. */
export interface Storage<Write> {
  /**
   * Makes all writes durable as one transaction, in order, then calls `done` once, now or later: without an
   * error (`undefined`) when all are durable, with one when none is. The loop has one commit in flight.
   */
  commit(writes: readonly Write[], done: (error?: unknown) => void): void;
}

/** Everything a loop needs around it. `Output` are the kinds of the product: send, reply, notify … */
export interface LoopHost<Input, Output, Question, Write> {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly storage: Storage<Write>;
  /** Carries out an output of the product. What fails comes back as an input; what it throws ends the instance. */
  perform(output: Output): void;
  /** Answers a `lookup` or a `seal`, once, now or later. */
  ask(question: Question, answer: (input: Input) => void): void;
  /** The instance has ended: storage failed, or an invariant of ours broke. Rebuild it from the store. */
  failed(error: BothyError): void;
  /** Sees every step before its outputs take effect: for traces. */
  observe?(input: Input, outputs: readonly unknown[]): void;
}
