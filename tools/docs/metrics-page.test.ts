/** docs/reference/metrics.md and what a node shows are the same. */
import { readFileSync } from 'node:fs';
import { parseConfig, startNode } from '@bothy/node';
import { httpRequest, temporaryFolder } from '@bothy/testkit';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/reference/metrics.md', root), 'utf8');

test('metrics.md lists every metric of ours with its kind, and no other', async () => {
  const folder = temporaryFolder();
  const flags = { http: '0', mqtt: '0', cluster: '0', id: 'hut', data: folder.path };
  const node = await startNode(parseConfig(flags, {}));
  const { text } = await httpRequest(`${node.webUrl}/metrics`).finally(() => node.stop());
  folder.remove();
  const rows = page.matchAll(/^\| `(bothy_\w+)(?:\{\w+\})?` \| (\w+) \|/gm);
  const shown = text.matchAll(/^# TYPE (bothy_\w+) (\w+)$/gm);
  const sorted = (found: Iterable<RegExpExecArray>) =>
    [...found].map(([, name, kind]) => `${name} ${kind}`).sort();
  expect(sorted(rows)).toEqual(sorted(shown));
});
