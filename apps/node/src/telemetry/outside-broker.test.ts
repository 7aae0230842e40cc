/** Nodes whose broker is a Mosquitto: one of them is the home of an edge, and all show it. */
import { type RunningMosquitto, startMosquitto } from '@bothy/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { api, Dashboard, device, publish, sayStatus } from '../../testing/monitored-node.ts';
import { nodeFixture } from '../../testing/running-node.ts';
import type { RunningNode } from '../index.ts';

const { start } = nodeFixture();
const { poll } = expect;
const hot = 'greenhouse~temperature~temperature_alert_high';
let mosquitto: RunningMosquitto;

beforeEach(async () => {
  mosquitto = await startMosquitto();
});
afterEach(async () => {
  await mosquitto.stop();
});

const storedAt = async (node: RunningNode): Promise<number> => {
  const { edges } = (await api(node, 'edges')).body;
  return edges[0]?.counts.stored ?? 0;
};

test('what is published at it is shown, stored and judged, and an edge is told what is stored', async () => {
  const node = await start({ broker: mosquitto.url });
  const dashboard = await Dashboard.open(node);
  const client = await device({ mqttUrl: mosquitto.url }, 'esp-1');
  await publish(client, 'greenhouse', 'temperature', 31);
  await dashboard.alarm({ id: hot, active: true });
  await dashboard.reading('greenhouse/temperature', 31);
  const edge = await device({ mqttUrl: mosquitto.url }, 'edge-1');
  const controls: string[] = [];
  edge.on('message', (_topic, payload) => controls.push(payload.toString()));
  await edge.subscribeAsync('edge/edge-1/control', { qos: 1 });
  await sayStatus(edge, { node: 'edge-1', boots: [{ boot: 1, last: { light: 1 } }] });
  await publish(edge, 'edge-1', 'light', 5, { boot: 1, seq: 1 });
  await poll(() => controls.some((text) => text.includes('"light":1'))).toBe(true);
  await client.publishAsync('env/temperature/raw', '{"value":', { qos: 1 });
  const refusals = async () => (await api(node, 'edges')).body.refusals;
  await poll(refusals).toMatchObject([{ client: mosquitto.url, last: { reason: 'not JSON' } }]);
});

test('of two nodes at it one is the home of an edge, and both show it', async () => {
  const [one, other] = [
    await start({ id: 'n1', broker: mosquitto.url }),
    await start({ id: 'n2', broker: mosquitto.url }),
  ];
  const boards = [await Dashboard.open(one), await Dashboard.open(other)];
  const client = await device({ mqttUrl: mosquitto.url }, 'esp-1');
  await publish(client, 'greenhouse', 'temperature', 31);
  const agreedHome = async (edge: string): Promise<string> => {
    let agreed: string | undefined;
    await poll(async () => {
      const answers = [await api(one, 'edges'), await api(other, 'edges')];
      const said = answers.map(
        ({ body }) => body.edges.find((each: { edge: string }) => each.edge === edge)?.home,
      );
      agreed = said[0];
      return said[0] === said[1] && said[0] != null;
    }).toBe(true);
    return String(agreed);
  };
  const home = await agreedHome('greenhouse');
  expect(['n1', 'n2']).toContain(home);
  for (const board of boards) await board.alarm({ id: hot, active: true, home });
  await publish(client, 'greenhouse', 'temperature', 32);
  const [keeper, watcher] = home === 'n1' ? [one, other] : [other, one];
  await poll(() => storedAt(keeper)).toBe(2);
  expect(await storedAt(watcher)).toBe(0);
  for (const board of boards) await board.reading('greenhouse/temperature', 32);

  // Both are settled by now, so both claim what they have not heard before, in the same moment.
  const sheds = ['shed-1', 'shed-2', 'shed-3'];
  for (const shed of sheds) await publish(client, shed, 'temperature', 31);
  for (const shed of sheds) {
    const shedHome = await agreedHome(shed);
    const id = `${shed}~temperature~temperature_alert_high`;
    for (const board of boards) await board.alarm({ id, active: true, home: shedHome });
  }
});

test('a broker that was away is used again when it is back, and nothing is lost of who repeats itself', async () => {
  const node = await start({ broker: mosquitto.url });
  const first = await device({ mqttUrl: mosquitto.url }, 'esp-1');
  await publish(first, 'greenhouse', 'temperature', 20);
  await poll(() => storedAt(node)).toBe(1);
  await mosquitto.stop();
  expect((await api(node, 'sensors')).body.sensors).toHaveLength(1);
  mosquitto = await startMosquitto(mosquitto.port);
  const again = await device({ mqttUrl: mosquitto.url }, 'esp-1');
  await poll(async () => {
    await publish(again, 'greenhouse', 'temperature', 21);
    return (await storedAt(node)) > 1;
  }).toBe(true);
});
