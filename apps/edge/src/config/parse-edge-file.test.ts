import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseEdgeFile } from './parse-edge-file.ts';

const messageOf = (yaml: string): string => {
  try {
    parseEdgeFile(yaml, 'edge.yaml');
    return 'nothing is wrong';
  } catch (thrown) {
    return (thrown as Error).message;
  }
};

test('the example has every kind of sensor, and parses', () => {
  const example = new URL('../../edge.example.yaml', import.meta.url);
  const parsed = parseEdgeFile(readFileSync(example, 'utf8'), 'edge.example.yaml');
  const kinds = new Set(parsed.sensors?.map(({ kind }) => kind));
  expect([...kinds].sort()).toEqual(['command', 'file', 'host', 'http', 'hwmon', 'linux-iio', 'simulated']);
  expect(parsed.rules?.map(({ name }) => name)).toContain('frost');
});

test('an empty file is a configuration', () => {
  expect(parseEdgeFile('', 'edge.yaml')).toEqual({ rules: undefined });
  expect(parseEdgeFile('# nothing\n', 'edge.yaml')).toEqual({ rules: undefined });
});

const sensor = (...lines: string[]): string =>
  [
    'id: e',
    'sensors:',
    '  - name: a',
    '    kind: simulated',
    '  - name: t',
    ...lines.map((line) => `    ${line}`),
  ].join('\n');

test.each([
  [
    'a time',
    sensor('kind: simulated', 'interval: fast'),
    'edge.yaml:7: sensors[1].interval: must be a time such as 5s or 1m30s',
  ],
  [
    'a time out of range',
    sensor('kind: simulated', 'interval: 1ms'),
    'edge.yaml:7: sensors[1].interval: must be a time such as 5s or 1m30s, from 100 ms to 86400 s',
  ],
  [
    'a setting that is misspelt',
    sensor('kind: simulated', 'intervall: 5s'),
    'edge.yaml:7: sensors[1].intervall: is no setting that is known here',
  ],
  [
    'a setting of another kind',
    sensor('kind: host', 'url: http://x'),
    'edge.yaml:7: sensors[1].url: is no setting that is known here',
  ],
  [
    'a kind',
    sensor('kind: thermometer'),
    'edge.yaml:6: sensors[1].kind: must be one of simulated, host, file, http, command, linux-iio, hwmon',
  ],
  [
    'a missing kind',
    sensor('unit: K'),
    'edge.yaml:5: sensors[1].kind: must be one of simulated, host, file, http, command, linux-iio, hwmon',
  ],
  [
    'a missing setting',
    sensor('kind: http'),
    'edge.yaml:5: sensors[1].url: is missing; it must be a URL that begins with http:// or https://',
  ],
  [
    'a URL',
    sensor('kind: http', 'url: ftp://x'),
    'edge.yaml:7: sensors[1].url: must be a URL that begins with http:// or https://',
  ],
  [
    'a path',
    sensor('kind: http', 'url: http://x', 'path: a..b]'),
    'edge.yaml:8: sensors[1].path: must be a path such as main.temp or sensors[0].value',
  ],
  [
    'a command as text',
    sensor('kind: command', 'command: cat /x'),
    'edge.yaml:7: sensors[1].command: must be a list: a program and its arguments',
  ],
  [
    'an expression',
    sensor('kind: command', 'command: [x]', "match: '('"),
    'edge.yaml:8: sensors[1].match: must be a regular expression with one group, such as temp=([0-9.]+)',
  ],
  [
    'an expression without a group',
    sensor('kind: command', 'command: [x]', 'match: abc'),
    'edge.yaml:8: sensors[1].match: must be a regular expression with one group, such as temp=([0-9.]+)',
  ],
  [
    'units of different kinds',
    sensor('kind: host', 'from: °C', "unit: '%'"),
    'edge.yaml:8: sensors[1].unit: °C cannot become %',
  ],
  [
    'a table that falls',
    sensor('kind: host', 'table: [[1, 1], [1, 2]]'),
    'edge.yaml:7: sensors[1].table: the raw value of point 2 must be above the one before',
  ],
  [
    'a point of a table',
    sensor('kind: host', 'table: [[1, 1], [2]]'),
    'edge.yaml:7: sensors[1].table[1]: must be two numbers: [raw, true]',
  ],
  [
    'smoothing',
    sensor('kind: host', 'smooth: {mean: 1}'),
    'edge.yaml:7: sensors[1].smooth.mean: must be a whole number from 2 to 100',
  ],
  [
    'smoothing of no kind',
    sensor('kind: host', 'smooth: 5'),
    'edge.yaml:7: sensors[1].smooth: must be one of {mean: 5}, {median: 5} (2 to 100 readings) or {exponential: 30s} (its half-life)',
  ],
  [
    'digits',
    sensor('kind: host', 'digits: 2.5'),
    'edge.yaml:7: sensors[1].digits: must be a whole number from 0 to 9',
  ],
  [
    'a name',
    'sensors:\n  - name: "no blanks"\n    kind: host',
    'edge.yaml:2: sensors[0].name: must be a name of letters, digits, "_", "." and "-", 64 at most',
  ],
  [
    'a name twice',
    sensor('kind: host').replace('name: t', 'name: a'),
    'edge.yaml:5: sensors[1].name: is the name of another sensor already: a',
  ],
  ['a rule', 'rules:\n  - temperature > 30\n  - temperature above 30', 'edge.yaml:3: rules[1]: column 13: '],
  [
    'a rule twice',
    'rules:\n  - "x: a > 1"\n  - "x: a > 2"',
    'edge.yaml:3: rules[1]: is the name of another rule already: x',
  ],
  [
    'a broker',
    'broker: localhost',
    'edge.yaml:1: broker: must be a URL such as mqtt://127.0.0.1:1883 (or mqtts://, ws://, wss://)',
  ],
  ['a list instead of settings', '- a', 'edge.yaml:1: must be settings, one a line: "id: greenhouse-1"'],
  [
    'outbox',
    'outbox: {readings: 0}',
    'edge.yaml:1: outbox.readings: must be a whole number from 1 to 100000000',
  ],
  ['what is no YAML', 'id: [', 'edge.yaml:1: is no YAML: '],
  [
    'a bomb',
    `a: &a [x]\n${Array.from({ length: 26 }, (_, at) => `b${at}: &b${at} [${Array(9).fill(at === 0 ? '*a' : `*b${at - 1}`)}]`).join('\n')}`,
    'edge.yaml: is no YAML: ',
  ],
])('what is wrong is told at its place: %s', (_, yaml, message) => {
  expect(messageOf(yaml).slice(0, message.length)).toBe(message);
});

test('what is too large is not looked at', () => {
  expect(messageOf(`# ${'x'.repeat(2_000_000)}`)).toBe('edge.yaml: is too large');
});
