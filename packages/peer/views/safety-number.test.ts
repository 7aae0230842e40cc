import { expect, test } from 'vitest';
import { safetyNumber } from './safety-number.ts';

const [ann, ben] = ['a2'.repeat(16), 'z7'.repeat(16)];

test('both persons see the same twelve groups of five digits', () => {
  expect(safetyNumber(ann, ben)).toBe(safetyNumber(ben, ann));
  expect(safetyNumber(ann, ben)).toMatch(/^(\d{5} ){11}\d{5}$/);
});

test('another key on either side is another number', () => {
  const numbers = [
    safetyNumber(ann, ben),
    safetyNumber(ann, 'z6'.repeat(16)),
    safetyNumber('a3'.repeat(16), ben),
  ];
  expect(new Set(numbers).size).toBe(3);
});
