/** The thread that copies what was committed into the database while others go on writing. Started by `WalTender`. */
import { fdatasyncSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';

export interface CheckpointStart {
  readonly file: string;
  /** The same file, open; it is not to be closed here. */
  readonly descriptor: number;
  /** Pages left at which the writing thread can do the rest. */
  readonly finishPages: number;
}

export type ToCheckpoint = 'copy' | 'close';
/** Null when it is done. */
export type FromCheckpoint = { readonly failure: string | null };

/**
 * What is written during one pass is left to the next, and each is shorter than the one before. Where writing is as
 * fast as copying they would not end.
 */
const maxPasses = 4;

function serve(port: MessagePort, { file, descriptor, finishPages }: CheckpointStart): void {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA synchronous = FULL');
  const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  checkpoint.setReturnArrays(true);
  const size = database.prepare('PRAGMA wal_checkpoint(NOOP)');
  size.setReturnArrays(true);
  const pagesLeft = (): number => {
    const [, pages, copied] = size.get() as unknown as readonly [number, number, number];
    return pages - copied;
  };
  const copy = (): string | null => {
    try {
      for (let pass = 0; pass < maxPasses && pagesLeft() > finishPages; pass += 1) {
        checkpoint.get();
        // SQLite flushes the database only with the last page of the log. Done here, that flush has little left to do.
        fdatasyncSync(descriptor);
      }
      return null;
    } catch (thrown) {
      return String(thrown);
    }
  };
  port.on('message', (message: ToCheckpoint) => {
    if (message === 'copy') return port.postMessage({ failure: copy() } satisfies FromCheckpoint);
    database.close();
    port.close();
  });
}

if (parentPort === null) throw new Error('This is the thread of a room store: WalTender starts it.');
serve(parentPort, workerData as CheckpointStart);
