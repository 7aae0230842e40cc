/**
 * The tables of an edge's own database. Made without a query builder, which would take more memory than all else of the
 * store; the version of the schema is SQLite's own `user_version`.
 */
import type { DatabaseSync } from 'node:sqlite';
import { BothyError } from '@bothy/wire';

/** Each brings the schema from the version of its place to the next one, in one transaction. */
const migrations: readonly string[] = [
  `
  -- boot, dropped, hasHome, answers and commanded rules, as JSON.
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  -- AUTOINCREMENT: the highest number is remembered when its item is gone.
  CREATE TABLE outbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    boot INTEGER NOT NULL,
    sensor TEXT NOT NULL,
    seq INTEGER NOT NULL,
    stamp_ms INTEGER NOT NULL,
    value REAL NOT NULL,
    unit TEXT,
    quality TEXT,
    bytes INTEGER NOT NULL
  );
  CREATE UNIQUE INDEX outbox_seq ON outbox (boot, sensor, seq);
  CREATE TABLE told (rule TEXT NOT NULL, sensor TEXT NOT NULL, PRIMARY KEY (rule, sensor)) WITHOUT ROWID;
  -- RuleStateRecord and DetectorState as JSON.
  CREATE TABLE rule_state (
    rule TEXT NOT NULL, node TEXT NOT NULL, sensor TEXT NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (rule, node, sensor)
  );
  CREATE TABLE detector (
    node TEXT NOT NULL, sensor TEXT NOT NULL, state TEXT NOT NULL, PRIMARY KEY (node, sensor)
  );
  `,
];

/** Throws `database_corrupt` when a newer program wrote it. */
export function upgradeEdgeTables(database: DatabaseSync, file: string): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0);
  if (version > migrations.length) {
    const advice = 'Use that version again, or another data folder.';
    throw new BothyError('database_corrupt', `${file} was written by a newer version of Bothy. ${advice}`);
  }
  for (const [at, migration] of migrations.entries()) {
    if (at < version) continue;
    database.exec(`BEGIN; ${migration} PRAGMA user_version = ${at + 1}; COMMIT`);
  }
}
