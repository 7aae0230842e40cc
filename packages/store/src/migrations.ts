/** Schema migrations, by Kysely's own migrator: each once, in order, recorded in the database. */
import { BothyError } from '@bothy/wire';
import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';

/** Migrations by name; names sort in the order of application: `001-names`, `002-…`. */
export type Migrations = Readonly<Record<string, Migration>>;

/** Applies what is missing. Throws `database_corrupt` when the database is of a newer program. */
export async function migrate<Schema>(database: Kysely<Schema>, migrations: Migrations): Promise<void> {
  const provider = { getMigrations: async () => ({ ...migrations }) };
  const { error } = await new Migrator({ db: database, provider }).migrateToLatest();
  if (error === undefined) return;
  // Kysely says so when the database records a migration that this program does not know.
  if (!/previously executed migration/.test(String(error))) throw error;
  const advice = 'Use that version again, or another data directory.';
  throw new BothyError(
    'database_corrupt',
    `The database was written by a newer version of Bothy. ${advice}`,
    {
      cause: error,
    },
  );
}
