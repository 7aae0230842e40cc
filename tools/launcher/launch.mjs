// Starts a program of the repository: with Node 24 (a private one where the machine's is older) and with the
// packages of package-lock.json installed. Runs on Node 18 with nothing installed.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isInstalled, isNewEnough, oldestNodeMajor, wantedPackages } from './installation.mjs';
import { forwardSignals, LaunchError, runNpm } from './npm-install.mjs';
import { prepareStrippedSources } from './stripped-sources.mjs';

const repository = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/**
 * Runs `program` and ends this process as it ended. A failed preparation prints one sentence and exits with 1.
 *
 * @param {string} program path within the repository
 * @param {readonly string[]} args
 * @param {object} options
 * @param {string} [options.root] the repository; another one in tests
 * @param {readonly string[]} [options.nodeFlags] for Node itself
 * @param {Readonly<Record<string, string>>} [options.variables] of the environment, unless they are set already
 * @param {boolean} [options.prepared] the sources lose their types before the program starts, for `strippedFlags`
 */
export async function launch(program, args, options = {}) {
  const { root = repository, nodeFlags = [], variables = {}, prepared = false } = options;
  try {
    const node = await ensureNode(root);
    /** @type {NodeJS.ProcessEnv} */
    const env = {
      ...variables,
      ...process.env,
      PATH: [dirname(node), process.env.PATH ?? ''].join(delimiter),
    };
    await ensurePackages(root, env);
    env.NODE_COMPILE_CACHE ??= join(root, 'node_modules', '.cache', 'bothy-node');
    if (prepared) await prepareStrippedSources({ node, root });
    await runProgram(node, [...nodeFlags, join(root, program), ...args], env);
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

/** @param {string} root @returns {Promise<string>} the path of a Node that is new enough */
async function ensureNode(root) {
  if (isNewEnough(process.version)) return process.execPath;
  const name = process.platform === 'win32' ? 'node/bin/node.exe' : 'node/bin/node';
  const path = join('.runtime', 'node_modules', name);
  // npm writes this file last, so a download that was broken off is repeated.
  const record = join('.runtime', 'node_modules', '.package-lock.json');
  if (!existsSync(join(root, path)) || !existsSync(join(root, record))) {
    const found = process.version.replace(/^v/, '');
    process.stderr.write(
      `This machine has Node ${found}; Bothy takes a Node ${oldestNodeMajor} of its own.\n`,
    );
    await runNpm({
      root,
      args: ['install', '--no-save', '--prefix', '.runtime', `node@${oldestNodeMajor}`],
      what: `Node ${oldestNodeMajor}`,
      expected: [path],
      env: process.env,
    });
  }
  return join(root, path);
}

/** @param {string} root @param {NodeJS.ProcessEnv} env */
async function ensurePackages(root, env) {
  const wanted = readJson(join(root, 'package-lock.json'));
  if (wanted === undefined)
    throw new LaunchError('package-lock.json is missing or damaged: clone Bothy again.');
  if (isInstalled(wanted, readJson(join(root, 'node_modules', '.package-lock.json')))) return;
  // Not `npm ci`: it refuses a lock file that lacks the optional packages of other platforms, which npm leaves
  // out where a registry does not hold them. This keeps to the lock file as well, and never writes it.
  const args = ['install', '--no-save'];
  // npm makes all folders first and fills them as the packages arrive.
  const expected = wantedPackages(wanted).map((path) => `${path}/package.json`);
  await runNpm({ root, args, what: 'packages', expected, env });
}

/** @param {string} path */
function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {string} node @param {string[]} args @param {NodeJS.ProcessEnv} env @returns {Promise<void>} */
function runProgram(node, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, { env, stdio: 'inherit' });
    const stopForwarding = forwardSignals(child);
    child.once('error', (error) => reject(new LaunchError(`Node could not be started (${error.message}).`)));
    child.once('exit', (code, signal) => {
      stopForwarding();
      resolve();
      if (signal === null) process.exitCode = code ?? 1;
      else process.kill(process.pid, signal);
    });
  });
}
