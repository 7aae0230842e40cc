import { expect, test } from 'vitest';
import type { EntryRow } from './records.ts';
import { tailAgain } from './tail-again.ts';

const device = 'f'.repeat(16);

function row(n: number, body: object | null): EntryRow {
  const record = { header: '', body: body === null ? null : JSON.stringify(body) };
  return {
    conversation: 'c',
    log: `a/${device}`,
    n,
    record,
    hash: '',
    hlc: { ms: n, counter: 0 },
    ahead: false,
  };
}

test('[PS24] messages keep their last text and their time, what was deleted stays away, and no entry of the tail is named', () => {
  const message = (id: string) => ({ kind: 'message', id, text: id });
  const edit = (n: number, text: string, of = device) => ({ kind: 'edit', of: { device: of, n }, text });
  const rows = [
    row(4, message('a')),
    row(5, message('b')),
    row(6, edit(4, 'better')),
    row(7, { kind: 'delete', of: { device, n: 5 } }),
    row(8, edit(3, 'of before')),
    row(9, edit(4, 'best')),
    row(10, null),
    row(11, edit(5, 'too late')),
    row(12, edit(7, 'of another device', 'g'.repeat(16))),
  ];
  expect(tailAgain(rows, device, 4)).toEqual([
    { body: { kind: 'message', id: 'a', text: 'best' }, hlc: { ms: 4, counter: 0 } },
    { body: edit(3, 'of before'), hlc: { ms: 8, counter: 0 } },
    { body: edit(7, 'of another device', 'g'.repeat(16)), hlc: { ms: 12, counter: 0 } },
  ]);
});
