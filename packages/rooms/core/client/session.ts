/**
 * The one session of a client: it chooses a node, connects, signs in, stays alive, and begins anew when it is lost.
 *
 *     stopped ─start─▶ dialling ─connected─▶ signingIn ─credentials─▶ opening ─opened─▶ open
 *                        ▲  │ fails, silence      │                     │                 │
 *                        │  ▼                     ▼                     ▼                 ▼
 *                       waiting ◀─────────────────┴──── lost ───────────┴─────────────────┘
 *                                                       refused: the node wants somebody else; `start` begins anew
 */
import type { Random } from '@bothy/protocols';
import type { ClientMethod, ErrorCode, ResumeRequest, SessionOpened } from '@bothy/wire';
import type { ClientStep } from './client-step.ts';
import { clientTiming, passingCodes } from './config.ts';
import type { ClientInput, KnownNode } from './inputs.ts';
import { NodeChoice } from './node-choice.ts';
import type { ConnectionState } from './outputs.ts';

export interface SessionListener {
  /** Where the client stands in its rooms. */
  resume(): readonly ResumeRequest[];
  opened(step: ClientStep, opened: SessionOpened): void;
  /** Whatever was on its way is not answered any more. */
  lost(step: ClientStep): void;
}

type State = 'stopped' | 'waiting' | 'dialling' | 'signingIn' | 'opening' | 'open' | 'refused';
type Reason = { readonly code: ErrorCode | 'lost'; readonly message: string };

/** Codes of the close frame: 3000 to 3499 and WebSocket's own mean come back, 3500 to 3999 do not. */
const nodeStopping = 3000;
const signedOut = 3501;

export class Session {
  readonly #nodes: NodeChoice;
  readonly #listener: SessionListener;
  #state: State = 'stopped';
  #url: string | undefined;
  #connection = 0;
  #calls = 0;
  /** Whether the token given last was refused. */
  #again = false;
  #openId = '';
  #heartbeatMs = 15_000;
  #openedAtMs = 0;

