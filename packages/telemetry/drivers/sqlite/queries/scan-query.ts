/**
 * History of many sensors in the order of stamps, a piece at a time. Each piece is a question of its own: between two of
 * them nothing is held, however long who reads takes. A piece is all there is from one time up to another; the other is
 * moved back while more comes than a piece may hold.
 */
import { clipBlock } from '../blocks/block-slices.ts';
import type { ReadingBlock } from '../blocks/reading-block.ts';
import { dayMs } from '../days/day-number.ts';
import type { Snapshot } from './snapshot.ts';

export interface ScanPiece {
  readonly series: Uint32Array;
  readonly stamps: Float64Array;
  readonly values: Float64Array;
  readonly notes: readonly (readonly [index: number, json: string])[];
  /** Where the next piece begins; null: there is none. */
  readonly nextMs: number | null;
  /** How long a piece of this size is, about. */
  readonly spanMs: number;
}

export interface ScanQuestion {
  readonly series: readonly number[];
  readonly fromMs: number;
  readonly toMs: number;
  /** How long the piece may be, at first. */
  readonly spanMs: number;
}

/** Readings of one piece; more only where so many have the same stamp. */
export const pieceReadings = 8_192;

interface Gathered {
  readonly series: number;
  block: ReadingBlock;
}

export function* answerScan(snapshot: Snapshot, question: ScanQuestion): Generator<void, ScanPiece> {
  const { toMs } = question;
  let [fromMs, spanMs] = [question.fromMs, question.spanMs];
  const days = snapshot.daysWithin({ fromMs, toMs });
  for (;;) {
    // What nothing is kept of is leapt over.
    const day = days.find(({ day }) => (day + 1) * dayMs > fromMs);
    if (day === undefined || fromMs >= toMs) return sorted([], null, spanMs);
    fromMs = Math.max(fromMs, day.day * dayMs);
    const piece = new Piece(fromMs, Math.min(toMs, fromMs + spanMs));
    for (const series of question.series) {
      for (const block of snapshot.readings(series, { fromMs, toMs: piece.endMs })) {
        piece.add(series, block);
        yield;
      }
    }
    spanMs = piece.count < pieceReadings / 4 ? Math.min(spanMs * 2, dayMs) : piece.endMs - fromMs;
    if (piece.count > 0) return sorted(piece.gathered, piece.endMs < toMs ? piece.endMs : null, spanMs);
    fromMs = piece.endMs;
    yield;
  }
}

class Piece {
  readonly #fromMs: number;
  gathered: Gathered[] = [];
  endMs: number;
  count = 0;

  constructor(fromMs: number, endMs: number) {
    this.#fromMs = fromMs;
    this.endMs = endMs;
  }

  add(series: number, block: ReadingBlock): void {
    const within = clipBlock(block, this.#fromMs, this.endMs);
    this.gathered.push({ series, block: within });
    this.count += within.stamps.length;
    // At twice as many, half of them fit: each is dropped once at most, on average.
    if (this.count >= 2 * pieceReadings) this.#shorten();
  }

  #shorten(): void {
    const stamps = new Float64Array(this.count);
    let at = 0;
    for (const { block } of this.gathered) {
      stamps.set(block.stamps, at);
      at += block.stamps.length;
    }
    stamps.sort();
    this.endMs = Math.max(this.#fromMs + 1, stamps[pieceReadings] ?? this.endMs);
    this.count = 0;
    for (const each of this.gathered) {
      each.block = clipBlock(each.block, this.#fromMs, this.endMs);
      this.count += each.block.stamps.length;
    }
  }
}

function sorted(gathered: readonly Gathered[], nextMs: number | null, spanMs: number): ScanPiece {
  const count = gathered.reduce((sum, { block }) => sum + block.stamps.length, 0);
  const places: [stamp: number, series: number, value: number, note: string | undefined][] = [];
  for (const { series, block } of gathered) {
    for (let i = 0; i < block.stamps.length; i++) {
      places.push([block.stamps[i] ?? 0, series, block.values[i] ?? 0, block.notes?.get(i)]);
    }
  }
  places.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const piece = {
    series: new Uint32Array(count),
    stamps: new Float64Array(count),
    values: new Float64Array(count),
    notes: [] as [number, string][],
  };
  for (const [at, [stamp, series, value, note]] of places.entries()) {
    piece.series[at] = series;
    piece.stamps[at] = stamp;
    piece.values[at] = value;
    if (note !== undefined) piece.notes.push([at, note]);
  }
  return { ...piece, nextMs, spanMs };
}
