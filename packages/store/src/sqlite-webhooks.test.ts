import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@bothy/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SqliteWebhooks } from './sqlite-webhooks.ts';

const room = 'a2b3c4d5e6f7g2h3i4j5';
const about = { room, label: 'Grafana', person: 'a'.repeat(32), personName: 'ann' };

let folder: { readonly path: string; remove(): void };
let webhooks: SqliteWebhooks;
let file: string;
beforeEach(async () => {
  folder = temporaryFolder();
  file = join(folder.path, 'webhooks.sqlite');
  webhooks = await SqliteWebhooks.open({ file, wallMs: () => 7 });
});
afterEach(async () => {
  await webhooks.close();
  folder.remove();
});

test('a webhook opens with its secret alone, which is not kept', async () => {
  const { webhook, secret } = await webhooks.add(about);
  expect(webhook).toMatchObject({ ...about, createdAt: 7, id: expect.stringMatching(/^[a-z2-7]{20}$/) });
  expect(await webhooks.enter(webhook.id, secret)).toEqual(webhook);
  expect(await webhooks.enter(webhook.id, secret.slice(1))).toBeUndefined();
  expect(await webhooks.enter(webhook.id, '')).toBeUndefined();
  expect(await webhooks.enter('nobody', secret)).toBeUndefined();
  await webhooks.close();
  expect(readFileSync(file).includes(secret)).toBe(false);
  webhooks = await SqliteWebhooks.open({ file, wallMs: () => 8 });
  expect(await webhooks.enter(webhook.id, secret)).toEqual(webhook);
});

test('they are listed and removed by room', async () => {
  const other = 'b2b3c4d5e6f7g2h3i4j5';
  const { webhook } = await webhooks.add(about);
  const { webhook: elsewhere } = await webhooks.add({ ...about, room: other });
  expect(await webhooks.list(room)).toEqual([webhook]);
  expect(await webhooks.remove(other, webhook.id)).toBe(false);
  expect(await webhooks.remove(room, webhook.id)).toBe(true);
  expect(await webhooks.list(room)).toEqual([]);
  await webhooks.removeRoom(other);
  expect(await webhooks.list(elsewhere.room)).toEqual([]);
});

test('a room has a limited number of them', async () => {
  for (let count = 0; count < 20; count += 1) await webhooks.add(about);
  await expect(webhooks.add(about)).rejects.toMatchObject({ code: 'limit_reached' });
});
