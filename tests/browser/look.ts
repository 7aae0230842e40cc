/**
 * Takes pictures of the web app for eyes, not for tests: every page that
 * matters, at three widths, in light and dark, into tests/output/look/.
 *
 *   node tests/browser/look.ts          starts a node of its own
 *   node tests/browser/look.ts URL      uses a fresh node that runs already
 *   node tests/browser/look.ts rooms    Rooms and the cluster alone
 *   node tests/browser/look.ts monitor  Monitor alone
 *   node tests/browser/look.ts directory  what nodes agree on, and an operator's part in it
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig, startNode } from '@bothy/node';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { buildWebApp } from './build-web-app.ts';
import { directoryPictures } from './look-directory.ts';
import { monitorPictures } from './look-monitor.ts';
import { type RoomLookTools, roomPictures } from './look-rooms.ts';

const outputFolder = new URL('../output/look/', import.meta.url).pathname;
const sizes = [
  { width: 360, height: 740 },
  { width: 768, height: 900 },
  { width: 1440, height: 900 },
];
const schemes = ['light', 'dark'] as const;

const talk: readonly (readonly ['ada' | 'ben', string])[] = [
  ['ada', 'Morning! Did the greenhouse make it through the storm?'],
  ['ben', 'It did. Two panes on the north side are gone, the heating held.'],
  ['ben', 'Mast is down, so this goes straight from my laptop to yours.'],
  ['ada', 'Good. What do we need up there?'],
  ['ben', '2 panes, 60 × 120\na tube of silicone\nsomebody who is not afraid of ladders'],
  [
    'ada',
    'I have the panes. The road is closed until noon, so I will walk the last part and bring what fits on a sledge; tell Cy to keep the stove going, and if the link drops just go on writing, it all arrives when I am back in reach.',
  ],
  [
    'ada',
    'https://example.org/a-very-long-address/that-has-to-break-somewhere/because-it-does-not-fit-in-a-line',
  ],
  ['ben', 'On our way.'],
  ['ada', 'See you at one.'],
];

/** A page for each person; sizes and colours change on it, so that everybody's state stays the same. */
async function visitor(browser: Browser, url: string): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  page.on('pageerror', (error) => console.error(`page error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') console.error(`console: ${message.text()}`);
  });
  await page.goto(url);
  return { context, page };
}

async function enter(page: Page, name: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Your name' }).fill(name);
  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByRole('banner').getByText('Connected').first().waitFor();
}

async function ask(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Add contact' }).click();
  await page.getByRole('textbox', { name: 'Name of the person' }).fill(name);
  await page.getByRole('button', { name: 'Send request' }).click();
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.getByRole('button', { name: 'Send' }).click();
}

async function look(page: Page, title: string): Promise<void> {
  for (const viewport of sizes) {
    for (const colorScheme of schemes) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.screenshot({ path: join(outputFolder, `${title}-${viewport.width}-${colorScheme}.png`) });
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}

/** From the open dialog of one's own name. */
async function operatorPictures(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Names and invitations…' }).click();
  await page.getByRole('button', { name: 'Release ben' }).waitFor();
  await look(page, 'operator-names');
  await page.getByRole('button', { name: 'Release ben' }).click();
  await look(page, 'operator-release');
  await page.getByRole('button', { name: 'Keep' }).click();
  await page.getByRole('button', { name: 'Invite people' }).click();
  await look(page, 'operator-invite');
  await page.getByRole('button', { name: 'Make a link' }).click();
  await page.getByRole('img', { name: 'QR code' }).waitFor();
  await look(page, 'operator-invitation');
  await page.getByRole('button', { name: 'Close' }).click();
}

async function pictures(browser: Browser, url: string): Promise<{ ada: Page }> {
  const [{ page: ada }, { page: ben }, { page: cy }] = await Promise.all([
    visitor(browser, url),
    visitor(browser, url),
    visitor(browser, url),
  ]);
  await look(ada, 'first-start');
  await ada.goto(`${url}/#/join/abcdefghijklmnop`);
  await ada.reload();
  await ada.getByText('You were invited.').waitFor();
  await look(ada, 'first-start-invited');
  await ada.goto(url);
  await ada.reload();
  await ada.getByRole('button', { name: 'I have a key file' }).click();
  await look(ada, 'open-key');
  await ada.getByRole('button', { name: 'Back' }).click();
  await ada.getByRole('textbox', { name: 'Your name' }).fill('ada lovelace');
  await look(ada, 'first-start-problem');
  await enter(ada, 'ada');
  await look(ada, 'chats-empty');
  await cy.getByRole('textbox', { name: 'Your name' }).fill('ada');
  await cy.getByRole('button', { name: 'Start' }).click();
  await cy.getByRole('alert').waitFor();
  await look(cy, 'first-start-taken');
  await Promise.all([enter(ben, 'ben'), enter(cy, 'cy')]);

  await ada.getByRole('button', { name: 'Add contact' }).click();
  await ada.getByRole('textbox', { name: 'Name of the person' }).fill('dora');
  await ada.getByRole('button', { name: 'Send request' }).click();
  await ada.getByRole('button', { name: 'Ask anyway' }).waitFor();
  await look(ada, 'add-unknown');
  await ada.getByRole('button', { name: 'Ask anyway' }).click();
  await look(ada, 'request-waiting');

  await ask(ada, 'ben');
  await ben.getByRole('button', { name: 'Accept' }).waitFor();
  await look(ben, 'request-incoming');
  await ben.getByRole('link', { name: 'ada', exact: true }).click();
  await look(ben, 'request-incoming-open');
  await ben.getByRole('button', { name: 'Accept' }).click();
  await ben.getByText('Connected directly').waitFor();
  await look(ben, 'conversation-empty');
  for (const [who, text] of talk) {
    const [from, to] = who === 'ada' ? [ada, ben] : [ben, ada];
    await say(from, text);
    await to.getByRole('log').getByText(text).first().waitFor();
  }
  await ada.locator('[data-status="read"]').last().waitFor();
  await ask(cy, 'ada');
  await ada.getByRole('button', { name: 'Accept' }).waitFor();
  await look(ada, 'conversation');
  await ben.getByRole('textbox', { name: 'Message' }).pressSequentially('And bring');
  await ada.getByText('ben is writing…').waitFor();
  const own = ada.getByRole('listitem').filter({ hasText: 'See you at one.' }).last();
  await own.hover();
  await look(ada, 'conversation-writing');
  await own.getByRole('button', { name: 'Delete message' }).click();
  await look(ada, 'message-delete');
  await own.getByRole('button', { name: 'Keep' }).click();
  await own.hover();
  await own.getByRole('button', { name: 'Edit message' }).click();
  await look(ada, 'message-edit');
  await ada.getByRole('textbox', { name: 'Changed message' }).press('Escape');
  await ada.getByRole('button', { name: 'About ben' }).click();
  await look(ada, 'contact-details');
  await ada.getByRole('button', { name: 'Close' }).click();
  await ada.getByRole('searchbox', { name: 'Search contacts' }).fill('z');
  await look(ada, 'search-nothing');
  await ada.getByRole('searchbox', { name: 'Search contacts' }).fill('');
  await ada.getByRole('link', { name: 'Chats' }).click();
  await ada.getByRole('button', { name: 'You are ada' }).click();
  await ada.getByText('you are its operator').waitFor();
  await look(ada, 'own-page');
  await operatorPictures(ada);
  await ada.getByRole('button', { name: 'You are ada' }).click();
  await ada.getByRole('button', { name: 'Save my key…' }).click();
  await look(ada, 'save-key');
  await ada.getByRole('button', { name: 'Cancel' }).click();
  await ada.getByRole('link', { name: 'Rooms' }).click();
  await look(ada, 'rooms');
  await ada.getByRole('link', { name: 'Chats' }).click();

  await ben.context().close();
  await ada.getByRole('link', { name: 'ben', exact: true }).click();
  await ada.getByText('ben is away').waitFor({ timeout: 30_000 });
  await say(ada, 'Left at nine, all well.');
  await ada.locator('[data-status="pending"]').waitFor();
  await look(ada, 'conversation-away');
  await ada.getByRole('button', { name: 'About ben' }).click();
  await look(ada, 'contact-details-away');
  await ada.getByRole('button', { name: 'Close' }).click();
  const pending = ada.getByRole('listitem').filter({ hasText: 'Left at nine, all well.' }).last();
  await pending.hover();
  await pending.getByRole('button', { name: 'Cancel sending' }).click();
  await pending.locator('[data-status="failed"]').waitFor();
  await look(ada, 'message-failed');

  // Ben's name goes to another key.
  await ada.getByRole('button', { name: 'You are ada' }).click();
  await ada.getByRole('button', { name: 'Names and invitations…' }).click();
  await ada.getByRole('button', { name: 'Release ben' }).click();
  await ada.getByRole('button', { name: 'Release', exact: true }).click();
  await ada.getByText('ben is free now.').waitFor();
  await ada.getByRole('button', { name: 'Close' }).click();
  const { page: other } = await visitor(browser, url);
  await enter(other, 'ben');
  await ada.getByRole('alert').waitFor();
  await look(ada, 'key-changed');
  return { ada };
}

await mkdir(outputFolder, { recursive: true });
const asked = process.argv[2];
const only = asked === 'rooms' || asked === 'monitor' || asked === 'directory' ? asked : undefined;
const given = only === undefined ? asked : undefined;
const dataFolder = await mkdtemp(join(tmpdir(), 'bothy-look-'));
const webFolder = join(dataFolder, 'web');
await buildWebApp(webFolder);
const node =
  given === undefined && only === undefined
    ? await startNode(parseConfig({ http: '0', mqtt: '0', cluster: '0', data: dataFolder }, {}), {
        webFolder,
      })
    : undefined;
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
});
try {
  if (only === undefined) {
    const { ada } = await pictures(browser, given ?? node?.webUrl ?? '');
    if (node !== undefined) {
      await node.stop();
      await ada.getByText('No node in reach').first().waitFor();
      await look(ada, 'no-node');
    }
  }
  const tools: RoomLookTools = {
    webFolder,
    look,
    enter: async (url, name) => {
      const { page } = await visitor(browser, url);
      await enter(page, name);
      return page;
    },
  };
  if (only === undefined || only === 'rooms') await roomPictures(tools);
  if (only === undefined || only === 'directory') await directoryPictures(tools);
  if (only === undefined || only === 'monitor') await monitorPictures(tools);
  console.log(`Pictures are in ${outputFolder}`);
} finally {
  await browser.close();
  await node?.stop();
  await rm(dataFolder, { recursive: true, force: true });
}
