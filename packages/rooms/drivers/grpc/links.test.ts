import { afterEach, expect, test } from 'vitest';
import { link, RecordedNode } from './testing/recorded-node.ts';

const nodes: RecordedNode[] = [];
const start = async (...args: Parameters<typeof RecordedNode.listening>): Promise<RecordedNode> => {
  const node = await RecordedNode.listening(...args);
  nodes.push(node);
  return node;
};
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.links.stop()));
});

const room = 'aaaaaaaaaaaaaaaaaaaa';
const typing = (name: string) => ({ kind: 'typing', room, person: 'guest:ben', name, active: true }) as const;

test('[GRPC1] a link stands on both sides, and carries messages both ways in order', async () => {
  const [a, b] = [await start('a'), await start('b')];
  await link(a, b);
  expect(a.all('linkUp')).toEqual([{ kind: 'linkUp', node: b.links.self, dialled: b.address }]);
  expect(b.all('linkUp')).toEqual([{ kind: 'linkUp', node: a.links.self, dialled: undefined }]);
  for (let i = 0; i < 100; i += 1) {
    a.links.send('b', typing(`a${i}`));
    b.links.send('a', typing(`b${i}`));
  }
  await Promise.all([a.next('message', 100), b.next('message', 100)]);
  const names = (node: RecordedNode) =>
    node.all('message').map(({ message }) => 'name' in message && message.name);
  expect(names(b)).toEqual(Array.from({ length: 100 }, (_, i) => `a${i}`));
  expect(names(a)).toEqual(Array.from({ length: 100 }, (_, i) => `b${i}`));
});
