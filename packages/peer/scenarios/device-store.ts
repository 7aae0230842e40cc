/** What a simulated device's disk holds: the same records as the browser's database. */
import type {
  Contact,
  EntryQuery,
  EntryRow,
  LogHead,
  PeerSnapshot,
  PeerWrite,
  ReadMark,
  Receipt,
} from '@bothy/peer/core';
import { zeroHlc } from '@bothy/protocols';
import type { EntryBody } from '@bothy/wire';

export class DeviceStore {
  readonly contacts = new Map<string, Contact>();
  /** By `conversation log`, in order of n: entry n stands at index n - 1. */
  readonly logs = new Map<string, EntryRow[]>();
  readonly heads = new Map<string, LogHead>();
  readonly receipts = new Map<string, Receipt>();
  readonly readMarks = new Map<string, ReadMark>();
  clock = zeroHlc;
  /** Counts writes, so that a checker looks only at what changed. */
  writes = 0;

  write(write: PeerWrite): void {
    this.writes += 1;
    switch (write.kind) {
      case 'putContact':
        this.contacts.set(write.contact.id, write.contact);
        return;
      case 'deleteContact':
        this.contacts.delete(write.id);
        return;
      case 'putEntry': {
        const key = `${write.row.conversation} ${write.row.log}`;
        const rows = this.logs.get(key) ?? [];
        this.logs.set(key, rows);
        const target = targetOf(write.row, 'edit');
        const ofDeleted =
          target !== undefined && this.entryAt(write.row.conversation, target)?.record.body === null;
        // Kept as written, doubled or out of order: finding that is the invariants' work.
        rows.push(ofDeleted ? withoutBody(write.row) : write.row);
        return;
      }
      case 'dropBody': {
        const { conversation, log, n } = write;
        for (const [key, rows] of this.logs) {
          if (!key.startsWith(`${conversation} `)) continue;
          for (const [index, row] of rows.entries()) {
            const target = targetOf(row, 'edit');
            const edits = target?.log === log && target.n === n;
            if (edits || (row.log === log && index === n - 1)) rows[index] = withoutBody(row);
          }
        }
        return;
      }
      case 'cutLog': {
        const key = `${write.conversation} ${write.log}`;
        this.logs.set(key, (this.logs.get(key) ?? []).slice(0, write.from - 1));
        if (write.from === 1) this.heads.delete(key);
        return;
      }
      case 'putHead':
        this.heads.set(`${write.head.conversation} ${write.head.log}`, write.head);
        return;
      case 'putReceipt':
        this.receipts.set(`${write.receipt.conversation} ${write.receipt.device}`, write.receipt);
        return;
      case 'putReadMark':
        this.readMarks.set(`${write.mark.conversation} ${write.mark.log}`, write.mark);
        return;
      case 'putClock':
        this.clock = write.clock;
    }
  }

  snapshot(): PeerSnapshot {
    return {
      contacts: [...this.contacts.values()],
      heads: [...this.heads.values()],
      receipts: [...this.receipts.values()],
      readMarks: [...this.readMarks.values()],
      clock: this.clock,
    };
  }

  entries(query: EntryQuery): EntryRow[] {
    const rows = this.logs.get(`${query.conversation} ${query.log}`) ?? [];
    return rows.slice(query.from - 1, query.from - 1 + query.limit);
  }

  entryAt(conversation: string, { log, n }: Pick<EntryRow, 'log' | 'n'>): EntryRow | undefined {
    return this.logs.get(`${conversation} ${log}`)?.[n - 1];
  }

  /** Durable entries of a log. */
  held(conversation: string, log: string): number {
    return this.logs.get(`${conversation} ${log}`)?.length ?? 0;
  }
}

/** What an entry edits or deletes; undefined when it is of another kind, or has no body any more. */
export function targetOf(
  { log, record }: EntryRow,
  kind: 'edit' | 'delete',
): Pick<EntryRow, 'log' | 'n'> | undefined {
  if (!record.body?.includes(`"${kind}"`)) return undefined;
  const body = JSON.parse(record.body) as EntryBody;
  if (body.kind !== kind) return undefined;
  const [person = ''] = log.split('/');
  return { log: `${person}/${body.of.device}`, n: body.of.n };
}

function withoutBody(row: EntryRow): EntryRow {
  return { ...row, record: { ...row.record, body: null } };
}
