// A node that runs for months needs neither the TypeScript compiler, some 35 MB, nor Node's compile cache, which
// keeps all that it has read: 10 MB. So a process of its own, which ends, takes the types out of every source before
// a server starts; it finds them by what is in its sources (`load-stripped.mjs`).
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { strippedFolder } from './stripped-file.mjs';

const stampName = 'prepared-for';
const stripper = fileURLToPath(new URL('./strip-sources.mjs', import.meta.url));
/** It takes a second; a machine where it takes much longer starts without. */
const mostMs = 30_000;

/**
 * Takes the types out of the sources of the repository, unless none has changed since it was done last. It is only a
 * preparation: for what fails here the program has Node do it, and what is wrong with a source is told then.
 *
 * @param {object} job
 * @param {string} job.node path of the Node that the program will run with
 * @param {string} job.root the repository
 */
export async function prepareStrippedSources({ node, root }) {
  const folder = strippedFolder(root);
  const stamp = join(folder, stampName);
  const newest = newestMs(root);
  if (newest === undefined) return;
  const wanted = `${node} ${newest}`;
  if (readText(stamp) === wanted) return;
  const child = spawn(node, ['--no-warnings', stripper, root], { stdio: 'ignore', timeout: mostMs });
  const ended = await new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
  if (!ended) return;
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(stamp, wanted);
  } catch {
    // A folder that cannot be written holds no sources either.
  }
}

/** @param {string} root of the repository @returns {string[]} flags for Node, with which it loads them */
export function strippedFlags(root) {
  const loader = new URL('./load-stripped.mjs', import.meta.url);
  loader.searchParams.set('root', pathToFileURL(root).href);
  return ['--import', loader.href];
}

/** @param {string} root @returns {string[]} absolute paths of the TypeScript that a server may load */
export function typedSources(root) {
  return ['apps', 'packages'].flatMap((name) => sourcesBelow(join(root, name)));
}

/** @param {string} folder @returns {string[]} */
function sourcesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ['node_modules', 'dist'].includes(entry.name) ? [] : sourcesBelow(path);
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts') ? [path] : [];
  });
}

/**
 * When one was changed last, in milliseconds of wall time; undefined when they change just now.
 *
 * @param {string} root
 */
function newestMs(root) {
  try {
    return Math.max(0, ...typedSources(root).map((path) => statSync(path).mtimeMs));
  } catch {
    return undefined;
  }
}

/** @param {string} path */
function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
