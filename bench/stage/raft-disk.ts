/** What a Raft member writes, in a file of SQLite: every commit is flushed to the disk. */
import { join } from 'node:path';
import { openSqlite } from '@bothy/store/sqlite-file';
import type { OpenStorage } from './raft-cluster.ts';

export function diskStorage(folder: string): OpenStorage {
  return (member) => {
    const database = openSqlite(join(folder, `${member}.sqlite`));
    database.exec('CREATE TABLE entries (at INTEGER PRIMARY KEY, term INTEGER, content TEXT) STRICT');
    database.exec('CREATE TABLE vote (one INTEGER PRIMARY KEY, term INTEGER, voted_for TEXT) STRICT');
    const cut = database.prepare('DELETE FROM entries WHERE at >= ?');
    const add = database.prepare('INSERT INTO entries VALUES (?, ?, ?)');
    const vote = database.prepare('INSERT OR REPLACE INTO vote VALUES (1, ?, ?)');
    return {
      commit(writes, done) {
        database.exec('BEGIN IMMEDIATE');
        for (const write of writes) {
          if (write.kind === 'putVote') vote.run(write.term, write.votedFor);
          if (write.kind !== 'putEntries') continue;
          cut.run(write.entries[0]?.index ?? 0);
          for (const { index, term, content } of write.entries) add.run(index, term, JSON.stringify(content));
        }
        database.exec('COMMIT');
        done();
      },
      close: () => database.close(),
    };
  };
}
