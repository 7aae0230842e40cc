/** What clients call: one frame in, a command for the core or an answer out. */
import { BothyError, type ErrorCode, type RoomActor, type RoomCommand, roomLimits } from '@bothy/wire';
import {
  type ClientFrame,
  type ParsedParams,
  parseClientFrame,
  parseParams,
  type RoomCall,
  type RoomMethod,
  type RpcId,
  roomMethods,
  rpcErrors,
  sessionOpenParams,
  traceparentOf,
} from '@bothy/wire/schemas';
import { errorText, resultText, rpcCodeOf } from './answers.ts';
import type { Connection, PendingCall } from './connection.ts';
import type { ExtensionMethod, RoomSocketCounts, RoomSocketOptions, RoomTracer } from './socket-options.ts';

export interface CallHandlerOptions {
  readonly server: RoomSocketOptions;
  readonly counts: RoomSocketCounts;
  readonly refusals: Map<ErrorCode, number>;
  /** Writes a text to one client. */
  readonly send: (connection: Connection, text: string) => void;
}

type Call = Extract<ClientFrame, { readonly kind: 'call' }>;
type Span = ReturnType<RoomTracer['call']>;
type Refusal = { readonly code: ErrorCode; readonly message: string };

const noTracer: RoomTracer = {
  call: (_method, trace) => ({ trace, end: () => {} }),
  delivered: () => {},
};

/** A client that sends a hundred commands at once does not wait for each. */
const defaultMaxPending = 256;

export class CallHandler {
  readonly #options: CallHandlerOptions;
  readonly #tracer: RoomTracer;
  /** A map, for a method may be named `constructor`. */
  readonly #methods: ReadonlyMap<string, RoomMethod>;
  readonly #extensions: ReadonlyMap<string, ExtensionMethod>;
  #calls = 0;

  constructor(options: CallHandlerOptions) {
    const { tracer, extensions = [] } = options.server;
    this.#options = options;
    this.#tracer = tracer ?? noTracer;
    this.#methods = new Map(roomMethods.map((each) => [each.method, each]));
    const added = extensions.flatMap(({ methods }) => methods);
    this.#extensions = new Map(added.map((each) => [each.method, each]));
  }

  get tracer(): RoomTracer {
    return this.#tracer;
  }

  /** One text frame. */
  take(connection: Connection, text: string): void {
    const { server, counts } = this.#options;
    counts.frames += 1;
    const frame = parseClientFrame(text);
    if (frame.kind === 'call' && frame.id === undefined) counts.notifications += 1;
    const hasty = !connection.rate.take(1, server.monoMs());
    const id = frame.id ?? null;
    if (hasty && (frame.kind === 'error' || frame.id !== undefined)) {
      const message = `That is more than ${roomLimits.commandsPerSecond} commands a second. Wait a little.`;
      return this.#error(connection, id, rpcErrors.ours, { code: 'rate_limited', message });
    }
    if (hasty) return this.#count('rate_limited');
    if (frame.kind === 'call') return this.#call(connection, frame);
    this.#error(connection, id, frame.rpcCode, { code: 'bad_request', message: frame.sentence });
  }

  /** Answers a call that the core or an extension has answered. */
  answer(connection: Connection, call: PendingCall, result: unknown): void {
    call.end('ok');
    if (call.rpcId !== undefined) this.#options.send(connection, resultText(call.rpcId, result));
  }

  refuse(
    connection: Connection,
    call: PendingCall,
    refusal: Refusal,
    rpcCode = rpcCodeOf(refusal.code),
  ): void {
    call.end(refusal.code);
    if (call.rpcId === undefined) return this.#count(refusal.code);
    this.#error(connection, call.rpcId, rpcCode, refusal);
  }

