import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createIdentity } from '@bothy/identity';
import { temporaryFolder } from '@bothy/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { api, device, publish } from '../../testing/monitored-node.ts';
import { nodeFixture, signIn } from '../../testing/running-node.ts';
import { readRules } from './rules-file.ts';

const { start } = nodeFixture();
let folder: ReturnType<typeof temporaryFolder>;
let file: string;
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'rules.txt');
});
afterEach(() => folder.remove());

test('one rule on a line, remarks and empty lines left out', async () => {
  writeFileSync(
    file,
    '# of the barn\r\nwarm warning: temperature > 25\r\n\n  # more\nhot danger: temperature > 30\n',
  );
  expect((await readRules(file)).map(({ name }) => name)).toEqual(['warm', 'hot']);
});

test.each([
  ['warm warning: temperature > 25\nhot danger temperature > 30', /line 2, column \d+: /],
  ['a info: light < 1\na info: light < 2', /line 2: there is a rule a already/],
])('%j is refused with the place of the mistake', async (text, sentence) => {
  writeFileSync(file, text);
  await expect(readRules(file)).rejects.toMatchObject({
    code: 'configuration_invalid',
    message: expect.stringMatching(sentence),
  });
});

test('a file that is not there is told', async () => {
  await expect(readRules(join(folder.path, 'none'))).rejects.toMatchObject({ code: 'configuration_invalid' });
});

test('a node with a file of rules goes by it, and lets nobody set others', async () => {
  writeFileSync(file, 'warm warning: temperature > 25\n');
  const node = await start({ rules: file });
  await publish(await device(node, 'esp-1'), 'greenhouse', 'temperature', 35);
  await expect.poll(async () => (await api(node, 'alarms')).body.alarms).toMatchObject([{ rule: 'warm' }]);
  expect((await api(node, 'rules')).body.rules).toHaveLength(1);
  const { body } = await signIn(node, await createIdentity({ name: 'ann', issuedAt: Date.now() }));
  const put = await api(node, 'rules', { method: 'PUT', body: { rules: [] }, token: body.token });
  expect(put).toMatchObject({ status: 403, body: { message: expect.stringContaining(file) } });
  await expect(start({ rules: join(folder.path, 'none') })).rejects.toMatchObject({
    code: 'configuration_invalid',
  });
});
