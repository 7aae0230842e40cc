/** Edges, brokers and nodes as real processes that are killed: every reading is stored once, and alarms are right. */
import { freePort, httpRequest, startMosquitto } from '@bothy/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { ClusterStage, eventually, patience } from './stage/cluster-stage.ts';
import { allIsStored, command, edgeAt, expectWhole, hasStored } from './stage/edge-at-node.ts';
import type { EdgeProcess } from './stage/edge-process.ts';
import { alarmsOf, edgeOf, edgesOf, sensorsOf, storedOf } from './stage/monitoring.ts';
import type { NodeProcess } from './stage/node-process.ts';
import { ReadingWatch } from './stage/reading-watch.ts';

/** Of the readings of the edge at these nodes, from now on. */
function watch(made: EdgeProcess, nodes: readonly NodeProcess[]): ReadingWatch {
  return new ReadingWatch({ broker: made.setup.broker, nodes, edge: made.id, sensor: 'temperature' });
}

test('an edge that is killed goes on with its numbers, and loses and doubles nothing', async (context) => {
  const stage = await ClusterStage.open(context, { nodes: 1 });
  const node = stage.node('n1');
  const made = edgeAt(stage, node);
  const watched = watch(made, [node]);
  for (const round of [1, 2, 3]) {
    await made.start();
    await hasStored(node, made.id, 5 * round);
    await made.end('SIGKILL');
    await eventually(
      async () => (await edgeOf(node, made.id))?.state === 'offline',
      'its last will is heard',
    );
  }
  await made.start();
  await allIsStored(node, made);
  await expectWhole(watched, { isOrdered: true });
});

test('a node that is killed has nothing twice and lacks nothing when it is back', async (context) => {
  const stage = await ClusterStage.open(context, { nodes: 1 });
  const node = stage.node('n1');
  const made = edgeAt(stage, node);
  const watched = watch(made, [node]);
  await made.start();
  for (const round of [1, 2, 3]) {
    await hasStored(node, made.id, 5 * round);
    await node.end('SIGKILL');
    await node.start();
  }
  await hasStored(node, made.id, 50);
  await allIsStored(node, made);
  await expectWhole(watched);
});

test('with Mosquitto as the broker, which is killed too', async (context) => {
  const port = await freePort();
  let broker = await startMosquitto(port);
  onTestFinished(() => broker.stop());
  const stage = await ClusterStage.open(context, { nodes: 1, flags: ['--broker', broker.url] });
  const node = stage.node('n1');
  const made = edgeAt(stage, node, { broker: broker.url });
  const watched = watch(made, [node]);
  await made.start();
  for (const round of [1, 2]) {
    await hasStored(node, made.id, 5 * round);
    await broker.kill();
    broker = await startMosquitto(port);
  }
  await hasStored(node, made.id, 40);
  await node.end('SIGKILL');
  await node.start();
  await hasStored(node, made.id, 60);
  await allIsStored(node, made);
  await expectWhole(watched);
});

test('ten edges at once, each stored by itself', async (context) => {
  const stage = await ClusterStage.open(context, { nodes: 1 });
  const node = stage.node('n1');
  const settings = 'sensors:\n  - name: temperature\n    kind: simulated\n    interval: 1s\n';
  const edges = Array.from({ length: 10 }, (_each, at) =>
    edgeAt(stage, node, { id: `edge-${at}`, settings }),
  );
  // Ten programs that start at once take all there is of a small machine.
  for (const each of edges) await each.start();
  for (const each of edges) await hasStored(node, each.id, 2);
  const standing = async () =>
    (await edgesOf(node))
      .map(
        ({ edge: id, state, home, counts }) => `${id} ${state} ${home} ${counts.missing} ${counts.refused}`,
      )
      .sort();
  await expect.poll(standing, patience).toEqual(edges.map(({ id }) => `${id} online n1 0 0`));
});

test('an edge at one node, the dashboard at another: values, history and alarms, and a command that goes back', async (context) => {
  const stage = await ClusterStage.open(context, { nodes: 2 });
  const [n1, n2] = [stage.node('n1'), stage.node('n2')];
  const made = edgeAt(stage, n1);
  const watched = watch(made, [n1, n2]);
  await made.start();
  await hasStored(n1, made.id, 10);
  await eventually(async () => (await sensorsOf(n2, made.id)).length === 1, 'n2 shows its sensor');
  await eventually(async () => (await edgeOf(n2, made.id))?.home === 'n1', 'n2 knows its home');
  const history = async () => (await storedOf(n2, made.id, 'temperature')).stampsMs;
  await eventually(async () => (await history()).length >= 10, 'n2 has its history');
  const id = await command(n2, made.id, { name: 'fault', fault: 'overheat' });
  await eventually(async () => {
    const answers = (await edgeOf(n2, made.id))?.status?.answers ?? [];
    return answers.some((answer) => answer.id === id && answer.ok);
  }, 'the edge has answered');
  // The thermometer is as cold as the hour: by day it is too hot in half a minute, at night in almost a whole one.
  const alarm = 'edge-1~temperature~temperature_alert_high';
  const shown = async () => (await alarmsOf(n2)).map(({ id, home, active }) => `${id} ${home} ${active}`);
  await expect.poll(shown, patience).toContain(`${alarm} n1 true`);
  const path = `/api/v1/alarms/${alarm}/acknowledge`;
  const acknowledged = await httpRequest(`${n2.webUrl}${path}`, { method: 'POST', body: { by: 'ann' } });
  expect(acknowledged.status).toBe(200);
  await eventually(
    async () => (await alarmsOf(n1)).some((each) => each.id === alarm && each.acknowledged),
    'n1 has it acknowledged',
  );
  await made.end('SIGTERM');
  await eventually(async () => (await edgeOf(n1, made.id))?.state === 'offline', 'the edge is off');
  await expectWhole(watched, { isOrdered: true });
});
