/** The identity of this browser profile: keys stay `CryptoKey` objects, so the device's never leaves the browser. */
import type { LocalIdentity } from '@bothy/identity';
import type { DBSchema, IDBPDatabase } from 'idb';
import { openIndexedDatabase, storageError } from './indexed-database.ts';

interface IdentitySchema extends DBSchema {
  identity: { key: 'local'; value: LocalIdentity };
}

export interface IdentityStore {
  /** The identity made in this profile; undefined before the first start. Rejects with `storage_failed`. */
  load(): Promise<LocalIdentity | undefined>;
  /** Keeps it durably. A second save replaces the first. Rejects with `storage_failed`. */
  save(identity: LocalIdentity): Promise<void>;
}

/** The identity in the database `bothy-identity`, which is opened for each use and held by no tab. */
export function browserIdentityStore(): IdentityStore {
  return {
    load: () => withDatabase((database) => database.get('identity', 'local')),
    save: (identity) =>
      withDatabase(async (database) => {
        const tx = database.transaction('identity', 'readwrite', { durability: 'strict' });
        await Promise.all([tx.store.put(identity, 'local'), tx.done]);
      }),
  };
}

async function withDatabase<T>(use: (database: IDBPDatabase<IdentitySchema>) => Promise<T>): Promise<T> {
  const database = await openIndexedDatabase<IdentitySchema>({
    name: 'bothy-identity',
    version: 1,
    upgrade: (db) => {
      db.createObjectStore('identity');
    },
    // A use takes milliseconds; one that loses its database fails by itself.
    lost: () => undefined,
  });
  try {
    return await use(database);
  } catch (thrown) {
    throw storageError(thrown);
  } finally {
    database.close();
  }
}
