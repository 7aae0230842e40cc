export type { Migrations } from './migrations.ts';
export { type DatabaseOptions, openDatabase } from './sqlite-database.ts';
export { type NameDirectoryOptions, SqliteNameDirectory } from './sqlite-name-directory.ts';
