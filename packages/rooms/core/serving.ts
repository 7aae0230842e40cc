/**
 * Reads parts of a log for those who ask: from the tail where it reaches back so
 * far, else from the store, page by page. A live reading ends where the room's
 * entries are at that moment, so that what is delivered from then on follows
 * without gap or overlap.
 */
import type { RoomEntry } from '@bothy/wire';
import { bounds } from './config.ts';
import type { RoomFinding } from './records.ts';
import type { Room } from './room.ts';
import type { Step } from './step.ts';
import { sizeOf, type Tails } from './tails.ts';

export interface Reading {
  readonly room: Room;
  /** The first entry. */
  from: number;
  /** The last one; null reads on to where the log is when the reading ends. */
  readonly to: number | null;
  /** Called with each page in order; the last one, which may be empty, says so. What returns false ends the reading. */
  readonly page: (step: Step, entries: readonly RoomEntry[], isLast: boolean) => boolean;
  /** The log does not hold what was asked any more: the room was deleted, or its copy starts later now. */
  readonly lost: (step: Step) => void;
}

/** As many as fit into one answer, from the side that matters; at least one. */
export function withinAnswer(entries: readonly RoomEntry[], keep: 'first' | 'last'): readonly RoomEntry[] {
  const inOrder = keep === 'first' ? entries : entries.toReversed();
  let bytes = 0;
  const count = inOrder.findIndex((entry, index) => {
    bytes += sizeOf(entry);
    return index > 0 && bytes > bounds.answerBytes;
  });
  if (count === -1) return entries;
  return keep === 'first' ? entries.slice(0, count) : entries.slice(-count);
}

export class Serving {
  readonly #tails: Tails;
  readonly #readings = new Map<string, Reading>();
  #count = 0;

  constructor(tails: Tails) {
    this.#tails = tails;
  }

  /** False when too much is being read: nothing is called then. */
  read(step: Step, reading: Reading): boolean {
    if (this.#readings.size >= bounds.pages) return false;
    this.#advance(step, reading);
    return true;
  }

  found(step: Step, id: string, finding: RoomFinding): void {
    const reading = this.#readings.get(id);
    if (reading === undefined || finding.kind !== 'entries') return;
    this.#readings.delete(id);
    const { entries } = finding;
    const last = entries.at(-1);
    if (entries[0]?.seq !== reading.from || last === undefined) return reading.lost(step);
    reading.from = last.seq + 1;
    const isLast = this.#isOver(reading);
    if (reading.page(step, entries, isLast) && !isLast) this.#advance(step, reading);
  }

  #isOver({ from, to, room }: Reading): boolean {
    return from > (to ?? room.lastSeq);
  }

  #advance(step: Step, reading: Reading): void {
    const { room, from } = reading;
    const to = Math.min(reading.to ?? room.lastSeq, room.lastSeq);
    if (from > to) {
      reading.page(step, [], true);
      return;
    }
    if (from <= room.base) return reading.lost(step);
    const recent = this.#tails.of(room.id).after(from - 1);
    if (recent !== undefined) {
      const entries = recent.slice(0, to - from + 1);
      reading.from = to + 1;
      reading.page(step, entries, true);
      return;
    }
    this.#count += 1;
    const id = `read ${this.#count}`;
    this.#readings.set(id, reading);
    step.lookup(id, { kind: 'entries', room: room.id, from, to, limit: bounds.page, last: false });
  }
}
