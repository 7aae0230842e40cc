import fc from 'fast-check';
import { test } from 'vitest';
import { arbitraryHistory, play } from '../../../testing/raft-play.ts';

test('whatever happens: one leader a term, what is committed stays, reads miss nothing, and it recovers', () => {
  fc.assert(
    fc.property(arbitraryHistory, (history) => {
      play(history);
    }),
    { numRuns: 300 },
  );
});
