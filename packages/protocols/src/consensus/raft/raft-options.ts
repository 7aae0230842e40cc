/** What the options of a Raft member must be. */
import type { RaftOptions } from './raft-messages.ts';

/** Throws a RangeError that names the option and what it must be. */
export function expectRaftOptions(options: RaftOptions): void {
  const { id, electionTimeoutMs, heartbeatMs, clockDrift } = options;
  if (id === '') throw new RangeError('id must not be empty');
  if (!(electionTimeoutMs > 0 && electionTimeoutMs < Infinity)) {
    throw new RangeError('electionTimeoutMs must be finite and above 0');
  }
  if (!(heartbeatMs > 0 && heartbeatMs < electionTimeoutMs)) {
    throw new RangeError('heartbeatMs must be above 0 and below electionTimeoutMs');
  }
  if (!(clockDrift >= 1 && clockDrift < Infinity)) {
    throw new RangeError('clockDrift must be finite and 1 or more');
  }
  for (const name of ['maxEntriesPerMessage', 'maxInFlight', 'maxWaiting'] as const) {
    if (!(Number.isSafeInteger(options[name]) && options[name] >= 1)) {
      throw new RangeError(`${name} must be a whole number from 1`);
    }
  }
}
