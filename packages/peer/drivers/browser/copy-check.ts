/**
 * Reads a whole conversation from the store and checks it: every entry is signed by its author's device, every text is
 * the one that was signed, and every entry names the one before it. So what a disk or a hand has changed is found,
 * without anybody to ask. Nothing is changed.
 */
import { hashText, verifyText } from '@bothy/identity';
import type { EntryRow, LogHead } from '@bothy/peer/core';
import type { CopyCheck, CopyFault } from '@bothy/peer/views';
import { chainStanding } from '@bothy/protocols';
import { type EntryHeader, logKeyOf } from '@bothy/wire';
import { parseEntryHeader } from '@bothy/wire/schemas';
import type { DeviceDirectory } from './device-directory.ts';
import type { PeerStore } from './peer-database.ts';

export interface CopyCheckOptions {
  readonly conversation: string;
  readonly store: Pick<PeerStore, 'load' | 'entries'>;
  readonly devices: Pick<DeviceDirectory, 'find'>;
  /** Called as it goes: entries that were checked, of so many. */
  readonly progress?: ((checked: number, of: number) => void) | undefined;
  /** Ends it early; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Rows read, and verified, at a time. */
const pageSize = 64;
/** A copy with more is no copy. */
const maxFaults = 100;

/** Rejects with `storage_failed` when the store cannot be read. */
export async function checkCopy(options: CopyCheckOptions): Promise<CopyCheck> {
  const { heads } = await options.store.load();
  const logs = heads.filter(({ conversation }) => conversation === options.conversation);
  const of = logs.reduce((sum, { n }) => sum + n, 0);
  const found = { entries: 0, faults: [] as CopyFault[], unknown: [] as string[] };
  for (const head of logs) await checkLog(options, head, of, found);
  const { entries, faults, unknown } = found;
  return { entries, faults: faults.slice(0, maxFaults), isCut: faults.length > maxFaults, unknown };
}

interface Found {
  entries: number;
  readonly faults: CopyFault[];
  readonly unknown: string[];
}

async function checkLog(options: CopyCheckOptions, head: LogHead, of: number, found: Found): Promise<void> {
  const { conversation, store, progress, signal } = options;
  const { log } = head;
  let end = { n: 0, hash: '' };
  /** The entry before was not the one that was signed, so what follows cannot name it. */
  let isBroken = false;
  while (end.n < head.n && found.faults.length <= maxFaults) {
    signal?.throwIfAborted();
    const limit = Math.min(pageSize, head.n - end.n);
    const rows = await store.entries({ kind: 'entries', conversation, log, from: end.n + 1, limit });
    const checked = await Promise.all(rows.map((row) => checkRow(row, options.devices)));
    for (const { n, prev, hash, fault, isUnknown } of checked) {
      if (isUnknown && !found.unknown.includes(log)) found.unknown.push(log);
      if (n !== end.n + 1) break;
      const breaks = chainStanding(end, { n, prev, hash }) !== 'next' && !isBroken;
      const kind = fault ?? (breaks ? 'chain' : undefined);
      if (kind !== undefined) found.faults.push({ log, n, kind });
      isBroken = fault === 'entry';
      end = { n, hash };
      found.entries += 1;
    }
    if (checked.length < limit || end.n !== checked.at(-1)?.n) {
      // One that is missing: what is behind it is checked on its own.
      const n = end.n + 1;
      if (n > head.n) break;
      found.faults.push({ log, n, kind: 'missing' });
      end = { n, hash: '' };
      isBroken = true;
    }
    progress?.(found.entries, of);
  }
  if (end.n === head.n && !isBroken && end.hash !== head.hash) {
    found.faults.push({ log, n: head.n, kind: 'end' });
  }
}

interface CheckedRow {
  readonly n: number;
  readonly prev: string;
  readonly hash: string;
  readonly fault: 'entry' | 'text' | undefined;
  /** The certificate of the author's device is not here: whether it signed this cannot be said. */
  readonly isUnknown: boolean;
}

async function checkRow(row: EntryRow, devices: CopyCheckOptions['devices']): Promise<CheckedRow> {
  const { record, n } = row;
  const hash = await hashText(record.header);
  const header = parseEntryHeader(record.header);
  const wrong = { n, prev: '', hash, fault: 'entry', isUnknown: false } as const;
  if (!header.ok || hash !== row.hash || !isOf(row, header.value)) return wrong;
  const author = await devices.find(header.value);
  if (author !== undefined && (await verifyText('entry', record.header, author.deviceKey)) === undefined) {
    return wrong;
  }
  const isText = record.body === null || (await hashText(record.body)) === header.value.bodyHash;
  const { prev } = header.value;
  return { n, prev, hash, fault: isText ? undefined : 'text', isUnknown: author === undefined };
}

/** Whether the header stands where the store says that it does. */
function isOf({ conversation, log, n }: EntryRow, header: EntryHeader): boolean {
  return header.conversation === conversation && logKeyOf(header) === log && header.n === n;
}
