/** Two people on the local network: HTTPS by the node's own authority, and MQTT over WSS behind it. */
import { fileURLToPath } from 'node:url';
import { makeInvitation, parseConfig, type RunningNode, startNode } from '@bothy/node';
import { launchChromium, launchTrustingChromium, temporaryFolder } from '@bothy/testkit';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { patientPage } from './patience.ts';
import { befriend, connected, enter, say, shows } from './person.ts';

const webApp = fileURLToPath(new URL('../../apps/web/', import.meta.url));
const webFolder = temporaryFolder();
const data = temporaryFolder();
/** Of somebody who has installed the node's authority. */
const home = temporaryFolder();
const contexts: BrowserContext[] = [];
let browser: Browser;
let node: RunningNode;
let invitation: string;
let ann: Page;

beforeAll(async () => {
  await build({ root: webApp, logLevel: 'error', build: { outDir: webFolder.path, emptyOutDir: true } });
  const addresses = { lan: '', http: '127.0.0.1:0', mqtt: '127.0.0.1:0', cluster: '0', guide: '127.0.0.1:0' };
  const config = parseConfig({ ...addresses, data: data.path, registration: 'invite' }, {});
  node = await startNode(config, { webFolder: webFolder.path });
  const http = { host: '127.0.0.1', port: node.httpPort };
  browser = await launchTrustingChromium(home.path, node.lan?.authority ?? '');
  invitation = await makeInvitation({ ...config, http }, { uses: 2, days: 1 });
});
afterAll(async () => {
  await Promise.all(contexts.map((context) => context.close()));
  await browser?.close();
  await node?.stop();
  webFolder.remove();
  data.remove();
  home.remove();
});

async function open(url: string): Promise<Page> {
  const context = await browser.newContext();
  contexts.push(context);
  const page = await patientPage(context);
  await page.goto(url);
  return page;
}

test('two invited people talk over a secure page and WSS', async () => {
  ann = await open(invitation);
  const sockets: string[] = [];
  ann.on('websocket', (socket) => sockets.push(socket.url()));
  expect(await ann.evaluate(() => [location.protocol, isSecureContext])).toEqual(['https:', true]);
  const ben = await open(invitation);
  await enter(ann, 'ann');
  await enter(ben, 'ben');
  await befriend(ann, ben, 'ann', 'ben');
  await Promise.all([connected(ann), connected(ben)]);
  await say(ann, 'Is the door open?');
  await shows(ben, 'Is the door open?');
  await say(ben, 'It always is.');
  await shows(ann, 'It always is.');
  expect(sockets).toContain(`wss://127.0.0.1:${node.httpPort}/mqtt`);
});

test('who has not installed the authority does not get in', async () => {
  const stranger = await launchChromium();
  try {
    const page = await stranger.newPage();
    await expect(page.goto(invitation)).rejects.toThrow('ERR_CERT_AUTHORITY_INVALID');
  } finally {
    await stranger.close();
  }
});

test('the first person who comes from the machine itself operates the node, with --lan as well', async () => {
  await ann.getByRole('button', { name: 'You are ann' }).click();
  await ann.getByRole('dialog').getByText('you are its operator').waitFor();
});

test('a third one is told that the invitation is used up', async () => {
  const cat = await open(invitation);
  await cat.getByRole('textbox', { name: 'Your name' }).fill('cat');
  await cat.getByRole('button', { name: 'Start' }).click();
  await cat.getByRole('alert').filter({ hasText: 'used up' }).waitFor();
});

test('the guide fits a phone, and shows the fingerprint before anything is trusted', async () => {
  const page = await patientPage(await browser.newContext({ viewport: { width: 360, height: 740 } }));
  contexts.push(page.context());
  await page.goto(node.lan?.guideUrl ?? '');
  await page.getByText(node.lan?.fingerprint.replaceAll(':', ' ') ?? 'none').waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  await page.getByText('iPhone and iPad').click();
  await page.getByText('Certificate Trust Settings').waitFor();
});
