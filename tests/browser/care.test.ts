/** What people expect beside sending: edits, deletions, signs of writing, search, and where a connection stands. */
import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { browserStage } from './browser-stage.ts';
import { patientPage } from './patience.ts';
import { befriend, connected, enter, say } from './person.ts';

const stage = browserStage();
/** What the content security policy of the node stopped: something of ours that then does not work. */
const violations: string[] = [];
let alice: Page;
let ben: Page;

beforeAll(async () => {
  [alice, ben] = await Promise.all([join('alice'), join('ben')]);
  await befriend(alice, ben, 'alice', 'ben');
  await Promise.all([connected(alice), connected(ben)]);
});

async function join(name: string): Promise<Page> {
  const page = await stage.open();
  page.on('console', (line) => {
    if (line.text().includes('Content Security Policy')) violations.push(line.text());
  });
  await page.reload();
  await enter(page, name);
  return page;
}

function message(page: Page, text: string): Locator {
  return page.getByRole('log').getByRole('listitem').filter({ hasText: text });
}

test('a message that is changed reads anew on both sides, in the list too; Escape leaves it as it was', async () => {
  await say(alice, 'The pass is opne.');
  await message(ben, 'The pass is opne.').waitFor();
  const own = message(alice, 'The pass is opne.');
  await own.hover();
  await own.getByRole('button', { name: 'Edit message' }).click();
  const field = alice.getByRole('textbox', { name: 'Changed message' });
  await field.fill('something else');
  await field.press('Escape');
  await own.waitFor();
  await field.waitFor({ state: 'detached' });

  // From the keyboard: up in an empty field changes the last message.
  await alice.getByRole('textbox', { name: 'Message' }).press('ArrowUp');
  await expect.poll(() => field.inputValue()).toBe('The pass is opne.');
  await field.fill('The pass is open.');
  await field.press('Enter');
  for (const page of [alice, ben]) await message(page, 'The pass is open.').getByText('edited').waitFor();
  expect(await message(ben, 'opne').count()).toBe(0);
  await ben.getByRole('list', { name: 'Contacts' }).getByText('The pass is open.').waitFor();
  await ben.reload();
  await message(ben, 'The pass is open.').getByText('edited').waitFor();
});

test('messages are walked through by arrow keys; Tab then reaches what can be done with one', async () => {
  const log = alice.getByRole('log');
  await log.focus();
  await alice.keyboard.press('ArrowUp');
  await log.locator('.bubble:focus').waitFor();
  await alice.keyboard.press('Tab');
  const button = alice.getByRole('button', { name: 'Edit message' });
  await expect.poll(() => button.evaluate((each) => each === document.activeElement)).toBe(true);
  await alice.keyboard.press('Enter');
  await alice.getByRole('textbox', { name: 'Changed message' }).press('Escape');
  await expect.poll(() => alice.getByRole('textbox', { name: 'Message', exact: true }).inputValue()).toBe('');
});

/** How many entries in the browser's database hold this text. */
function storedWith(page: Page, text: string): Promise<number> {
  return page.evaluate(async (wanted) => {
    const all = await indexedDB.databases();
    const name = all.map((each) => each.name ?? '').find((each) => /^bothy-[a-z2-7]{32}$/.test(each)) ?? '';
    const result = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await result(indexedDB.open(name));
    const rows = await result(database.transaction('entries').objectStore('entries').getAll());
    database.close();
    return rows.filter((row) => JSON.stringify(row).includes(wanted)).length;
  }, text);
}

test('a message is deleted for both after a question', async () => {
  await say(alice, 'My code is 0000.');
  await message(ben, 'My code is 0000.').waitFor();
  await alice.getByRole('textbox', { name: 'Message' }).press('ArrowUp');
  await alice.getByRole('textbox', { name: 'Changed message' }).fill('My code is 1234.');
  await alice.getByRole('textbox', { name: 'Changed message' }).press('Enter');
  await message(ben, 'My code is 1234.').waitFor();
  for (const page of [alice, ben]) await expect.poll(() => storedWith(page, 'My code is')).toBe(2);
  const own = message(alice, 'My code is 1234.');
  await own.hover();
  await own.getByRole('button', { name: 'Delete message' }).click();
  await own.getByRole('button', { name: 'Keep' }).click();
  await own.getByRole('button', { name: 'Delete message' }).click();
  await own.getByRole('button', { name: 'Delete', exact: true }).click();
  await message(alice, 'You deleted this message').waitFor();
  await message(ben, 'alice deleted this message').waitFor();
  for (const page of [alice, ben]) {
    // Neither as it was first, nor as it was changed to.
    await expect.poll(() => storedWith(page, 'My code is')).toBe(0);
    await page.reload();
    await message(page, 'deleted this message').waitFor();
    expect(await message(page, '1234').count()).toBe(0);
  }
});

test('the other one sees that somebody writes, until the message is there', async () => {
  // His page began anew last: once it has its link, what she sees as connected is no earlier one.
  await connected(ben);
  await connected(alice);
  await alice.getByRole('textbox', { name: 'Message' }).pressSequentially('On my w');
  await ben.getByText('alice is writing…').waitFor();
  await alice.getByRole('textbox', { name: 'Message' }).press('Enter');
  await message(ben, 'On my w').waitFor();
  await ben.getByText('alice is writing…').waitFor({ state: 'hidden' });
});

