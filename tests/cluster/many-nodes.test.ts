/** More than ten nodes, which ask each other by SWIM instead of telling all. */
import { test } from 'vitest';
import { ClusterStage, eventually, patience } from './stage/cluster-stage.ts';

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

  // One ping and an answer or so; heartbeats to all would be ten. Who is late is asked about: then it is looked again.
  await eventually(async () => {
    const [before, beforeMs] = [await first.sentToNodes(), performance.now()];
    await new Promise((resolve) => setTimeout(resolve, watchMs));
    const [afterMs, after] = [performance.now(), await first.sentToNodes()];
    const perSecond = (kind: string): number =>
      ((after.get(kind) ?? 0) - (before.get(kind) ?? 0)) / ((afterMs - beforeMs) / 1_000);
    expect(perSecond('swim')).toBeGreaterThan(0.9);
    expect(perSecond('swim')).toBeLessThan(8);
    expect(perSecond('heartbeat')).toBeLessThan(5);
    return true;
  }, 'it asks one node a second, and tells none that it is there');

  const still = stage.node('n7');
  still.pause();
  const others = stage.nodes.filter((node) => node !== still);
  for (const node of others) {
    const heard = others.filter((other) => other !== node).map(({ id }) => `${id} up`);
    const wanted = [...heard, 'n7 down'].sort().join(', ');
    await expect.poll(() => node.hears(), patience).toBe(wanted);
  }
  still.resume();
  await stage.isComplete();
});
