/**
 * What a device keeps, in IndexedDB. The key of an entry is (conversation, log,
 * n); an index in the order of the screen serves history page by page.
 */
import type {
  Contact,
  EntryQuery,
  EntryRow,
  LogHead,
  PeerSnapshot,
  PeerWrite,
  ReadMark,
  Receipt,
} from '@bothy/peer/core';
import type { Hlc } from '@bothy/protocols';
import type { Storage } from '@bothy/runtime';
import { type BothyError, deviceKey, type LogKey, type PersonId } from '@bothy/wire';
import { parseEntryBody } from '@bothy/wire/schemas';
import type { DBSchema, IDBPDatabase, IDBPObjectStore, StoreNames } from 'idb';
import { openIndexedDatabase, storageError } from './indexed-database.ts';

/** A place on the screen, between whose rows history is read. */
export type HistoryPosition = Pick<EntryRow, 'hlc' | 'log' | 'n'>;

/** Names one entry. */
export type EntryKey = Pick<EntryRow, 'conversation' | 'log' | 'n'>;

export interface HistoryQuery {
  /** Only rows strictly before this one; of those the newest. */
  readonly before?: HistoryPosition | undefined;
  /** Only rows strictly after this one; of those the oldest. Not together with `before`. */
  readonly after?: HistoryPosition | undefined;
  /** At most so many rows. */
  readonly limit: number;
}

/** Everything the peer needs of a store. Promises reject with `storage_failed`. */
export interface PeerStore extends Storage<PeerWrite> {
  /** Everything but the entries. */
  load(): Promise<PeerSnapshot>;
  /** Consecutive rows of one log, in order of `n`. */
  entries(query: EntryQuery): Promise<EntryRow[]>;
  /**
   * The rows of a conversation next to a position, or its newest ones, oldest
   * first, as `compareRows` orders them. Fewer than `limit`: there are no more on that side.
   */
  history(conversation: string, query: HistoryQuery): Promise<EntryRow[]>;
  /** The edits and deletions of these rows, wherever they stand; in no order. */
  amendments(rows: readonly EntryKey[]): Promise<EntryRow[]>;
  /** Raises the durable boot counter and returns it: 1 for the first start. */
  nextBoot(): Promise<number>;
  close(): void;
}

type StoredKey = [conversation: string, log: LogKey, n: number];

/** With the key of the entry that it changes or deletes, if any: what makes that quick to find. */
type StoredRow = EntryRow & { readonly amends?: StoredKey };

interface PeerSchema extends DBSchema {
  contacts: { key: string; value: Contact };
  entries: {
    key: [conversation: string, log: LogKey, n: number];
    value: StoredRow;
    indexes: {
      onScreen: [conversation: string, ms: number, counter: number, log: LogKey, n: number];
      amendments: StoredKey;
    };
  };
  heads: { key: [conversation: string, log: LogKey]; value: LogHead };
  receipts: { key: [conversation: string, device: string]; value: Receipt };
  readMarks: { key: [conversation: string, log: LogKey]; value: ReadMark };
  /** Under `clock` the clock, under `bootCounter` the counter. */
  meta: { key: string; value: Hlc | number };
}

type PeerIdb = IDBPDatabase<PeerSchema>;

/** Raised with every change of the layout; `upgrade` then adds a step and never changes an old one. */
const schemaVersion = 2;

export interface PeerDatabaseOptions {
  readonly person: PersonId;
  /** Called when the browser takes the open database away. */
  readonly lost: (error: BothyError) => void;
}

/** Opens (and creates or upgrades) the database `bothy-<person>`. Rejects with `storage_failed`. */
export async function openPeerDatabase(options: PeerDatabaseOptions): Promise<PeerStore> {
  const database = await openIndexedDatabase<PeerSchema>({
    name: `bothy-${options.person}`,
    version: schemaVersion,
    upgrade: (db, oldVersion, _newVersion, tx) => {
      if (oldVersion < 1) createVersion1(db);
      if (oldVersion < 2) tx.objectStore('entries').createIndex('amendments', 'amends');
    },
    lost: options.lost,
  });
  return new PeerDatabase(database);
}

