import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIdentity, writeKeyFile } from '@bothy/identity';
import { parseConfig, type RunningNode, startNode } from '@bothy/node';
import type { ClusterStatusAnswer } from '@bothy/wire/schemas';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { forgetNode } from './cluster-forget.ts';
import { askForStatus, statusAsker, statusLines } from './cluster-status.ts';
import { unreachable } from './node-unreachable.ts';
import { keySignIn } from './rooms-sign-in.ts';

const folder = mkdtempSync(join(tmpdir(), 'bothy-status-'));
let node: RunningNode;
let url: string;

/** Bound to more than this machine: nobody is a guest then. */
beforeAll(async () => {
  const ports = { http: '0.0.0.0:0', mqtt: '0', cluster: '0', insecure: 'true' };
  node = await startNode(parseConfig({ id: 'n1', ...ports, data: join(folder, 'n1') }, {}));
  url = `http://127.0.0.1:${node.httpPort}`;
});
afterAll(async () => {
  await node.stop();
  rmSync(folder, { recursive: true });
});

test('a node that shows its cluster to people alone says so, and shows it to who signs in with a key', async () => {
  await expect(askForStatus(url)).rejects.toMatchObject({
    code: 'unauthorized',
    message: expect.stringContaining('--key <file>'),
  });
  const { personKeyPair } = await createIdentity({ name: 'ann', issuedAt: Date.now() });
  if (personKeyPair === undefined) throw new Error('a new person has a key');
  const path = join(folder, 'ann.key');
  writeFileSync(path, await writeKeyFile({ name: 'ann', personKeyPair }, 'correct horse'));
  const { token } = await keySignIn(path, async () => 'correct horse');
  let signIns = 0;
  const counted = {
    token: async (at: { readonly url: string }) => {
      signIns += 1;
      // The first one is of no use any more.
      return signIns === 1 ? 'spent' : await token(at);
    },
  };
  const ask = statusAsker(url, counted);
  await expect(ask()).rejects.toMatchObject({ message: expect.stringContaining('not let in') });
  expect(await ask()).toMatchObject({ self: 'n1' });
  expect(await ask()).toMatchObject({ self: 'n1' });
  expect(signIns).toBe(2);
});

test('an operator has a node forgotten, and is told why not', async () => {
  const signIn = await keySignIn(join(folder, 'ann.key'), async () => 'correct horse');
  const asked = { url, node: 'n9', force: false };
  await expect(forgetNode(asked, signIn)).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringContaining('n9'),
  });
  await expect(forgetNode(asked, { token: async () => 'spent' })).rejects.toMatchObject({
    code: 'unauthorized',
  });
  await expect(forgetNode({ ...asked, node: 'n1', force: true }, signIn)).rejects.toMatchObject({
    code: 'bad_request',
  });
  const nowhere = { ...asked, url: 'http://127.0.0.1:1' };
  await expect(forgetNode(nowhere, { token: async () => 'spent' })).rejects.toMatchObject({
    code: 'node_unreachable',
  });
});

test('the status says who decides', async () => {
  const signIn = await keySignIn(join(folder, 'ann.key'), async () => 'correct horse');
  const lines = statusLines(await askForStatus(url, await signIn.token({ url })));
  expect(lines).toContain('directory: n1 alone says who has which name, room and edge.');
});

const healths = ['up', 'suspected', 'down'] as const;

/** Nodes as a hut's network has them, and two rooms. */
function clusterOf(count: number): ClusterStatusAnswer {
  const nodes = Array.from({ length: count }, (_, at) => ({
    id: `hut-${at + 1}`,
    health: healths[at % 3] ?? 'up',
    version: '0.1.0',
    webUrl: `https://192.168.178.${at + 20}:8080`,
    sessions: at * 7,
    rooms: at,
    messagesPerSecond: at * 3.7,
  }));
  const room = { id: 'lobby', name: 'Lobby of hut-1', administrator: 'hut-1', memberCount: 3 };
  return { self: 'hut-1', nodes, rooms: [{ ...room, state: 'available' }], deletions: [] };
}

test.each([1, 3, 12])(
  '%i nodes: a table at 80 columns, records at 40, and no line longer than that',
  (count) => {
    const status = clusterOf(count);
    const wide = statusLines(status, 80);
    expect(wide.slice(2)).toEqual(statusLines(status).slice(2));
    expect(wide.filter((line) => /^hut-\d+ .*https/.test(line))).toHaveLength(count);
    const narrow = statusLines(status, 40);
    expect(narrow.filter((line) => /^ {2}health (up|late|down) · rooms \d+/.test(line))).toHaveLength(count);
    for (const lines of [wide.map((line) => line.length <= 80), narrow.map((line) => line.length <= 40)])
      expect(lines).not.toContain(false);
  },
);

test('what another node says of itself cannot move the cursor', () => {
  const status = clusterOf(1);
  const nodes = status.nodes.map((node) => ({ ...node, version: '\u001b[2J1', webUrl: 'http://\u0007' }));
  const row = statusLines({ ...status, nodes }).at(3);
  expect(row).toContain('�[2J1');
  expect(row).toContain('http://�');
});

test('a clock that is off is told of', () => {
  const node = {
    health: 'up',
    version: '1',
    webUrl: '',
    sessions: 0,
    rooms: 0,
    messagesPerSecond: 0,
  } as const;
  const clock = { offsetMs: -240_000, errorMs: 3 };
  const nodes = [
    { ...node, id: 'n1' },
    { ...node, id: 'n2', clock },
    { ...node, id: 'n3', clock: { offsetMs: 3, errorMs: 3 } },
  ];
  const lines = statusLines({ self: 'n1', nodes, rooms: [], deletions: [] });
  expect(lines.filter((line) => line.includes('clock'))).toEqual(['The clock of n2 is 4 min behind ours.']);
});

test('a certificate that is not trusted is told from a node that does not answer', () => {
  const failed = (code: string) =>
    unreachable('https://hut:8443', new Error('x', { cause: { code } })).message;
  expect(failed('ECONNREFUSED')).toMatch(/^No node answers at https:\/\/hut:8443/);
  expect(failed('DEPTH_ZERO_SELF_SIGNED_CERT')).toContain('NODE_EXTRA_CA_CERTS');
  expect(failed('UNABLE_TO_GET_ISSUER_CERT_LOCALLY')).toContain('NODE_EXTRA_CA_CERTS');
});
