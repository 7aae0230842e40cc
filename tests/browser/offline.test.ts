/** With no node in reach a reload still shows the app and what was said. */
import { fileURLToPath } from 'node:url';
import { parseConfig, type RunningNode, startNode } from '@bothy/node';
import { launchChromium, temporaryFolder } from '@bothy/testkit';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';

const webFolder = temporaryFolder();
const data = temporaryFolder();
let browser: Browser;
let node: RunningNode;

beforeAll(async () => {
  const root = fileURLToPath(new URL('../../apps/web/', import.meta.url));
  await build({ root, logLevel: 'error', build: { outDir: webFolder.path, emptyOutDir: true } });
  browser = await launchChromium();
  node = await start('0');
});
afterAll(async () => {
  await browser?.close();
  await node?.stop();
  webFolder.remove();
  data.remove();
});

function start(http: string): Promise<RunningNode> {
  return startNode(parseConfig({ http, mqtt: '0', data: data.path }, {}), { webFolder: webFolder.path });
}

async function join(name: string): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await page.goto(node.webUrl);
  await page.getByRole('textbox', { name: 'Your name' }).fill(name);
  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByRole('banner').getByText('Connected').first().waitFor();
  return page;
}

async function write(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
}

test('opened again with no node in reach: the app and the history are there, writing is kept, and goes when the node is back', async () => {
  const [alice, ben] = await Promise.all([join('alice'), join('ben')]);
  await alice.getByRole('button', { name: 'Add contact' }).click();
  await alice.getByRole('textbox', { name: 'Name of the person' }).fill('ben');
  await alice.getByRole('button', { name: 'Send request' }).click();
  await ben.getByRole('button', { name: 'Accept' }).click();
  await write(ben, 'The hut is warm.');
  await alice.getByRole('log').getByText('The hut is warm.').waitFor();
  await alice.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));

  await node.stop();
  await alice.reload();
  await alice.getByText('No node in reach').first().waitFor();
  await alice.getByRole('log').getByText('The hut is warm.').waitFor();
  await write(alice, 'Coming up tonight.');
  const own = alice.getByRole('log').getByRole('listitem').filter({ hasText: 'Coming up tonight.' });
  await own.locator('[data-status="pending"]').waitFor();

  // Only files of the build are kept, and nothing that the node answered.
  const kept = await alice.evaluate(async () => {
    const names = await caches.keys();
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return requests.flat().map(({ url }) => new URL(url).pathname);
  });
  expect(kept).toContain('/');
  expect(kept.filter((path) => path !== '/' && path !== '/mark.svg' && !path.startsWith('/assets/'))).toEqual(
    [],
  );

  const { port } = new URL(node.webUrl);
  node = await start(port);
  await own.locator('[data-status="read"]').waitFor();
  await ben.getByRole('log').getByText('Coming up tonight.').waitFor();
});
