/**
 * Writing to our own log: one entry in flight per conversation, because each
 * header holds the hash of the one before.
 *
 *   send ─▶ queued ─▶ sealing ─▶ persisted ─▶ (reply, notice, link)
 */
import type { HybridLogicalClock, Sealed } from '@bothy/protocols';
import { type LogKey, limits, logKeyOf, utf8Bytes } from '@bothy/wire';
import { bounds, type PeerConfig } from './config.ts';
import type { Conversation } from './conversation.ts';
import type { EntrySeal } from './inputs.ts';
import type { EntryRow } from './records.ts';
import type { Step } from './step.ts';

interface QueuedMessage {
  readonly commandId: string;
  readonly body: string;
}

interface Writing {
  readonly conversation: Conversation;
  readonly queue: QueuedMessage[];
  /** The entry being sealed; its message is out of the queue already. */
  sealing: { readonly message: QueuedMessage; readonly n: number; readonly hlc: EntryRow['hlc'] } | null;
}

/** Room for the header, the quotes and the rest of the frame around a body. */
const frameOverheadBytes = 4096;

export class OwnLog {
  readonly key: LogKey;
  readonly #config: PeerConfig;
  readonly #clock: HybridLogicalClock;
  readonly #written: (step: Step, conversation: Conversation, row: EntryRow) => void;
  readonly #writing = new Map<string, Writing>();

  constructor(
    config: PeerConfig,
    clock: HybridLogicalClock,
    written: (step: Step, conversation: Conversation, row: EntryRow) => void,
  ) {
    this.key = logKeyOf(config);
    this.#config = config;
    this.#clock = clock;
    this.#written = written;
  }

  /** Queues a message; the reply comes when it is durable. */
  send(step: Step, commandId: string, conversation: Conversation, messageId: string, text: string): void {
    if (text.trim() === '') {
      return step.fail(commandId, 'message_empty', 'The message is empty. Write something first.');
    }
    const body = JSON.stringify({ kind: 'message', id: messageId, text });
    const framed = utf8Bytes(JSON.stringify(body)) + frameOverheadBytes;
    if (utf8Bytes(text) > limits.messageBytes || framed > limits.frameBytes) {
      const kib = Math.floor(limits.messageBytes / 1024);
      return step.fail(commandId, 'message_too_large', `A message holds up to ${kib} KiB. Split it.`);
    }
    if (conversation.flagged.has(this.key)) {
      const message = 'This device was restored from an older copy and must not write here any more.';
      return step.fail(commandId, 'device_rolled_back', message);
    }
    const writing = this.#of(conversation);
    if (writing.queue.length >= bounds.sealQueue) {
      return step.fail(
        commandId,
        'rate_limited',
        'Too many messages wait to be saved. Try again in a moment.',
      );
    }
    writing.queue.push({ commandId, body });
    this.#sealNext(step, writing);
  }

  sealed(step: Step, input: Sealed<EntrySeal>): void {
    const writing = this.#writing.get(input.id);
    if (writing?.sealing == null) throw new Error(`invariant: nothing is being sealed for ${input.id}`);
    const { conversation } = writing;
    const { message, n, hlc } = writing.sealing;
    writing.sealing = null;
    const { record, hash } = input.seal;
    const row: EntryRow = {
      conversation: conversation.id,
      log: this.key,
      n,
      record,
      hash,
      hlc,
      ahead: false,
    };
    const head = { conversation: conversation.id, log: this.key, n, hash };
    conversation.setHead(head);
    step.persist(
      { kind: 'putEntry', row },
      { kind: 'putHead', head },
      { kind: 'putClock', clock: this.#clock.last },
    );
    step.notify({ kind: 'entries', rows: [row] });
    step.reply(message.commandId, { ok: true, n });
    this.#written(step, conversation, row);
    this.#sealNext(step, writing);
  }

  #sealNext(step: Step, writing: Writing): void {
    if (writing.sealing !== null) return;
    const message = writing.queue.shift();
    if (message === undefined) return;
    const { conversation } = writing;
    const head = conversation.ownHead;
    const n = head.n + 1;
    const hlc = this.#clock.tick(step.now.wallMs);
    writing.sealing = { message, n, hlc };
    const { person, device } = this.#config;
    step.emit({
      kind: 'seal',
      id: conversation.id,
      content: {
        conversation: conversation.id,
        author: { person, device },
        n,
        prev: head.hash,
        hlc,
        body: message.body,
      },
    });
  }

  #of(conversation: Conversation): Writing {
    const known = this.#writing.get(conversation.id);
    if (known !== undefined) return known;
    const writing: Writing = { conversation, queue: [], sealing: null };
    this.#writing.set(conversation.id, writing);
    return writing;
  }
}
