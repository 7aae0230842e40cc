import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@bothy/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LogsFlags, runLogs } from './run-logs.ts';

const nowMs = 1_700_000_600_000;
const line = (level: number, area: string, agoMs: number, msg: string): string =>
  JSON.stringify({ level, time: nowMs - agoMs, node: 'n1', area, msg });

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
  const lines = [
    line(30, 'node', 600_000, 'node started'),
    line(40, 'cluster', 300_000, 'node n2 is down'),
    line(20, 'rooms', 1_000, 'room.send'),
  ];
  writeFileSync(join(folder.path, 'node.log'), `${lines.join('\n')}\n{"level":30,"ti\n`);
});
afterEach(() => folder.remove());

async function logs(flags: LogsFlags): Promise<string[]> {
  const printed: string[] = [];
  await runLogs(
    { data: folder.path, ...flags },
    {
      print: (text) => printed.push(text),
      colour: false,
      wallMs: () => nowMs,
      signal: new AbortController().signal,
    },
  );
  return printed;
}

test('everything, a broken line as it is', async () => {
  const printed = await logs({});
  expect(printed[0]).toMatch(/info {2}node {5}node started$/);
  expect(printed[3]).toBe('{"level":30,"ti');
  expect(printed).toHaveLength(4);
});

test('by level, area and time; as JSON for programs', async () => {
  expect(await logs({ level: 'warn' })).toEqual([expect.stringContaining('node n2 is down')]);
  expect(await logs({ area: 'rooms, node' })).toHaveLength(2);
  expect(await logs({ since: '10s' })).toEqual([expect.stringContaining('room.send')]);
  const json = await logs({ since: '5m', json: true });
  expect(json.map((text) => JSON.parse(text).msg)).toEqual(['node n2 is down', 'room.send']);
});

test.each([
  [{ level: 'loud' }, '--level is "loud"'],
  [{ area: 'rooms,kitchen' }, '--area is "kitchen"'],
  [{ since: 'yesterday' }, '--since is "yesterday"'],
])('%j is one sentence', async (flags, sentence) => {
  const refused = { code: 'configuration_invalid', message: expect.stringContaining(sentence) };
  await expect(logs(flags)).rejects.toMatchObject(refused);
});
