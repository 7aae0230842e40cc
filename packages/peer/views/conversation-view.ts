/** A conversation as a person reads it: entries of all logs in one order, with ticks and day breaks. */
import type { EntryRow } from '@bothy/peer/core';
import { compareHlc } from '@bothy/protocols';
import type { PersonId } from '@bothy/wire';
import type { ProgressView } from './peer-state.ts';

/** A tick never lies: each of these is known, not hoped (design, section 6). */
export type MessageStatus = 'pending' | 'sent' | 'delivered' | 'read';

export interface MessageItem {
  /** `<log>#<n>`: stable, unique within the conversation. */
  readonly key: string;
  readonly author: PersonId;
  readonly mine: boolean;
  readonly text: string;
  /** Author's clock, Unix milliseconds; advisory. */
  readonly atMs: number;
  /** The author's clock was too far ahead to be believed. */
  readonly clockAhead: boolean;
  /** Only for own messages. */
  readonly status: MessageStatus | undefined;
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

export function statusOf(n: number, progress: ProgressView | undefined): MessageStatus {
  if (progress === undefined) return 'pending';
  if (n <= progress.read) return 'read';
  if (n <= progress.delivered) return 'delivered';
  return n <= progress.sent ? 'sent' : 'pending';
}

/** The items to draw. Rows of kinds that this version does not know are left out. */
export function messageItems(
  rows: readonly EntryRow[],
  me: PersonId,
  progress: ProgressView | undefined,
): readonly MessageItem[] {
  const items: MessageItem[] = [];
  for (const row of rows) {
    const body: unknown = JSON.parse(row.record.body);
    if (!isMessage(body)) continue;
    const author = row.log.slice(0, row.log.indexOf('/'));
    const mine = author === me;
    items.push({
      key: rowKey(row),
      author,
      mine,
      text: body.text,
      atMs: row.hlc.ms,
      clockAhead: row.ahead,
      status: mine ? statusOf(row.n, progress) : undefined,
    });
  }
  return items;
}

function rowKey(row: EntryRow): string {
  return `${row.log}#${row.n}`;
}

function isMessage(body: unknown): body is { kind: 'message'; text: string } {
  return (
    typeof body === 'object' &&
    body !== null &&
    'kind' in body &&
    body.kind === 'message' &&
    'text' in body &&
    typeof body.text === 'string'
  );
}
