/** A node that was home of edges is lost for good: they, and only they, get other homes, where all goes on. */
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteTelemetryStore } from '@bothy/telemetry/drivers/sqlite';
import { httpRequest } from '@bothy/testkit';
import { parseEdgeHome } from '@bothy/wire/schemas';
import { connectAsync } from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { ClusterStage, eventually, patience } from './stage/cluster-stage.ts';
import { agreeWhoLeads } from './stage/directory-state.ts';
import { allIsStored, edgeAt, expectWhole, hasStored } from './stage/edge-at-node.ts';
import { alarmsOf, edgesOf, storedOf } from './stage/monitoring.ts';
import type { NodeProcess } from './stage/node-process.ts';
import { operatorToken } from './stage/operator-token.ts';
import { ReadingWatch } from './stage/reading-watch.ts';

const sensor = 'temperature';

/** One reading of a plain device, which speaks to whichever node it finds. */
async function say(node: NodeProcess, device: string, value: number): Promise<void> {
  const client = await connectAsync(node.mqttUrl, { clientId: device });
  await client.publishAsync('env/temperature/raw', JSON.stringify({ sensor, value, node: device }), {
    qos: 1,
  });
  await client.endAsync();
}

/** `greenhouse n3 1`: each edge, its home and how often it had one, as this node lists them. */
async function listedHomes(node: NodeProcess): Promise<readonly string[]> {
  return (await edgesOf(node)).map(({ edge, home }) => `${edge} ${home}`).sort();
}

/** The same, as the node's broker has retained it, with the epoch. */
async function retainedHomes(node: NodeProcess): Promise<() => readonly string[]> {
  const homes = new Map<string, string>();
  const client = await connectAsync(node.mqttUrl, { clientId: `homes-of-${node.id}` });
  onTestFinished(() => client.endAsync(true).then(() => undefined));
  client.on('message', (topic, payload) => {
    const edge = topic.split('/')[1] ?? '';
    const parsed = parseEdgeHome(payload.toString(), { edge });
    homes.set(edge, parsed.ok ? `${edge} ${parsed.value.home} ${parsed.value.epoch}` : parsed.reason);
  });
  await client.subscribeAsync('edge/+/home', { qos: 1 });
  return () => [...homes.values()].sort();
}

/** What a node that does not run any more has of an edge on its disk. */
async function onDisk(node: NodeProcess, copy: string, edge: string): Promise<readonly [number, number][]> {
  mkdirSync(copy);
  const { data } = node.setup;
  cpSync(data, copy, { recursive: true, filter: (path) => path === data || /telemetry\.sqlite/.test(path) });
  const store = await SqliteTelemetryStore.open({ file: join(copy, 'telemetry.sqlite'), wallMs: Date.now });
  const range = { edges: [edge], fromMs: Date.now() - 3_600_000, toMs: Date.now() + 60_000 };
  const found: [number, number][] = [];
  for await (const { stampMs, value } of store.scan(range)) found.push([stampMs, value]);
  await store.close();
  return found;
}

