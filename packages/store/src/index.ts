export type { Migrations } from './migrations.ts';
export { type DatabaseOptions, openDatabase, upgradeSqlite } from './sqlite-database.ts';
export { asDatabaseError, openSqlite } from './sqlite-file.ts';
export {
  type Invitation,
  type InvitedClaim,
  type NameDirectoryOptions,
  type OwnedName,
  SqliteNameDirectory,
} from './sqlite-name-directory.ts';