function createVersion1(db: PeerIdb): void {
  db.createObjectStore('contacts', { keyPath: 'id' });
  const entries = db.createObjectStore('entries', { keyPath: ['conversation', 'log', 'n'] });
  entries.createIndex('onScreen', ['conversation', 'hlc.ms', 'hlc.counter', 'log', 'n'], { unique: true });
  db.createObjectStore('heads', { keyPath: ['conversation', 'log'] });
  db.createObjectStore('receipts', { keyPath: ['conversation', 'device'] });
  db.createObjectStore('readMarks', { keyPath: ['conversation', 'log'] });
  db.createObjectStore('meta');
}

class PeerDatabase implements PeerStore {
  readonly #db: PeerIdb;

  constructor(db: PeerIdb) {
    this.#db = db;
  }

  load(): Promise<PeerSnapshot> {
    return failingAsStorage(async () => {
      const tx = this.#db.transaction(['contacts', 'heads', 'receipts', 'readMarks', 'meta']);
      const [contacts, heads, receipts, readMarks, clock] = await Promise.all([
        tx.objectStore('contacts').getAll(),
        tx.objectStore('heads').getAll(),
        tx.objectStore('receipts').getAll(),
        tx.objectStore('readMarks').getAll(),
        tx.objectStore('meta').get('clock'),
        tx.done,
      ]);
      return { contacts, heads, receipts, readMarks, clock: isHlc(clock) ? clock : { ms: 0, counter: 0 } };
    });
  }

  commit(writes: readonly PeerWrite[], done: (error?: unknown) => void): void {
    failingAsStorage(() => this.#write(writes)).then(() => done(), done);
  }

  entries(query: EntryQuery): Promise<EntryRow[]> {
    const { conversation, log, from, limit } = query;
    const range = IDBKeyRange.bound([conversation, log, from], [conversation, log, from + limit - 1]);
    return failingAsStorage(() => this.#db.getAll('entries', range));
  }

  history(conversation: string, query: HistoryQuery): Promise<EntryRow[]> {
    const { before, after, limit } = query;
    return failingAsStorage(async () => {
      const onScreen = this.#db.transaction('entries').store.index('onScreen');
      if (after !== undefined) {
        const later = IDBKeyRange.bound(screenKey(conversation, after), [conversation, []], true, true);
        return await onScreen.getAll(later, limit);
      }
      // An array sorts above any number, so the second bound is above every row of the conversation.
      const end = before === undefined ? [conversation, []] : screenKey(conversation, before);
      const rows: EntryRow[] = [];
      let cursor = await onScreen.openCursor(IDBKeyRange.bound([conversation], end, false, true), 'prev');
      while (cursor !== null && rows.length < limit) {
        rows.push(cursor.value);
        cursor = await cursor.continue();
      }
      return rows.reverse();
    });
  }

  amendments(rows: readonly EntryKey[]): Promise<EntryRow[]> {
    return failingAsStorage(async () => {
      const index = this.#db.transaction('entries').store.index('amendments');
      const found = await Promise.all(
        rows.map(({ conversation, log, n }) => index.getAll([conversation, log, n])),
      );
      return found.flat();
    });
  }

  nextBoot(): Promise<number> {
    return failingAsStorage(async () => {
      const tx = this.#db.transaction('meta', 'readwrite', { durability: 'strict' });
      const before = await tx.store.get('bootCounter');
      const counter = (typeof before === 'number' ? before : 0) + 1;
      await Promise.all([tx.store.put(counter, 'bootCounter'), tx.done]);
      return counter;
    });
  }

  close(): void {
    this.#db.close();
  }

  /** One transaction; resolves when the disk has it, for `delivered` is said on the strength of it. */
  async #write(writes: readonly PeerWrite[]): Promise<void> {
    const tx = this.#db.transaction(
      ['contacts', 'entries', 'heads', 'receipts', 'readMarks', 'meta'],
      'readwrite',
      { durability: 'strict' },
    );
    const put = (write: PeerWrite): Promise<unknown> => {
      switch (write.kind) {
        case 'putContact':
          return tx.objectStore('contacts').put(write.contact);
        case 'deleteContact':
          return tx.objectStore('contacts').delete(write.id);
        case 'putEntry':
          return putEntry(tx.objectStore('entries'), stored(write.row));
        case 'dropBody':
          return dropBodies(tx.objectStore('entries'), [write.conversation, write.log, write.n]);
        case 'cutLog':
          return cutLog(tx.objectStore('entries'), tx.objectStore('heads'), write);
        case 'putHead':
          return tx.objectStore('heads').put(write.head);
        case 'putReceipt':
          return tx.objectStore('receipts').put(write.receipt);
        case 'putReadMark':
          return tx.objectStore('readMarks').put(write.mark);
        case 'putClock':
          return tx.objectStore('meta').put(write.clock, 'clock');
      }
    };
    const requests: Promise<unknown>[] = [];
    try {
      // Deletions come last: they look for the edits that came with them.
      const [drops, puts] = [writes.filter(isDrop), writes.filter((write) => !isDrop(write))];
      for (const write of puts) requests.push(put(write));
      await Promise.all(requests);
      for (const write of drops) requests.push(put(write));
      await Promise.all(requests);
    } catch (thrown) {
      // A write that is refused before it becomes a request leaves the transaction alive: nothing of it may stay.
      abort(tx);
      await Promise.allSettled([...requests, tx.done]);
      throw thrown;
    }
    await tx.done;
  }
}

