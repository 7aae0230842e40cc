/**
 * Writing to our own log: one entry in flight per conversation, because each
 * header holds the hash of the one before.
 *
 *   send ─▶ queued ─▶ sealing ─▶ persisted ─▶ (reply, notice, link)
 */
import type { HybridLogicalClock, Sealed } from '@bothy/protocols';
import { type EntryBody, type ErrorCode, type LogKey, limits, logKeyOf, utf8Bytes } from '@bothy/wire';
import { bounds, type PeerConfig } from './config.ts';
import type { Conversation } from './conversation.ts';
import { droppedBodies } from './entry-intake.ts';
import type { EntrySeal } from './inputs.ts';
import type { EntryRow } from './records.ts';
import type { Step } from './step.ts';

interface QueuedEntry {
  readonly commandId: string;
  readonly body: EntryBody;
}

interface Writing {
  readonly conversation: Conversation;
  readonly queue: QueuedEntry[];
  /** The entry being sealed; it is out of the queue already. */
  sealing: { readonly entry: QueuedEntry; readonly n: number; readonly hlc: EntryRow['hlc'] } | null;
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

  /** Queues an entry; the reply comes when it is durable. */
  append(step: Step, commandId: string, conversation: Conversation, body: EntryBody): void {
    const problem = body.kind === 'delete' ? undefined : textProblem(body);
    if (problem !== undefined) return step.fail(commandId, problem.code, problem.message);
    if (body.kind !== 'message' && (body.of.n > conversation.ownHead.n || body.of.n < 1)) {
      return step.fail(commandId, 'not_found', 'There is no such message of this device.');
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
    const { entry, n, hlc } = writing.sealing;
    const { body, commandId } = entry;
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
    const head = conversation.advance(this.key, hash, body.kind === 'message');
    step.persist(
      { kind: 'putEntry', row },
      { kind: 'putHead', head },
      { kind: 'putClock', clock: this.#clock.last },
      ...droppedBodies(row, body),
    );
    // The other side first: what is shown here may take the page a while.
    this.#written(step, conversation, row);
    step.notify({ kind: 'entries', rows: [row] });
    step.reply(commandId, { ok: true, n });
    this.#sealNext(step, writing);
  }

  #sealNext(step: Step, writing: Writing): void {
    if (writing.sealing !== null) return;
    const entry = writing.queue.shift();
    if (entry === undefined) return;
    const { conversation } = writing;
    const head = conversation.ownHead;
    const n = head.n + 1;
    const hlc = this.#clock.tick(step.now.wallMs);
    writing.sealing = { entry, n, hlc };
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
        body: JSON.stringify(entry.body),
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

function textProblem(
  body: Exclude<EntryBody, { kind: 'delete' }>,
): { readonly code: ErrorCode; readonly message: string } | undefined {
  if (body.text.trim() === '') {
    return { code: 'message_empty', message: 'The message is empty. Write something first.' };
  }
  // In a frame the body is JSON within JSON, so a text of control characters grows a lot.
  const framed = utf8Bytes(JSON.stringify(JSON.stringify(body))) + frameOverheadBytes;
  if (utf8Bytes(body.text) <= limits.messageBytes && framed <= limits.frameBytes) return undefined;
  const kib = Math.floor(limits.messageBytes / 1024);
  return { code: 'message_too_large', message: `A message holds up to ${kib} KiB. Split it.` };
}
