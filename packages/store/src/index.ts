export type { Migrations } from './migrations.ts';
export { type DatabaseOptions, openDatabase } from './sqlite-database.ts';
export {
  type Invitation,
  type InvitedClaim,
  type NameDirectoryOptions,
  SqliteNameDirectory,
} from './sqlite-name-directory.ts';
