import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { checkDataDirectory, checkNode, checkPort } from './doctor.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function listeningServer(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bothy-doctor-'));
  ends.push(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('the version of Node', () => {
  expect(checkNode('v24.21.0').kind).toBe('ok');
  expect(checkNode('v20.11.1')).toMatchObject({
    kind: 'fix',
    sentence: expect.stringContaining('npm start'),
  });
});

test('a port that is taken, and the same one when it is free again', async () => {
  const server = await listeningServer();
  const address = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  expect(await checkPort('--mqtt', address)).toMatchObject({
    kind: 'fix',
    sentence: expect.stringContaining('--mqtt'),
  });
  await new Promise((resolve) => server.close(resolve));
  expect((await checkPort('--mqtt', address)).kind).toBe('ok');
});

test('an address of another machine', async () => {
  expect(await checkPort('--http', { host: '192.0.2.1', port: 0 })).toMatchObject({ kind: 'fix' });
});

test('a data directory that exists, can be made, or is a file', () => {
  const folder = temporaryFolder();
  expect(checkDataDirectory(folder)).toMatchObject({
    kind: 'ok',
    sentence: expect.stringContaining('can be written'),
  });
  expect(checkDataDirectory(join(folder, 'a', 'b'))).toMatchObject({
    sentence: expect.stringContaining('can be made'),
  });
  writeFileSync(join(folder, 'file'), '');
  expect(checkDataDirectory(join(folder, 'file', 'b')).kind).toBe('fix');
});
