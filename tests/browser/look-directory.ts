/** Pictures of what three nodes agree on: while all is well, with fewer of them, and what an operator does about it. */
import type { Page } from 'playwright-core';
import { startLookNodes } from './look-nodes.ts';
import type { RoomLookTools } from './look-rooms.ts';

export async function directoryPictures({ webFolder, enter, look }: RoomLookTools): Promise<void> {
  const { nodes, end } = await startLookNodes(['valley', 'ridge', 'harbour'], webFolder);
  const [valley, ridge, harbour] = nodes;
  if (valley === undefined || ridge === undefined || harbour === undefined) return;
  try {
    const ada = await enter(valley.webUrl, 'ada');
    for (const name of ['ben', 'cy', 'dora']) await (await enter(valley.webUrl, name)).context().close();
    await ada.goto(`${valley.webUrl}/#/cluster`);
    const agreed = ada.getByRole('region', { name: 'Names, rooms and edges' });
    await agreed.getByText('one of them may be lost').waitFor({ timeout: 60_000 });
    await look(ada, 'directory-ready');

    await harbour.stop();
    await ada.getByText('harbour cannot be reached').waitFor({ timeout: 60_000 });
    await lookAfter(ada);
    await ada.getByRole('button', { name: 'Remove ben' }).click();
    await look(ada, 'removal-question');
    await ada.getByRole('button', { name: 'Remove', exact: true }).click();
    const removed = ada.getByRole('region', { name: 'Removed people' });
    await removed.getByText('harbour').waitFor({ timeout: 30_000 });
    await look(ada, 'removal-waits');
    await ada.getByRole('button', { name: 'Keep ben' }).click();
    await ada.getByRole('button', { name: 'Keep ben' }).waitFor({ state: 'detached' });
    await look(ada, 'removal-taken-back');
    await ada.getByRole('button', { name: 'Close' }).click();

    await ada.goto(`${valley.webUrl}/#/cluster`);
    await ada.getByRole('button', { name: 'Forget harbour…' }).click();
    await look(ada, 'forget-question');
    await ada.getByRole('button', { name: 'Forget it' }).click();
    await ada.getByText('All 2 nodes are in reach').waitFor({ timeout: 30_000 });
    await look(ada, 'directory-two');
    await lookAfter(ada);
    await ada.getByRole('button', { name: 'Remove cy' }).click();
    await ada.getByRole('button', { name: 'Remove', exact: true }).click();
    await removed.getByText('Removed.', { exact: true }).waitFor({ timeout: 30_000 });
    await look(ada, 'removal-done');
    await ada.getByRole('button', { name: 'Kept out' }).click();
    await ada.getByText('One person is kept out').waitFor();
    await look(ada, 'kept-out');
    await ada.getByRole('button', { name: 'Close' }).click();

    await ridge.stop();
    await ada.goto(`${valley.webUrl}/#/cluster`);
    await ada.getByText('ridge cannot be reached').waitFor({ timeout: 60_000 });
    await look(ada, 'directory-one-left');
    await lookAfter(ada);
    await look(ada, 'operator-stale');
    await ada.getByRole('button', { name: 'Close' }).click();
    await ada.goto(`${valley.webUrl}/#/cluster`);
    await ada.getByRole('button', { name: 'Forget ridge…' }).click();
    await ada.getByRole('button', { name: 'Forget it' }).click();
    const force = ada.getByRole('group', { name: 'Begin anew without ridge?' });
    await force.waitFor({ timeout: 30_000 });
    await force.scrollIntoViewIfNeeded();
    await look(ada, 'forget-force');
    await force.getByRole('button', { name: 'Begin anew without it' }).click();
    await ada.getByText('valley alone says').waitFor({ timeout: 30_000 });
    await look(ada, 'directory-forced');
  } finally {
    await end();
  }
}

async function lookAfter(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Chats' }).click();
  await page.getByRole('button', { name: 'You are ada' }).click();
  await page.getByRole('button', { name: 'Names and invitations…' }).click();
  await page.getByRole('region', { name: 'Names' }).waitFor();
}
