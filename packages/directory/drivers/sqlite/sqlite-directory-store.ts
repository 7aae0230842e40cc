/**
 * A node's directory on its disk: `directory.sqlite`. Rules DR40… in SPEC.md. Commits are few and small, and what they
 * promise to other nodes waits for them anyway, so they are made in the thread that asks.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { EntryContent, RaftSnapshot } from '@bothy/protocols';
import type { Storage } from '@bothy/runtime';
import { FileLock } from '@bothy/store/file-lock';
import { asDatabaseError, openSqlite } from '@bothy/store/sqlite-file';
import { BothyError, type DirectoryCommand, type DirectoryContent, type NodeId } from '@bothy/wire';
import type { DirectorySnapshot, DirectoryWrite } from '../../core/directory-messages.ts';
import { upgradeDirectory } from './directory-tables.ts';

export interface DirectoryStoreOptions {
  /** Path of `directory.sqlite`; its folder is made when it is not there. */
  readonly file: string;
}

export class SqliteDirectoryStore implements Storage<DirectoryWrite> {
  readonly #file: string;
  readonly #database: DatabaseSync;
  readonly #lock: FileLock;
  readonly #prepared = new Map<string, StatementSync>();
  /** Why nothing is written any more. */
  #broken: BothyError | undefined;
  #isOpen = true;

  private constructor(file: string, database: DatabaseSync, lock: FileLock) {
    this.#file = file;
    this.#database = database;
    this.#lock = lock;
  }

  /**
   * Opens the file and brings its tables up to date. Throws `data_directory_unusable`, also when another process has it
   * open, or `database_corrupt`; each says what to do.
   */
  static open({ file }: DirectoryStoreOptions): SqliteDirectoryStore {
    const database = openSqlite(file);
    let lock: FileLock | undefined;
    try {
      lock = new FileLock(file);
      upgradeDirectory(database, file);
      return new SqliteDirectoryStore(file, database, lock);
    } catch (thrown) {
      lock?.release();
      database.close();
      throw asDatabaseError(file, thrown);
    }
  }

  /** What a start is built from. Throws `database_corrupt`. */
  load(): DirectorySnapshot {
    try {
      return this.#load();
    } catch (thrown) {
      // What cannot be read as it was written is damage, too.
      const isSqlite = (thrown as { errcode?: unknown }).errcode !== undefined;
      throw isSqlite ? asDatabaseError(this.#file, thrown) : damaged(this.#file, thrown);
    }
  }

  /**
   * As `Storage` says: durable when `done` is called, which is before this returns. After a write that was refused
   * nothing is taken any more, for the next could rest on it: open the store anew.
   */
  commit(writes: readonly DirectoryWrite[], done: (error?: unknown) => void): void {
    if (this.#broken === undefined && !this.#isOpen)
      this.#broken = new BothyError('storage_failed', 'The directory’s database is closed.');
    if (this.#broken !== undefined) return done(this.#broken);
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      for (const write of writes) this.#write(write);
      this.#database.exec('COMMIT');
    } catch (thrown) {
      this.#broken = this.#refused(thrown);
      return done(this.#broken);
    }
    done();
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#database.close();
    this.#lock.release();
  }

  #load(): DirectorySnapshot {
    const [id, founders, yieldsTo, term, votedFor] = this.#row(
      'SELECT directory, founders, yields_to, term, voted_for FROM standing',
    );
    const [snapshot] = this.#row('SELECT content FROM snapshot');
    const rows = this.#statement('SELECT place, term, content FROM entry ORDER BY place').all();
    const entries = (rows as unknown as readonly Cell[][]).map(([place, ofTerm, content]) => ({
      index: Number(place),
      term: Number(ofTerm),
      content: JSON.parse(String(content)) as EntryContent<DirectoryCommand>,
    }));
    if (entries.some(({ index }, at) => index !== (entries[0]?.index ?? 0) + at))
      throw new Error('the log has a gap');
    return {
      directory:
        typeof id === 'string' ? { id, founders: JSON.parse(String(founders)) as readonly NodeId[] } : null,
      yieldsTo: typeof yieldsTo === 'string' ? yieldsTo : null,
      raft: {
        term: Number(term),
        votedFor: typeof votedFor === 'string' ? votedFor : null,
        snapshot:
          snapshot === undefined ? null : (JSON.parse(String(snapshot)) as RaftSnapshot<DirectoryContent>),
        entries,
      },
    };
  }

  #write(write: DirectoryWrite): void {
    switch (write.kind) {
      case 'putDirectory': {
        const { directory, founders } = write;
        this.#run('DELETE FROM entry');
        this.#run('DELETE FROM snapshot');
        const set = 'UPDATE standing SET directory = ?, founders = ?, term = 0, voted_for = NULL';
        return this.#run(set, directory, JSON.stringify(founders));
      }
      case 'putYield':
        return this.#run('UPDATE standing SET yields_to = ?', write.to);
      case 'putVote':
        return this.#run('UPDATE standing SET term = ?, voted_for = ?', write.term, write.votedFor);
      case 'putEntries': {
        const [first] = write.entries;
        if (first === undefined) return;
        this.#run('DELETE FROM entry WHERE place >= ?', first.index);
        for (const { index, term, content } of write.entries)
          this.#run('INSERT INTO entry VALUES (?, ?, ?)', index, term, JSON.stringify(content));
        return;
      }
      case 'putSnapshot': {
        const { snapshot, dropThrough, dropAll } = write;
        this.#run('INSERT OR REPLACE INTO snapshot VALUES (1, ?)', JSON.stringify(snapshot));
        if (dropAll) this.#run('DELETE FROM entry');
        else this.#run('DELETE FROM entry WHERE place <= ?', dropThrough);
        return;
      }
    }
  }

  #refused(thrown: unknown): BothyError {
    // The engine has ended the transaction itself where the disk is full.
    try {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
    } catch {
      // Nothing more can be done with it; what was thrown first says why.
    }
    const error = asDatabaseError(this.#file, thrown);
    if (error.code !== 'storage_failed') return error;
    const why = `The directory’s database cannot be written (${error.message}).`;
    const advice = 'Free space on its disk; the node tries again by itself.';
    return new BothyError('storage_failed', `${why} ${advice}`, { cause: thrown });
  }

  #run(sql: string, ...cells: Cell[]): void {
    this.#statement(sql).run(...cells);
  }

  #row(sql: string): readonly Cell[] {
    return (this.#statement(sql).get() as unknown as readonly Cell[] | undefined) ?? [];
  }

  /** Rows as arrays, prepared once. */
  #statement(sql: string): StatementSync {
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    statement.setReturnArrays(true);
    this.#prepared.set(sql, statement);
    return statement;
  }
}

type Cell = string | number | null;

function damaged(file: string, cause: unknown): BothyError {
  const advice =
    'Move it away and start again: the node then takes the directory from the other ones. Never put an older copy of it in its place.';
  return new BothyError('database_corrupt', `${file} is damaged. ${advice}`, { cause });
}
