/** A person takes their key along: saved under a passphrase in one browser, opened in another. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { browserStage } from './browser-stage.ts';

const passphrase = 'eight stoves under a roof';
const stage = browserStage();

async function fingerprint(page: Page): Promise<string | null> {
  await page.getByRole('button', { name: 'You are ada' }).click();
  const text = await page.getByRole('dialog').locator('code').textContent();
  await page.getByRole('button', { name: 'Close' }).click();
  return text;
}

test('the key of a file makes the same person in another browser; a wrong passphrase and a damaged file say which', async () => {
  const first = await stage.open();
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

  const second = await stage.open();
  await second.getByRole('button', { name: 'I have a key file' }).click();
  const opening = second.getByRole('form', { name: 'Open my key' });
  const problem = opening.getByRole('alert');
  await opening.getByRole('button', { name: 'Open' }).click();
  await problem.getByText('Choose your key file first').waitFor();
  const changed = (await readFile(file, 'utf8')).replace('"name": "ada"', '"name": "eve"');
  const damaged = { name: 'damaged.json', mimeType: 'application/json', buffer: Buffer.from(changed) };
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
