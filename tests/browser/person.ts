/** What a person does on a page of the web app, and what they wait to see. */
import type { Page } from 'playwright-core';

/** Takes a name on a page that was just opened. */
export async function enter(page: Page, name: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Your name' }).fill(name);
  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByRole('button', { name: 'Add contact' }).first().waitFor();
}

/** One asks, the other accepts; both have the conversation open afterwards. */
export async function befriend(
  asker: Page,
  asked: Page,
  askerName: string,
  askedName: string,
): Promise<void> {
  // Who has no place at the broker yet misses the request, and is asked again after half a minute.
  await Promise.all([reaches(asker), reaches(asked)]);
  await asker.getByRole('button', { name: 'Add contact' }).first().click();
  await asker.getByRole('textbox', { name: 'Name of the person' }).fill(askedName);
  await asker.getByRole('button', { name: 'Send request' }).click();
  await openChat(asked, askerName);
  await asked.getByRole('button', { name: 'Accept' }).click();
  await openChat(asker, askedName);
}

/** Waits until the page has its place at the broker: what is sent to it now arrives. */
export async function reaches(page: Page): Promise<void> {
  await page.getByTitle('Connected', { exact: true }).waitFor();
}

export async function openChat(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name }).first().click();
}

export async function say(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
}

/** Waits until the message stands in the log, with this tick when it is one's own. */
export async function shows(page: Page, text: string, status?: string): Promise<void> {
  const log = page.getByRole('log');
  await log.getByText(text, { exact: true }).waitFor();
  if (status === undefined) return;
  const item = log.getByRole('listitem').filter({ hasText: text });
  await item.locator(`[data-status="${status}"]`).first().waitFor();
}

/** The texts of all messages on the page, in their order on the screen. */
export function texts(page: Page): Promise<string[]> {
  return page.getByRole('log').locator('.bubble-text').allInnerTexts();
}

export async function connected(page: Page): Promise<void> {
  await page.getByRole('status').filter({ hasText: 'Connected directly' }).waitFor();
}