test('a draft is there after a reload', async () => {
  const field = alice.getByRole('textbox', { name: 'Message' });
  await field.fill('To be continued');
  await alice.reload();
  await expect.poll(() => field.inputValue()).toBe('To be continued');
  await field.fill('');
});

test('a second tab shows and writes the same; closing the first leaves it at work', async () => {
  const second = await patientPage(alice.context());
  await second.goto(alice.url());
  await second.getByRole('status').filter({ hasText: 'Connected directly' }).waitFor();
  await say(second, 'From another tab.');
  for (const page of [alice, ben]) await message(page, 'From another tab.').waitFor();
  await alice.close();
  alice = second;
  await say(alice, 'The first is closed.');
  await message(ben, 'The first is closed.').waitFor();
  await message(alice, 'The first is closed.').locator('[data-status="read"]').waitFor();
});

test('contacts are found by a part of their name, from the keyboard', async () => {
  await alice.getByRole('heading', { name: 'Chats' }).click();
  await alice.keyboard.press('/');
  const search = alice.getByRole('searchbox', { name: 'Search contacts' });
  await search.pressSequentially('zz');
  await alice.getByText('None of your contacts').waitFor();
  await search.press('Escape');
  await search.pressSequentially('EN');
  await search.press('Enter');
  await alice.getByRole('region', { name: 'Conversation with ben' }).waitFor();
  await search.fill('');
});

test('the panel shows how far the connection is, and the same safety number on both sides', async () => {
  await alice.getByRole('button', { name: 'About ben' }).click();
  const panel = alice.getByRole('dialog').getByRole('region', { name: 'Connection' });
  await expect.poll(() => panel.locator('[data-state="done"]').count()).toBe(6);
  const number = await alice
    .getByRole('dialog')
    .getByRole('region', { name: 'Safety number' })
    .locator('code')
    .textContent();
  await ben.getByRole('button', { name: 'About alice' }).click();
  const other = ben.getByRole('dialog').getByRole('region', { name: 'Safety number' }).locator('code');
  await expect.poll(() => other.textContent()).toBe(number);
  expect(number).toMatch(/^(\d{5} ){11}\d{5}$/);

  await ben.context().close();
  await panel.locator('[data-stage="presence"][data-state="now"]').waitFor();
  await alice.getByRole('button', { name: 'Close' }).click();
});

test('a message that has not left yet can be cancelled, sent again, and given up', async () => {
  await say(alice, 'Too late for this.');
  const own = message(alice, 'Too late for this.');
  const cancel = async (): Promise<void> => {
    await own.locator('[data-status="pending"]').waitFor();
    await own.hover();
    await own.getByRole('button', { name: 'Cancel sending' }).click();
    await own.locator('[data-status="failed"]').getByText('Not sent').waitFor();
  };
  await cancel();
  await own.getByText('You cancelled it.').waitFor();
  const list = alice.getByRole('list', { name: 'Contacts' });
  await list.getByText('Not sent: Too late for this.').waitFor();
  await alice.reload();
  await own.locator('[data-status="failed"]').waitFor();
  await own.getByRole('button', { name: 'Send again' }).click();
  await cancel();
  await expect.poll(() => own.count()).toBe(1);
  await own.getByRole('button', { name: 'Delete', exact: true }).click();
  await own.waitFor({ state: 'detached' });
  await list.getByText('Not sent').waitFor({ state: 'detached' });
  // What nobody had leaves no place behind: this is the one of before.
  await expect.poll(() => message(alice, 'You deleted this message').count()).toBe(1);
});

test('a message that the disk did not take is shown as failed, with its reason, and goes the second time', async () => {
  await alice.evaluate(() => {
    const original = IDBDatabase.prototype.transaction;
    IDBDatabase.prototype.transaction = function (stores, mode, options) {
      if (mode !== 'readwrite') return original.call(this, stores, mode, options);
      IDBDatabase.prototype.transaction = original;
      throw new DOMException('The disk is full.', 'QuotaExceededError');
    };
  });
  await say(alice, 'Is there room for me?');
  const own = message(alice, 'Is there room for me?');
  await own.locator('[data-status="failed"]').waitFor();
  await own.getByText('does not know whether this was done').waitFor();
  await expect.poll(() => alice.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('');
  await own.getByRole('button', { name: 'Send again' }).click();
  await own.locator('[data-status="pending"]').waitFor();
  await expect.poll(() => own.count()).toBe(1);
});

test('nothing that the app does is stopped by the content security policy', () => {
  expect(violations).toEqual([]);
});

test('a contact is removed after a question', async () => {
  await alice.getByRole('button', { name: 'About ben' }).click();
  await alice.getByRole('button', { name: 'Remove contact…' }).click();
  await alice.getByRole('button', { name: 'Remove contact', exact: true }).click();
  await alice.getByRole('heading', { name: 'Nobody here yet' }).waitFor();
});
