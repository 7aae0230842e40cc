/** Rooms on real parts: two people in two browsers, one node. */
import type { Page } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import { browserStage } from './browser-stage.ts';
import { doWith, joinRoom, makeRoom, message, openRoom, openRooms, said, write } from './room-person.ts';

const stage = browserStage({ nodePerTest: true });

afterEach(() => expect(stage.pageErrors.splice(0)).toEqual([]));

/** One after the other: the first one operates the node, and an operator may do in its rooms what others may not. */
async function twoPeople(): Promise<[Page, Page]> {
  const ann = await stage.join('ann');
  const ben = await stage.join('ben');
  await Promise.all([openRooms(ann), openRooms(ben)]);
  return [ann, ben];
}

async function twoInARoom(room = 'Hut'): Promise<[Page, Page]> {
  const [ann, ben] = await twoPeople();
  await makeRoom(ann, room, 'Who fetches wood?');
  await joinRoom(ben, room);
  return [ann, ben];
}

test('two people make, find and join a room, talk, and see each other’s changes', async () => {
  const [ann, ben] = await twoInARoom();
  await ann
    .getByRole('log')
    .getByText(/ben joined/)
    .waitFor();
  await write(ann, 'Is there wood?');
  await message(ben, 'Is there wood?').waitFor();
  await message(ann, 'Is there wood?').locator('[data-status="sent"]').waitFor();

  await doWith(ben, 'Is there wood?', 'Reply');
  await write(ben, 'Two days of it.');
  const answer = message(ann, 'Two days of it.');
  await answer.getByRole('button', { name: /Answers.*ann.*Is there wood\?/ }).waitFor();

  await doWith(ben, 'Two days of it.', 'Edit message');
  await ben.getByRole('textbox', { name: 'Changed message' }).fill('Three days of it.');
  await ben.getByRole('button', { name: 'Save change' }).click();
  await message(ann, 'Three days of it.').getByText('edited').waitFor();

  await doWith(ann, 'Three days of it.', 'React');
  await ann.getByRole('button', { name: 'React with 🎉' }).click();
  await message(ben, 'Three days of it.').getByRole('button', { name: '🎉, 1: ann' }).waitFor();
  await message(ann, 'Three days of it.').getByRole('button', { name: '🎉, 1: You' }).click();
  await message(ben, 'Three days of it.').getByRole('button', { name: /🎉/ }).waitFor({ state: 'detached' });

  await doWith(ann, 'Is there wood?', 'Pin message');
  const pinned = ben.getByRole('region', { name: 'Pinned messages' });
  await pinned.getByText('Is there wood?').waitFor();
  await pinned.getByRole('button', { name: /Is there wood/ }).click();
  await ben.locator('.bubble:focus').getByText('Is there wood?').waitFor();

  await write(ben, 'Forget what I say now.');
  await message(ann, 'Forget what I say now.').waitFor();
  await doWith(ben, 'Forget what I say now.', 'Take away');
  await ben.getByRole('button', { name: 'Take away', exact: true }).click();
  await ann.getByRole('log').getByText('This message was taken away').waitFor();
  expect((await said(ann)).join('\n')).not.toContain('Forget what I say');

  await ann.reload();
  await ann.getByRole('log').getByText('Three days of it.').waitFor();
  await ann.getByRole('region', { name: 'Pinned messages' }).getByText('Is there wood?').waitFor();
  await expect
    .poll(() => said(ann))
    .toEqual(['Is there wood?', 'Three days of it.', 'This message was taken away']);
});

