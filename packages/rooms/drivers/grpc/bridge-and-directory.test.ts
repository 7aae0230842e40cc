import type { BridgeMessage, DirectoryMessage } from '@bothy/wire';
import { afterEach, expect, test } from 'vitest';
import { link, RecordedNode } from './testing/recorded-node.ts';

const nodes: RecordedNode[] = [];
const start = async (...args: Parameters<typeof RecordedNode.listening>): Promise<RecordedNode> => {
  const node = await RecordedNode.listening(...args);
  nodes.push(node);
  return node;
};
const content = { names: [], rooms: [], buried: [], homes: [] };
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.links.stop()));
});

test('[GRPC1] what brokers say to each other arrives in order, bytes as they were', async () => {
  const [a, b] = [await start('a'), await start('b')];
  await link(a, b);
  const payload = Uint8Array.of(0, 255);
  const messages: BridgeMessage[] = [
    { kind: 'hello', run: 'r1', holds: '' },
    { kind: 'publish', number: 1, message: { topic: 'env/a', payload, qos: 1, retain: false } },
    { kind: 'clientGone', clientId: 'person/device' },
  ];
  for (const message of messages) a.links.sendBridge('b', message);
  await b.next('bridge', 3);
  const heard = b
    .all('bridge')
    .map(({ message }) =>
      message.kind === 'publish'
        ? { ...message, message: { ...message.message, payload: Uint8Array.from(message.message.payload) } }
        : message,
    );
  expect(heard).toEqual(messages);
});

test('[GRPC1] what is said about the directory arrives in order', async () => {
  const [a, b] = [await start('a'), await start('b')];
  await link(a, b);
  const messages: DirectoryMessage[] = [
    {
      kind: 'about',
      about: { directory: 'd', term: 1, leader: null, voters: ['a'], learners: [], level: 1 },
    },
    { kind: 'raft', directory: 'd', message: { kind: 'vote', term: 1, pre: true, granted: false } },
    { kind: 'refuse', id: '1', leader: 'a' },
  ];
  for (const message of messages) a.links.sendDirectory('b', message);
  await b.next('directory', 3);
  expect(b.all('directory').map(({ message }) => message)).toEqual(messages);
});

test('[GRPC11, GRPC28] what is said about the directory at once comes behind the Hello', async () => {
  const [a, b] = [await start('a'), await start('b')];
  for (const node of [a, b]) {
    node.onTold = (told) => {
      if (told.kind === 'linkUp')
        node.links.sendDirectory(told.node.id, {
          kind: 'enrol',
          directory: 'd',
          id: '1',
          from: 'e',
          content,
        });
    };
  }
  await link(a, b);
  await a.next('directory');
  await b.next('directory');
  expect([...a.all('refused'), ...b.all('refused')]).toEqual([]);
});
