import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig, type RunningNode, startNode } from '@bothy/node';
import { edgeClientId } from '@bothy/wire';
import { connectAsync } from 'mqtt';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runEnrolEdge } from './enrol-edge.ts';
import { runInviteEdge } from './invite-edge.ts';

let folder: string;
let node: RunningNode;
let lines: string[];
const print = (line: string): void => void lines.push(line);
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bothy-enrol-'));
  lines = [];
  const ports = { http: '0', mqtt: '0', cluster: '0' };
  node = await startNode(parseConfig({ ...ports, id: 'hut', data: join(folder, 'node') }, {}));
});
afterEach(async () => {
  await node.stop();
  rmSync(folder, { recursive: true });
});

async function code(edge?: string): Promise<string> {
  lines = [];
  await runInviteEdge(edge, { data: join(folder, 'node'), id: 'hut' }, print);
  return /[a-z2-7]{4}(-[a-z2-7]{4}){3}/.exec(lines.join('\n'))?.[0] ?? 'none';
}

const credentials = (): string => join(folder, 'edge.json');
const enrol = (text: string, id = 'edge-7', url = node.webUrl): Promise<void> =>
  runEnrolEdge({ node: url, code: text, id, credentials: credentials() }, print);

test('a code becomes credentials that sign the edge in, in a file that is its owner’s alone', async () => {
  await enrol(await code());
  const kept = JSON.parse(readFileSync(credentials(), 'utf8'));
  expect(kept).toEqual({ edge: 'edge-7', secret: expect.any(String), url: node.mqttUrl });
  expect(statSync(credentials()).mode & 0o777).toBe(0o600);
  const client = await connectAsync(kept.url, {
    username: kept.edge,
    password: kept.secret,
    clientId: edgeClientId(kept.edge),
  });
  expect(client.connected).toBe(true);
  await client.endAsync();
});

test('what is refused says what to do, and leaves no file', async () => {
  await expect(enrol('abcd-abcd-abcd-abcd')).rejects.toMatchObject({ code: 'invitation_invalid' });
  const good = await code('edge-7');
  await expect(enrol(good, 'edge-8')).rejects.toMatchObject({ code: 'invitation_invalid' });
  await expect(enrol(good, 'an id')).rejects.toMatchObject({ code: 'bad_request' });
  expect(() => statSync(credentials())).toThrow();
  await enrol(good);
  await expect(enrol(good)).rejects.toMatchObject({ code: 'invitation_invalid' });
});

test('a node that is not there, and something that is no node, are told apart from refusals', async () => {
  const other = createServer((_request, response) => response.end('hello'));
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  await expect(enrol('x', 'edge-7', url)).rejects.toMatchObject({
    code: 'node_unreachable',
    message: expect.stringContaining('no node of Bothy'),
  });
  await new Promise((resolve) => other.close(resolve));
  await expect(enrol('x', 'edge-7', url)).rejects.toMatchObject({
    code: 'node_unreachable',
    message: expect.stringContaining('No node answers'),
  });
});

test('a code is made where there is a node, for a time that makes sense', async () => {
  const nowhere = { data: join(folder, 'nowhere') };
  await expect(runInviteEdge(undefined, nowhere, print)).rejects.toMatchObject({
    code: 'configuration_invalid',
  });
  for (const minutes of ['0', '1.5', '99999', 'x']) {
    const flags = { data: join(folder, 'node'), minutes };
    await expect(runInviteEdge(undefined, flags, print)).rejects.toMatchObject({
      code: 'configuration_invalid',
    });
  }
  await expect(runInviteEdge('an id', { data: join(folder, 'node') }, print)).rejects.toMatchObject({
    code: 'configuration_invalid',
  });
});
