import fc from 'fast-check';
import { expect, test } from 'vitest';
import { columnsOf, foldedLines, tableLines } from './fitted-lines.ts';

const head = ['node', 'health', 'rooms', 'web'];
const rows = [
  ['n1 *', 'up', '3', 'http://127.0.0.1:8080'],
  ['greenhouse', 'down', '12', ''],
];

test('columns stand below each other where they fit, and where there is no terminal', () => {
  const table = [
    'node        health  rooms  web',
    'n1 *        up      3      http://127.0.0.1:8080',
    'greenhouse  down    12',
  ];
  expect(tableLines({ head, rows }, undefined)).toEqual(table);
  expect(tableLines({ head, rows }, 48)).toEqual(table);
  expect(tableLines({ head, rows, indent: 2 }, undefined)).toEqual(table.map((line) => `  ${line}`));
});

test('one column too few, and each row is a record; an address is never broken', () => {
  expect(tableLines({ head, rows }, 47)).toEqual([
    'n1 *',
    '  health up · rooms 3',
    '  web http://127.0.0.1:8080',
    'greenhouse',
    '  health down · rooms 12',
  ]);
});

test('a sentence is broken between words', () => {
  expect(foldedLines('  fix   the port 8080 is taken', 20)).toEqual(['  fix the port 8080', '    is taken']);
  expect(foldedLines('as  it is', 20)).toEqual(['as  it is']);
  expect(foldedLines('', 1)).toEqual(['']);
  expect(foldedLines('no room at all', 1)).toEqual(['no', '  room', '  at', '  all']);
});

test('no word is lost, and no line is longer than the terminal but for one of a single word', () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 });
  fc.assert(
    fc.property(words, fc.nat(6), fc.integer({ min: 1, max: 60 }), (said, indent, columns) => {
      const lines = foldedLines(' '.repeat(indent) + said.join(' '), columns);
      expect(lines.join(' ').trim().split(/ +/)).toEqual(said);
      for (const line of lines) expect(line.length <= columns || !/\S \S/.test(line)).toBe(true);
    }),
  );
});

test('only a terminal that knows its width has one', () => {
  expect(columnsOf({ isTTY: true, columns: 40 })).toBe(40);
  expect(columnsOf({ isTTY: true, columns: 0 })).toBeUndefined();
  expect(columnsOf({ isTTY: false, columns: 40 })).toBeUndefined();
});
