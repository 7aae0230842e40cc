import { afterEach, expect, test } from 'vitest';
import { link, RecordedNode } from './testing/recorded-node.ts';

const nodes: RecordedNode[] = [];
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.links.stop()));
});

test('[GRPC26] a node whose rooms start anew takes no link and makes none, and does later', async () => {
  let closed: string | undefined = 'The rooms of this node start anew.';
  const a = await RecordedNode.listening('a', { closed: () => closed });
  const b = await RecordedNode.listening('b');
  nodes.push(a, b);
  b.links.dial(a.address);
  expect(await b.next('dialFailed')).toMatchObject({ code: 'node_unreachable', sentence: closed });
  a.links.dial(b.address);
  expect(await a.next('dialFailed')).toMatchObject({ code: 'node_unreachable', sentence: closed });
  expect([a.all('linkUp'), b.all('linkUp')]).toEqual([[], []]);
  // Daily business, that nobody has to put right.
  expect([a.all('refused'), b.all('refused')]).toEqual([[], []]);
  closed = undefined;
  await link(b, a);
});
