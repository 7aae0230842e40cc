/**
 * The main job, on real parts: two people in two browsers become contacts and
 * talk peer to peer through one node, and one of them finds it all again.
 */
import { fileURLToPath } from 'node:url';
import { parseConfig, type RunningNode, startNode } from '@bothy/node';
import { launchChromium, temporaryFolder } from '@bothy/testkit';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { befriend, connected, enter, openChat, say, shows } from './person.ts';

const webApp = fileURLToPath(new URL('../../apps/web/', import.meta.url));

const webFolder = temporaryFolder();
let browser: Browser;
let data: ReturnType<typeof temporaryFolder>;
let node: RunningNode;
const contexts: BrowserContext[] = [];
const pageErrors: string[] = [];

beforeAll(async () => {
  await build({ root: webApp, logLevel: 'error', build: { outDir: webFolder.path, emptyOutDir: true } });
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  webFolder.remove();
});

beforeEach(async () => {
  data = temporaryFolder();
  node = await startNode(parseConfig({ http: '0', mqtt: '0', data: data.path }, {}), {
    webFolder: webFolder.path,
  });
});
afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()));
  await node.stop();
  data.remove();
  expect(pageErrors.splice(0)).toEqual([]);
});

/** A person in a browser profile of their own. */
async function open(): Promise<Page> {
  const context = await browser.newContext();
  contexts.push(context);
  const page = await context.newPage();
  page.on('pageerror', (error) => pageErrors.push(error.message));
  await page.goto(node.webUrl);
  return page;
}

async function join(name: string): Promise<Page> {
  const page = await open();
  await enter(page, name);
  return page;
}

test('from first contact to messages both ways with ticks; after a reload the history is there and the link up', async () => {
  const [alice, ben] = await Promise.all([join('alice'), join('ben')]);
  await befriend(alice, ben, 'alice', 'ben');
  await Promise.all([connected(alice), connected(ben)]);

  await say(alice, 'Is the pass open?');
  await shows(ben, 'Is the pass open?');
  // Ben looks at it, so it is not only delivered but read.
  await shows(alice, 'Is the pass open?', 'read');
  await say(ben, 'Until dusk, then it snows.');
  await shows(alice, 'Until dusk, then it snows.');
  await shows(ben, 'Until dusk, then it snows.', 'read');

  await ben.reload();
  await openChat(ben, 'alice');
  await shows(ben, 'Is the pass open?');
  await shows(ben, 'Until dusk, then it snows.', 'read');
  await Promise.all([connected(alice), connected(ben)]);
  await say(ben, 'Back again.');
  await shows(alice, 'Back again.');
});

test('a message to somebody who looks elsewhere is delivered and not read; what is written while they are away waits', async () => {
  const [alice, ben] = await Promise.all([join('alice'), join('ben')]);
  await befriend(alice, ben, 'alice', 'ben');
  await Promise.all([connected(alice), connected(ben)]);
  await ben.goto(`${node.webUrl}/#/rooms`);

  await say(alice, 'Are you there?');
  await shows(alice, 'Are you there?', 'delivered');

  const profile = ben.context();
  await ben.close();
  await say(alice, 'One for later');
  await say(alice, 'and another');
  await shows(alice, 'and another', 'pending');

  const again = await profile.newPage();
  await again.goto(node.webUrl);
  await openChat(again, 'alice');
  await shows(again, 'One for later');
  await shows(again, 'and another');
  await shows(alice, 'and another', 'read');
  const texts = await again.getByRole('log').getByRole('listitem').allInnerTexts();
  const written = ['Are you there?', 'One for later', 'and another'];
  const order = texts.flatMap((text) => written.filter((each) => text.includes(each)));
  expect(order).toEqual(written);
});

test('a name that another key owns is refused in words', async () => {
  await join('alice');
  const other = await open();
  await other.getByRole('textbox', { name: 'Your name' }).fill('alice');
  await other.getByRole('button', { name: 'Start' }).click();
  await other.getByRole('alert').filter({ hasText: /alice/ }).waitFor();
});
