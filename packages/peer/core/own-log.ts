/**
 * Writing to our own log: one entry in flight per conversation, because each
 * header holds the hash of the one before.
 *
 *   send ─▶ queued ─▶ sealing ─▶ persisted ─▶ (reply, notice, link)
 *
 * What is written together is sealed one by one and persisted in one write.
 */
import type { HybridLogicalClock, Sealed } from '@bothy/protocols';
import {
  type EntryBody,
  type EntryTarget,
  type ErrorCode,
  type LogKey,
  limits,
  logKeyOf,
  utf8Bytes,
} from '@bothy/wire';
import { bounds, type PeerConfig } from './config.ts';
import type { Conversation } from './conversation.ts';
import { droppedBodies } from './entry-intake.ts';
import type { EntrySeal } from './inputs.ts';
import type { EntryRow, LogHead, PeerWrite } from './records.ts';
import type { Step } from './step.ts';

/** Entries that become durable together. */
interface Batch {
  /** Each with the time at which it was said, when that is not now. */
  readonly entries: readonly { readonly body: EntryBody; readonly hlc?: EntryRow['hlc'] }[];
  /** What is to be written with them. */
  readonly also: () => readonly PeerWrite[];
  readonly done: (step: Step, last: number) => void;
}

interface Sealing {
  readonly batch: Batch;
  readonly body: EntryBody;
  readonly n: number;
  readonly hlc: EntryRow['hlc'];
  /** What was sealed of the batch until now. */
  readonly rows: readonly { readonly row: EntryRow; readonly body: EntryBody }[];
}

interface Writing {
  readonly conversation: Conversation;
  readonly queue: Batch[];
  /** The entry being sealed; its batch is out of the queue already. */
  sealing: Sealing | null;
}

/** Room for the header, the quotes and the rest of the frame around a body. */
const frameOverheadBytes = 4096;

export class OwnLog {
  readonly key: LogKey;
  readonly #config: PeerConfig;
  readonly #clock: HybridLogicalClock;
  readonly #written: (step: Step, conversation: Conversation, rows: readonly EntryRow[]) => void;
  readonly #writing = new Map<string, Writing>();

  constructor(
    config: PeerConfig,
    clock: HybridLogicalClock,
    written: (step: Step, conversation: Conversation, rows: readonly EntryRow[]) => void,
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
    const noTarget = body.kind === 'message' ? undefined : this.#targetProblem(conversation, body.of);
    if (noTarget !== undefined) return step.fail(commandId, 'not_found', noTarget);
    if (conversation.flagged.has(this.key)) {
      return step.fail(commandId, 'device_rolled_back', rolledBackSentence);
    }
    const writing = this.#of(conversation);
    if (writing.queue.length >= bounds.sealQueue) {
      return step.fail(
        commandId,
        'rate_limited',
        'Too many messages wait to be saved. Try again in a moment.',
      );
    }
    const done = (later: Step, n: number): void => later.reply(commandId, { ok: true, n });
    writing.queue.push({ entries: [{ body }], also: () => [], done });
    this.#sealNext(step, writing);
  }

  /** Queues what was said under another id; `also` is written with it. */
  writeAgain(step: Step, conversation: Conversation, batch: Batch): void {
    const writing = this.#of(conversation);
    writing.queue.push(batch);
    this.#sealNext(step, writing);
  }

  sealed(step: Step, input: Sealed<EntrySeal>): void {
    const writing = this.#writing.get(input.id);
    if (writing?.sealing == null) throw new Error(`invariant: nothing is being sealed for ${input.id}`);
    const { conversation } = writing;
    const { batch, body, n, hlc, rows: before } = writing.sealing;
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
    const rows = [...before, { row, body }];
    if (rows.length < batch.entries.length) return this.#seal(step, writing, batch, rows);
    writing.sealing = null;
    this.#persist(step, conversation, batch, rows);
    this.#sealNext(step, writing);
  }

  #persist(step: Step, conversation: Conversation, batch: Batch, sealed: Sealing['rows']): void {
    const rows = sealed.map(({ row }) => row);
    let head: LogHead | undefined;
    for (const { row, body } of sealed)
      head = conversation.advance(this.key, row.hash, body.kind === 'message');
    step.persist(
      ...rows.map((row) => ({ kind: 'putEntry', row }) as const),
      ...(head === undefined ? [] : [{ kind: 'putHead', head } as const]),
      { kind: 'putClock', clock: this.#clock.last },
      ...sealed.flatMap(({ row, body }) => droppedBodies(row, body)),
      ...batch.also(),
    );
    // The other side first: what is shown here may take the page a while.
    this.#written(step, conversation, rows);
    if (rows.length > 0) step.notify({ kind: 'entries', rows });
    batch.done(step, conversation.ownHead.n);
  }

  #sealNext(step: Step, writing: Writing): void {
    while (writing.sealing === null) {
      const batch = writing.queue.shift();
      if (batch === undefined) return;
      if (batch.entries.length > 0) return this.#seal(step, writing, batch, []);
      this.#persist(step, writing.conversation, batch, []);
    }
  }

  #seal(step: Step, writing: Writing, batch: Batch, rows: Sealing['rows']): void {
    const { conversation } = writing;
    const entry = batch.entries[rows.length];
    if (entry === undefined) throw new Error('invariant: a batch that is sealed has another entry');
    const { body } = entry;
    const head = rows.at(-1)?.row ?? conversation.ownHead;
    const n = head.n + 1;
    const hlc = entry.hlc ?? this.#clock.tick(step.now.wallMs);
    writing.sealing = { batch, body, n, hlc, rows };
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
        body: JSON.stringify(body),
      },
    });
  }

  /** Why an entry cannot be changed; undefined when it can. */
  #targetProblem(conversation: Conversation, { device, n }: EntryTarget): string | undefined {
    const log = logKeyOf({ person: this.#config.person, device });
    if (!conversation.ownLogs.includes(log) || n < 1 || n > conversation.head(log).n) {
      return 'There is no such message of this device.';
    }
    // What nobody has may get another number yet: it may have to be written again.
    if (log === this.key || n <= conversation.receipts.furthest(log).delivered) return undefined;
    return 'This was written under an earlier id of this device, and it is not known to have arrived. It can be changed once it is.';
  }

  #of(conversation: Conversation): Writing {
    const known = this.#writing.get(conversation.id);
    if (known !== undefined) return known;
    const writing: Writing = { conversation, queue: [], sealing: null };
    this.#writing.set(conversation.id, writing);
    return writing;
  }
}

const rolledBackSentence =
  'This device was put back to an older copy of itself, or runs twice. It takes a new device id as soon as that is certain. Send this again then; if that does not happen, close its other copies and reload.';

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
