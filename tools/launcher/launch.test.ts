import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { strippedFlags } from './stripped-sources.mjs';

const launcher = new URL('./launch.mjs', import.meta.url).href;
const lock = JSON.stringify({ packages: { 'node_modules/ws': { version: '1.0.0' } } });

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bothy-launch-'));
  options = {};
  put('package-lock.json', lock);
  put('program.mjs', 'console.log("ran", ...process.argv.slice(2)); process.exitCode = 3;');
});
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, text: string, mode = 0o644): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text, { mode });
}

/** A machine whose only npm does this. */
function putNpm(script: string): void {
  put('bin/npm', `#!/bin/sh\n${script}\n`, 0o755);
}

/** More of what the launcher is told. */
let options: { nodeFlags?: string[]; prepared?: boolean };

function start(...args: string[]): {
  child: ChildProcess;
  ended: Promise<{ code: number | null; text: string }>;
} {
  const code = `const { launch } = await import(${JSON.stringify(launcher)});
    await launch('program.mjs', ${JSON.stringify(args)}, ${JSON.stringify({ root, ...options })});`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    env: { PATH: `${join(root, 'bin')}:/bin:/usr/bin` },
  });
  let text = '';
  const keep = (chunk: Buffer): void => {
    text += chunk.toString();
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise<{ code: number | null; text: string }>((resolve) => {
    child.once('close', (exitCode) => resolve({ code: exitCode, text }));
  });
  return { child, ended };
}

test('installs nothing when everything is there, passes arguments on and keeps the exit code', async () => {
  put('node_modules/.package-lock.json', lock);
  putNpm('echo "npm ran"; exit 9');
  expect(await start('up', '--http', '9000').ended).toEqual({ code: 3, text: 'ran up --http 9000\n' });
});

test('installs what is missing first', async () => {
  putNpm(
    `[ "$1" = install ] && mkdir -p node_modules && cp package-lock.json node_modules/.package-lock.json`,
  );
  const { code, text } = await start().ended;
  expect(text.match(/installing packages|installed packages|ran/g)).toEqual([
    'installing packages',
    'installed packages',
    'ran',
  ]);
  expect(code).toBe(3);
});

test('a failed install is one sentence, exit code 1, and nothing is run', async () => {
  putNpm('echo "npm error code ENOTFOUND" >&2; exit 1');
  const { code, text } = await start().ended;
  expect(code).toBe(1);
  expect(text).toContain('connect this machine to the network');
  expect(text).not.toContain('at ');
  expect(text).not.toContain('ran');
});

test('a lock file that cannot be read is told', async () => {
  put('package-lock.json', '<<<<<<< ours');
  const { code, text } = await start().ended;
  expect(code).toBe(1);
  expect(text).toBe('package-lock.json is missing or damaged: clone Bothy again.\n');
});

test('a signal reaches the program, whose exit code is kept', async () => {
  put('node_modules/.package-lock.json', lock);
  const program = `process.once('SIGTERM', () => { console.log('stopped'); process.exit(7); });
    setInterval(() => {}, 1000); console.log('waiting');`;
  put('program.mjs', program);
  const { child, ended } = start();
  child.stdout?.once('data', () => child.kill('SIGTERM'));
  expect(await ended).toEqual({ code: 7, text: 'waiting\nstopped\n' });
});

test('sources lose their types before a program starts, in another process, once while none changes', async () => {
  put('node_modules/.package-lock.json', lock);
  put('packages/other.ts', 'const text: string = "stripped"; export default text;');
  const compiler = 'process.moduleLoadList.some((name: string) => name.includes("amaro"))';
  put('apps/program.ts', `import text from '../packages/other.ts'; console.log(text, ${compiler});`);
  put('program.mjs', `import './apps/program.ts';`);
  options = { nodeFlags: strippedFlags(root), prepared: true };
  expect(await start().ended).toEqual({ code: 0, text: 'stripped false\n' });

  const folder = join(root, 'node_modules/.cache/bothy-sources');
  const stamp = join(folder, 'prepared-for');
  const before = statSync(stamp).mtimeMs;
  await start().ended;
  expect(statSync(stamp).mtimeMs).toBe(before);
  put('packages/other.ts', 'const text: string = "changed"; export default text;');
  expect(await start().ended).toEqual({ code: 0, text: 'changed false\n' });
  expect(readdirSync(folder).filter((name) => name.endsWith('.js'))).toHaveLength(2);
});

test('a source that was changed since, or never stripped, is loaded as it is now, in threads too', async () => {
  put('node_modules/.package-lock.json', lock);
  put('packages/other.ts', '');
  put('apps/thread.ts', 'const text: string = "before"; console.log(text);');
  put(
    'program.mjs',
    `import { Worker } from 'node:worker_threads'; import { writeFileSync } from 'node:fs';
    const thread = new URL('./apps/thread.ts', import.meta.url);
    const run = () => new Promise((resolve) => new Worker(thread).once('exit', resolve));
    await run();
    writeFileSync(thread, 'const text: string = "after"; console.log(text);');
    await run();`,
  );
  options = { nodeFlags: strippedFlags(root), prepared: true };
  expect(await start().ended).toEqual({ code: 0, text: 'before\nafter\n' });
});

test('a preparation that fails is left to the program to tell', async () => {
  put('node_modules/.package-lock.json', lock);
  put('apps/one.ts', 'this is no TypeScript');
  put('packages/other.ts', '');
  put('node_modules/.cache/bothy-sources', 'no folder');
  options = { nodeFlags: strippedFlags(root), prepared: true };
  expect(await start('up').ended).toEqual({ code: 3, text: 'ran up\n' });
  put('program.mjs', `import './apps/one.ts';`);
  const { code, text } = await start().ended;
  expect(code).toBe(1);
  expect(text).toContain('one.ts');
});
