/** A conversation as a person reads it: entries of all logs in one order, with ticks and day breaks. */
import type { EntryRow } from '@bothy/peer/core';
import { compareHlc } from '@bothy/protocols';
import { type DeviceId, type EntryBody, type PersonId, parseDeviceKey } from '@bothy/wire';
import type { ProgressView } from './peer-state.ts';

/**
 * A tick never lies: each of these is known, not hoped (design, section 6). What `failed` was refused or cancelled;
 * it is in no log, and can be sent again.
 */
export type MessageStatus = 'pending' | 'sent' | 'delivered' | 'read' | 'failed';

export interface MessageItem {
  /** `<log>#<n>`: stable, unique within the conversation. */
  readonly key: string;
  /** Position in the author's log: what edits and deletions name. */
  readonly n: number;
  readonly author: PersonId;
  readonly mine: boolean;
  /** Empty when deleted. */
  readonly text: string;
  readonly edited: boolean;
  readonly deleted: boolean;
  /** Author's clock, Unix milliseconds; advisory. */
  readonly atMs: number;
  /** The author's clock was too far ahead to be believed. */
  readonly clockAhead: boolean;
  /** Only for own messages. */
  readonly status: MessageStatus | undefined;
  /** Why a failed one failed, in a sentence. */
  readonly failure?: string;
}

/** Order on screen: hybrid logical clock, ties by log (person, then device), then position. */
export function compareRows(a: EntryRow, b: EntryRow): number {
  const byClock = compareHlc(a.hlc, b.hlc);
  if (byClock !== 0) return byClock;
  if (a.log !== b.log) return a.log < b.log ? -1 : 1;
  return a.n - b.n;
}

/** Merges rows into a sorted list without doubles: later rows of the same (log, n) are the same entry. */
export function mergeRows(rows: readonly EntryRow[], more: readonly EntryRow[]): readonly EntryRow[] {
  const known = new Map(rows.map((row) => [rowKey(row), row]));
  for (const row of more) if (!known.has(rowKey(row))) known.set(rowKey(row), row);
  return [...known.values()].sort(compareRows);
}

export function statusOf(
  { log, n }: Pick<EntryRow, 'log' | 'n'>,
  progress: ProgressView | undefined,
): MessageStatus {
  if (progress === undefined) return 'pending';
  const ticks = progress.log === undefined || progress.log === log ? progress : progress.former?.[log];
  // Another installation of ours wrote it, and we have it from the other side.
  if (ticks === undefined) return 'delivered';
  if (n <= ticks.read) return 'read';
  if (n <= ticks.delivered) return 'delivered';
  return n <= ticks.sent ? 'sent' : 'pending';
}

/** The device that wrote an item; undefined for one that is in no log. */
export function deviceOf({ key }: Pick<MessageItem, 'key'>): DeviceId | undefined {
  return parseDeviceKey(key.slice(0, Math.max(0, key.lastIndexOf('#'))))?.device;
}

/**
 * The items to draw: messages with the last edit of each, and the places of
 * deleted ones; `amendments` are edits and deletions from outside of the rows.
 * Rows of kinds that this version does not know are left out; edits and
 * deletions of what is not here yet wait among the rows for it.
 */
export function messageItems(
  rows: readonly EntryRow[],
  me: PersonId,
  progress: ProgressView | undefined,
  amendments: readonly EntryRow[] = [],
): readonly MessageItem[] {
  const bodies = new Map(rows.map((row) => [rowKey(row), readBody(row.record.body)]));
  const edits = new Map<string, string>();
  const deletions = new Map<string, { readonly cancelled: boolean }>();
  // In the order of the screen, so a later edit replaces an earlier one.
  const amending = amendments.length === 0 ? rows : mergeRows(rows, amendments);
  for (const row of amending) {
    const body = bodies.get(rowKey(row)) ?? readBody(row.record.body);
    if (body?.kind === 'edit') edits.set(`${authorOf(row)}/${body.of.device}#${body.of.n}`, body.text);
    if (body?.kind === 'delete') {
      const target = `${authorOf(row)}/${body.of.device}#${body.of.n}`;
      deletions.set(target, { cancelled: body.cancelled === true });
    }
  }
  const items: MessageItem[] = [];
  for (const row of rows) {
    const key = rowKey(row);
    const body = bodies.get(key);
    const deletion = deletions.get(key);
    const deleted = deletion !== undefined;
    // Without a body only a deletion tells a message from the edit of one. One that was cancelled has no place.
    if ((body?.kind !== 'message' && !(deleted && row.record.body === null)) || deletion?.cancelled) continue;
    const author = authorOf(row);
    const mine = author === me;
    const edit = deleted ? undefined : edits.get(key);
    items.push({
      key,
      n: row.n,
      author,
      mine,
      text: deleted || body?.kind !== 'message' ? '' : (edit ?? body.text),
      edited: edit !== undefined,
      deleted,
      atMs: row.hlc.ms,
      clockAhead: row.ahead,
      status: mine ? statusOf(row, progress) : undefined,
    });
  }
  return items;
}

function rowKey(row: EntryRow): string {
  return `${row.log}#${row.n}`;
}

function authorOf(row: EntryRow): PersonId {
  return row.log.slice(0, row.log.indexOf('/'));
}

/** Bodies were parsed by the schema of `wire` when they arrived; a kind that it does not know is none of ours. */
function readBody(text: string | null): EntryBody | undefined {
  if (text === null) return undefined;
  const body = JSON.parse(text) as EntryBody;
  return body.kind === 'message' || body.kind === 'edit' || body.kind === 'delete' ? body : undefined;
}
