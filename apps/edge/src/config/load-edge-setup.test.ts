import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultRules } from '@bothy/telemetry/edge-core';
import { temporaryFolder } from '@bothy/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadEdgeSetup } from './load-edge-setup.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

function put(name: string, text: string): string {
  const path = join(folder.path, name);
  writeFileSync(path, text);
  return path;
}

const failure = (...start: Parameters<typeof loadEdgeSetup>): Promise<string> =>
  loadEdgeSetup(...start).then(
    () => 'nothing is wrong',
    (thrown: Error) => thrown.message,
  );

test('without anything: four simulated sensors, the default rules, the broker of this machine', async () => {
  const setup = await loadEdgeSetup({}, { NODE_ID: 'edge-3' });
  expect(setup).toMatchObject({
    ...{ id: 'edge-3', enrolled: false, dataFolder: './.bothy', logLevel: 'info', rules: defaultRules },
    broker: { url: 'mqtt://127.0.0.1:1883', username: undefined, password: undefined },
  });
  const plans = setup.sensors.map(({ plan }) => [
    plan.sensor,
    plan.driver.kind,
    plan.intervalMs,
    plan.timeoutMs,
  ]);
  expect(plans).toEqual([
    ['temperature', 'simulated', 5_000, 5_000],
    ['humidity', 'simulated', 5_000, 5_000],
    ['light', 'simulated', 10_000, 5_000],
    ['airquality', 'simulated', 10_000, 5_000],
  ]);
  expect((await loadEdgeSetup({}, {})).id).toMatch(/^[A-Za-z0-9]/);
});

test('flags win over variables, those over the file, the documents’ variable over ours', async () => {
  const config = put('edge.yaml', 'id: of-file\nbroker: mqtt://file\nlog: warn\ndata: d\n');
  const variables = { BOTHY_EDGE_CONFIG: config, BOTHY_EDGE_ID: 'ours', BOTHY_BROKER: 'mqtt://variable' };
  const byFile = await loadEdgeSetup({ config }, {});
  expect([byFile.id, byFile.broker.url, byFile.logLevel, byFile.dataFolder]).toEqual([
    ...['of-file', 'mqtt://file', 'warn'],
    join(folder.path, 'd'),
  ]);
  const byVariable = await loadEdgeSetup({}, variables);
  expect([byVariable.id, byVariable.broker.url, byVariable.logLevel]).toEqual([
    'ours',
    'mqtt://variable',
    'warn',
  ]);
  const byFlag = await loadEdgeSetup(
    { broker: 'mqtts://flag:1', log: 'debug' },
    { ...variables, NODE_ID: 'theirs' },
  );
  expect([byFlag.id, byFlag.broker.url, byFlag.logLevel]).toEqual(['theirs', 'mqtts://flag:1', 'debug']);
});

test('sensors of the file, with paths from its folder and what was left out filled in', async () => {
  const config = put(
    'edge.yaml',
    [
      'id: e',
      'sensors:',
      '  - {name: light, kind: file, path: a/b.csv, unit: lx, from: klx, smooth: {exponential: 30s}}',
      '  - {name: co2, kind: command, command: [cat, x], alone: true}',
      '  - {name: memory, kind: host}',
      'rules: []',
    ].join('\n'),
  );
  const { sensors, rules } = await loadEdgeSetup({ config }, {});
  expect(rules).toEqual([]);
  expect(sensors).toMatchObject([
    {
      plan: { driver: { kind: 'file', path: join(folder.path, 'a/b.csv') }, intervalMs: 10_000 },
      ...{ unit: 'lx', from: 'klx', smoothing: { kind: 'exponential', halfLifeMs: 30_000 } },
    },
    { plan: { driver: { kind: 'command', command: ['cat', 'x'] }, timeoutMs: 10_000, alone: true } },
    { plan: { driver: { kind: 'host', measure: 'memory' } } },
  ]);
  const host = await loadEdgeSetup({ config, sensors: 'host' }, {});
  expect(host.sensors.map(({ plan }) => plan.sensor)).toEqual(
    expect.arrayContaining(['cpu', 'memory', 'disk']),
  );
  // Those of the air would call a processor too hot.
  expect((await loadEdgeSetup({ sensors: 'host' }, {})).rules.map(({ name }) => name)).toContain('disk_full');
});

test('what enrolment left behind names the edge and where it speaks', async () => {
  const secret = `edge_${'a'.repeat(32)}`;
  const text = JSON.stringify({ edge: 'greenhouse-1', secret, url: 'mqtts://hut:8883', ca: 'PEM' });
  const credentials = put('credentials.json', text);
  const setup = await loadEdgeSetup({ credentials }, {});
  expect([setup.id, setup.enrolled]).toEqual(['greenhouse-1', true]);
  expect(setup.broker).toEqual({
    url: 'mqtts://hut:8883',
    username: 'greenhouse-1',
    password: secret,
    ca: 'PEM',
  });
  const config = put('edge.yaml', 'credentials: credentials.json\n');
  expect((await loadEdgeSetup({ config }, {})).enrolled).toBe(true);
  expect(await failure({ credentials, id: 'other' }, {})).toBe(
    `This edge is other, and ${credentials} was made for greenhouse-1. Leave the id away, or enrol again.`,
  );
});

test('what is wrong with flags and files is told in one sentence', async () => {
  const nowhere = join(folder.path, 'nowhere');
  expect(await failure({ config: nowhere }, {})).toBe(`--config: ${nowhere} cannot be read (ENOENT).`);
  expect(await failure({ id: 'no blanks' }, {})).toMatch(/^--id is "no blanks"; it must be letters/);
  expect(await failure({ broker: 'hut' }, {})).toMatch(/^The broker is "hut"; it must be mqtt:/);
  expect(await failure({ sensors: 'all' }, {})).toMatch(/^--sensors is "all"; it must be simulated or host/);
  expect(await failure({ log: 'loud' }, {})).toBe(
    '--log is "loud"; it must be debug, info, warn, error, silent.',
  );
  expect(await failure({ credentials: put('a', 'x') }, {})).toMatch(/is no JSON: enrol the edge again$/);
  const empty = put('b', '{}');
  expect(await failure({ credentials: empty }, {})).toMatch(/b: edge: is missing; it must be a name/);
});
