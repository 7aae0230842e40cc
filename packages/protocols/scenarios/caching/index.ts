import type { KnownFailure } from '../known-failure.ts';
import { staleFill } from './stale-fill.ts';
import { cacheStampede } from './stampede.ts';

export const cachingFailures: readonly KnownFailure[] = [cacheStampede, staleFill];
