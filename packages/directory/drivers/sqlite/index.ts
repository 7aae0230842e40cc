export { type DirectoryStoreOptions, SqliteDirectoryStore } from './sqlite-directory-store.ts';
