import { roomLimits } from '@bothy/wire';
import { describe, expect, it } from 'vitest';
import { fileProblem, sizeWords } from './room-files.ts';

describe('a file', () => {
  it.each([
    [0, 'is empty'],
    [1, undefined],
    [roomLimits.fileBytes, undefined],
    [roomLimits.fileBytes + 1, 'takes files up to 4.1 MB'],
  ])('of %d bytes is looked at before it is sent', (size, problem) => {
    const said = fileProblem({ size, name: 'a.bin' });
    if (problem === undefined) expect(said).toBeUndefined();
    else expect(said).toContain(problem);
  });

  it.each([
    [999, '999 bytes'],
    [1_500, '2 kB'],
    [999_999, '1000 kB'],
    [1_234_567, '1.2 MB'],
  ])('of %d bytes has %s', (bytes, words) => {
    expect(sizeWords(bytes)).toBe(words);
  });
});
