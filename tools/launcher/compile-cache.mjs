// What Node made of the sources, kept from start to start: the next one is quicker, and does not keep the
// TypeScript compiler in memory, some 35 MB. So that the first start does not either, another process, which ends,
// turns the sources into JavaScript before it.
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const stampName = 'prepared-for';
/** Compiling takes two seconds; a machine where it takes longer starts without. */
const mostMs = 30_000;

/**
 * Fills the cache for these modules and all that they import, unless no source has changed since it was done last.
 * It is only a preparation: what fails here is told by the program itself.
 *
 * @param {object} job
 * @param {string} job.node path of the Node that the program will run with
 * @param {readonly string[]} job.nodeFlags those of the program: they are part of what the cache is for
 * @param {string} job.root the repository
 * @param {readonly string[]} job.modules paths within it; the program's own last, for it may end the process
 * @param {NodeJS.ProcessEnv} job.env with NODE_COMPILE_CACHE
 */
export async function prepareCompileCache({ node, nodeFlags, root, modules, env }) {
  const folder = env.NODE_COMPILE_CACHE ?? '';
  if (folder === '') return;
  // Node and edge are different programs: each has a stamp of its own.
  const stamp = join(folder, `${stampName}-${basename(modules[0] ?? '', '.ts')}`);
  const newestMs = Math.max(...['apps', 'packages'].map((name) => newestSource(join(root, name))));
  const sources = [node, ...nodeFlags, newestMs].join(' ');
  if (readText(stamp) === sources) return;
  // Threads have modules of their own, which throw elsewhere: they were compiled all the same.
  const code = `const modules = process.argv.slice(1);
    process.argv = [process.execPath, '', '--version'];
    for (const each of modules) await import(each).catch(() => {});`;
  const urls = modules.map((path) => pathToFileURL(join(root, path)).href);
  const child = spawn(node, [...nodeFlags, '--input-type=module', '--eval', code, '--', ...urls], {
    cwd: root,
    env,
    stdio: 'ignore',
    timeout: mostMs,
  });
  const ended = await new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (_code, signal) => resolve(signal === null));
  });
  if (!ended) return;
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(stamp, sources);
  } catch {
    // A folder that cannot be written holds no cache either.
  }
}

/** When a TypeScript source below `folder` was changed last, in milliseconds. @param {string} folder @returns {number} */
function newestSource(folder) {
  let newestMs = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!['node_modules', 'dist'].includes(entry.name)) newestMs = Math.max(newestMs, newestSource(path));
    } else if (entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts')) {
      newestMs = Math.max(newestMs, statSync(path).mtimeMs);
    }
  }
  return newestMs;
}

/** @param {string} path */
function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