test('a node is killed and forgotten: its edges get other homes, which go on with their readings and alarms', async (context) => {
  const stage = await ClusterStage.open(context);
  const [n1, n2, lost] = [stage.node('n1'), stage.node('n2'), stage.node('n3')];
  await agreeWhoLeads(stage.nodes);
  const token = await operatorToken(n1);
  const headers = { authorization: `Bearer ${token}` };

  // Of two nodes' edges each one speaks to a node that stays; the devices come to their homes first.
  const [moving, staying] = [edgeAt(stage, n1, { id: 'hut' }), edgeAt(stage, n1, { id: 'attic' })];
  await Promise.all([moving.start(), staying.start()]);
  await Promise.all([say(lost, 'greenhouse', 31), say(n2, 'shed', 31)]);
  const first = ['attic n1', 'greenhouse n3', 'hut n1', 'shed n2'];
  await expect.poll(() => listedHomes(n1), patience).toEqual(first);
  const url = `${n1.webUrl}/api/v1/edges/hut/home`;
  expect((await httpRequest(url, { method: 'POST', headers, body: { node: 'n3' } })).status).toBe(200);
  const all = { broker: n1.mqttUrl, nodes: stage.nodes, sensor };
  // From now on: nothing that was stored elsewhere before is looked for.
  const before = new ReadingWatch({ ...all, nodes: [lost], edge: 'hut' });
  const untouched = new ReadingWatch({ ...all, nodes: [n1, n2], edge: 'attic' });
  await hasStored(lost, 'hut', 20);
  const shown = async () => (await alarmsOf(n1)).map(({ id, home, active }) => `${id} ${home} ${active}`);
  const hot = (edge: string) => `${edge}~temperature~temperature_alert_high`;
  await eventually(async () => (await shown()).includes(`${hot('greenhouse')} n3 true`), 'it is too hot');
  for (const node of stage.nodes) {
    await expect
      .poll(() => listedHomes(node), patience)
      .toEqual(['attic n1', 'greenhouse n3', 'hut n3', 'shed n2']);
  }

  await lost.end('SIGKILL');
  const after = new ReadingWatch({ ...all, nodes: [n1, n2], edge: 'hut' });
  await expect.poll(() => n1.hears(), patience).toContain('n3 down');
  await agreeWhoLeads([n1, n2], { voters: 3 });
  const forgotten = await httpRequest(`${n1.webUrl}/api/v1/cluster/nodes/n3`, { method: 'DELETE', headers });
  expect(forgotten).toMatchObject({ status: 200 });

  await eventually(
    async () => !(await listedHomes(n1)).join().includes('n3'),
    'nobody is at home at the lost node',
  );
  const homes = new Map((await edgesOf(n1)).map(({ edge, home }) => [edge, stage.node(home ?? '')]));
  const homeOf = (edge: string): NodeProcess => homes.get(edge) ?? n1;
  const [hut, greenhouse] = [homeOf('hut'), homeOf('greenhouse')];
  for (const node of [n1, n2]) {
    const told = await retainedHomes(node);
    const said = ['attic n1 1', `greenhouse ${greenhouse.id} 2`, `hut ${hut.id} 3`, 'shed n2 1'];
    await expect.poll(told, patience).toEqual(said);
    await expect.poll(() => listedHomes(node), patience).toEqual(said.map((each) => each.slice(0, -2)));
  }

  // The alarm that was open is ended by the new home, and rings there anew.
  await say(n1, 'greenhouse', 20);
  const alarm = `${hot('greenhouse')} ${greenhouse.id}`;
  await expect.poll(shown, patience).toContain(`${alarm} false`);
  await say(n2, 'greenhouse', 33);
  await expect.poll(shown, patience).toContain(`${alarm} true`);
  await expect.poll(shown, patience).toContain(`${hot('shed')} n2 true`);

  // What waited at the edge since the node was lost is at the new home, with all that comes.
  await hasStored(hut, 'hut', 20);
  await allIsStored(hut, moving);
  await moving.end('SIGTERM');
  await expectWhole(after);
  await expectWhole(untouched, { isOrdered: true });
  // Whatever was ever said to be stored is on the disk of the lost node, or at the new home.
  const history = await before.finish();
  const { stampsMs, mean } = await storedOf(hut, 'hut', sensor);
  const there = stampsMs.map((stampMs, at): [number, number] => [stampMs, mean[at] ?? Number.NaN]);
  const kept = new Map([...(await onDisk(lost, join(stage.folder, 'lost'), 'hut')), ...there]);
  const readings = [...kept].map(([stampMs, value]) => ({ stampMs, value }));
  const [calledMs, answeredMs] = [Date.now(), Date.now()];
  history.looked({ node: 'both homes', edge: 'hut', sensor, readings, calledMs, answeredMs });
  expect(history.problems()).toEqual([]);
  expect(history.counts.stored).toBeGreaterThan(40);
});
