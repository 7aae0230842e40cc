import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const program = fileURLToPath(new URL('./main.ts', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bothy-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs `bothy`; sends the signals as soon as it says how it is stopped. */
function bothy(args: readonly string[], signals: readonly NodeJS.Signals[] = []): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...args], { cwd: folder });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const wasReady = output.includes('Stop with Ctrl-C');
      output += chunk.toString();
      if (!wasReady && output.includes('Stop with Ctrl-C')) for (const signal of signals) child.kill(signal);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    child.once('close', (code) => resolve({ code, output, errors }));
  });
}

const anyPorts = ['--http', '0', '--mqtt', '0', '--cluster', '0'];

test('a node says what runs where, and one Ctrl-C, however often it arrives, stops it cleanly', async () => {
  const data = join(folder, 'data');
  const { code, output, errors } = await bothy(
    ['node', ...anyPorts, '--data', data],
    ['SIGINT', 'SIGINT', 'SIGTERM'],
  );
  expect(errors).toBe('');
  // A clone in which the web app was never built has no address to show.
  expect(output).toMatch(/Web app +(http:\/\/127\.0\.0\.1:\d+|not built yet)/);
  expect(output).toMatch(/MQTT +mqtt:\/\/127\.0\.0\.1:\d+/);
  expect(output).toContain(data);
  expect(output).toMatch(/Stopped\.\n$/);
  expect(code).toBe(0);
});

test('a node whose output nobody reads any more runs on, and stops cleanly', async () => {
  const child = spawn(process.execPath, [program, 'node', ...anyPorts, '--data', join(folder, 'data')]);
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  child.stdout.destroy();
  child.kill('SIGTERM');
  expect([await ended, errors]).toEqual([0, '']);
});

test('a port that is taken is one sentence and exit code 1', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = String((server.address() as AddressInfo).port);
  const { code, output, errors } = await bothy([
    'node',
    '--http',
    port,
    '--mqtt',
    '0',
    '--cluster',
    '0',
    '--data',
    folder,
  ]);
  await new Promise((resolve) => server.close(resolve));
  expect(errors).toMatch(/^bothy: [^\n]*--http[^\n]*\n$/);
  expect(output).toBe('');
  expect(code).toBe(1);
});

test('a flag that makes no sense is one sentence', async () => {
  const { code, errors } = await bothy(['up', '--mqtt', 'somewhere']);
  expect(errors).toMatch(/^bothy: --mqtt is "somewhere"[^\n]*\n$/);
  expect(code).toBe(1);
});

test('who operates a node is told in its data folder; somebody who is not known there cannot', async () => {
  const data = join(folder, 'data');
  const nowhere = await bothy(['operator', '--data', data]);
  expect([nowhere.code, nowhere.errors]).toEqual([1, expect.stringContaining('There is no node in')]);
  await bothy(['node', ...anyPorts, '--data', data], ['SIGINT']);
  const nobody = await bothy(['operator', '--data', data]);
  expect([nobody.code, nobody.output]).toEqual([0, expect.stringContaining('Nobody operates this node yet')]);
  const unknown = await bothy(['operator', 'ann', '--data', data]);
  expect([unknown.code, unknown.errors]).toEqual([1, expect.stringContaining('Nobody goes by the name ann')]);
});

test('the version and the help', async () => {
  expect((await bothy(['--version'])).output).toMatch(/^\d+\.\d+\.\d+\n$/);
  const { output } = await bothy(['--help']);
  for (const command of ['up', 'node', 'invite', 'operator', 'logs', 'cluster', 'doctor'])
    expect(output).toContain(`  ${command} `);
});
