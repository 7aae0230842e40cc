/** Builds the web app when its sources differ from those of the last build. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BothyError } from '@bothy/wire';

/** The clone that this program belongs to. */
export const repositoryRoot: string = fileURLToPath(new URL('../../../', import.meta.url));

export interface WebBuildFolders {
  /** The repository. */
  readonly root: string;
  /** Where the built app is served from. */
  readonly output: string;
}

/** The folders of a clone of Bothy at `root`. */
export function webBuildFolders(root: string): WebBuildFolders {
  return { root, output: join(root, 'apps/web/dist') };
}

/** `missing`: never built, or a build was broken off. `stale`: built from other sources. */
export type WebBuildState = 'current' | 'stale' | 'missing';

const stampName = '.built-from';
/** A failed build may print a lot; the cause is at its end. */
const shownOutputChars = 2_000;

export function webBuildState(folders: WebBuildFolders): WebBuildState {
  const stamp = join(folders.output, stampName);
  if (!existsSync(stamp) || !existsSync(join(folders.output, 'index.html'))) return 'missing';
  return readFileSync(stamp, 'utf8') === hashWebSources(folders.root) ? 'current' : 'stale';
}

/** Throws `setup_failed` with the end of what the bundler printed. `runBundler` is another one in tests. */
export async function buildWeb(folders: WebBuildFolders, runBundler = runVite): Promise<void> {
  // Before the build: what is edited meanwhile is built again the next time.
  const hash = hashWebSources(folders.root);
  const { code, output } = await runBundler(folders);
  if (code !== 0) {
    const sentence = 'The web app could not be built: mend what follows, or fetch a clean copy of Bothy.';
    throw new BothyError('setup_failed', `${sentence}\n${output.slice(-shownOutputChars)}`);
  }
  // Last, and in the folder that a build empties first: a build that is broken off leaves no stamp.
  writeFileSync(join(folders.output, stampName), hash);
}

/** Builds it when its sources differ from those of the last build, and says so. Throws as `buildWeb`. */
export async function ensureWeb(folders: WebBuildFolders, print: (line: string) => void): Promise<void> {
  if (webBuildState(folders) === 'current') return;
  print('  building the web app …');
  const startedMs = performance.now();
  await buildWeb(folders);
  print(`  built the web app in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
}

/** Hash over everything that the bundle is made from: the web app, our packages it uses, and the lock file. */
export function hashWebSources(root: string): string {
  const hash = createHash('sha256');
  const sources = ['apps/web', ...usedPackages(root)].flatMap((folder) => sourceFiles(root, folder));
  for (const path of [...sources, 'package-lock.json']) {
    const content = readFileSync(join(root, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** Our own packages that the web app depends on, also through others, in a fixed order. */
function usedPackages(root: string): string[] {
  const used = new Set<string>();
  const visit = (folder: string): void => {
    const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>;
    };
    for (const name of Object.keys(manifest.dependencies ?? {})) {
      const dependency = `packages/${name.slice('@bothy/'.length)}`;
      if (!name.startsWith('@bothy/') || used.has(dependency)) continue;
      used.add(dependency);
      visit(dependency);
    }
  };
  visit('apps/web');
  return [...used].sort();
}

function sourceFiles(root: string, folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory())
        return ['dist', 'node_modules'].includes(entry.name) ? [] : sourceFiles(root, path);
      return /\.(test\.tsx?|md)$/.test(entry.name) ? [] : [path];
    });
}

interface BundlerResult {
  readonly code: number;
  readonly output: string;
}

/** As a process of its own, so that a node that was just started does not carry the bundler's memory. */
function runVite({ root, output }: WebBuildFolders): Promise<BundlerResult> {
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const args = [
    vite,
    'build',
    join(root, 'apps/web'),
    '--outDir',
    output,
    '--emptyOutDir',
    '--logLevel=warn',
  ];
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: join(root, 'apps/web'),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let printed = '';
    const keep = (chunk: string): void => {
      printed = (printed + chunk).slice(-shownOutputChars);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    child.once('error', (error) => resolve({ code: 1, output: error.message }));
    child.once('close', (code) => resolve({ code: code ?? 1, output: printed }));
  });
}
