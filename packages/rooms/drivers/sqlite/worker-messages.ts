/**
 * What the store and its worker say to each other. Entries and queries travel as flat lists of cells, for copying
 * one object a message costs three times as much; answers come as one JSON text, parsed once.
 */
import { BothyError, type ErrorCode, type RoomEntry } from '@bothy/wire';
import type { RoomQuery, RoomWrite } from '../../core/records.ts';

export type Cell = string | number | null;
export type Cells = readonly Cell[];

/** Cells of one entry: seq, epoch, author, name, sentAt, key, edits, content. */
export const cellsPerEntry = 8;

export interface StoreStart {
  readonly file: string;
  readonly tombstones: number;
  readonly copyAfterPages: number | undefined;
}

export type ToWorker =
  /** Queries are answered before anything is committed: who asks waits for no disk. Each commit is a transaction. */
  | { readonly kind: 'work'; readonly queries: readonly Cells[]; readonly commits: readonly Cells[] }
  | { readonly kind: 'load' }
  | { readonly kind: 'close' };

export const snapshotParts = ['rooms', 'members', 'tombstones', 'intents', 'commits', 'nodes'] as const;
export type SnapshotPart = (typeof snapshotParts)[number];

export type FromWorker =
  | { readonly kind: 'opened' }
  /** It could not be opened, or cannot be read: nothing follows. */
  | { readonly kind: 'broken'; readonly error: PlainError }
  /** `findings` is a JSON array of `RoomFinding`. Fewer than were asked when they are large. */
  | { readonly kind: 'answers'; readonly findings: string }
  | { readonly kind: 'committed'; readonly error?: PlainError }
  /** `rows` is a JSON array. */
  | { readonly kind: 'part'; readonly part: SnapshotPart; readonly rows: string }
  | { readonly kind: 'loaded'; readonly fresh: boolean };

export interface PlainError {
  readonly code: ErrorCode;
  readonly message: string;
  /** What the engine said. */
  readonly cause: string;
}

export function plainError({ code, message, cause }: BothyError): PlainError {
  return { code, message, cause: cause instanceof Error ? cause.message : String(cause ?? '') };
}

export function thrownError({ code, message, cause }: PlainError): BothyError {
  return cause === '' ? new BothyError(code, message) : new BothyError(code, message, { cause });
}

/**
 * `append, room, epoch, expectedLastSeq, count, …entries` for what every message needs; for all else `write` and
 * the write as JSON.
 */
export function cellsOfWrites(writes: readonly RoomWrite[]): Cell[] {
  const cells: Cell[] = [];
  for (const write of writes) {
    if (write.kind !== 'append') {
      cells.push('write', JSON.stringify(write));
      continue;
    }
    cells.push('append', write.room, write.epoch, write.expectedLastSeq, write.entries.length);
    for (const entry of write.entries) pushEntry(cells, entry);
  }
  return cells;
}

function pushEntry(cells: Cell[], { seq, epoch, author, name, sentAt, key, content }: RoomEntry): void {
  const edits = content.kind === 'edit' ? content.target : null;
  cells.push(seq, epoch, author, name, sentAt, key, edits, JSON.stringify(content));
}

export function cellsOfQuery(query: RoomQuery): Cells {
  const { kind, room } = query;
  if (kind === 'check') return [kind, room, query.author, query.key, query.target];
  return [query.last ? 'last' : 'first', room, query.from, query.to, query.limit];
}
