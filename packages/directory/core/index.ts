export type { DirectoryConfig } from './config.ts';
export { DirectoryCore } from './directory-core.ts';
export type {
  DirectoryInput,
  DirectoryOutput,
  DirectoryRefusal,
  DirectorySnapshot,
  DirectoryView,
  DirectoryWrite,
} from './directory-messages.ts';
export { DirectoryMachine, emptyContent } from './machine/directory-machine.ts';
export { type DirectoryLimits, directoryLimits } from './machine/limits.ts';