/** A head that is put with it stays: it comes later in the same transaction. */
async function cutLog(
  entries: EntryStore,
  heads: IDBPObjectStore<PeerSchema, StoreNames<PeerSchema>[], 'heads', 'readwrite'>,
  { conversation, log, from }: Extract<PeerWrite, { kind: 'cutLog' }>,
): Promise<void> {
  const tail = IDBKeyRange.bound([conversation, log, from], [conversation, log, Number.MAX_SAFE_INTEGER]);
  const deleted = entries.delete(tail);
  if (from === 1) await heads.delete([conversation, log]);
  await deleted;
}

function isDrop({ kind }: PeerWrite): boolean {
  return kind === 'dropBody';
}

function abort(tx: { abort(): void }): void {
  try {
    tx.abort();
  } catch {
    // A request that failed has done so already.
  }
}

type EntryStore = IDBPObjectStore<PeerSchema, StoreNames<PeerSchema>[], 'entries', 'readwrite'>;

/** An edit of a message that was deleted before keeps no text either. */
async function putEntry(entries: EntryStore, row: StoredRow): Promise<void> {
  if (!isEdit(row)) return void (await entries.put(row));
  const target = await entries.get(row.amends);
  await entries.put(target?.record.body === null ? withoutBody(row) : row);
}

/**
 * Of a message and of its edits only the headers stay. Reading and writing are of one transaction, so nothing
 * comes between.
 */
async function dropBodies(entries: EntryStore, key: StoredKey): Promise<void> {
  const [row, amending] = await Promise.all([entries.get(key), entries.index('amendments').getAll(key)]);
  const dropped = [...(row === undefined ? [] : [row]), ...amending.filter(isEdit)];
  await Promise.all(dropped.map((each) => entries.put(withoutBody(each))));
}

function withoutBody(row: StoredRow): StoredRow {
  return { ...row, record: { ...row.record, body: null } };
}

function isEdit(row: StoredRow): row is StoredRow & { readonly amends: StoredKey } {
  if (row.amends === undefined || row.record.body === null) return false;
  const body = parseEntryBody(row.record.body);
  return body.ok && body.value?.kind === 'edit';
}

function stored(row: EntryRow): StoredRow {
  // Most bodies are messages: only what may be something else is parsed.
  const body = row.record.body?.includes('"of"') ? parseEntryBody(row.record.body) : undefined;
  if (body?.ok !== true || body.value === undefined || body.value.kind === 'message') return row;
  const [person = ''] = row.log.split('/');
  const { device, n } = body.value.of;
  return { ...row, amends: [row.conversation, deviceKey({ person, device }), n] };
}

function screenKey(conversation: string, { hlc, log, n }: HistoryPosition): IDBValidKey {
  return [conversation, hlc.ms, hlc.counter, log, n];
}

function isHlc(value: Hlc | number | undefined): value is Hlc {
  return typeof value === 'object';
}

async function failingAsStorage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw storageError(thrown);
  }
}
