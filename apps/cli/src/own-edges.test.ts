import { parseConfig, type RunningNode, startNode } from '@bothy/node';
import { temporaryFolder } from '@bothy/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type OwnEdges, startOwnEdges } from './own-edges.ts';
import { upEdges } from './run-node.ts';

let folder: ReturnType<typeof temporaryFolder>;
let node: RunningNode;
let edges: OwnEdges | undefined;
beforeEach(async () => {
  folder = temporaryFolder();
  const flags = { id: 'hut', http: '0', mqtt: '0', cluster: '0', data: folder.path };
  node = await startNode(parseConfig(flags, {}), { log: { write: () => undefined } });
});
afterEach(async () => {
  await edges?.stop();
  edges = undefined;
  await node.stop();
  folder.remove();
});

async function get<Answer>(path: string): Promise<Answer> {
  return (await (await fetch(`${node.webUrl}/api/v1/${path}`)).json()) as Answer;
}

interface Sensors {
  readonly sensors: readonly {
    readonly edge: string;
    readonly sensor: string;
    readonly value: number | null;
  }[];
}
interface Edges {
  readonly edges: readonly { readonly edge: string; readonly state: string }[];
}

test('the first dashboard shows this machine, and with the demonstration two greenhouses', async () => {
  const { id, mqttUrl, dataFolder } = node;
  edges = await startOwnEdges({ node: id, mqttUrl, dataFolder, host: true, demo: true });
  expect(edges.ids).toEqual(['hut', 'greenhouse-1', 'greenhouse-2']);
  const values = async (): Promise<string[]> => {
    const { sensors } = await get<Sensors>('sensors');
    return sensors.filter(({ value }) => value !== null).map(({ edge, sensor }) => `${edge}/${sensor}`);
  };
  const wanted = [
    ...['cpu', 'memory', 'disk'].map((sensor) => `hut/${sensor}`),
    ...['temperature', 'humidity', 'light', 'airquality'].flatMap((sensor) =>
      ['greenhouse-1', 'greenhouse-2'].map((edge) => `${edge}/${sensor}`),
    ),
  ];
  await expect.poll(values).toEqual(expect.arrayContaining(wanted));
  const states = async () => (await get<Edges>('edges')).edges.map(({ edge, state }) => `${edge} ${state}`);
  await expect.poll(states).toEqual(expect.arrayContaining(edges.ids.map((each) => `${each} online`)));
  await edges.stop();
  await expect.poll(states).toEqual(expect.arrayContaining(edges.ids.map((each) => `${each} offline`)));
  edges = undefined;
});

test('which edges run beside a node: by flags, or variables', () => {
  expect(upEdges({}, {})).toEqual({ host: true, demo: false });
  expect(upEdges({ hostEdge: true }, { BOTHY_HOST_EDGE: 'false', BOTHY_DEMO: '1' })).toEqual({
    host: false,
    demo: true,
  });
  expect(upEdges({ hostEdge: false, demo: true }, {})).toEqual({ host: false, demo: true });
  expect(upEdges({}, { BOTHY_DEMO: 'false' })).toEqual({ host: true, demo: false });
});
