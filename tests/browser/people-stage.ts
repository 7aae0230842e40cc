/** People on bare pages: how a test opens one, makes two of them contacts, and waits for what they see. */
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { expect } from 'vitest';
import { patientPage } from './patience.ts';
import type { People } from './people-page/page.ts';

declare const people: People;
export type Look = ReturnType<People['look']>;

/** Builds the page into a folder that a node or a broker of a test can serve. */
export async function buildPeoplePage(outDir: string): Promise<void> {
  const root = fileURLToPath(new URL('./people-page/', import.meta.url));
  await build({ root, configFile: false, logLevel: 'warn', build: { outDir, emptyOutDir: true } });
}

/** A page in a browser profile of its own. */
export async function openPeoplePage(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext();
  const page = await patientPage(context);
  await page.goto(url);
  await page.waitForFunction(() => 'people' in globalThis);
  return page;
}

/** Starts a person on a page; `speed` lets their time pass quicker. */
export async function start(page: Page, name: string, speed?: number): Promise<void> {
  await page.evaluate(([who, factor]) => people.start(who, factor), [name, speed] as const);
  // After a reload the browser may let go of the profile's lock a moment later.
  await expect.poll(() => page.evaluate((who) => people.role(who), name)).toBe('writing');
}

export function look(page: Page, name: string, other: string): Promise<Look> {
  return page.evaluate(([who, whom]) => people.look(who, whom), [name, other] as const);
}

/** Waits until a person sees this of another; the failure shows what they see instead. */
export async function sees(page: Page, name: string, other: string, expected: Partial<Look>): Promise<void> {
  await expect.poll(() => look(page, name, other), { interval: 50 }).toMatchObject(expected);
}

/** One asks, the other accepts; their link is open afterwards. */
export async function befriend(asker: Page, asked: Page, a: string, b: string): Promise<void> {
  await Promise.all([sees(asker, a, b, { signalling: 'up' }), sees(asked, b, a, { signalling: 'up' })]);
  await asker.evaluate(([who, name]) => people.command(who, { kind: 'addContact', name }), [a, b] as const);
  await sees(asked, b, a, { contact: 'asking' });
  await asked.evaluate(([who, whom]) => people.accept(who, whom), [b, a] as const);
  await linked(asker, asked, a, b);
}

export async function linked(one: Page, other: Page, a: string, b: string): Promise<void> {
  await Promise.all([sees(one, a, b, { link: 'open' }), sees(other, b, a, { link: 'open' })]);
}

/** Sends, and answers once the message is durable on the sender's side. */
export async function send(page: Page, name: string, other: string, text: string): Promise<void> {
  const result = await page.evaluate(([who, whom, what]) => people.send(who, whom, what), [
    name,
    other,
    text,
  ] as const);
  expect(result).toMatchObject({ ok: true });
}

/** What stands on a person's screen, oldest first: `me: text` or `<other>: text`. */
export async function conversation(page: Page, name: string, other: string): Promise<string[]> {
  const items = await page.evaluate(([who, whom]) => people.messages(who, whom), [name, other] as const);
  return items.map(({ mine, text }) => `${mine ? 'me' : other}: ${text}`);
}

/** The ticks of a person's own messages, oldest first. */
export async function ticks(page: Page, name: string, other: string): Promise<(string | undefined)[]> {
  const items = await page.evaluate(([who, whom]) => people.messages(who, whom), [name, other] as const);
  return items.flatMap(({ mine, status }) => (mine ? [status] : []));
}

export function refused(page: Page, name: string): Promise<Record<string, number>> {
  return page.evaluate((who) => people.refused(who), name);
}
