/**
 * Spans of W3C Trace Context: who records what, and how often. A trace that begins here is taken while the allowance
 * lasts, so that a small node shows every send and a busy one a sample; a client's own trace takes from it too, for
 * whoever asks for a record of everything must not slow the others down. What another node has decided is followed.
 */
import { randomBytes } from 'node:crypto';
import { TokenBucket } from '@bothy/protocols';
import type { Clock } from '@bothy/runtime';
import type { ErrorCode } from '@bothy/wire';

export type SpanKind = 'server' | 'client' | 'internal' | 'consumer';
/** `abandoned`: who waited is gone, or nobody has answered in time. */
export type SpanOutcome = 'ok' | 'abandoned' | ErrorCode;

export interface FinishedSpan {
  readonly name: string;
  readonly kind: SpanKind;
  /** 32 hexadecimal digits, the same in every span of a trace. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  readonly parentId: string | undefined;
  /** Unix milliseconds. */
  readonly startMs: number;
  readonly durationMs: number;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly outcome: SpanOutcome;
}

/** Takes a span that has ended; must not block, and keeps a bounded number. */
export type SpanSink = (span: FinishedSpan) => void;

export interface SpanRecorderOptions {
  readonly sinks: readonly SpanSink[];
  readonly clock: Clock;
  /** Traces that may begin at this node: at once after a rest, and in a second. @default 100 and 50 */
  readonly allowance?: { readonly burst: number; readonly perSecond: number };
}

/** Four spans of 200 bytes each make 50 traces a second 40 KB of log. */
const defaultAllowance = { burst: 100, perSecond: 50 };

export class SpanRecorder {
  readonly #sinks: readonly SpanSink[];
  readonly #clock: Clock;
  readonly #allowance: TokenBucket;

  constructor({ sinks, clock, allowance = defaultAllowance }: SpanRecorderOptions) {
    this.#sinks = sinks;
    this.#clock = clock;
    this.#allowance = new TokenBucket(allowance, clock.monoMs());
  }

  /** The first span at this node, of a client's trace or of a new one; undefined when it is not recorded. */
  begin(name: string, kind: SpanKind, traceparent: string | undefined): Span | undefined {
    if (traceparent !== undefined && !isSampled(traceparent)) return undefined;
    if (!this.#allowance.take(1, this.#clock.monoMs())) return undefined;
    return this.#span(name, kind, traceparent);
  }

  /** A span below one that is recorded, here or at another node; undefined when that one is not. */
  child(name: string, kind: SpanKind, traceparent: string, startMonoMs?: number): Span | undefined {
    return isSampled(traceparent) ? this.#span(name, kind, traceparent, startMonoMs) : undefined;
  }

  #span(name: string, kind: SpanKind, traceparent: string | undefined, startMonoMs?: number): Span {
    return new Span({ name, kind, traceparent, startMonoMs, clock: this.#clock, sinks: this.#sinks });
  }
}

interface SpanStart {
  readonly name: string;
  readonly kind: SpanKind;
  readonly traceparent: string | undefined;
  readonly startMonoMs: number | undefined;
  readonly clock: Clock;
  readonly sinks: readonly SpanSink[];
}

export class Span {
  name: string;
  kind: SpanKind;
  readonly #start: SpanStart;
  readonly #startMs: number;
  readonly #startMonoMs: number;
  readonly #traceId: string;
  readonly #spanId: string;
  readonly #attributes: Record<string, string | number> = {};
  #ended = false;

  constructor(start: SpanStart) {
    const { name, kind, traceparent, clock } = start;
    this.name = name;
    this.kind = kind;
    this.#start = start;
    const nowMonoMs = clock.monoMs();
    this.#startMonoMs = start.startMonoMs ?? nowMonoMs;
    this.#startMs = clock.wallMs() - (nowMonoMs - this.#startMonoMs);
    const [, traceId] = traceparent?.split('-') ?? [];
    this.#traceId = traceId ?? randomBytes(16).toString('hex');
    this.#spanId = randomBytes(8).toString('hex');
  }

  /** What makes others' spans children of this one. */
  get traceparent(): string {
    return `00-${this.#traceId}-${this.#spanId}-01`;
  }

  set(attributes: Readonly<Record<string, string | number>>): this {
    Object.assign(this.#attributes, attributes);
    return this;
  }

  /** Once; what is said later is ignored. */
  end(outcome: SpanOutcome): void {
    if (this.#ended) return;
    this.#ended = true;
    const { traceparent, clock, sinks } = this.#start;
    const span: FinishedSpan = {
      name: this.name,
      kind: this.kind,
      traceId: this.#traceId,
      spanId: this.#spanId,
      parentId: traceparent?.split('-')[2],
      startMs: this.#startMs,
      durationMs: clock.monoMs() - this.#startMonoMs,
      attributes: this.#attributes,
      outcome,
    };
    for (const sink of sinks) sink(span);
  }
}

/** Whether who began the trace wants it recorded: the last bit of the flags. */
export function isSampled(traceparent: string): boolean {
  return (Number.parseInt(traceparent.slice(-2), 16) & 1) === 1;
}

/** The same trace, of which nobody further down records anything. */
export function unsampled(traceparent: string): string {
  return `${traceparent.slice(0, -2)}00`;
}
