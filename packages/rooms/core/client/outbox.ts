/**
 * Messages from being written to being acknowledged. Each is sent under its id until a node answers it; one of a room
 * is on its way at a time, so that none overtakes another, whatever is refused or lost in between.
 *
 *     written ──▶ pending ──sent──▶ on its way ──acknowledged──▶ gone
 *                    ▲                  │ lost, refused for now      │
 *                    └──────────────────┘                            │
 *                    ▲                  │ refused                    │
 *                    └──retry── failed ◀┘ ──discard──▶ given up ─────┘
 */
import type { Random } from '@bothy/protocols';
import { type ErrorCode, type RoomAnswers, type RoomId, roomLimits, utf8Bytes } from '@bothy/wire';
import { againBackoff } from './again-backoff.ts';
import { type ClientStep, refusal } from './client-step.ts';
import { clientBounds, clientTiming, passingCodes } from './config.ts';
import type { ClientCommand } from './inputs.ts';
import type { ClientNotice, OutgoingMessage } from './outputs.ts';
import { SendQueue, type Waiting } from './send-queue.ts';
import type { Session } from './session.ts';

export interface OutboxListener {
  /** False while the client is not in the room again after a loss. */
  mayWrite(room: RoomId): boolean;
}

type Send = Extract<ClientCommand, { readonly kind: 'send' }>;
type MessageState = Extract<ClientNotice, { readonly kind: 'message' }>['state'];

export class Outbox {
  readonly #session: Session;
  readonly #random: Random;
  readonly #keeps: boolean;
  readonly #listener: OutboxListener;
  readonly #queues = new Map<RoomId, SendQueue>();
  /** By room and id. */
  readonly #failed = new Map<string, Waiting>();
  readonly #byFrame = new Map<string, RoomId>();
  #count = 0;

  constructor(
    session: Session,
    random: Random,
    kept: readonly OutgoingMessage[],
    keeps: boolean,
    listener: OutboxListener,
  ) {
    this.#session = session;
    this.#random = random;
    this.#keeps = keeps;
    this.#listener = listener;
    for (const message of kept) {
      this.#count += 1;
      const waiting: Waiting = { message, commands: [] };
      if (message.failure === undefined) this.#queueOf(message.room).add(waiting);
      else this.#failed.set(keyOf(message), waiting);
    }
  }

