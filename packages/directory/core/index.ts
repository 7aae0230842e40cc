export type {
  DirectoryInput,
  DirectoryOutput,
  DirectoryRefusal,
  DirectorySnapshot,
  DirectoryView,
  DirectoryWrite,
} from './directory-messages.ts';
