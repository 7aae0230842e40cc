import { expect, test } from 'vitest';
import { clusterTable, goneLine, howEnded, wishOf } from './cluster-words.ts';

const plan = { id: 'n1', http: 8081, mqtt: 1881, cluster: 7071, data: '/data/n1' };
const node = { plan, pid: 4711, webUrl: 'http://127.0.0.1:8081', mqttUrl: 'mqtt://127.0.0.1:1881' };

test('the table shows where everything is, and which process may be stopped by hand', () => {
  const table = clusterTable([node, { ...node, plan: { ...plan, id: 'n2' }, pid: undefined }], {
    keys: true,
    hasWeb: true,
  });
  const rows = table.split('\n').filter((line) => /^ {4}n\d/.test(line));
  expect(rows[0]?.trim().split(/ {2,}/)).toEqual([
    'n1',
    node.webUrl,
    '127.0.0.1:1881',
    '127.0.0.1:7071',
    '4711',
  ]);
  expect(rows[0]?.length).toBeLessThanOrEqual(80);
  expect(table).toContain('n1 keeps its data in /data/n1');
  expect(rows[1]).toContain('ended');
  expect(table).toContain('Press 1 to 2 to kill');
  expect(table).toContain('Stop all with Ctrl-C');
});

test('a narrow terminal shows a record for each node', () => {
  const table = clusterTable([node], { keys: true, hasWeb: true, columns: 40 });
  expect(table).toContain(
    [
      '    n1',
      '      web app http://127.0.0.1:8081',
      '      MQTT 127.0.0.1:1881',
      '      cluster 127.0.0.1:7071',
      '      process 4711',
    ].join('\n'),
  );
  for (const line of table.split('\n')) expect(line.length).toBeLessThanOrEqual(40);
});

test('without a terminal no key is spoken of', () => {
  const table = clusterTable([node], { keys: false, hasWeb: false });
  expect(table).not.toContain('Press');
  expect(table).toContain('not built');
  expect(goneLine(1, 'SIGKILL', false)).toBe('n1 is gone (SIGKILL)');
  expect(goneLine(1, howEnded(7, null), true)).toBe('n1 is gone (exit code 7); press 1 to start it again');
});

test('keys', () => {
  expect(['\u0003', 'q', '?'].map((key) => wishOf(key, 3))).toEqual(['stop', 'stop', 'table']);
  expect(['1', '3'].map((key) => wishOf(key, 3))).toEqual([{ node: 1 }, { node: 3 }]);
  for (const key of ['0', '4', '9', 'x', '', '\u001b', 'ä', '1\n']) expect(wishOf(key, 3)).toBeUndefined();
});