  /** What the outbox held at the start, to be shown. */
  start(step: ClientStep): void {
    for (const queue of this.#queues.values())
      for (const { message } of queue.all) show(step, message, 'pending');
    for (const { message } of this.#failed.values()) show(step, message, 'failed');
  }

  send(step: ClientStep, command: string, { room, messageId, body, replyTo, attachments }: Send): void {
    const message: OutgoingMessage = {
      room,
      messageId,
      body,
      ...(replyTo === undefined ? {} : { replyTo }),
      ...(attachments === undefined ? {} : { attachments }),
      writtenAt: step.now.wallMs,
    };
    const known = this.#find(room, messageId);
    if (known !== undefined) {
      const isSame = JSON.stringify(paramsOf(known.message)) === JSON.stringify(paramsOf(message));
      if (isSame && known.message.failure === undefined) return void known.commands.push(command);
      if (isSame) return this.retry(step, command, room, messageId);
      const sentence = 'A message with this id and another text waits already. Give this one a new id.';
      return step.reply(command, refusal('message_id_reused', sentence));
    }
    if (this.#count >= clientBounds.messages) {
      const sentence = `${clientBounds.messages} messages wait to be sent, which is as many as are kept.`;
      return step.reply(command, refusal('limit_reached', sentence));
    }
    // A frame that a node does not take would end the connection, again and again.
    const bytes = utf8Bytes(JSON.stringify(paramsOf(message)));
    if (utf8Bytes(body) > roomLimits.bodyBytes || bytes + 256 > roomLimits.frameBytes) {
      const sentence = `A message has at most ${roomLimits.bodyBytes / 1024} KiB. Shorten it, or send a file.`;
      return step.reply(command, refusal('payload_too_large', sentence));
    }
    this.#count += 1;
    this.#queueOf(room).add({ message, commands: [command] });
    if (this.#keeps) step.persist({ kind: 'put', message });
    show(step, message, 'pending');
    this.#pump(step, room);
  }

  retry(step: ClientStep, command: string, room: RoomId, messageId: string): void {
    const failed = this.#failed.get(keyOf({ room, messageId }));
    if (failed === undefined) return step.reply(command, notWaiting);
    this.#failed.delete(keyOf({ room, messageId }));
    const { failure: _failure, ...message } = failed.message;
    this.#queueOf(room).add({ message, commands: [...failed.commands, command] });
    if (this.#keeps) step.persist({ kind: 'put', message });
    show(step, message, 'pending');
    this.#pump(step, room);
  }

  discard(step: ClientStep, command: string, room: RoomId, messageId: string): void {
    const known = this.#find(room, messageId);
    if (known === undefined) return step.reply(command, notWaiting);
    if (!this.#failed.delete(keyOf(known.message)) && this.#queues.get(room)?.remove(known) !== true) {
      const sentence = 'This message is on its way. Once it is there it can be taken away.';
      return step.reply(command, refusal('bad_request', sentence));
    }
    this.#gone(step, known.message);
    for (const each of known.commands) step.reply(each, refusal('bad_request', 'This message was given up.'));
    show(step, known.message, 'givenUp');
    step.reply(command, { ok: true, value: {} });
    this.#pump(step, room);
  }

  /** A session is open. */
  opened(step: ClientStep): void {
    for (const room of [...this.#queues.keys()]) this.roomReady(step, room);
  }

  lost(): void {
    this.#byFrame.clear();
    for (const queue of this.#queues.values()) this.#takeBack(queue);
  }

  /** The room takes messages again: what was refused for now need not rest any longer. */
  roomReady(step: ClientStep, room: RoomId): void {
    const queue = this.#queues.get(room);
    if (queue === undefined) return;
    this.#rested(step, room, queue);
    this.#pump(step, room);
  }

  /** The client is out of the room: what waits cannot be sent, and the person is to know. */
  roomGone(step: ClientStep, room: RoomId, code: ErrorCode, message: string): void {
    const queue = this.#queues.get(room);
    if (queue === undefined) return;
    if (queue.frameId !== undefined) this.#byFrame.delete(queue.frameId);
    queue.frameId = undefined;
    for (const waiting of queue.drain()) this.#fail(step, waiting, code, message);
    this.#forgetIfEmpty(step, room, queue);
  }

  /** False when no message has this frame id. */
  acknowledged(step: ClientStep, id: string, { epoch, seq, duplicate }: RoomAnswers['send']): boolean {
    const taken = this.#take(id);
    if (taken === undefined) return false;
    const { room, queue } = taken;
    const waiting = queue.answered();
    if (waiting === undefined) return true;
    this.#rested(step, room, queue);
    queue.backoff.reset();
    this.#gone(step, waiting.message);
    show(step, waiting.message, 'sent', seq);
    for (const each of waiting.commands) step.reply(each, { ok: true, value: { epoch, seq, duplicate } });
    this.#pump(step, room);
    return true;
  }

  refused(step: ClientStep, id: string, code: ErrorCode, message: string): boolean {
    const taken = this.#take(id);
    if (taken === undefined) return false;
    const { room, queue } = taken;
    if (passingCodes.has(code)) {
      queue.takeBack();
      queue.isResting = true;
      step.setTimer(`message ${room}`, queue.backoff.next() ?? clientTiming.againMaxMs);
      return true;
    }
    const waiting = queue.answered();
    if (waiting !== undefined) this.#fail(step, waiting, code, message);
    step.clearTimer(`message ${room}`);
    this.#pump(step, room);
    return true;
  }

  /** Its rest is over, or nobody answered: the same message goes again. */
  timerFired(step: ClientStep, room: RoomId): void {
    const queue = this.#queues.get(room);
    if (queue === undefined) return;
    if (queue.frameId !== undefined) this.#byFrame.delete(queue.frameId);
    this.#takeBack(queue);
    queue.isResting = false;
    this.#pump(step, room);
  }

  /** Answers what waits for an acknowledgement; the messages themselves stay for the next start. */
  stop(step: ClientStep): void {
    const sentence = this.#keeps
      ? 'The client has ended. The message is kept, and sent at its next start.'
      : 'The client has ended. Whether the message arrived is not known.';
    for (const queue of this.#queues.values()) {
      for (const { commands } of queue.all) {
        for (const each of commands.splice(0)) step.reply(each, refusal('node_unreachable', sentence));
      }
    }
  }

  #pump(step: ClientStep, room: RoomId): void {
    const queue = this.#queues.get(room);
    if (queue === undefined) return;
    if (queue.isEmpty) return this.#forgetIfEmpty(step, room, queue);
    if (queue.isResting || !this.#listener.mayWrite(room)) return;
    const first = queue.next();
    if (first === undefined) return;
    const id = this.#session.call(step, 'room.send', paramsOf(first.message));
    if (id === undefined) return queue.takeBack();
    queue.frameId = id;
    this.#byFrame.set(id, room);
    step.setTimer(`message ${room}`, clientTiming.answerTimeoutMs);
  }

  #take(id: string): { readonly room: RoomId; readonly queue: SendQueue } | undefined {
    const room = this.#byFrame.get(id);
    const queue = room === undefined ? undefined : this.#queues.get(room);
    if (room === undefined || queue === undefined) return undefined;
    this.#byFrame.delete(id);
    queue.frameId = undefined;
    return { room, queue };
  }

  /** Whether it arrived is not known. */
  #takeBack(queue: SendQueue): void {
    queue.frameId = undefined;
    queue.takeBack();
  }

  #rested(step: ClientStep, room: RoomId, queue: SendQueue): void {
    queue.isResting = false;
    if (queue.frameId === undefined) step.clearTimer(`message ${room}`);
  }

  #fail(step: ClientStep, { message, commands }: Waiting, code: ErrorCode, sentence: string): void {
    const failed = { ...message, failure: { code, message: sentence } };
    this.#failed.set(keyOf(message), { message: failed, commands: [] });
    if (this.#keeps) step.persist({ kind: 'put', message: failed });
    show(step, failed, 'failed');
    for (const each of commands) step.reply(each, refusal(code, sentence));
  }

  #gone(step: ClientStep, { room, messageId }: OutgoingMessage): void {
    this.#count -= 1;
    if (this.#keeps) step.persist({ kind: 'remove', room, messageId });
  }

  #find(room: RoomId, messageId: string): Waiting | undefined {
    const failed = this.#failed.get(keyOf({ room, messageId }));
    return failed ?? this.#queues.get(room)?.find(messageId);
  }

  #queueOf(room: RoomId): SendQueue {
    const known = this.#queues.get(room);
    if (known !== undefined) return known;
    const queue = new SendQueue(againBackoff(this.#random));
    this.#queues.set(room, queue);
    return queue;
  }

  #forgetIfEmpty(step: ClientStep, room: RoomId, queue: SendQueue): void {
    if (!queue.isEmpty || queue.frameId !== undefined) return;
    this.#queues.delete(room);
    step.clearTimer(`message ${room}`);
  }
}

const notWaiting = refusal('not_found', 'No such message waits here.');

function keyOf({ room, messageId }: Pick<OutgoingMessage, 'room' | 'messageId'>): string {
  return `${room} ${messageId}`;
}

function paramsOf(message: OutgoingMessage): Readonly<Record<string, unknown>> {
  const { writtenAt: _writtenAt, failure: _failure, ...params } = message;
  return params;
}

function show(step: ClientStep, message: OutgoingMessage, state: MessageState, seq?: number): void {
  step.notify({ kind: 'message', message, state, ...(seq === undefined ? {} : { seq }) });
}