test('files go along with messages: pictures are shown, others can be saved, too large ones are refused before', async () => {
  const [ann, ben] = await twoInARoom();
  const picture = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  const chooser = ann.getByLabel('Files to attach');
  await chooser.setInputFiles([
    { name: 'hut.png', mimeType: 'image/png', buffer: picture },
    { name: 'list.txt', mimeType: 'text/plain', buffer: Buffer.from('2 panes') },
    { name: 'film.bin', mimeType: 'application/octet-stream', buffer: Buffer.alloc(4 * 1024 * 1024 + 1) },
  ]);
  await ann
    .getByRole('alert')
    .filter({ hasText: 'film.bin has 4.2 MB; a room takes files up to 4.1 MB.' })
    .waitFor();
  await ann.getByRole('button', { name: 'Cancel film.bin' }).click();
  await expect.poll(() => ann.getByText('ready', { exact: true }).count()).toBe(2);
  await write(ann, 'From the ridge');

  const item = message(ben, 'From the ridge');
  const shown = item.getByRole('img', { name: 'hut.png', exact: true });
  await shown.waitFor();
  await expect.poll(() => shown.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(1);
  const saving = ben.waitForEvent('download');
  await item.getByRole('button', { name: 'Save list.txt' }).click();
  const saved = await saving;
  expect(saved.suggestedFilename()).toBe('list.txt');
});

test('who owns a room gives roles, bans and lets back in; each sees what that means for them', async () => {
  const [ann, ben] = await twoInARoom();
  await ann.getByRole('button', { name: /^Members: 2 members/ }).click();
  const members = ann.getByRole('complementary', { name: 'Members' });
  await members.getByText('Here now · Owner').waitFor();
  await members.getByRole('combobox', { name: 'Role of ben' }).selectOption('Reads only');
  await ben.getByText('You may read in this room, not write.').waitFor();
  await members.getByRole('combobox', { name: 'Role of ben' }).selectOption('Member');
  await ben.getByRole('textbox', { name: 'Message', exact: true }).waitFor();

  await members.getByRole('button', { name: 'Ban ben' }).click();
  await members.getByRole('group', { name: 'Ban ben?' }).getByRole('button', { name: 'Ban' }).click();
  await ben.getByRole('heading', { name: 'You were banned from Hut' }).waitFor();
  const lift = members.getByRole('button', { name: 'Lift the ban on ben' });
  await lift.click();
  await lift.waitFor({ state: 'detached' });
  await ben.getByRole('button', { name: 'Take it off my list' }).click();
  await joinRoom(ben, 'Hut');
});

test('a room by invitation is found only by those invited; it is changed, left, and deleted for all', async () => {
  const [ann, ben] = await twoPeople();
  await makeRoom(ann, 'Cellar', '', true);
  await ben.getByRole('link', { name: /Lobby/ }).first().waitFor();
  expect(await ben.getByRole('link', { name: 'Cellar', exact: true }).count()).toBe(0);

  await ann.getByRole('button', { name: /^Members/ }).click();
  await ann.getByRole('combobox', { name: 'Name to invite' }).fill('ben');
  await ann.getByRole('button', { name: 'Invite', exact: true }).click();
  await ann.getByText('ben finds the room among theirs to join.').waitFor();
  await joinRoom(ben, 'Cellar');

  await ann.getByRole('button', { name: 'About Cellar' }).click();
  await ann.getByRole('button', { name: 'Change…' }).click();
  const change = ann.getByRole('dialog', { name: 'Change Cellar' });
  await change.getByRole('textbox', { name: 'Name' }).fill('Deep cellar');
  await change.getByRole('button', { name: 'Save' }).click();
  await ben.getByRole('heading', { name: 'Deep cellar' }).waitFor();

  await ann.getByRole('button', { name: 'About Deep cellar' }).click();
  await ann.getByRole('button', { name: 'Delete…' }).click();
  await ann.getByRole('button', { name: 'Delete for everybody' }).click();
  const deleting = ann.getByRole('dialog', { name: 'Deleting Deep cellar' });
  await deleting.getByText('No other node has members of it.').waitFor();
  await deleting.getByText('Deleted on every node.').waitFor();
  await ben.getByRole('heading', { name: 'Deep cellar was deleted' }).waitFor();
  await deleting.getByRole('button', { name: 'Back to rooms' }).click();
  await ann.getByRole('heading', { name: 'Rooms', level: 1 }).waitFor();
  await ann.getByRole('link', { name: 'Deep cellar' }).waitFor({ state: 'detached' });
});

test('what is written without a node waits, over a reload too, and is there once when the node is back', async () => {
  const [ann, ben] = await twoInARoom();
  await write(ann, 'Before the storm');
  await message(ben, 'Before the storm').waitFor();
  await ann.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  const { port } = new URL(stage.node.webUrl);
  await stage.node.stop();
  await ann.getByRole('region', { name: 'Room Hut' }).getByText('No node in reach.').waitFor();
  await write(ann, 'In the storm');
  await message(ann, 'In the storm').locator('[data-status="pending"]').waitFor();
  await ann.reload();
  await ann.getByText('Waiting for a node to answer.').waitFor();

  await stage.startNode(port);
  await message(ben, 'In the storm').waitFor();
  await message(ann, 'In the storm').locator('[data-status="sent"]').waitFor();
  for (const page of [ann, ben])
    await expect.poll(() => said(page)).toEqual(['Before the storm', 'In the storm']);
});

test('a long room is read back to its first message, and a quote leads to what it answers', async () => {
  const [ann, ben] = await twoInARoom();
  for (let at = 1; at <= 70; at += 1) {
    const field = ann.getByRole('textbox', { name: 'Message', exact: true });
    await field.fill(`line ${at}`);
    await field.press('Enter');
  }
  await message(ben, 'line 70').waitFor();
  await ben.reload();
  await message(ben, 'line 70').waitFor();
  await ben.getByRole('log').focus();
  await expect
    .poll(async () => {
      await ben.getByRole('log').evaluate((log) => log.scrollTo(0, 0));
      return await ben.getByText('The beginning of this room').count();
    })
    .toBe(1);
  await expect.poll(async () => (await said(ben))[0]).toBe('line 1');
  const all = await said(ben);
  expect(new Set(all).size).toBe(all.length);
  await ben.getByRole('button', { name: 'Newest' }).click();
  await openRoom(ben, 'Hut');
  await message(ben, 'line 70').waitFor();
});

test('two tabs of one person both talk; others see who writes, and what they have not read yet', async () => {
  const [ann, ben] = await twoInARoom();
  const second = await stage.open(ann.context());
  await openRooms(second);
  await openRoom(second, 'Hut');
  await write(second, 'from the second tab');
  await message(ann, 'from the second tab').waitFor();
  await write(ann, 'from the first');
  await message(second, 'from the first').waitFor();
  await message(ben, 'from the first').waitFor();
  await expect.poll(() => said(ann)).toEqual(['from the second tab', 'from the first']);

  await ben.getByRole('textbox', { name: 'Message', exact: true }).pressSequentially('I am');
  await ann.getByRole('region', { name: 'Room Hut' }).getByText('ben is writing…').waitFor();

  // Who looks at another room has it unread, and finds a line where they stopped.
  await joinRoom(ben, `Lobby of ${stage.node.id}`);
  await write(ann, 'Anybody there?');
  const row = ben.getByRole('link', { name: 'Hut', exact: true });
  await ben.getByRole('listitem').filter({ has: row }).getByText('1 unread').waitFor();
  await row.click();
  await ben.getByRole('log').getByText('New since you were here').waitFor();
  await expect
    .poll(() => ben.getByRole('textbox', { name: 'Message', exact: true }).inputValue())
    .toBe('I am');
});
