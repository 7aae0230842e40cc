/** A file of readings that is damaged is said at the start, before anybody looks at Monitor. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { api } from '../../testing/monitored-node.ts';
import { nodeFixture } from '../../testing/running-node.ts';

const { start, folder } = nodeFixture();

test('a node with a damaged file of readings starts, is not ready, and says why in its log', async () => {
  const data = folder();
  writeFileSync(join(data, 'telemetry.sqlite'), 'This is no database. '.repeat(1_000));
  const node = await start({ data });
  const lines = (): string[] => readFileSync(join(data, 'node.log'), 'utf8').trim().split('\n');
  await expect
    .poll(() => lines().find((line) => line.includes('monitoring cannot start')))
    .toMatch(/"database_corrupt".*telemetry\.sqlite is damaged/);
  expect((await fetch(`${node.webUrl}/readyz`)).status).toBe(503);
  expect(await api(node, 'sensors')).toMatchObject({ status: 500, body: { code: 'database_corrupt' } });
});
