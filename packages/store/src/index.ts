export type { Migrations } from './migrations.ts';
export { type DatabaseOptions, openDatabase } from './sqlite-database.ts';
export {
  type Invitation,
  type InvitedClaim,
  type NameDirectoryOptions,
  type OwnedName,
  SqliteNameDirectory,
} from './sqlite-name-directory.ts';
