import { namePattern } from '@bothy/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameProblem, tidyName } from './name-words.ts';

describe('names', () => {
  it('are mended where nobody can mean anything else', () => {
    expect(tidyName('  Ada ')).toBe('ada');
  });

  it.each([
    ['', 'Type a name.'],
    ['a', 'A name has at least 2 characters.'],
    ['-ada', 'A name starts with a letter or a digit.'],
    ['x'.repeat(33), 'A name has at most 32 characters.'],
  ])('%j: %s', (name, sentence) => {
    expect(nameProblem(name)).toBe(sentence);
  });

  it('names the character that cannot be used', () => {
    expect(nameProblem('ada lovelace')).toMatch(/^Spaces cannot/);
    expect(nameProblem('ada/ben')).toMatch(/^“\/” cannot/);
  });

  it('finds a problem exactly where the wire does', () => {
    const nameLike = fc.string({
      unit: fc.constantFrom('a', 'z', '0', '9', '.', '_', '-', 'A', ' ', 'é', '/'),
    });
    fc.assert(
      fc.property(fc.oneof(nameLike, fc.string({ maxLength: 40 })), (name) => {
        expect(nameProblem(name) === undefined).toBe(namePattern.test(name));
      }),
      { seed: 7, numRuns: 2_000 },
    );
  });
});
