/** What the rules look at: the repository's own files as plain data, so that tests can plant a violation. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SourceFile {
  /** From the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Repository {
  readonly files: readonly SourceFile[];
}

export interface Violation {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** What is wrong and what to do, as one sentence. */
  readonly sentence: string;
}

export interface Rule {
  readonly name: string;
  /** What the rule demands. */
  readonly sentence: string;
  check(repository: Repository): readonly Violation[];
}

/** Folders that hold what others wrote or what programs made. */
const skippedFolders = new Set([
  'node_modules',
  'dist',
  'coverage',
  '.git',
  '.runtime',
  '.bothy',
  'output',
  'gen',
]);
const readEndings = ['.ts', '.tsx', '.mts', '.js', '.mjs', '.cjs', '.json', '.md', '.html', '.css'];

/** Reads every file the rules may look at, in the order of their paths. */
export function readRepository(root: string): Repository {
  const files: SourceFile[] = [];
  const visit = (folder: string): void => {
    const entries = readdirSync(join(root, folder), { withFileTypes: true });
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!skippedFolders.has(entry.name)) visit(path);
      } else if (readEndings.some((ending) => entry.name.endsWith(ending))) {
        files.push({ path, text: readFileSync(join(root, path), 'utf8') });
      }
    }
  };
  visit('');
  return { files: files.sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

export function isCode(path: string): boolean {
  return /\.(ts|tsx|mts|js|mjs|cjs)$/.test(path) && !path.endsWith('.d.ts');
}

export function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path);
}
