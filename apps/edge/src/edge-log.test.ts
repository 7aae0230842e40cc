import { expect, test } from 'vitest';
import { openEdgeLog, readableLine } from './edge-log.ts';

function linesOf(log: (write: ReturnType<typeof openEdgeLog>) => void): string[] {
  const lines: string[] = [];
  log(openEdgeLog({ id: 'edge-1', logLevel: 'info' }, { write: (line) => void lines.push(line) }));
  return lines;
}

test('lines are JSON with the edge in them, at their level, and hold no secret', () => {
  const lines = linesOf((log) => {
    log.debug('not wanted');
    log.info({ sensor: 't', password: 'abc', broker: { secret: 'def' } }, 'said');
  });
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ node: 'edge-1', level: 30, msg: 'said', sensor: 't' });
  expect(lines[0]).not.toMatch(/abc|def/);
});

test('at a terminal they are for people', () => {
  const [line = ''] = linesOf((log) => log.warn({ sensor: 't', count: 3 }, 'it hangs'));
  expect(readableLine(line)).toMatch(/^\d\d:\d\d:\d\d warn {2}it hangs \(sensor=t, count=3\)\n$/);
});
