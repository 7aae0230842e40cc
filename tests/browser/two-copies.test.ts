/** Two people hold one conversation in two browsers, and one of the stores is changed by hand. */
import type { Page } from 'playwright-core';
import { beforeEach, expect, test } from 'vitest';
import { browserStage } from './browser-stage.ts';
import { befriend, connected, openChat, say, shows, texts } from './person.ts';

const stage = browserStage({ nodePerTest: true });
let ann: Page;
let ben: Page;

const panes = ['One pane is broken.', 'Two panes are broken.', 'Three panes are broken.'];
const told = [...panes, 'I bring three.'];

beforeEach(async () => {
  [ann, ben] = await Promise.all([stage.join('ann'), stage.join('ben')]);
  await befriend(ann, ben, 'ann', 'ben');
  await Promise.all([connected(ann), connected(ben)]);
  for (const text of panes) {
    await say(ann, text);
    await shows(ben, text);
  }
  await say(ben, 'I bring three.');
  await shows(ann, 'I bring three.');
  await shows(ann, 'Three panes are broken.', 'read');
});

const copiesOf = (page: Page) => page.getByRole('region', { name: 'Copies' });
const warning = (page: Page) =>
  page.getByRole('alert').filter({ hasText: 'do not hold the same conversation' });

async function about(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: `About ${name}` }).click();
}

async function checkAll(page: Page): Promise<void> {
  await copiesOf(page).getByRole('button', { name: 'Check all of it now' }).click();
}

async function again(page: Page, name: string): Promise<void> {
  await page.reload();
  await openChat(page, name);
}

type Edit =
  /** A text becomes another one, as a hand or a disk would leave it. */
  | { readonly kind: 'text'; readonly from: string; readonly to: string }
  /** The own log is as it was when so much had been written, after so many starts: what a backup of the profile brings back. */
  | { readonly kind: 'putBack'; readonly kept: number; readonly starts?: number };

/** Changes what the store of this page's person holds. */
function editStore(page: Page, edit: Edit): Promise<void> {
  return page.evaluate(async (asked) => {
    const all = await indexedDB.databases();
    const name = all.map((each) => each.name ?? '').find((each) => /^bothy-[a-z2-7]{32}$/.test(each)) ?? '';
    const database = await done(indexedDB.open(name));
    const tx = database.transaction(['entries', 'heads', 'meta'], 'readwrite');
    const [entries, heads] = [tx.objectStore('entries'), tx.objectStore('heads')];
    if (asked.kind === 'putBack' && asked.starts !== undefined) {
      tx.objectStore('meta').put(asked.starts, 'bootCounter');
    }
    for (const row of await done(entries.getAll())) {
      const { conversation, log, n, hash, record } = row;
      const isOwn = log.startsWith(`${name.slice('bothy-'.length)}/`);
      if (asked.kind === 'text' && record.body?.includes(asked.from)) {
        record.body = record.body.replace(asked.from, asked.to);
        await done(entries.put(row));
      } else if (asked.kind === 'putBack' && isOwn && n > asked.kept) {
        await done(entries.delete([conversation, log, n]));
      } else if (asked.kind === 'putBack' && isOwn && n === asked.kept) {
        await done(heads.put({ conversation, log, n, hash, messages: n }));
      }
    }
    // A page that is left takes back what was not committed.
    await new Promise<void>((resolve, reject) => {
      tx.oncomplete = () => resolve();
      tx.onabort = () => reject(tx.error);
    });
    database.close();

    function done<T>(request: IDBRequest<T>): Promise<T> {
      return new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    }
  }, edit);
}

test('the same on both sides, and whole: said at once, and after all was read', async () => {
  await again(ann, 'ben');
  await connected(ann);
  await about(ann, 'ben');
  const copies = copiesOf(ann);
  await copies.getByText(/^By its hashes the same as on ben’s device \w{4}: 4 entries\./).waitFor();
  await checkAll(ann);
  await copies.getByText('Your copy is whole: 4 entries, each as it was signed, and in its place.').waitFor();
  await copies.getByText(/^By its hashes the same as on ben’s device \w{4}: 4 entries\./).waitFor();
  expect(await warning(ann).count()).toBe(0);
  // Without a link our own copy is checked all the same.
  await ben.close();
  await checkAll(ann);
  await copies.getByText('Your copy is whole: 4 entries').waitFor();
  expect(stage.pageErrors).toEqual([]);
});

test('a text that was changed by hand is named by whoever holds it, and left as it is', async () => {
  await editStore(ben, { kind: 'text', from: 'Two panes', to: 'No panes' });
  await again(ben, 'ann');
  await shows(ben, 'No panes are broken.');
  await about(ben, 'ann');
  await checkAll(ben);
  await copiesOf(ben)
    .getByText(/^The text of entry 2 of ann’s device \w{4} is not the one that was signed\.$/)
    .waitFor();
  await ben.keyboard.press('Escape');
  await shows(ben, 'No panes are broken.');
  await about(ann, 'ben');
  await checkAll(ann);
  await copiesOf(ann).getByText('Your copy is whole: 4 entries').waitFor();
  expect(stage.pageErrors).toEqual([]);
});

const renewed = (page: Page) => page.getByRole('alert').filter({ hasText: 'It goes on as a new device' });

test('a profile that was put back to an older copy and wrote on is another device then, and both hold everything', async () => {
  const home = ben.context();
  await ben.close();
  await editStore(ann, { kind: 'putBack', kept: 1 });
  await again(ann, 'ben');
  await say(ann, 'It is another pane.');
  await say(ann, 'And a door.');
  ben = await stage.open(home);
  await openChat(ben, 'ann');
  await renewed(ann).waitFor();
  // What nobody had was written again, and what she had forgotten came back from Ben.
  const all = [...told, 'It is another pane.', 'And a door.'];
  for (const page of [ann, ben]) {
    for (const text of all) await shows(page, text);
    expect((await texts(page)).sort()).toEqual(all.toSorted());
    await warning(page).waitFor({ state: 'detached' });
  }
  await shows(ann, 'And a door.', 'read');
  await shows(ann, 'Three panes are broken.', 'read');
  // The new id was kept: she goes on under it, and is not another one once more.
  await again(ann, 'ben');
  await say(ann, 'Hello?');
  await shows(ben, 'Hello?');
  await shows(ann, 'Hello?', 'read');
  expect(await renewed(ann).count()).toBe(0);
  expect(await ben.getByText('Somebody else’s key').count()).toBe(0);
  expect((await texts(ann)).sort()).toEqual([...all, 'Hello?'].sort());
  expect(stage.pageErrors).toEqual([]);
});

test('a profile that was put back as a whole is another device before it writes, and is heard by who was there', async () => {
  await again(ann, 'ben');
  await connected(ann);
  await editStore(ann, { kind: 'putBack', kept: 1, starts: 0 });
  await again(ann, 'ben');
  await renewed(ann).waitFor();
  await shows(ann, 'Three panes are broken.', 'read');
  await say(ann, 'Hello?');
  await shows(ben, 'Hello?');
  expect((await texts(ben)).sort()).toEqual([...told, 'Hello?'].sort());
  // What was written under the old id can still be changed.
  const item = ann.getByRole('listitem').filter({ hasText: 'Three panes are broken.' });
  await item.hover();
  await item.getByRole('button', { name: 'Edit' }).click();
  await ann.getByRole('textbox', { name: 'Changed message' }).fill('Four panes are broken.');
  await ann.keyboard.press('Enter');
  await shows(ben, 'Four panes are broken.');
  expect(stage.pageErrors).toEqual([]);
});
