/** A conversation of 50,000 messages: it opens at once, scrolls without jumps, and costs the same as a short one. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { browserStage } from './browser-stage.ts';
import { patientPage } from './patience.ts';

const messageCount = 50_000;
/** As many rows as the window of a conversation holds. */
const maxBubbles = 300;

const stage = browserStage();

interface Seeded {
  readonly name: string;
  /** Of 32 characters. */
  readonly person: string;
  readonly messages: number;
}

/** Writes a contact and a conversation into the database of whoever joined in this profile. */
function seed(page: Page, contact: Seeded): Promise<void> {
  return page.evaluate(async ({ name, person, messages }) => {
    const open = (database: string): Promise<IDBDatabase> =>
      new Promise((resolve, reject) => {
        const request = indexedDB.open(database);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const identities = await open('bothy-identity');
    const me = await new Promise<{ person: string; device: string }>((resolve) => {
      const request = identities.transaction('identity').objectStore('identity').get('local');
      request.onsuccess = () => resolve(request.result);
    });
    identities.close();
    const [first, second] = [me.person, person].sort();
    const conversation = `d:${first}:${second}`;
    const logs = [`${me.person}/${me.device}`, `${person}/${'c'.repeat(16)}`];
    const database = await open(`bothy-${me.person}`);
    const tx = database.transaction(['contacts', 'entries', 'heads', 'readMarks'], 'readwrite');
    const contact = { id: person, name, person, state: 'accepted', certificate: null };
    tx.objectStore('contacts').put({ ...contact, request: 1, changedAt: 1 });
    const start = Date.UTC(2026, 0, 1);
    for (let index = 0; index < messages; index += 1) {
      const n = Math.floor(index / 2) + 1;
      const log = logs[index % 2];
      // Every seventh is several lines high, so that no height can be guessed.
      const more = index % 7 === 0 ? ' and more to tell about it'.repeat((index % 5) + 3) : '';
      const text = `message ${index + 1}${more}`;
      const record = { header: '', body: JSON.stringify({ kind: 'message', id: String(index), text }) };
      const hlc = { ms: start + index * 300_000, counter: 0 };
      tx.objectStore('entries').put({ conversation, log, n, record, hash: '', hlc, ahead: false });
    }
    for (const log of logs) {
      const n = messages / 2;
      tx.objectStore('heads').put({ conversation, log, n, hash: 'h', messages: n });
      tx.objectStore('readMarks').put({ conversation, log, n, messages: n });
    }
    await new Promise<void>((resolve, reject) => {
      tx.oncomplete = () => resolve();
      tx.onabort = () => reject(tx.error);
    });
    database.close();
  }, contact);
}

interface Scrolled {
  /** Number of the first message on screen at the end. */
  readonly first: number;
  readonly last: number;
  readonly mostBubbles: number;
  /** How far what was on screen moved by itself, at most, in px. */
  readonly jumpPx: number;
  /** Milliseconds between frames, sorted. */
  readonly frames: readonly number[];
}

/** A slower machine reads its pages later, and is at their end for more frames. */
const maxSteps = 10_000;

/** Scrolls as a hand does, a part of a screen with every frame, until a message is on screen, and watches what moves. */
function scroll(page: Page, stepPx: number, until: number): Promise<Scrolled> {
  return page.getByRole('log').evaluate(
    async (log, { by, wanted, most }) => {
      const numberOf = (bubble: Element): number =>
        Number(/message (\d+)/.exec(bubble.querySelector('.bubble-text')?.textContent ?? '')?.[1]);
      const bubbles = (): Element[] => [...log.querySelectorAll('[data-key]')];
      const box = log.getBoundingClientRect();
      const onScreen = (): Element[] =>
        bubbles().filter((bubble) => {
          const { top, bottom } = bubble.getBoundingClientRect();
          return bottom > box.top && top < box.bottom;
        });
      const frame = (): Promise<number> => new Promise(requestAnimationFrame);
      let [mostBubbles, jumpPx] = [0, 0];
      const frames: number[] = [];
      let before = await frame();
      const isWanted = (bubble: Element): boolean =>
        by < 0 ? numberOf(bubble) <= wanted : numberOf(bubble) >= wanted;
      for (let step = 0; step < most; step += 1) {
        const shown = onScreen();
        if (shown.some(isWanted)) break;
        const [held] = shown;
        const topPx = held?.getBoundingClientRect().top ?? 0;
        const scrollTop = log.scrollTop;
        log.scrollTop += by;
        const moved = log.scrollTop - scrollTop;
        const now = await frame();
        frames.push(now - before);
        before = now;
        mostBubbles = Math.max(mostBubbles, bubbles().length);
        if (held?.isConnected === true) {
          const shouldBe = topPx - moved;
          jumpPx = Math.max(jumpPx, Math.abs(held.getBoundingClientRect().top - shouldBe));
        }
      }
      const seen = onScreen().map(numberOf);
      frames.sort((a, b) => a - b);
      return { first: seen[0] ?? 0, last: seen.at(-1) ?? 0, mostBubbles, jumpPx, frames };
    },
    { by: stepPx, wanted: until, most: maxSteps },
  );
}

function middle(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

test('50,000 messages: opens at the newest, goes up and down without jumps or gaps, and back to the end', async () => {
  const page = await patientPage(await stage.browser.newContext());
  const pageErrors: string[] = [];
  page.on('pageerror', (error) => pageErrors.push(error.message));
  await page.goto(stage.node.webUrl);
  await page.getByRole('textbox', { name: 'Your name' }).fill('ada');
  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByRole('button', { name: 'Add contact' }).waitFor();
  // A page of the same origin that has nothing open.
  await page.goto(`${stage.node.webUrl}/healthz`);
  const long = { name: 'ben', person: 'b'.repeat(32), messages: messageCount };
  const short = { name: 'cleo', person: 'd'.repeat(32), messages: maxBubbles };
  await seed(page, long);
  await seed(page, short);

  await page.goto(`${stage.node.webUrl}/#/chats/${short.person}`);
  const log = page.getByRole('log');
  await log.getByText(`message ${short.messages}`, { exact: true }).waitFor();
  const usual = await scroll(page, -400, 1);
  expect(usual.first).toBe(1);

  await page.goto(`${stage.node.webUrl}/#/chats/${long.person}`);
  await log.getByText(`message ${messageCount}`, { exact: true }).waitFor();
  const up = await scroll(page, -400, messageCount - 1_500);
  expect(up.mostBubbles).toBeLessThanOrEqual(maxBubbles);
  expect(up.jumpPx).toBeLessThan(2);
  expect(up.first).toBeLessThanOrEqual(messageCount - 1_500);
  // The middle frame says whether it is smooth; single slow ones belong to the machine, and so does what any frame takes.
  expect(middle(up.frames)).toBeLessThan(Math.max(50, 3 * middle(usual.frames)));

  const down = await scroll(page, 400, up.first + 300);
  expect(down.jumpPx).toBeLessThan(2);
  expect(down.last).toBeGreaterThanOrEqual(up.first + 300);
  expect(down.mostBubbles).toBeLessThanOrEqual(maxBubbles);

  await page.getByRole('button', { name: 'Newest' }).click();
  await log.getByText(`message ${messageCount}`, { exact: true }).waitFor();
  const field = page.getByRole('textbox', { name: 'Message' });
  await field.fill('the very last');
  await field.press('Enter');
  await log.getByText('the very last', { exact: true }).waitFor();
  const visible = await log.getByText('the very last', { exact: true }).isVisible();
  expect(visible).toBe(true);
  expect(pageErrors).toEqual([]);
});
