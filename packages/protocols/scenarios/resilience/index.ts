import type { KnownFailure } from '../known-failure.ts';
import { flood } from './flood.ts';
import { noBreakerFailure, sharedWorkersFailure } from './hanging-service.ts';
import { lostMessage } from './lost-message.ts';
import { retryStorm } from './retry-storm.ts';

export const resilienceFailures: readonly KnownFailure[] = [
  retryStorm,
  sharedWorkersFailure,
  noBreakerFailure,
  flood,
  lostMessage,
];
