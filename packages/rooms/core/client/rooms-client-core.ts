/**
 * A client of rooms: one session at some node, the rooms it is in, what it asks and what it writes. Pure; a driver
 * gives it a connection. Rules CL1… in SPEC.md.
 */
import type { Core, Now, Random } from '@bothy/protocols';
import { type ErrorCode, roomLimits, type ServerFrame, utf8Bytes } from '@bothy/wire';
import { Calls } from './calls.ts';
import { ClientStep, refusal } from './client-step.ts';
import { type ClientConfig, clientBounds, clientTiming } from './config.ts';
import { FollowedRooms } from './followed-rooms.ts';
import type { ClientCall, ClientCommand, ClientInput } from './inputs.ts';
import { Outbox } from './outbox.ts';
import type { ClientOutput } from './outputs.ts';
import { Session } from './session.ts';

/** What a call is not refused for, but given once more: all else is the person's to know. */
const hasty: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['rate_limited', 'session_required']);

export class RoomsClientCore implements Core<ClientInput, ClientOutput> {
  readonly #session: Session;
  readonly #calls: Calls;
  readonly #rooms: FollowedRooms;
  readonly #outbox: Outbox;
  #isStarted = false;
  #isStopped = false;
  #unknown = 0;
  #malformed = 0;

  /** `random` spreads what many clients would do at once; it must differ from client to client. */
  constructor(config: ClientConfig, random: Random) {
    this.#session = new Session(config.nodes, random, {
      resume: () => this.#rooms.positions(),
      opened: (step, { person, resumed }) => {
        this.#rooms.opened(step, person, resumed);
        this.#calls.opened(step);
        this.#outbox.opened(step);
      },
      lost: (step) => {
        this.#calls.lost();
        this.#outbox.lost();
        this.#rooms.lost(step);
      },
    });
    this.#calls = new Calls(this.#session, random);
    this.#rooms = new FollowedRooms(this.#calls, random, config, {
      ready: (step, room) => this.#outbox.roomReady(step, room),
      gone: (step, room, code, message) => this.#outbox.roomGone(step, room, code, message),
    });
    this.#outbox = new Outbox(this.#session, random, config.outbox, config.keepsOutbox, {
      mayWrite: (room) => this.#rooms.mayWrite(room),
    });
  }

  step(input: ClientInput, now: Now): readonly ClientOutput[] {
    const step = new ClientStep(now);
    switch (input.kind) {
      case 'start':
        if (!this.#isStarted) this.#outbox.start(step);
        this.#isStarted = true;
        this.#isStopped = false;
        this.#session.start(step);
        break;
      case 'stop':
        this.#isStopped = true;
        this.#session.stop(step);
        this.#calls.stop(step);
        this.#outbox.stop(step);
        break;
      case 'hint':
        this.#session.hint(step);
        break;
      case 'nodes':
        this.#session.choice.learn(input.nodes, now.monoMs);
        break;
      case 'command':
        this.#command(step, input.id, input.command);
        break;
      case 'timer':
        this.#timer(step, input.key);
        break;
      case 'durable':
        break;
      default:
        // Of a connection that is no more: whatever it says is late.
        if (this.#session.isCurrent(input.connection)) this.#ofConnection(step, input);
    }
    return step.outputs;
  }

  #ofConnection(step: ClientStep, input: Extract<ClientInput, { readonly connection: number }>): void {
    switch (input.kind) {
      case 'connected':
        return this.#session.connected(step);
      case 'closed':
        return this.#session.closed(step, input.code, input.reason);
      case 'credentials':
        return this.#session.credentials(step, input);
      case 'noCredentials':
        return this.#session.noCredentials(step, input);
      case 'frame':
        this.#session.heard(step);
        return this.#frame(step, input.frame);
    }
  }

  #frame(step: ClientStep, frame: ServerFrame): void {
    switch (frame.kind) {
      case 'answer':
        return this.#answer(step, frame);
      case 'refusal':
        return this.#refusal(step, frame);
      case 'entry':
        return this.#rooms.entry(step, frame.room, frame.entry);
      case 'notice':
        if (frame.notice.kind === 'node') this.#session.choice.heard(frame.notice.node, frame.notice.health);
        return this.#rooms.notice(step, frame.notice);
      case 'unknown':
        this.#unknown += 1;
        return step.notify({ kind: 'unknown', method: frame.method, count: this.#unknown });
      case 'malformed':
        return this.#malformedFrame(step, frame.reason);
      case 'extension':
        // The driver's, which asked; nobody waits for it here.
        return;
    }
  }

  #answer(step: ClientStep, frame: Extract<ServerFrame, { readonly kind: 'answer' }>): void {
    if (frame.method === 'session.open') return this.#session.opened(step, frame.id, frame.result);
    if (frame.method === 'session.ping') return;
    if (frame.method === 'room.send') this.#outbox.acknowledged(step, frame.id, frame.result);
    else this.#calls.answered(step, frame);
  }

  #refusal(
    step: ClientStep,
    { id, code, message }: Extract<ServerFrame, { readonly kind: 'refusal' }>,
  ): void {
    if (id === null) return this.#malformedFrame(step, `The node could not read a request: ${message}`);
    if (this.#session.openRefused(step, id, { code, message })) return;
    if (!this.#outbox.refused(step, id, code, message)) this.#calls.refused(step, id, code, message);
  }

  #malformedFrame(step: ClientStep, reason: string): void {
    this.#malformed += 1;
    step.notify({ kind: 'malformed', reason, count: this.#malformed });
  }

  #command(step: ClientStep, id: string, command: ClientCommand): void {
    if (this.#isStopped) return step.reply(id, refusal('node_unreachable', 'This client has ended.'));
    switch (command.kind) {
      case 'send':
        return this.#outbox.send(step, id, command);
      case 'retry':
        return this.#outbox.retry(step, id, command.room, command.messageId);
      case 'discard':
        return this.#outbox.discard(step, id, command.room, command.messageId);
      case 'typing': {
        // Good for the moment only: it is neither kept nor repeated.
        const { kind: _kind, ...params } = command;
        this.#session.call(step, 'room.typing', params);
        return step.reply(id, { ok: true, value: {} });
      }
      default:
        return this.#call(step, id, command);
    }
  }

  #call(step: ClientStep, id: string, command: ClientCall): void {
    if (this.#calls.isFull) {
      const sentence = `${clientBounds.calls} requests wait for their answers. Wait for some.`;
      return step.reply(id, refusal('limit_reached', sentence));
    }
    if (command.kind === 'join' && this.#rooms.isFull && !this.#rooms.has(command.room)) {
      const sentence = `You are in ${clientBounds.rooms} rooms, which is as many as one client follows. Leave one.`;
      return step.reply(id, refusal('limit_reached', sentence));
    }
    if (command.kind === 'leave') this.#rooms.leaving(command.room);
    const { kind, ...params } = command;
    if (utf8Bytes(JSON.stringify(params)) + 256 > roomLimits.frameBytes) {
      return step.reply(
        id,
        refusal('payload_too_large', 'That is more than a node takes at once. Shorten it.'),
      );
    }
    this.#calls.ask(step, {
      method: `room.${kind}`,
      params,
      timeoutMs: clientTiming.callTimeoutMs,
      retryOn: hasty,
      done: (next, outcome, times) => {
        if (!outcome.ok && command.kind === 'leave') this.#rooms.notLeft(next, command.room, outcome.code);
        if (!outcome.ok) return next.reply(id, outcome);
        const { answer } = outcome;
        if (answer.method === 'room.join') {
          this.#rooms.joined(next, answer.result, command.kind === 'join' ? command.after?.seq : undefined);
        }
        if (answer.method === 'room.create') this.#rooms.created(next, answer.result, times === 1);
        if (answer.method === 'room.leave') this.#rooms.left(next, answer.result.room);
        next.reply(id, { ok: true, value: answer.result });
      },
    });
  }

  #timer(step: ClientStep, key: string): void {
    const space = key.indexOf(' ');
    const rest = space < 0 ? '' : key.slice(space + 1);
    switch (space < 0 ? key : key.slice(0, space)) {
      case 'call':
        return this.#calls.retryTimerFired(step, rest);
      case 'deadline':
        return this.#calls.deadlineTimerFired(step, rest);
      case 'message':
        return this.#outbox.timerFired(step, rest);
      case 'members':
        return this.#rooms.membersTimerFired(step, rest);
      case 'rejoin':
        return this.#rooms.rejoinTimerFired(step, rest);
      default:
        return this.#session.timerFired(step, key);
    }
  }
}