  #call(connection: Connection, { id, method, params }: Call): void {
    const span = this.#tracer.call(method, traceparentOf(params));
    const call: PendingCall = { rpcId: id, end: (outcome) => span.end(outcome) };
    if (method === 'session.ping') {
      return this.answer(connection, call, { now: this.#options.server.wallMs() });
    }
    if (method === 'session.open') return void this.#open(connection, call, params);
    const { state, actor } = connection;
    if (actor === undefined || (state !== 'open' && state !== 'resuming')) {
      const message = 'Call session.open first, and wait for its result.';
      return this.refuse(connection, call, { code: 'session_required', message });
    }
    const extension = this.#extensions.get(method);
    if (extension !== undefined) return void this.#extend(connection, actor, call, extension, params);
    const parse = this.#methods.get(method)?.parse;
    if (parse === undefined) {
      const message = `There is no method ${JSON.stringify(method.slice(0, 64))} here.`;
      return this.refuse(connection, call, { code: 'unknown_method', message });
    }
    const parsed = parse(params);
    if (!parsed.ok) return this.#refuseParams(connection, call, parsed);
    this.#command(connection, actor, call, span, parsed.value);
  }

  #command(connection: Connection, actor: RoomActor, call: PendingCall, span: Span, wanted: RoomCall): void {
    const { server } = this.#options;
    connection.pending ??= new Map();
    if (connection.pending.size >= (server.maxPending ?? defaultMaxPending)) {
      const message = 'Too many commands wait for their answers. Wait for some.';
      return this.refuse(connection, call, { code: 'rate_limited', message });
    }
    this.#calls += 1;
    const id = `ws:${this.#calls}`;
    connection.pending.set(id, call);
    const give = (command: RoomCommand): void => {
      // The connection may have ended while a name was looked up.
      if (connection.state === 'ended') return;
      const { trace } = span;
      const session = connection.id;
      server.input({
        kind: 'command',
        id,
        session,
        actor,
        command,
        ...(trace === undefined ? {} : { trace }),
      });
    };
    if (wanted.kind === 'command') return give(wanted.command);
    void this.#find(wanted, give).then((refusal) => {
      if (refusal === undefined || connection.settle(id) === undefined) return;
      this.refuse(connection, call, refusal);
    });
  }

  /** The person behind a name, before the core hears of the command. */
  async #find(
    { by, command }: Extract<RoomCall, { readonly kind: 'about' }>,
    give: (command: RoomCommand) => void,
  ): Promise<Refusal | undefined> {
    const { findPerson } = this.#options.server;
    try {
      const known = await findPerson(by);
      if (known === undefined) {
        const who = 'name' in by ? `by the name ${by.name}` : 'with that id';
        return { code: 'not_found', message: `Nobody ${who} is known here.` };
      }
      give(command(known));
      return undefined;
    } catch (thrown) {
      return this.#failure(thrown);
    }
  }

  async #open(connection: Connection, call: PendingCall, params: unknown): Promise<void> {
    const { server } = this.#options;
    const { request } = connection;
    // A notification could not be told who it is.
    if (call.rpcId === undefined) return call.end('bad_request');
    if (connection.state !== 'new' || request === undefined) {
      const message = 'This connection has a session already, or is about to.';
      return this.refuse(connection, call, { code: 'bad_request', message }, rpcErrors.request);
    }
    const parsed = parseParams(sessionOpenParams, params);
    if (!parsed.ok) return this.#refuseParams(connection, call, parsed);
    const { token, name, resume } = parsed.value;
    connection.state = 'opening';
    let refusal: Refusal;
    try {
      const signIn = await server.authenticate({ token, name, request });
      if (connection.state !== 'opening') return call.end('abandoned');
      if (signIn.ok) return this.#opened(connection, call, signIn.actor, resume);
      refusal = signIn;
    } catch (thrown) {
      if (connection.state !== 'opening') return call.end('abandoned');
      refusal = this.#failure(thrown);
    }
    connection.state = 'new';
    server.log?.warn({ session: connection.id, code: refusal.code }, `session refused: ${refusal.message}`);
    this.refuse(connection, call, refusal);
  }

  #opened(
    connection: Connection,
    call: PendingCall,
    actor: RoomActor,
    resume: readonly { readonly room: string; readonly epoch: number; readonly seq: number }[],
  ): void {
    connection.state = 'resuming';
    connection.request = undefined;
    connection.actor = actor;
    connection.openCall = call;
    this.#options.counts.sessionsOpened += 1;
    this.#options.server.input({ kind: 'sessionOpened', session: connection.id, actor, resume });
  }

  async #extend(
    connection: Connection,
    actor: RoomActor,
    call: PendingCall,
    extension: ExtensionMethod,
    params: unknown,
  ): Promise<void> {
    const parsed = extension.parse(params);
    if (!parsed.ok) return this.#refuseParams(connection, call, parsed);
    try {
      const result = await extension.call({ id: connection.id, actor }, parsed.value);
      this.answer(connection, call, result);
    } catch (thrown) {
      this.refuse(connection, call, this.#failure(thrown));
    }
  }

  #refuseParams(
    connection: Connection,
    call: PendingCall,
    { code, reason }: Extract<ParsedParams<unknown>, { readonly ok: false }>,
  ): void {
    this.refuse(connection, call, { code, message: reason }, rpcErrors.params);
  }

  /** Nothing from inside is shown; the log has it. */
  #failure(thrown: unknown): Refusal {
    const error = BothyError.from(thrown);
    if (error.code !== 'internal') return error;
    this.#options.server.log?.warn({ err: error.cause ?? error }, 'a call failed');
    return { code: 'internal', message: 'The node failed to answer. Its log says more.' };
  }

  #error(connection: Connection, id: RpcId | null, rpcCode: number, { code, message }: Refusal): void {
    this.#count(code);
    this.#options.send(connection, errorText(id, rpcCode, code, message));
  }

  #count(code: ErrorCode): void {
    const { refusals } = this.#options;
    refusals.set(code, (refusals.get(code) ?? 0) + 1);
  }
}
