/** Edges, brokers and nodes as real processes that are killed: every reading is stored once, and alarms are right. */
import { join } from 'node:path';
import { freePort, httpRequest, startMosquitto } from '@bothy/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { ClusterStage, eventually } from './stage/cluster-stage.ts';
import { EdgeProcess, type EdgeSetup } from './stage/edge-process.ts';
import { alarmsOf, edgeOf, edgesOf, sensorsOf, storedOf } from './stage/monitoring.ts';
import type { NodeProcess } from './stage/node-process.ts';
import type { JudgeOptions } from './stage/reading-history.ts';
import { ReadingWatch } from './stage/reading-watch.ts';

function edge(stage: ClusterStage, node: NodeProcess, setup: Partial<EdgeSetup> = {}): EdgeProcess {
  const { id = 'edge-1' } = setup;
  const data = join(stage.folder, id);
  const made = new EdgeProcess({ id, broker: node.mqttUrl, data, ...setup });
  onTestFinished(() => made.end());
  return made;
}

/** Waits until the node has more than so many readings of an edge. */
async function hasStored(node: NodeProcess, id: string, more: number): Promise<void> {
  const stored = async (): Promise<number> => (await edgeOf(node, id))?.counts.stored ?? 0;
  await eventually(async () => (await stored()) > more, `${node.id} has ${more} readings of ${id}`);
}

/** Of the readings of the edge at these nodes, from now on. */
function watch(made: EdgeProcess, nodes: readonly NodeProcess[]): ReadingWatch {
  return new ReadingWatch({ broker: made.setup.broker, nodes, edge: made.id, sensor: 'temperature' });
}

/** What was said to be stored was there at every look, once, and no look took back what an earlier one had shown. */
async function expectWhole(watched: ReadingWatch, options: JudgeOptions = {}): Promise<void> {
  const history = await watched.finish();
  expect(history.problems(options)).toEqual([]);
  const { stored, looks } = history.counts;
  expect(Math.min(stored, looks)).toBeGreaterThan(5);
}

/** Sends a command; its id. */
async function command(node: NodeProcess, id: string, what: object): Promise<string> {
  const body = { command: what };
  const sent = await httpRequest(`${node.webUrl}/api/v1/edges/${id}/commands`, { method: 'POST', body });
  if (sent.status !== 200) throw new Error(sent.text);
  return (JSON.parse(sent.text) as { id: string }).id;
}

/**
 * Starts the edge once more, so that it states the last numbers of the start before, and looks whether the node has
 * them all, each once.
 */
async function allIsStored(node: NodeProcess, made: EdgeProcess): Promise<void> {
  await made.end('SIGTERM');
  await made.start();
  await eventually(async () => {
    // An answer to a command is in a status, which is said at once.
    await command(node, made.id, { name: 'read' }).catch(() => undefined);
    const { status, counts } = (await edgeOf(node, made.id)) ?? {};
    // Nothing of an earlier start waits at the edge any more.
    return status?.state === 'online' && status.outbox?.starts === 0 && counts?.missing === 0;
  }, `${node.id} has all of ${made.id}`).catch(async (thrown: Error) => {
    const { status, counts } = (await edgeOf(node, made.id)) ?? {};
    throw new Error(`${thrown.message}: ${JSON.stringify({ status, counts })}`);
  });
  const counted = (await edgeOf(node, made.id))?.counts.stored ?? Number.NaN;
  const stored = async () => (await storedOf(node, made.id, 'temperature')).stampsMs;
  // A reading is counted when it is taken, and stored with the next commit.
  await eventually(async () => (await stored()).length >= counted, `all ${counted} are on the disk`);
  const stampsMs = await stored();
  expect(new Set(stampsMs).size).toBe(stampsMs.length);
}

test('an edge that is killed goes on with its numbers, and loses and doubles nothing', async (context) => {
  const stage = await ClusterStage.open(context, { nodes: 1 });
  const node = stage.node('n1');
  const made = edge(stage, node);
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
  const made = edge(stage, node);
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
  const made = edge(stage, node, { broker: broker.url });
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
  const edges = Array.from({ length: 10 }, (_each, at) => edge(stage, node, { id: `edge-${at}`, settings }));
  // Ten programs that start at once take all there is of a small machine.
  for (const each of edges) await each.start();
  for (const each of edges) await hasStored(node, each.id, 2);
  const all = await edgesOf(node);
  expect(all.map(({ edge: id, state, home }) => [id, state, home]).sort()).toEqual(
    edges.map(({ id }) => [id, 'online', 'n1']),
  );
  expect(all.every(({ counts }) => counts.missing === 0 && counts.refused === 0)).toBe(true);
});

test('an edge at one node, the dashboard at another: values, history and alarms, and a command that goes back', async (context) => {
  const stage = await ClusterStage.open(context, { nodes: 2 });
  const [n1, n2] = [stage.node('n1'), stage.node('n2')];
  const made = edge(stage, n1);
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
  const isShown = async () => (await alarmsOf(n2)).some(({ active }) => active);
  await eventually(isShown, 'the alarm is shown at n2', 80_000);
  const [alarm] = await alarmsOf(n2);
  expect(alarm).toMatchObject({ id: 'edge-1~temperature~temperature_alert_high', home: 'n1' });
  const path = `/api/v1/alarms/${alarm?.id}/acknowledge`;
  const acknowledged = await httpRequest(`${n2.webUrl}${path}`, { method: 'POST', body: { by: 'ann' } });
  expect(acknowledged.status).toBe(200);
  await eventually(
    async () => (await alarmsOf(n1)).every((each) => each.acknowledged),
    'n1 has it acknowledged',
  );
  await made.end('SIGTERM');
  await eventually(async () => (await edgeOf(n1, made.id))?.state === 'offline', 'the edge is off');
  await expectWhole(watched, { isOrdered: true });
}, 180_000);
