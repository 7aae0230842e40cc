import type { RoomContent, RoomEntry } from '@bothy/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeRows, RoomLog } from './room-log.ts';

function entry(seq: number, content?: RoomContent): RoomEntry {
  const said: RoomContent = content ?? { kind: 'message', body: `m${seq}` };
  return { epoch: 1, seq, author: 'guest:ann', name: 'ann', sentAt: seq, key: `k${seq}`, content: said };
}

const seqs = (rows: readonly { seq: number; kind: string }[]) =>
  rows.map(({ seq, kind }) => (kind === 'gap' ? `gap ${seq}` : seq));

describe('a log', () => {
  it('gives rows in order, each once, in whatever pieces and order its entries come', () => {
    const pieces = fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 40 })), { maxLength: 12 });
    fc.assert(
      fc.property(
        pieces,
        fc.integer({ min: 1, max: 41 }),
        fc.integer({ min: 1, max: 10 }),
        (all, at, limit) => {
          const log = new RoomLog();
          const told = all.flatMap((piece) => log.add(piece.map((seq) => entry(seq))));
          const known = [...new Set(all.flat())].sort((one, other) => one - other);
          expect(seqs(told).toSorted((one, other) => Number(one) - Number(other))).toEqual(known);
          expect(seqs(log.rowsBefore(at, limit))).toEqual(known.filter((seq) => seq < at).slice(-limit));
          expect(seqs(log.rowsAfter(at, limit))).toEqual(known.filter((seq) => seq > at).slice(0, limit));
        },
      ),
    );
  });

  it('has no rows for what only changes others', () => {
    const log = new RoomLog();
    log.add([entry(1), entry(2, { kind: 'edit', target: 1, body: 'anew' }), entry(3)]);
    expect(seqs(log.rowsBefore(9, 10))).toEqual([1, 3]);
    expect(log.timeline.message(1)?.body).toBe('anew');
  });

  it('shows what is missing as a row, which shrinks as it comes and goes with the last of it', () => {
    const log = new RoomLog();
    log.add([entry(1)]);
    expect(seqs(log.addGap(2, 9))).toEqual(['gap 2']);
    log.add([entry(10)]);
    expect(seqs(log.rowsBefore(99, 10))).toEqual([1, 'gap 2', 10]);
    expect(seqs(log.add([entry(2), entry(3), entry(4)]))).toEqual([2, 3, 4, 'gap 5']);
    expect(log.gaps).toEqual([{ from: 5, to: 9 }]);
    expect(log.hasGap({ kind: 'gap', seq: 2, to: 9 })).toBe(false);
    log.add([5, 6, 7, 8, 9].map((seq) => entry(seq)));
    expect(log.gaps).toEqual([]);
    expect(seqs(log.rowsBefore(99, 20))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('forgets what is not in the log any more', () => {
    const log = new RoomLog();
    log.add([entry(1), entry(2), entry(3, { kind: 'redact', target: 1 })]);
    log.forgetAfter(2);
    expect(seqs(log.rowsBefore(9, 10))).toEqual([1, 2]);
    expect(log.timeline.message(1)?.body).toBe('m1');
    expect(log.lastSeq).toBe(2);
  });

  it('is complete with its first entry, or when there is nothing older', () => {
    const log = new RoomLog();
    log.add([entry(5)]);
    expect(log.isComplete).toBe(false);
    log.reachBeginning();
    expect(log.isComplete).toBe(true);
  });
});

it('where an entry and a gap meet the entry stays', () => {
  const rows = mergeRows([{ kind: 'gap', seq: 2, to: 4 }], [{ kind: 'entry', seq: 2, entry: entry(2) }]);
  expect(rows.map(({ kind }) => kind)).toEqual(['entry']);
});
