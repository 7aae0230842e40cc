/** What is known of one conversation in memory: heads, receipts and marks, never the entries. */
import { directConversationId, type LogKey, type LogVector, type PersonId } from '@bothy/wire';
import type { LogHead, PeerSnapshot, ReadMark, Receipt } from './records.ts';

/** The end of a log, or how far it was read. */
export interface LogPosition {
  readonly n: number;
  /** Messages among the entries up to `n`. */
  readonly messages: number;
}
export type LogEnd = LogPosition & { readonly hash: string };

/** The position before the first entry. */
const emptyHead: LogEnd = { n: 0, hash: '', messages: 0 };

export class Conversation {
  readonly id: string;
  /** The other person. */
  readonly person: PersonId;
  readonly #ownLog: LogKey;
  readonly #heads = new Map<LogKey, LogEnd>();
  /** By device of the other person: how far it holds, and they have read, our own log. */
  readonly #receipts = new Map<string, Receipt>();
  readonly #readMarks = new Map<LogKey, LogPosition>();
  /** By device of the other person: from which number on its copy of our own log is another one. */
  readonly #ownDiffers = new Map<string, number>();
  /** Logs that broke their chain: the first entry for a number is kept, nothing more is taken. */
  readonly flagged = new Set<LogKey>();

  constructor(me: PersonId, person: PersonId, ownLog: LogKey) {
    this.id = directConversationId(me, person);
    this.person = person;
    this.#ownLog = ownLog;
  }

  restore(snapshot: PeerSnapshot): void {
    for (const head of snapshot.heads) if (head.conversation === this.id) this.setHead(head);
    for (const receipt of snapshot.receipts) {
      if (receipt.conversation === this.id) this.#receipts.set(receipt.device, receipt);
    }
    for (const mark of snapshot.readMarks) {
      if (mark.conversation === this.id) this.#readMarks.set(mark.log, mark);
    }
  }

  head(log: LogKey): LogEnd {
    return this.#heads.get(log) ?? emptyHead;
  }

  setHead(head: LogHead): void {
    this.#heads.set(head.log, { n: head.n, hash: head.hash, messages: head.messages });
  }

  get ownHead(): LogEnd {
    return this.head(this.#ownLog);
  }

  /** Every log with its highest number, keys sorted so that runs repeat. */
  vector(): LogVector {
    return Object.fromEntries(this.logs().map((log) => [log, this.head(log).n]));
  }

  /** Every log with the hash of its last entry. */
  ends(): Readonly<Record<LogKey, string>> {
    return Object.fromEntries(this.logs().map((log) => [log, this.head(log).hash]));
  }

  logs(): LogKey[] {
    return [...this.#heads.keys()].sort();
  }

  /** Raises what a device of the other person holds or has read; undefined when nothing rose. */
  raiseReceipt(device: string, raise: { delivered?: number; read?: number }): Receipt | undefined {
    const before = this.#receipts.get(device) ?? { conversation: this.id, device, delivered: 0, read: 0 };
    const delivered = Math.max(before.delivered, raise.delivered ?? 0);
    const read = Math.max(before.read, raise.read ?? 0);
    if (delivered === before.delivered && read === before.read) return undefined;
    const receipt = { ...before, delivered, read };
    this.#receipts.set(device, receipt);
    return receipt;
  }

  /** A device says that its copy of our own log is another one from this number on. True when that is new. */
  setOwnDiffers(device: string, from: number | undefined): boolean {
    if (this.#ownDiffers.get(device) === from) return false;
    if (from === undefined) this.#ownDiffers.delete(device);
    else this.#ownDiffers.set(device, from);
    return true;
  }

  /** The furthest that any device of the other person holds, and has read. What is another one there does not count. */
  receipt(): { readonly delivered: number; readonly read: number } {
    let delivered = 0;
    let read = 0;
    for (const receipt of this.#receipts.values()) {
      const same = (this.#ownDiffers.get(receipt.device) ?? Infinity) - 1;
      delivered = Math.max(delivered, Math.min(same, receipt.delivered));
      read = Math.max(read, Math.min(same, receipt.read));
    }
    return { delivered, read };
  }

  /** The head after one more entry, which becomes the head. */
  advance(log: LogKey, hash: string, isMessage: boolean): LogHead {
    const { n, messages } = this.head(log);
    const head = { conversation: this.id, log, n: n + 1, hash, messages: messages + (isMessage ? 1 : 0) };
    this.setHead(head);
    return head;
  }

  /** How far our person has read the logs of the other. */
  readVector(): LogVector {
    const marks = [...this.#readMarks.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(marks.map(([log, { n }]) => [log, n]));
  }

  /** Marks everything of the other as read; returns the marks that rose. */
  markAllRead(): ReadMark[] {
    const risen: ReadMark[] = [];
    for (const log of this.logs()) {
      const { n, messages } = this.head(log);
      if (log === this.#ownLog || n <= (this.#readMarks.get(log)?.n ?? 0)) continue;
      this.#readMarks.set(log, { n, messages });
      risen.push({ conversation: this.id, log, n, messages });
    }
    return risen;
  }

  unreadCount(): number {
    let count = 0;
    for (const log of this.logs()) {
      if (log === this.#ownLog) continue;
      count += this.head(log).messages - (this.#readMarks.get(log)?.messages ?? 0);
    }
    return count;
  }
}
