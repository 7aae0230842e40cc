/** What a person does in Rooms, and what they wait to see. */
import type { Locator, Page } from 'playwright-core';

export async function openRooms(page: Page): Promise<void> {
  await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: 'Rooms' }).click();
  await page.getByRole('heading', { name: 'Rooms', level: 1 }).waitFor();
}

export async function makeRoom(page: Page, name: string, about = '', byInvitation = false): Promise<void> {
  await page.getByRole('button', { name: 'New room' }).click();
  const dialog = page.getByRole('dialog', { name: 'New room' });
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
  if (about !== '') await dialog.getByRole('textbox', { name: 'What it is for' }).fill(about);
  if (byInvitation) await dialog.getByRole('radio', { name: /By invitation/ }).check();
  await dialog.getByRole('button', { name: 'Make the room' }).click();
  await page.getByRole('region', { name: `Room ${name}` }).waitFor();
}

/** From the list of all rooms, where others' rooms come within seconds. */
export async function openRoom(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name, exact: true }).click();
}

export async function joinRoom(page: Page, name: string): Promise<void> {
  await openRoom(page, name);
  await page.getByRole('button', { name: 'Join the room' }).click();
  await page.getByRole('region', { name: `Room ${name}` }).waitFor();
}

export async function write(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message', exact: true }).fill(text);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
}

/** By what it says itself, not by what it quotes. */
export function message(page: Page, text: string): Locator {
  const own = page.locator('.bubble-text', { hasText: text });
  return page.getByRole('log').getByRole('listitem').filter({ has: own }).last();
}

/** Brings up what can be done with a message, and does it. */
export async function doWith(page: Page, text: string, button: string): Promise<void> {
  const item = message(page, text);
  await item.hover();
  await item.getByRole('button', { name: button, exact: true }).click();
}

/** The texts of all messages on the page, in their order on the screen. */
export function said(page: Page): Promise<string[]> {
  return page.getByRole('log').locator('.bubble-text').allInnerTexts();
}