  constructor(nodes: readonly KnownNode[], random: Random, listener: SessionListener) {
    this.#nodes = new NodeChoice(nodes, random);
    this.#listener = listener;
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  get choice(): NodeChoice {
    return this.#nodes;
  }

  isCurrent(connection: number): boolean {
    return connection === this.#connection && this.#hasConnection;
  }

  /** Sends a call; undefined when no session is open. Its id is in the answer. */
  call(
    step: ClientStep,
    method: ClientMethod,
    params: Readonly<Record<string, unknown>>,
  ): string | undefined {
    return this.#state === 'open' ? this.#send(step, method, params) : undefined;
  }

  start(step: ClientStep): void {
    if (this.#state !== 'stopped' && this.#state !== 'refused') return;
    this.#again = this.#state === 'refused';
    this.#nodes.hurry();
    this.#tryNext(step, false, undefined);
  }

  stop(step: ClientStep): void {
    if (this.#state === 'stopped') return;
    this.#end(step, 1000, 'The client has ended.');
    step.clearTimer('dial');
    this.#become(step, 'stopped', 'stopped');
  }

  hint(step: ClientStep): void {
    if (this.#state === 'waiting') {
      this.#nodes.hurry();
      this.#dial(step);
    } else if (this.#state === 'open') this.#ping(step, clientTiming.doubtTimeoutMs);
  }

  connected(step: ClientStep): void {
    if (this.#state !== 'dialling' || this.#url === undefined) return;
    this.#state = 'signingIn';
    step.setTimer('dial', clientTiming.openTimeoutMs);
    step.emit({ kind: 'signIn', connection: this.#connection, url: this.#url, again: this.#again });
  }

  credentials(step: ClientStep, { token, name }: Extract<ClientInput, { kind: 'credentials' }>): void {
    if (this.#state !== 'signingIn') return;
    this.#state = 'opening';
    this.#openId = this.#send(step, 'session.open', {
      ...(token === undefined ? {} : { token }),
      ...(name === undefined ? {} : { name }),
      resume: this.#listener.resume(),
    });
  }

  noCredentials(step: ClientStep, reason: { readonly code: ErrorCode; readonly message: string }): void {
    if (this.#state !== 'signingIn') return;
    this.#refused(step, reason);
  }

  /** The answer to `session.open`; any other id is an answer to a connection that is no more. */
  opened(step: ClientStep, id: string, opened: SessionOpened): void {
    if (this.#state !== 'opening' || id !== this.#openId) return;
    this.#state = 'open';
    this.#openedAtMs = step.now.monoMs;
    this.#again = false;
    this.#heartbeatMs = Math.min(Math.max(opened.heartbeatMs, 1_000), 60_000);
    step.clearTimer('dial');
    step.setTimer('ping', this.#heartbeatMs);
    const { node, person, name, verified, limits } = opened;
    step.notify({ kind: 'session', node, person, name, verified, limits });
    this.#show(step, 'open');
    this.#listener.opened(step, opened);
  }

  /** True when it was the refusal of this session. */
  openRefused(
    step: ClientStep,
    id: string | null,
    reason: { readonly code: ErrorCode; readonly message: string },
  ): boolean {
    if (this.#state !== 'opening' || id !== this.#openId) return false;
    this.#refused(step, reason);
    return true;
  }

  /** Something came: the connection lives. */
  heard(step: ClientStep): void {
    if (this.#state === 'open') step.clearTimer('pong');
  }

  closed(step: ClientStep, code: number, message: string): void {
    const wasOpen = this.#state === 'open';
    const reason: Reason = { code: 'lost', message: message === '' ? 'The connection was lost.' : message };
    this.#end(step);
    if (code === signedOut && wasOpen && !this.#again) {
      // What the node wants is a new token, not another client.
      this.#again = true;
      return this.#tryNext(step, false, reason);
    }
    if (code >= 3500 && code <= 3999) {
      const signIn = code === signedOut ? 'unauthorized' : 'bad_request';
      return this.#become(step, 'refused', 'refused', { ...reason, code: signIn });
    }
    this.#tryNext(step, code === nodeStopping, reason);
  }

  timerFired(step: ClientStep, key: string): void {
    if (key === 'dial' && this.#state === 'waiting') return this.#dial(step);
    if (key === 'dial' && this.#hasConnection) return this.#silent(step, 'The node does not answer.');
    if (key === 'ping' && this.#state === 'open') return this.#ping(step, clientTiming.pongTimeoutMs);
    if (key === 'pong' && this.#state === 'open') this.#silent(step, 'The node has fallen silent.');
  }

  get #hasConnection(): boolean {
    return ['dialling', 'signingIn', 'opening', 'open'].includes(this.#state);
  }

  #refused(step: ClientStep, reason: { readonly code: ErrorCode; readonly message: string }): void {
    const mayHelp = reason.code === 'unauthorized' && !this.#again;
    this.#end(step, 1000, 'The session was refused.');
    if (passingCodes.has(reason.code)) return this.#tryNext(step, false, reason);
    if (!mayHelp) return this.#become(step, 'refused', 'refused', reason);
    this.#again = true;
    this.#tryNext(step, false, reason);
  }

  #silent(step: ClientStep, message: string): void {
    this.#end(step, 3001, message);
    this.#tryNext(step, false, { code: 'lost', message });
  }

  /** The connection is of no use any more. */
  #end(step: ClientStep, code?: number, reason = ''): void {
    if (!this.#hasConnection) return;
    const wasOpen = this.#state === 'open';
    if (wasOpen && step.now.monoMs - this.#openedAtMs >= clientTiming.stableMs) this.#nodes.succeeded();
    if (code !== undefined) step.emit({ kind: 'close', connection: this.#connection, code, reason });
    this.#state = 'waiting';
    for (const key of ['dial', 'ping', 'pong']) step.clearTimer(key);
    if (wasOpen) this.#listener.lost(step);
  }

  #tryNext(step: ClientStep, sentAway: boolean, reason: Reason | undefined): void {
    const { url, afterMs } = this.#nodes.next(this.#url, sentAway, step.now.monoMs);
    this.#url = url;
    this.#state = 'waiting';
    if (afterMs <= 0) return this.#dial(step);
    step.setTimer('dial', afterMs);
    this.#show(step, 'waiting', reason, afterMs);
  }

  #dial(step: ClientStep): void {
    this.#state = 'dialling';
    this.#connection += 1;
    step.setTimer('dial', clientTiming.connectTimeoutMs);
    this.#show(step, 'connecting');
    step.emit({ kind: 'connect', connection: this.#connection, url: this.url });
  }

  get url(): string {
    return this.#url ?? '';
  }

  #ping(step: ClientStep, withinMs: number): void {
    this.#send(step, 'session.ping', {});
    step.setTimer('ping', this.#heartbeatMs);
    step.setTimer('pong', Math.min(withinMs, this.#heartbeatMs));
  }

  #send(step: ClientStep, method: ClientMethod, params: Readonly<Record<string, unknown>>): string {
    this.#calls += 1;
    // The method first: an answer is parsed by what its id says (schemas/room-answer-schema.ts).
    const id = `${method}#${this.#calls}`;
    step.emit({ kind: 'frame', connection: this.#connection, json: { jsonrpc: '2.0', id, method, params } });
    return id;
  }

  #become(step: ClientStep, state: State, shown: ConnectionState, reason?: Reason): void {
    this.#state = state;
    this.#show(step, shown, reason);
  }

  #show(step: ClientStep, state: ConnectionState, reason?: Reason, retryInMs?: number): void {
    step.notify({
      kind: 'connection',
      state,
      url: this.url,
      ...(retryInMs === undefined ? {} : { retryInMs }),
      ...(reason === undefined ? {} : { reason }),
    });
  }
}
