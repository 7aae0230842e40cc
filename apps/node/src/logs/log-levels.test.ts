import { expect, test } from 'vitest';
import { openLogs } from './area-logs.ts';
import { logAreas, parseLogLevels } from './log-levels.ts';

test('one level for all, and others for single areas', () => {
  expect(parseLogLevels('warn')).toEqual(Object.fromEntries(logAreas.map((area) => [area, 'warn'])));
  expect(parseLogLevels('warn, rooms=debug,cluster=silent')).toMatchObject({
    http: 'warn',
    rooms: 'debug',
    cluster: 'silent',
  });
  expect(parseLogLevels('broker=error')).toMatchObject({ broker: 'error', names: 'info' });
});

test.each([
  '',
  'loud',
  'rooms',
  'rooms=',
  'rooms=loud',
  'kitchen=info',
  'info,warn',
  'rooms=info=debug',
  'info,',
])('"%s" is none', (text) => expect(parseLogLevels(text)).toBeUndefined());

test('each area writes at its level, and says which node and area it is', () => {
  const lines: string[] = [];
  const levels = parseLogLevels('warn,rooms=debug,cluster=silent');
  if (levels === undefined) throw new Error('no levels');
  const logs = openLogs('n1', levels, { write: (line) => lines.push(line) });
  for (const log of [logs.http, logs.rooms, logs.cluster]) {
    for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level](level);
  }
  const written = lines.map((line) => JSON.parse(line));
  expect(written.map(({ node, area, msg }) => `${node} ${area} ${msg}`)).toEqual([
    'n1 http warn',
    'n1 http error',
    ...['debug', 'info', 'warn', 'error'].map((level) => `n1 rooms ${level}`),
  ]);
});

test('a secret that somebody logs by mistake does not reach the disk', () => {
  const lines: string[] = [];
  const levels = parseLogLevels('debug');
  if (levels === undefined) throw new Error('no levels');
  const { http } = openLogs('n1', levels, { write: (line) => lines.push(line) });
  http.info({ token: 'hush-1', params: { body: 'hush-2', secret: 'hush-3' }, password: 'hush-4' }, 'seen');
  expect(lines.join('')).toContain('seen');
  expect(lines.join('')).not.toContain('hush');
});
