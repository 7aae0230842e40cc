import { describe, expect, it } from 'vitest';
import { maxRows, pageRows, RowWindow } from './row-window.ts';

/** Rows that are numbers, from 1 to `last`, read as a store would give them. */
function stage(last: number) {
  let newest = last;
  let tell: (rows: readonly number[]) => void = () => {};
  const window = new RowWindow<number>({
    read: async ({ before, after }) => {
      if (after !== undefined) {
        const end = Math.min(newest, after + pageRows);
        return { rows: range(after + 1, end), last: end === newest };
      }
      const end = (before ?? newest + 1) - 1;
      const start = Math.max(1, end - pageRows + 1);
      return { rows: range(start, end), last: start === 1 };
    },
    listen: (arrived) => {
      tell = arrived;
      return () => {};
    },
    compare: (one, other) => one - other,
    merge: (one, other) => [...new Set([...one, ...other])].sort((a, b) => a - b),
    amends: () => false,
  });
  window.subscribe(() => {});
  const settled = async () => {
    for (let turns = 0; turns < 5; turns += 1) await Promise.resolve();
  };
  const arrive = () => {
    newest += 1;
    tell([newest]);
  };
  const edges = () => {
    const { rows, atNewest, complete } = window.state();
    return { first: rows[0], last: rows.at(-1), count: rows.length, atNewest, complete };
  };
  return { window, settled, arrive, edges };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
}

describe('a window', () => {
  it('that was moved back leaves out what arrives, and grows to the newest again without a hole', async () => {
    const { window, settled, arrive, edges } = stage(400);
    await settled();
    window.readBefore(101);
    await settled();
    arrive();
    expect(edges()).toEqual({ first: 51, last: 100, count: 50, atNewest: false, complete: false });
    for (let pages = 0; pages < 10; pages += 1) {
      window.readNewer();
      await settled();
    }
    expect(edges()).toMatchObject({ last: 401, count: maxRows, atNewest: true });
    expect(window.state().rows).toEqual(range(401 - maxRows + 1, 401));
  });

  it('leaves where it was for the newest rows', async () => {
    const { window, settled, edges } = stage(400);
    await settled();
    window.readBefore(101);
    await settled();
    window.readNewest();
    await settled();
    expect(edges()).toMatchObject({ first: 351, last: 400, atNewest: true });
  });

  it('that is moved while a page is read shows nothing of that page', async () => {
    const { window, settled, edges } = stage(400);
    window.readBefore(101);
    await settled();
    expect(edges()).toMatchObject({ first: 51, last: 100 });
  });
});
