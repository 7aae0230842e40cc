/** The node's log: JSON lines in a file that stays small, with the one before it kept beside it. */
import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';
import { BothyError } from '@bothy/wire';

/** Weeks of an ordinary node, and still quick to read. Who sends rubbish all night cannot fill the disk. */
const defaultMaxBytes = 8 * 1024 * 1024;

export class LogFile {
  readonly #file: string;
  readonly #maxBytes: number;
  #descriptor: number | undefined;
  #bytes: number;

  /** Throws `data_directory_unusable`. */
  constructor(file: string, maxBytes = defaultMaxBytes) {
    this.#file = file;
    this.#maxBytes = maxBytes;
    try {
      this.#descriptor = openSync(file, 'a', 0o600);
      this.#bytes = fstatSync(this.#descriptor).size;
    } catch (cause) {
      const advice = 'Choose another folder with --data, or make it writable.';
      throw new BothyError('data_directory_unusable', `${file} cannot be written. ${advice}`, { cause });
    }
  }

  /** Appends one line. A node goes on without a log rather than not at all, so a full disk is no error here. */
  write(line: string): void {
    if (this.#descriptor === undefined) return;
    try {
      if (this.#bytes > 0 && this.#bytes + Buffer.byteLength(line) > this.#maxBytes) this.#turn();
      this.#bytes += writeSync(this.#descriptor, line);
    } catch {
      return;
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  /** The full file takes the place of the one before it. */
  #turn(): void {
    this.close();
    renameSync(this.#file, `${this.#file}.1`);
    this.#descriptor = openSync(this.#file, 'a', 0o600);
    this.#bytes = 0;
  }
}
