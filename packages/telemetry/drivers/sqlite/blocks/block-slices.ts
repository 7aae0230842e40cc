/** Parts of blocks, and several streams of blocks as one. */
import type { Notes, ReadingBlock } from './reading-block.ts';

/** How many stamps are below this one. */
export function countBelow(stamps: ArrayLike<number>, stampMs: number): number {
  let [low, high] = [0, stamps.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((stamps[middle] ?? 0) < stampMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Without copying. */
export function sliceBlock(block: ReadingBlock, from: number, to: number): ReadingBlock {
  if (from === 0 && to === block.stamps.length) return block;
  const stamps = block.stamps.subarray(from, to);
  return { stamps, values: block.values.subarray(from, to), notes: sliceNotes(block.notes, from, to) };
}

function sliceNotes(notes: Notes | undefined, from: number, to: number): Notes | undefined {
  if (notes === undefined) return undefined;
  const inside = [...notes].filter(([index]) => index >= from && index < to);
  return inside.length === 0 ? undefined : new Map(inside.map(([index, note]) => [index - from, note]));
}

/** From `fromMs` on and before `toMs`. */
export function clipBlock(block: ReadingBlock, fromMs: number, toMs: number): ReadingBlock {
  return sliceBlock(block, countBelow(block.stamps, fromMs), countBelow(block.stamps, toMs));
}

/** One stream in the order of stamps; of equal ones those of the earlier stream come first. */
export function* mergeBlocks(streams: readonly Iterable<ReadingBlock>[]): Generator<ReadingBlock> {
  const [only] = streams;
  if (only !== undefined && streams.length === 1) return yield* only;
  const open = streams.map((stream) => new Current(stream)).filter((each) => each.isOpen);
  while (open.length > 0) {
    let first = open[0] as Current;
    let untilMs = Infinity;
    for (const each of open) {
      if (each.nextMs < first.nextMs) first = each;
    }
    const at = open.indexOf(first);
    for (const [index, each] of open.entries()) {
      // An equal stamp of an earlier stream goes before; of a later one, after.
      if (each !== first) untilMs = Math.min(untilMs, each.nextMs + (index > at ? 1 : 0));
    }
    yield first.take(untilMs);
    if (!first.isOpen) open.splice(at, 1);
  }
}

class Current {
  readonly #stream: Iterator<ReadingBlock>;
  #block: ReadingBlock | undefined;
  #at = 0;

  constructor(stream: Iterable<ReadingBlock>) {
    this.#stream = stream[Symbol.iterator]();
    this.#advance();
  }

  get isOpen(): boolean {
    return this.#block !== undefined;
  }

  get nextMs(): number {
    return this.#block?.stamps[this.#at] ?? Infinity;
  }

  /** Those before `untilMs`, and at least one. */
  take(untilMs: number): ReadingBlock {
    const block = this.#block as ReadingBlock;
    const from = this.#at;
    const to = Math.max(from + 1, countBelow(block.stamps, untilMs));
    this.#at = to;
    if (to >= block.stamps.length) this.#advance();
    return sliceBlock(block, from, to);
  }

  #advance(): void {
    this.#at = 0;
    do {
      const next = this.#stream.next();
      this.#block = next.done === true ? undefined : next.value;
    } while (this.#block !== undefined && this.#block.stamps.length === 0);
  }
}

/** Many as one. */
export function joinBlocks(blocks: readonly ReadingBlock[]): ReadingBlock {
  const [only] = blocks;
  if (only !== undefined && blocks.length === 1) return only;
  const length = blocks.reduce((sum, { stamps }) => sum + stamps.length, 0);
  const [stamps, values] = [new Float64Array(length), new Float64Array(length)];
  const notes = new Map<number, string>();
  let at = 0;
  for (const block of blocks) {
    stamps.set(block.stamps, at);
    values.set(block.values, at);
    for (const [index, note] of block.notes ?? []) notes.set(at + index, note);
    at += block.stamps.length;
  }
  return { stamps, values, notes: notes.size === 0 ? undefined : notes };
}
