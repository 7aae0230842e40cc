/** Reads a node's log from its files: the one before, the one that is written, and what comes. */
import { type FileHandle, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BothyError } from '@bothy/wire';

export interface ReadLogOptions {
  /** The node's data folder. */
  readonly folder: string;
  /** Goes on with what is written from then on, until `signal`; also when there is no file yet. @default false */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

/** How long a line that was written takes to be seen. */
const lookEveryMs = 200;
/** Nobody writes such a line; a file that is no log must not fill the memory. */
const maxLineChars = 1_048_576;

/** Lines without their ends, the oldest first. Throws `data_directory_unusable` when there is no log. */
export async function* readLog({ folder, follow = false, signal }: ReadLogOptions): AsyncGenerator<string> {
  const path = join(folder, 'node.log');
  const isOver = (): boolean => signal?.aborted === true;
  // This one first: if it is turned in between, it is the other one too, and read once.
  let file = await openIfThere(path);
  if (file === undefined && !follow) {
    const sentence = `There is no log in ${folder}. Name the node's data folder with --data.`;
    throw new BothyError('data_directory_unusable', sentence);
  }
  try {
    const before = await openIfThere(`${path}.1`);
    if (before !== undefined) {
      if (!(await isSame(before, file))) yield* new LineReader(before).rest();
      await before.close();
    }
    while (!isOver()) {
      file ??= await openIfThere(path);
      if (file !== undefined) {
        const reader = new LineReader(file);
        for (;;) {
          yield* reader.rest();
          if (!follow || isOver()) return;
          const isCurrent = (await inodeOf(path)) === (await file.stat()).ino;
          if (!isCurrent) break;
          await pause(signal);
        }
        // What was written to it before it was turned.
        yield* reader.rest();
        await file.close();
        file = undefined;
      }
      await pause(signal);
    }
  } finally {
    await file?.close();
  }
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
  await delay(lookEveryMs, undefined, signal === undefined ? {} : { signal }).catch(() => {});
}

class LineReader {
  readonly #file: FileHandle;
  readonly #decoder = new TextDecoder();
  readonly #buffer = Buffer.alloc(65_536);
  #piece = '';

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Whole lines up to the end of the file as it is now. */
  async *rest(): AsyncGenerator<string> {
    for (;;) {
      const { bytesRead } = await this.#file.read(this.#buffer, 0, this.#buffer.length);
      if (bytesRead === 0) return;
      const text = this.#decoder.decode(this.#buffer.subarray(0, bytesRead), { stream: true });
      const lines = (this.#piece + text).split('\n');
      this.#piece = (lines.pop() ?? '').slice(-maxLineChars);
      for (const line of lines) if (line !== '') yield line;
    }
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new BothyError('data_directory_unusable', `${path} cannot be read.`, { cause: thrown });
  }
}

async function isSame(one: FileHandle, other: FileHandle | undefined): Promise<boolean> {
  return other !== undefined && (await one.stat()).ino === (await other.stat()).ino;
}

async function inodeOf(path: string): Promise<number | undefined> {
  return await stat(path).then(
    ({ ino }) => ino,
    () => undefined,
  );
}
