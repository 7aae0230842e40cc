/** The tables of a node's directory; the version of the schema is SQLite's own `user_version`. */
import type { DatabaseSync } from 'node:sqlite';
import { BothyError } from '@bothy/wire';

/** Each once, in order. A later one is added behind, and none is changed. */
const migrations = [
  `
  -- One row, from the first write on.
  CREATE TABLE standing (
    once INTEGER PRIMARY KEY CHECK (once = 1),
    directory TEXT,
    -- A JSON array of node ids.
    founders TEXT NOT NULL DEFAULT '[]',
    yields_to TEXT,
    term INTEGER NOT NULL DEFAULT 0,
    voted_for TEXT
  );
  INSERT INTO standing (once) VALUES (1);
  -- One row at most: a RaftSnapshot as JSON.
  CREATE TABLE snapshot (once INTEGER PRIMARY KEY CHECK (once = 1), content TEXT NOT NULL);
  -- The log. The content is an EntryContent as JSON.
  CREATE TABLE entry (place INTEGER PRIMARY KEY, term INTEGER NOT NULL, content TEXT NOT NULL);
  `,
  // Contents and entries may be about keys that are kept out, which an earlier program would pass over.
  '',
];

/** Throws `database_corrupt` for a file of a newer program. */
export function upgradeDirectory(database: DatabaseSync, file: string): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0);
  if (version > migrations.length) {
    const advice = 'Use that version again, or another data directory.';
    throw new BothyError('database_corrupt', `${file} was written by a newer version of Bothy. ${advice}`);
  }
  for (const [at, migration] of migrations.entries()) {
    if (at < version) continue;
    database.exec(`BEGIN; ${migration} PRAGMA user_version = ${at + 1}; COMMIT`);
  }
}
