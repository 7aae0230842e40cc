/**
 * One process at a time writes a database: a second node on the same folder is told so, instead of ending the
 * first one by writes that it did not expect. Reading it, for a look or a backup, stays possible.
 */
import { DatabaseSync } from 'node:sqlite';
import { BothyError } from '@bothy/wire';
import { asDatabaseError } from './sqlite-file.ts';

const sqliteBusy = 5;

/** An open transaction on a file beside it: the operating system takes it back from a process that is killed. */
export class FileLock {
  readonly #lock: DatabaseSync;

  /** Throws `data_directory_unusable`. */
  constructor(file: string) {
    const path = `${file}-lock`;
    let lock: DatabaseSync | undefined;
    try {
      lock = new DatabaseSync(path);
      // A node that is just ending may take a moment.
      lock.exec('PRAGMA busy_timeout = 1000; BEGIN EXCLUSIVE');
    } catch (thrown) {
      lock?.close();
      const code = (thrown as { errcode?: unknown }).errcode;
      if (typeof code !== 'number' || (code & 0xff) !== sqliteBusy) throw asDatabaseError(path, thrown);
      const advice = 'Stop that one first, or choose another data directory with --data.';
      throw new BothyError('data_directory_unusable', `${file} is in use by another node. ${advice}`, {
        cause: thrown,
      });
    }
    this.#lock = lock;
  }

  release(): void {
    this.#lock.close();
  }
}
