/**
 * Follows a command through the cluster: the client's call, its way to the administrator, the ordering there, and the
 * delivery at each node with members. The core only passes `trace` on; spans are made here, where every input and
 * output of it comes by.
 *
 *   client ─▶ call ─▶ forward ─┐ (another node) ┌─▶ order ─┬─▶ deliver at this node
 *                └─▶ order …   └────────────────┘          └─▶ deliver at each other node
 */
import type { RoomsInput, RoomsOutput } from '@bothy/rooms/core';
import type { RoomTracer } from '@bothy/rooms/drivers/websocket';
import type { RoomId } from '@bothy/wire';
import { Recent } from './recent.ts';
import { type Span, type SpanRecorder, unsampled } from './span-recorder.ts';

type Call = ReturnType<RoomTracer['call']>;

/** Called so often, or of so little interest, that a trace begins only when the client has one. */
const quietMethods: ReadonlySet<string> = new Set(['session.ping', 'room.typing', 'room.markRead']);

/** Spans that may be open, and arrivals that are remembered; then the oldest counts as abandoned. */
const maxOpen = 10_000;

export class RoomTracing implements RoomTracer {
  readonly #recorder: SpanRecorder | undefined;
  readonly #monoMs: () => number;
  /** By the command or the forward that they end with. */
  readonly #open = new Recent<Span>(maxOpen, (span) => span.end('abandoned'));
  /** The same spans of own clients' commands by what they are called further down, until it is known who orders. */
  readonly #undecided = new Recent<Span>(maxOpen);
  /** When entries came from their administrator, by trace and room. */
  readonly #arrivals = new Recent<number>(maxOpen);

  /** Without a recorder nothing is made: what clients send is passed on. */
  constructor(recorder: SpanRecorder | undefined, monoMs: () => number) {
    this.#recorder = recorder;
    this.#monoMs = monoMs;
  }

  call(method: string, traceparent: string | undefined): Call {
    if (this.#recorder === undefined) return { trace: traceparent, end: () => {} };
    const isQuiet = traceparent === undefined && quietMethods.has(method);
    const span = isQuiet ? undefined : this.#recorder.begin(method, 'server', traceparent);
    if (span !== undefined) return { trace: span.traceparent, end: (outcome) => span.end(outcome) };
    return { trace: traceparent === undefined ? undefined : unsampled(traceparent), end: () => {} };
  }

  delivered(trace: string | undefined, room: RoomId, entries: number, sessions: number): void {
    if (trace === undefined || this.#recorder === undefined) return;
    const arrivedMs = this.#arrivals.take(`${trace} ${room}`);
    const span = this.#recorder.child('room.deliver', 'consumer', trace, arrivedMs);
    span?.set({ room, entries, sessions }).end('ok');
  }

  /** An input on its way to the core, with the trace that its outputs are to carry. */
  entering(input: RoomsInput): RoomsInput {
    if (this.#recorder === undefined) return input;
    if (input.kind === 'command' && input.trace !== undefined) {
      const span = this.#recorder.child(`room.order ${input.command.kind}`, 'internal', input.trace);
      if (span === undefined) return input;
      if ('room' in input.command) span.set({ room: input.command.room });
      this.#open.put(input.id, span);
      this.#undecided.put(span.traceparent, span);
      return { ...input, trace: span.traceparent };
    }
    if (input.kind !== 'message') return input;
    const { from, message } = input;
    if (message.kind === 'deliver' && message.trace !== undefined) {
      this.#arrivals.put(`${message.trace} ${message.room}`, this.#monoMs());
    }
    if (message.kind !== 'forward' || message.trace === undefined) return input;
    const { id, command, trace } = message;
    const span = this.#recorder.child(`room.order ${command.kind}`, 'server', trace);
    if (span === undefined) return input;
    this.#open.put(`${from} ${id}`, span.set({ room: command.room, from }));
    return { ...input, message: { ...message, trace: span.traceparent } };
  }

  /** An output that is carried out now: durable, if it had to be. */
  leaving(output: RoomsOutput): void {
    if (this.#recorder === undefined) return;
    if (output.kind === 'reply') {
      const span = this.#open.take(output.id);
      if (span !== undefined) this.#undecided.take(span.traceparent);
      return span?.end(output.result.ok ? 'ok' : output.result.code);
    }
    if (output.kind !== 'send') return;
    const { to, message } = output;
    if (message.kind === 'forward' && message.trace !== undefined) {
      const span = this.#undecided.take(message.trace);
      if (span === undefined) return;
      span.name = `room.forward ${message.command.kind}`;
      span.kind = 'client';
      span.set({ to });
    }
    if (message.kind === 'forwarded') {
      const { result } = message;
      this.#open.take(`${to} ${message.id}`)?.end(result.ok ? 'ok' : result.code);
    }
  }

  /** The rooms start anew: nothing of what was under way will be answered. */
  abandon(): void {
    this.#open.clear();
    this.#undecided.clear();
    this.#arrivals.clear();
  }
}
