/** More than ten nodes, which ask each other by SWIM instead of telling all. */
import { test } from 'vitest';
import { ClusterStage, patience } from './stage/cluster-stage.ts';

const count = 11;
const watchMs = 8_000;

test('eleven nodes from one address find each other, ask who is there, and know when one stands still', async (context) => {
  const { expect } = context;
  const stage = await ClusterStage.open(context, {
    nodes: count,
    started: false,
    join: (id) => (id === 'n1' ? [] : ['n1']),
  });
  const [first, ...rest] = stage.nodes;
  if (first === undefined) throw new Error('a stage has nodes');
  await first.start();
  await Promise.all(rest.map((node) => node.start()));
  await stage.isComplete();

  const before = await first.sentToNodes();
  await new Promise((resolve) => setTimeout(resolve, watchMs));
  const after = await first.sentToNodes();
  const perSecond = (kind: string): number =>
    ((after.get(kind) ?? 0) - (before.get(kind) ?? 0)) / (watchMs / 1_000);
  // One ping and an answer or so; heartbeats to all would be ten.
  expect(perSecond('swim')).toBeGreaterThan(0.9);
  expect(perSecond('swim')).toBeLessThan(8);
  expect(perSecond('heartbeat')).toBeLessThan(5);

  const still = stage.node('n7');
  still.pause();
  const others = stage.nodes.filter((node) => node !== still);
  for (const node of others) {
    await expect.poll(() => node.hears(), patience).toContain('n7 down');
    expect((await node.hears()).match(/ up/g)).toHaveLength(count - 2);
  }
  still.resume();
  await stage.isComplete();
});
