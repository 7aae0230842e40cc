/** What is known of one conversation in memory: heads, receipts and marks, never the entries. */
import { directConversationId, type LogKey, type LogVector, type PersonId } from '@bothy/wire';
import { Receipts } from './receipts.ts';
import type { LogHead, PeerSnapshot, ReadMark } from './records.ts';

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
  /** Of all devices of our person. */
  readonly #ownPrefix: string;
  /** The logs of this device: the last one is written to. */
  readonly ownLogs: readonly LogKey[];
  readonly #ownLog: LogKey;
  readonly receipts: Receipts;
  readonly #heads = new Map<LogKey, LogEnd>();
  readonly #readMarks = new Map<LogKey, LogPosition>();
  /** Logs that broke their chain: the first entry for a number is kept, nothing more is taken. */
  readonly flagged = new Set<LogKey>();

  constructor(me: PersonId, person: PersonId, ownLogs: readonly LogKey[]) {
    this.id = directConversationId(me, person);
    this.person = person;
    this.#ownPrefix = `${me}/`;
    this.ownLogs = ownLogs;
    this.#ownLog = ownLogs.at(-1) ?? '';
    this.receipts = new Receipts(this.id, ownLogs);
  }

  restore(snapshot: PeerSnapshot): void {
    for (const head of snapshot.heads) if (head.conversation === this.id) this.setHead(head);
    for (const receipt of snapshot.receipts) {
      if (receipt.conversation === this.id) this.receipts.restore(receipt);
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

  /** The log ends before this number again, with this hash. Returns its head; undefined when nothing is left. */
  cut(log: LogKey, from: number, hash: string, messages: number): LogHead | undefined {
    if (from === 1) {
      this.#heads.delete(log);
      return undefined;
    }
    const head = { conversation: this.id, log, n: from - 1, hash, messages };
    this.setHead(head);
    return head;
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
      if (log.startsWith(this.#ownPrefix) || n <= (this.#readMarks.get(log)?.n ?? 0)) continue;
      this.#readMarks.set(log, { n, messages });
      risen.push({ conversation: this.id, log, n, messages });
    }
    return risen;
  }

  unreadCount(): number {
    let count = 0;
    for (const log of this.logs()) {
      if (log.startsWith(this.#ownPrefix)) continue;
      count += this.head(log).messages - (this.#readMarks.get(log)?.messages ?? 0);
    }
    return count;
  }
}
