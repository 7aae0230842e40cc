/** Opening an IndexedDB database, with every way in which that fails turned into a sentence. */
import { BothyError } from '@bothy/wire';
import { type DBSchema, type IDBPDatabase, type OpenDBCallbacks, openDB } from 'idb';

export interface IndexedDatabaseOptions<Schema extends DBSchema> {
  readonly name: string;
  readonly version: number;
  /** Creates what versions after `oldVersion` (0: nothing there yet) added. */
  readonly upgrade: NonNullable<OpenDBCallbacks<Schema>['upgrade']>;
  /** The browser took the open database away, or a newer Bothy in another tab needs it. */
  readonly lost: (error: BothyError) => void;
}

/** Opens the database. Rejects with `storage_failed` when it is refused, blocked or too new. */
export async function openIndexedDatabase<Schema extends DBSchema>(
  options: IndexedDatabaseOptions<Schema>,
): Promise<IDBPDatabase<Schema>> {
  const { promise: isBlocked, reject: blocked } = Promise.withResolvers<never>();
  const opening = openDB<Schema>(options.name, options.version, {
    upgrade: options.upgrade,
    blocked: () =>
      blocked(
        new BothyError(
          'storage_failed',
          'An older Bothy is still open in another tab. Close it, then reload this one.',
        ),
      ),
    blocking: (_current, _next, event) => {
      // Holding on would keep the newer version from opening at all.
      if (event.target instanceof IDBDatabase) event.target.close();
      options.lost(
        new BothyError('storage_failed', 'A newer Bothy was opened in another tab. Reload this one.'),
      );
    },
    terminated: () =>
      options.lost(
        new BothyError('storage_failed', 'The browser closed the local database. Reload this page.'),
      ),
  });
  try {
    return await Promise.race([opening, isBlocked]);
  } catch (thrown) {
    // A blocked request may still succeed later; nobody wants its connection any more.
    opening.then(
      (database) => database.close(),
      () => undefined,
    );
    throw storageError(thrown);
  }
}

/** The error for whatever IndexedDB threw, in words that say what to do. */
export function storageError(thrown: unknown): BothyError {
  if (thrown instanceof BothyError) return thrown;
  const name = thrown instanceof DOMException ? thrown.name : '';
  return new BothyError('storage_failed', sentences[name] ?? otherSentence, {
    cause: thrown,
    details: { reason: name === '' ? String(thrown) : name },
  });
}

const otherSentence = 'The browser could not use its local database. Reload this page.';

const sentences: Readonly<Record<string, string>> = {
  QuotaExceededError: 'The browser has no room left for messages. Free some disk space, then reload.',
  VersionError: 'A newer Bothy has used this browser. Reload this page to get it.',
  SecurityError: 'The browser does not let this page store anything. Allow storage for it, then reload.',
  InvalidStateError: 'The browser refuses to store anything here, as in a private window. Use a normal one.',
};
