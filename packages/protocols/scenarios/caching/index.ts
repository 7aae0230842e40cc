import type { KnownFailure } from '../known-failure.ts';
import { deletedComesBack } from './deleted-comes-back.ts';
import { missedInvalidation } from './missed-invalidation.ts';
import { readBeforeWritten } from './read-before-written.ts';
import { staleFill } from './stale-fill.ts';
import { cacheStampede } from './stampede.ts';

export const cachingFailures: readonly KnownFailure[] = [
  cacheStampede,
  staleFill,
  missedInvalidation,
  readBeforeWritten,
  deletedComesBack,
];
