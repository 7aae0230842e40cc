export type { Migrations } from './migrations.ts';
export { type RoomFile, RoomFiles, type RoomFilesOptions } from './room-files.ts';
export { type DatabaseOptions, openDatabase, upgradeSqlite } from './sqlite-database.ts';
export { type EdgesOptions, type Enrolled, SqliteEdges } from './sqlite-edges.ts';
export {
  type Invitation,
  type InvitedClaim,
  type NameDirectoryOptions,
  type OwnedName,
  SqliteNameDirectory,
} from './sqlite-name-directory.ts';
export { type Removal, SqliteRemovals } from './sqlite-removals.ts';
export { SqliteWebhooks, type Webhook, type WebhooksOptions } from './sqlite-webhooks.ts';
