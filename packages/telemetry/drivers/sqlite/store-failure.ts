/** What a failure of the telemetry database is told as. */
import { asDatabaseError } from '@bothy/store/sqlite-file';
import { BothyError } from '@bothy/wire';

/** `database_corrupt`, `data_directory_unusable` or `storage_failed`, each with what to do. */
export function storeFailure(file: string, thrown: unknown, done: 'read' | 'written'): BothyError {
  if (thrown instanceof BothyError) return thrown;
  if (isDamage(thrown)) {
    const advice = 'Move it away, or put a copy from a backup in its place, and start again.';
    return new BothyError('database_corrupt', `${file} holds readings that are damaged. ${advice}`, {
      cause: thrown,
    });
  }
  const error = asDatabaseError(file, thrown);
  if (error.code !== 'storage_failed') return error;
  const advice = 'Free space or mend the disk, then start the node again.';
  const sentence = `The database of readings and alarms cannot be ${done} (${error.message}). ${advice}`;
  return new BothyError('storage_failed', sentence, { cause: thrown });
}

/** Blocks that do not decode: their own checks, those of zlib, and notes that are no JSON. */
function isDamage(thrown: unknown): boolean {
  const { code } = thrown as { code?: unknown };
  const isZlib = typeof code === 'string' && code.startsWith('Z_');
  return thrown instanceof RangeError || thrown instanceof SyntaxError || isZlib;
}
