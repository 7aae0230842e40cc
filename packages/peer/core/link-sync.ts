/**
 * Sync over one link: each side says what it holds, then sends exactly what the
 * other lacks. The state belongs to the link and dies with it, so a reconnect
 * starts from what is durable on both sides (design, section 6).
 */
import { type EntryRecord, type Frame, type LogKey, limits, utf8Bytes } from '@bothy/wire';
import { bounds } from './config.ts';
import type { Conversation } from './conversation.ts';
import type { EntryRow } from './records.ts';
import type { Step } from './step.ts';

export class LinkSync {
  readonly link: string;
  /** The other device's key. */
  readonly device: string;
  readonly conversation: Conversation;
  /** What the other side holds; null until it has said so. */
  #theirs: Map<LogKey, number> | null = null;
  /** The highest number handed to this link, per log. */
  readonly #sent = new Map<LogKey, number>();
  #lookup: { readonly id: string; readonly log: LogKey } | null = null;
  #lookups = 0;

  constructor(link: string, device: string, conversation: Conversation) {
    this.link = link;
    this.device = device;
    this.conversation = conversation;
  }

  opened(step: Step): void {
    const { id } = this.conversation;
    step.frame(this.link, { kind: 'have', conversation: id, vector: this.conversation.vector() });
    const read = this.conversation.readVector();
    if (Object.keys(read).length > 0) step.frame(this.link, { kind: 'read', conversation: id, vector: read });
  }

  /** How far a log was handed to this link, by us or by them. */
  sentUpTo(log: LogKey): number {
    return this.#sent.get(log) ?? 0;
  }

  /** The other side says what it holds durably: the first time everything, later what rose. */
  theyHave(step: Step, vector: Readonly<Record<LogKey, number>>): void {
    this.#theirs ??= new Map();
    for (const log of this.conversation.logs()) {
      // Logs that we know nothing of are left out: there is nothing to send, and no bound to their number.
      const n = vector[log] ?? 0;
      this.#theirs.set(log, Math.max(n, this.#theirs.get(log) ?? 0));
      this.#sent.set(log, Math.max(n, this.sentUpTo(log)));
    }
    this.pump(step);
  }

  /** They sent us these, so they hold them. */
  theySent(log: LogKey, n: number): void {
    this.#sent.set(log, Math.max(n, this.sentUpTo(log)));
    this.#theirs?.set(log, Math.max(n, this.#theirs.get(log) ?? 0));
  }

  /** Rows that were just written: handed on at once when the other side lacks nothing before them. */
  written(step: Step, log: LogKey, rows: readonly EntryRow[]): void {
    const first = rows[0];
    if (this.#theirs === null || this.#lookup !== null || first === undefined) return;
    if (this.sentUpTo(log) === first.n - 1 && rows.length <= this.#room(log)) this.#hand(step, log, rows);
    else this.pump(step);
  }

  /** Asks the store for the next page that the other side lacks; one question at a time. */
  pump(step: Step): void {
    if (this.#theirs === null || this.#lookup !== null) return;
    for (const log of this.conversation.logs()) {
      const from = this.sentUpTo(log) + 1;
      const limit = Math.min(bounds.syncPage, this.#room(log));
      if (from > this.conversation.head(log).n || limit <= 0) continue;
      this.#lookups += 1;
      this.#lookup = { id: `${this.link} ${this.#lookups}`, log };
      const query = { kind: 'entries', conversation: this.conversation.id, log, from, limit } as const;
      step.emit({ kind: 'lookup', id: this.#lookup.id, query });
      return;
    }
  }

  /** The answer of the store; false when it was not asked by this link. */
  found(step: Step, id: string, rows: readonly EntryRow[]): boolean {
    if (this.#lookup?.id !== id) return false;
    const { log } = this.#lookup;
    this.#lookup = null;
    const next = this.sentUpTo(log) + 1;
    const fresh = rows.filter((row) => row.n >= next);
    if (fresh.length === 0 && rows.length === 0) {
      step.refuse('storage_failed', 'The store does not hold entries that its index names.');
      return true;
    }
    this.#hand(step, log, fresh);
    this.pump(step);
    return true;
  }

  /** How many more entries may be on their way unconfirmed. */
  #room(log: LogKey): number {
    return bounds.syncWindow - (this.sentUpTo(log) - (this.#theirs?.get(log) ?? 0));
  }

  #hand(step: Step, log: LogKey, rows: readonly EntryRow[]): void {
    for (const frame of entryFrames(this.conversation.id, rows)) step.frame(this.link, frame);
    const last = rows.at(-1);
    if (last !== undefined) this.#sent.set(log, last.n);
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
