/**
 * How many of the branches of `packages/protocols/src` its unit tests take, by folder: at least 95 %, nothing left out.
 * Measured by V8 while they run.
 */
import { readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { repositoryRoot } from './child-process.ts';

export const leastBranchShare = 0.95;

const measuredFolder = 'packages/protocols/src';

export interface FolderBranches {
  /** Below `packages/protocols/src`; empty for files that lie there themselves. */
  readonly folder: string;
  readonly taken: number;
  readonly all: number;
}

/** What is read of the report `json-summary`: a file's path, or `total`. */
type Summary = Readonly<
  Record<string, { readonly branches: { readonly total: number; readonly covered: number } }>
>;

/** Vitest's arguments; the report goes into this folder. */
export function coverageArgs(reportFolder: string): readonly string[] {
  return [
    '--coverage.enabled',
    '--coverage.provider=v8',
    `--coverage.include=${measuredFolder}/**/*.ts`,
    '--coverage.reporter=json-summary',
    `--coverage.reportsDirectory=${reportFolder}`,
    // A failed test is reported as such, and not as what it did not reach.
    '--coverage.reportOnFailure',
  ];
}

/** Undefined when there is no report. */
export function readBranches(reportFolder: string): readonly FolderBranches[] | undefined {
  try {
    const text = readFileSync(join(reportFolder, 'coverage-summary.json'), 'utf8');
    return branchesByFolder(JSON.parse(text) as Summary, join(repositoryRoot, measuredFolder));
  } catch {
    return undefined;
  }
}

/** Sorted by folder. Families are one folder each, however deep they go. */
export function branchesByFolder(summary: Summary, root: string): readonly FolderBranches[] {
  const folders = new Map<string, { taken: number; all: number }>();
  for (const [file, { branches }] of Object.entries(summary)) {
    if (file === 'total') continue;
    const parts = relative(root, file).split(sep);
    const folder = parts.slice(0, -1).join('/');
    const counts = folders.get(folder) ?? { taken: 0, all: 0 };
    counts.taken += branches.covered;
    counts.all += branches.total;
    folders.set(folder, counts);
  }
  return [...folders].map(([folder, counts]) => ({ folder, ...counts })).sort(byName);
}

/** A line for each folder and one for all; whether all is enough. */
export function judgeBranches(folders: readonly FolderBranches[]): {
  readonly lines: readonly string[];
  readonly isEnough: boolean;
} {
  const all = folders.reduce((sum, each) => sum + each.all, 0);
  const taken = folders.reduce((sum, each) => sum + each.taken, 0);
  const lines = folders.filter((each) => each.all > 0).map(lineOf);
  const total = lineOf({ folder: 'all of packages/protocols', taken, all });
  const isEnough = all > 0 && taken >= all * leastBranchShare;
  const verdict = isEnough ? '' : `, below ${leastBranchShare * 100} %`;
  return { lines: [...lines, `${total}${verdict}`], isEnough };
}

function lineOf({ folder, taken, all }: FolderBranches): string {
  return `   ${((100 * taken) / Math.max(1, all)).toFixed(1)} % of ${all} branches: ${folder === '' ? 'in no folder' : folder}`;
}

function byName(one: FolderBranches, other: FolderBranches): number {
  return one.folder < other.folder ? -1 : 1;
}
