/**
 * Sync over one link: each side says what it holds, then sends exactly what the
 * other lacks. The state belongs to the link and dies with it, so a reconnect
 * starts from what is durable on both sides (design, section 6).
 */
import { CatchUp } from '@bothy/protocols';
import { type EntryRecord, type Frame, type LogKey, limits, utf8Bytes } from '@bothy/wire';
import { bounds } from './config.ts';
import type { Conversation } from './conversation.ts';
import { CopyComparison } from './copy-comparison.ts';
import type { EntryRow } from './records.ts';
import type { Step } from './step.ts';

export class LinkSync {
  readonly link: string;
  /** The other device's key. */
  readonly device: string;
  readonly conversation: Conversation;
  readonly copies: CopyComparison;
  /** What the other side holds, was handed, and is to be given next. */
  readonly #catchUp = new CatchUp({ maxPage: bounds.syncPage, maxUnconfirmed: bounds.syncWindow });
  /** The question to the store that waits for its answer. */
  #lookup: string | undefined;
  #lookups = 0;
  /** By log of ours, how far they have said that it was read. */
  readonly #read = new Map<LogKey, number>();

  constructor(link: string, device: string, conversation: Conversation) {
    this.link = link;
    this.device = device;
    this.conversation = conversation;
    this.copies = new CopyComparison(link, device, conversation);
  }

  opened(step: Step): void {
    const { id } = this.conversation;
    const [vector, ends] = [this.conversation.vector(), this.conversation.ends()];
    step.frame(this.link, { kind: 'have', conversation: id, vector, ends });
    const read = this.conversation.readVector();
    if (Object.keys(read).length > 0) step.frame(this.link, { kind: 'read', conversation: id, vector: read });
  }

  /** How far the other side holds a log, as far as it is known. */
  heldUpTo(log: LogKey): number {
    return this.#catchUp.confirmed(log);
  }

  /** How far a log was handed to this link, by us or by them. */
  sentUpTo(log: LogKey): number {
    return this.#catchUp.reached(log);
  }

  /** The other side says what it holds durably: the first time everything, later what rose. */
  theyHave(step: Step, vector: Readonly<Record<LogKey, number>>): void {
    this.#catchUp.told(this.conversation.vector(), vector);
    this.pump(step);
  }

  /** How far they have said that a log of ours was read. */
  readUpTo(log: LogKey): number {
    return this.#read.get(log) ?? 0;
  }

  theyRead(log: LogKey, n: number): void {
    this.#read.set(log, Math.max(n, this.readUpTo(log)));
  }

  /** They sent us these, so they hold them. */
  theySent(log: LogKey, n: number): void {
    this.#catchUp.gave(log, n);
  }

  /** Rows that were just written: handed on at once when the other side lacks nothing before them. */
  written(step: Step, log: LogKey, rows: readonly EntryRow[]): void {
    const first = rows[0];
    if (first === undefined) return;
    if (this.#catchUp.continues(log, first.n, rows.length)) this.#hand(step, rows);
    else this.pump(step);
  }

  /** Asks the store for the next page that the other side lacks; one question at a time. */
  pump(step: Step): void {
    const page = this.#catchUp.next(this.conversation.vector());
    if (page === undefined) return;
    this.#lookups += 1;
    this.#lookup = `${this.link} ${this.#lookups}`;
    const { key: log, from, limit } = page;
    const query = { kind: 'entries', conversation: this.conversation.id, log, from, limit } as const;
    step.emit({ kind: 'lookup', id: this.#lookup, query });
  }

  /** The answer of the store; false when it was not asked by this link. */
  found(step: Step, id: string, rows: readonly EntryRow[]): boolean {
    if (this.#lookup !== id) return false;
    this.#lookup = undefined;
    const range = this.#catchUp.read(rows.length);
    if (rows.length === 0) {
      step.refuse('storage_failed', 'The store does not hold entries that its index names.');
      return true;
    }
    if (range !== undefined)
      this.#hand(
        step,
        rows.filter(({ n }) => n >= range.from),
      );
    this.pump(step);
    return true;
  }

  #hand(step: Step, rows: readonly EntryRow[]): void {
    for (const frame of entryFrames(this.conversation.id, rows)) step.frame(this.link, frame);
  }
}

/** Packs rows into as few frames as the limits allow. A single entry always fits: `OwnLog` sees to it. */
export function entryFrames(conversation: string, rows: readonly EntryRow[]): Frame[] {
  const frames: Frame[] = [];
  const emptyBytes = 256;
  let entries: EntryRecord[] = [];
  let bytes = emptyBytes;
  const flush = (): void => {
    if (entries.length > 0) frames.push({ kind: 'entries', conversation, entries });
    entries = [];
    bytes = emptyBytes;
  };
  for (const { record } of rows) {
    const size = utf8Bytes(JSON.stringify(record)) + 1;
    if (bytes + size > limits.frameBytes || entries.length === limits.entriesPerFrame) flush();
    entries.push(record);
    bytes += size;
  }
  flush();
  return frames;
}
