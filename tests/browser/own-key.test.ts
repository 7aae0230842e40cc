/** A person takes their key along: saved under a passphrase in one browser, opened in another. */
import { readFile, writeFile } from 'node:fs/promises';
import { join as joinPath } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseConfig, type RunningNode, startNode } from '@bothy/node';
import { launchChromium, temporaryFolder } from '@bothy/testkit';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';

const passphrase = 'eight stoves under a roof';
const webFolder = temporaryFolder();
const data = temporaryFolder();
let browser: Browser;
let node: RunningNode;

beforeAll(async () => {
  const root = fileURLToPath(new URL('../../apps/web/', import.meta.url));
  await build({ root, logLevel: 'error', build: { outDir: webFolder.path, emptyOutDir: true } });
  const config = parseConfig({ http: '0', mqtt: '0', data: data.path }, {});
  [browser, node] = await Promise.all([launchChromium(), startNode(config, { webFolder: webFolder.path })]);
});
afterAll(async () => {
  await browser?.close();
  await node?.stop();
  webFolder.remove();
  data.remove();
});

async function open(): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await page.goto(node.webUrl);
  return page;
}

async function fingerprint(page: Page): Promise<string | null> {
  await page.getByRole('button', { name: 'You are ada' }).click();
  const text = await page.getByRole('dialog').locator('code').textContent();
  await page.getByRole('button', { name: 'Close' }).click();
  return text;
}

test('the key of a file makes the same person in another browser; a wrong passphrase and a damaged file say which', async () => {
  const first = await open();
  await first.getByRole('textbox', { name: 'Your name' }).fill('ada');
  await first.getByRole('button', { name: 'Start' }).click();
  const own = await fingerprint(first);

  await first.getByRole('button', { name: 'You are ada' }).click();
  await first.getByRole('button', { name: 'Save my key…' }).click();
  const form = first.getByRole('form', { name: 'Save my key' });
  const fields = [form.getByLabel('Passphrase', { exact: true }), form.getByLabel('Passphrase once more')];
  await fields[0]?.fill('short');
  await form.getByRole('button', { name: 'Save file' }).click();
  await form.getByText('5 of at least 10 characters').waitFor();
  await fields[0]?.fill(passphrase);
  await fields[1]?.fill(`${passphrase}!`);
  await form.getByRole('button', { name: 'Save file' }).click();
  await form.getByText('not the same').waitFor();
  await fields[1]?.fill(passphrase);
  const downloading = first.waitForEvent('download');
  await form.getByRole('button', { name: 'Save file' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe('bothy-key-ada.json');
  const file = await download.path();
  await first.getByRole('dialog').getByRole('status').getByText('bothy-key-ada.json').waitFor();
  expect(await readFile(file, 'utf8')).not.toContain(passphrase);

  const second = await open();
  await second.getByRole('button', { name: 'I have a key file' }).click();
  const opening = second.getByRole('form', { name: 'Open my key' });
  const problem = opening.getByRole('alert');
  await opening.getByRole('button', { name: 'Open' }).click();
  await problem.getByText('Choose your key file first').waitFor();
  const damaged = joinPath(data.path, 'damaged.json');
  await writeFile(damaged, (await readFile(file, 'utf8')).replace('"name": "ada"', '"name": "eve"'));
  await opening.getByLabel('Key file').setInputFiles(damaged);
  await opening.getByLabel('Passphrase').fill(passphrase);
  await opening.getByRole('button', { name: 'Open' }).click();
  await problem.getByText('damaged').waitFor();
  await opening.getByLabel('Key file').setInputFiles(file);
  await opening.getByLabel('Passphrase').fill('nine stoves under a roof');
  await opening.getByRole('button', { name: 'Open' }).click();
  await problem.getByText('not the passphrase').waitFor();
  await opening.getByLabel('Passphrase').fill(passphrase);
  await opening.getByRole('button', { name: 'Open' }).click();
  await second.getByRole('banner').getByText('Connected').first().waitFor();
  expect(await fingerprint(second)).toBe(own);
});
