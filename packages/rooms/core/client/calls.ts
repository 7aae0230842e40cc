/**
 * Calls that are not answered yet. Every one is safe to repeat: it reads, or carries a `requestId`. So one whose
 * connection was lost is sent again on the next, and one that was refused for now is tried again, until its time is up.
 */
import type { ExponentialBackoff, Random } from '@bothy/protocols';
import type { ClientMethod, ErrorCode, ServerAnswer, SessionAnswers } from '@bothy/wire';
import { againBackoff } from './again-backoff.ts';
import { type ClientStep, type Refusal, refusal } from './client-step.ts';
import { clientBounds, clientTiming } from './config.ts';
import type { Session } from './session.ts';

export interface Call {
  readonly method: ClientMethod;
  readonly params: Readonly<Record<string, unknown>>;
  /** `times`: how often it was sent. */
  readonly done: (step: ClientStep, outcome: CallOutcome, times: number) => void;
  /** Null: as long as it takes. */
  readonly timeoutMs: number | null;
  /** Codes that are not the answer, but a reason to try again later. */
  readonly retryOn: ReadonlySet<ErrorCode>;
  /** False: it is not sent, or not again; `done` is told that it was given up. @default always */
  readonly isWanted?: () => boolean;
}

/** The answer of a node, told apart by its method. */
export type RoomAnswerFrame = Exclude<ServerAnswer, { readonly method: keyof SessionAnswers }>;
export type CallOutcome = { readonly ok: true; readonly answer: RoomAnswerFrame } | Refusal;

interface OpenCall extends Call {
  frameId: string | undefined;
  times: number;
  readonly backoff: ExponentialBackoff;
}

export class Calls {
  readonly #session: Session;
  readonly #random: Random;
  /** By their number, in the order of asking. */
  readonly #open = new Map<string, OpenCall>();
  readonly #byFrame = new Map<string, string>();
  #count = 0;

  constructor(session: Session, random: Random) {
    this.#session = session;
    this.#random = random;
  }

  get isFull(): boolean {
    return this.#open.size >= clientBounds.calls;
  }

  ask(step: ClientStep, call: Call): void {
    this.#count += 1;
    const key = `${this.#count}`;
    const backoff = againBackoff(this.#random);
    const open: OpenCall = { ...call, frameId: undefined, times: 0, backoff };
    this.#open.set(key, open);
    if (call.timeoutMs !== null) step.setTimer(`deadline ${key}`, call.timeoutMs);
    this.#send(step, key, open);
  }

  /** A new session: what waited goes first, in its old order. */
  opened(step: ClientStep): void {
    for (const [key, call] of [...this.#open]) {
      if (call.frameId !== undefined) continue;
      step.clearTimer(`call ${key}`);
      this.#send(step, key, call);
    }
  }

  lost(): void {
    this.#byFrame.clear();
    for (const call of this.#open.values()) call.frameId = undefined;
  }

  /** False when no open call has this frame id. */
  answered(step: ClientStep, answer: RoomAnswerFrame): boolean {
    return this.#settle(step, answer.id, { ok: true, answer });
  }

  refused(step: ClientStep, id: string, code: ErrorCode, message: string): boolean {
    const key = this.#byFrame.get(id);
    const call = key === undefined ? undefined : this.#open.get(key);
    if (key === undefined || call === undefined) return false;
    if (!call.retryOn.has(code)) return this.#settle(step, id, refusal(code, message));
    this.#byFrame.delete(id);
    call.frameId = undefined;
    step.setTimer(`call ${key}`, call.backoff.next() ?? clientTiming.againMaxMs);
    return true;
  }

  retryTimerFired(step: ClientStep, key: string): void {
    const call = this.#open.get(key);
    if (call !== undefined && call.frameId === undefined) this.#send(step, key, call);
  }

  deadlineTimerFired(step: ClientStep, key: string): void {
    const call = this.#open.get(key);
    if (call === undefined) return;
    const sentence =
      call.times === 0
        ? 'No node could be reached in time.'
        : 'No node has answered in time. It may have been done; to ask again does no harm.';
    this.#close(step, key, call, refusal('node_unreachable', sentence));
  }

  /** The client ends: whoever waits is told. */
  stop(step: ClientStep): void {
    for (const [key, call] of [...this.#open]) {
      this.#close(step, key, call, refusal('node_unreachable', 'The client has ended.'));
    }
  }

  #settle(step: ClientStep, id: string, outcome: CallOutcome): boolean {
    const key = this.#byFrame.get(id);
    const call = key === undefined ? undefined : this.#open.get(key);
    if (key === undefined || call === undefined) return false;
    this.#close(step, key, call, outcome);
    return true;
  }

  #close(step: ClientStep, key: string, call: OpenCall, outcome: CallOutcome): void {
    this.#open.delete(key);
    if (call.frameId !== undefined) this.#byFrame.delete(call.frameId);
    step.clearTimer(`call ${key}`);
    if (call.timeoutMs !== null) step.clearTimer(`deadline ${key}`);
    call.done(step, outcome, call.times);
  }

  #send(step: ClientStep, key: string, call: OpenCall): void {
    if (call.isWanted?.() === false) {
      return this.#close(step, key, call, refusal('bad_request', 'This request was given up.'));
    }
    const id = this.#session.call(step, call.method, call.params);
    if (id === undefined) return;
    call.frameId = id;
    call.times += 1;
    this.#byFrame.set(id, key);
  }
}
