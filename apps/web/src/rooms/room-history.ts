/** The logs of rooms as far as they are here, the questions for what is not, and who is told when more comes. */
import type { ClientCommand } from '@bothy/rooms/client-core';
import type { RoomAnswers, RoomEntry, RoomId } from '@bothy/wire';
import { pageRows, type RowPage, type RowSource } from '../timeline/row-window.ts';
import { compareRows, mergeRows, RoomLog, type RoomRow } from './room-log.ts';

/** Entries of one question: the most that a node gives. */
const historyEntries = 200;
/** Pages of nothing but reactions, until a question for rows is answered with what there is. */
const maxPagesPerRead = 20;
/** As many pages as a log holds. */
const maxPagesToReach = 100;

type AskHistory = (
  command: Extract<ClientCommand, { readonly kind: 'history' }>,
) => Promise<RoomAnswers['history']>;

export class RoomHistory {
  readonly #ask: AskHistory;
  readonly #changed: (room: RoomId) => void;
  readonly #logs = new Map<RoomId, RoomLog>();
  readonly #listeners = new Map<RoomId, Set<(rows: readonly RoomRow[]) => void>>();

  /** `ask` rejects with the node's refusal; `changed` is called whenever something of a room may look different. */
  constructor(ask: AskHistory, changed: (room: RoomId) => void) {
    this.#ask = ask;
    this.#changed = changed;
  }

  log(room: RoomId): RoomLog {
    const known = this.#logs.get(room);
    if (known !== undefined) return known;
    const log = new RoomLog();
    this.#logs.set(room, log);
    return log;
  }

  forget(room: RoomId): void {
    this.#logs.delete(room);
  }

  add(room: RoomId, entries: readonly RoomEntry[]): void {
    this.#tell(room, this.log(room).add(entries));
  }

  addGap(room: RoomId, from: number, to: number): void {
    this.#tell(room, this.log(room).addGap(from, to));
  }

  /** Entries of a gap, from its oldest on; up to 200. Rejects with the node's refusal. */
  async loadGap(room: RoomId, from: number): Promise<void> {
    const { entries } = await this.#ask({ kind: 'history', room, after: from - 1, limit: historyEntries });
    this.add(room, entries);
  }

  /** Reads back until this entry is here. False when it is not there, or further back than is kept. */
  async reach(room: RoomId, seq: number): Promise<boolean> {
    const log = this.log(room);
    for (let pages = 0; pages < maxPagesToReach; pages += 1) {
      if (log.find(seq) !== undefined) return true;
      if (log.isComplete || (log.entries[0]?.seq ?? 0) <= seq) return false;
      if (!(await this.#readBack(room))) return false;
    }
    return false;
  }

  /** For the window that is on screen. */
  source(room: RoomId): RowSource<RoomRow> {
    return {
      read: ({ before, after }) => this.#rows(room, before, after),
      listen: (arrived) => {
        const listeners = this.#listeners.get(room) ?? new Set();
        this.#listeners.set(room, listeners.add(arrived));
        return () => listeners.delete(arrived);
      },
      compare: compareRows,
      merge: mergeRows,
      // The log keeps what changes other entries.
      amends: () => false,
    };
  }

  async #rows(
    room: RoomId,
    before: RoomRow | undefined,
    after: RoomRow | undefined,
  ): Promise<RowPage<RoomRow>> {
    const log = this.log(room);
    if (after !== undefined) {
      const rows = log.rowsAfter(after.seq, pageRows);
      return { rows, last: rows.length < pageRows };
    }
    const end = before?.seq ?? Number.MAX_SAFE_INTEGER;
    let rows = log.rowsBefore(end, pageRows);
    for (let pages = 0; pages < maxPagesPerRead && rows.length < pageRows && !log.isComplete; pages += 1) {
      if (!(await this.#readBack(room))) break;
      rows = log.rowsBefore(end, pageRows);
    }
    return { rows, last: log.isComplete && rows.length < pageRows };
  }

  /** Reads what stands before the oldest entry here. False when nothing came. */
  async #readBack(room: RoomId): Promise<boolean> {
    const log = this.log(room);
    const oldest = log.entries[0]?.seq;
    const place = oldest === undefined ? {} : { before: oldest };
    const { entries, complete } = await this.#ask({ kind: 'history', room, ...place, limit: historyEntries });
    log.add(entries);
    if (complete) log.reachBeginning();
    return entries.length > 0;
  }

  #tell(room: RoomId, rows: readonly RoomRow[]): void {
    for (const listener of this.#listeners.get(room) ?? []) listener(rows);
    this.#changed(room);
  }
}
