// Runs npm and shows how far it is. npm itself prints nothing useful while it works, so the packages that
// have arrived are counted.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { explainFailure } from './installation.mjs';

const pollMs = 500;
/** npm's log may be long; the cause is at its end. */
const keptOutputChars = 20_000;

/** An outside failure; its message is one sentence that says what to do. */
export class LaunchError extends Error {}

/**
 * @param {object} job
 * @param {string} job.root the folder to run in
 * @param {string[]} job.args npm's arguments
 * @param {string} job.what in words: "Node 24", "packages"
 * @param {readonly string[]} job.expected the files that will exist once it is done; they are counted meanwhile
 * @param {NodeJS.ProcessEnv} job.env
 */
export async function runNpm({ root, args, what, expected, env }) {
  const isWindows = process.platform === 'win32';
  const child = spawn('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    env,
    shell: isWindows,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (/** @type {string} */ text) => {
    output = (output + text).slice(-keptOutputChars);
  });
  const stopShowing = showProgress(root, what, expected);
  const stopForwarding = forwardSignals(child);
  try {
    const code = await exitOf(child);
    if (code !== 0) throw new LaunchError(explainFailure(what, output));
    stopShowing(true);
  } finally {
    stopShowing(false);
    stopForwarding();
  }
}

/** @param {import('node:child_process').ChildProcess} child @returns {Promise<number>} */
function exitOf(child) {
  return new Promise((resolve, reject) => {
    child.once('error', () => {
      const advice = 'npm was not found: install Node.js 18 or newer together with npm, then start again.';
      reject(new LaunchError(advice));
    });
    child.once('close', (code, signal) => {
      if (signal === 'SIGINT' || signal === 'SIGTERM')
        reject(new LaunchError('Stopped before it was installed.'));
      else resolve(code ?? 1);
    });
  });
}

/** On a terminal one line that is drawn again; elsewhere a line for each quarter. */
function showProgress(
  /** @type {string} */ root,
  /** @type {string} */ what,
  /** @type {readonly string[]} */ expected,
) {
  const isTerminal = process.stderr.isTTY === true;
  const startedMs = Date.now();
  const write = (/** @type {string} */ text) => process.stderr.write(text);
  let shownQuarter = 0;
  let isOver = false;
  const seconds = () => Math.round((Date.now() - startedMs) / 1000);
  write(`  installing ${what} …${isTerminal ? '' : '\n'}`);
  const timer = setInterval(() => {
    const arrived = expected.filter((path) => existsSync(join(root, path))).length;
    const quarter = Math.floor((4 * arrived) / Math.max(expected.length, 1));
    const count = expected.length > 1 ? `${arrived} of ${expected.length}, ` : '';
    if (isTerminal) write(`\r\x1b[K  installing ${what} … ${count}${seconds()} s`);
    else if (quarter > shownQuarter && quarter < 4) write(`  installing ${what} … ${count}${seconds()} s\n`);
    shownQuarter = Math.max(shownQuarter, quarter);
  }, pollMs);
  return (/** @type {boolean} */ succeeded) => {
    if (isOver) return;
    isOver = true;
    clearInterval(timer);
    if (isTerminal) write('\r\x1b[K');
    if (succeeded) write(`  installed ${what} in ${seconds()} s\n`);
  };
}

/**
 * Passes SIGINT, SIGTERM and SIGHUP on to the child, and keeps them from ending this process before it.
 *
 * @param {import('node:child_process').ChildProcess} child
 */
export function forwardSignals(child) {
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const forward = (/** @type {NodeJS.Signals} */ signal) => {
    child.kill(signal);
  };
  for (const signal of signals) process.on(signal, forward);
  return () => {
    for (const signal of signals) process.off(signal, forward);
  };
}
