/** Pictures of what nodes agree on: two, three, fewer of them, and what an operator does about people and lost nodes. */
import type { Locator, Page } from 'playwright-core';
import { startLookNodes } from './look-nodes.ts';
import type { RoomLookTools } from './look-rooms.ts';

export async function directoryPictures(tools: RoomLookTools): Promise<void> {
  await ofTwo(tools);
  await ofThree(tools);
}

async function ofTwo({ webFolder, enter, look }: RoomLookTools): Promise<void> {
  const { nodes, end } = await startLookNodes(['valley', 'ridge'], webFolder);
  try {
    const ada = await enter(nodes[0]?.webUrl ?? '', 'ada');
    await ada.goto(`${nodes[0]?.webUrl}/#/cluster`);
    await agreed(ada).getByText('With a third node any one may be lost.').waitFor({ timeout: 60_000 });
    await look(ada, 'directory-two');
    await ada.context().close();
  } finally {
    await end();
  }
}

async function ofThree({ webFolder, enter, look }: RoomLookTools): Promise<void> {
  const { nodes, end } = await startLookNodes(['valley', 'ridge', 'harbour'], webFolder);
  const [valley, ridge, harbour] = nodes;
  if (valley === undefined || ridge === undefined || harbour === undefined) return;
  try {
    const ada = await enter(valley.webUrl, 'ada');
    for (const name of ['ben', 'cy', 'dora']) await (await enter(valley.webUrl, name)).context().close();
    await ada.goto(`${valley.webUrl}/#/cluster`);
    await agreed(ada).getByText('one of them may be lost').waitFor({ timeout: 60_000 });
    await look(ada, 'directory-ready');

    await lookAfter(ada);
    const removed = ada.getByRole('region', { name: 'Removed people' });
    await ada.getByRole('button', { name: 'Remove cy' }).click();
    await look(ada, 'removal-question');
    await ada.getByRole('button', { name: 'Remove', exact: true }).click();
    await removed.getByText('Removed.', { exact: true }).waitFor({ timeout: 30_000 });
    await look(ada, 'removal-done');
    await ada.getByRole('button', { name: 'Kept out' }).click();
    await ada.getByText('One person is kept out').waitFor();
    await look(ada, 'kept-out');
    await ada.getByRole('button', { name: 'Let cy in' }).click();
    await look(ada, 'kept-out-question');
    await ada.getByRole('button', { name: 'Keep out' }).click();
    await ada.getByRole('button', { name: 'Close' }).click();

    await harbour.stop();
    await ada.goto(`${valley.webUrl}/#/cluster`);
    await ada.getByText('harbour cannot be reached').waitFor({ timeout: 60_000 });
    await lookAfter(ada);
    await ada.getByRole('button', { name: 'Remove ben' }).click();
    await ada.getByRole('button', { name: 'Remove', exact: true }).click();
    await removed.getByText('harbour').waitFor({ timeout: 30_000 });
    await look(ada, 'removal-waits');
    await ada.getByRole('button', { name: 'Keep ben' }).click();
    await ada.getByRole('button', { name: 'Keep ben' }).waitFor({ state: 'detached' });
    await look(ada, 'removal-taken-back');
    await ada.getByRole('button', { name: 'Close' }).click();

    await ridge.stop();
    await ada.goto(`${valley.webUrl}/#/cluster`);
    await agreed(ada).getByText('What is shown may be old').waitFor({ timeout: 60_000 });
    await look(ada, 'directory-one-left');
    const eve = await ada.context().browser()?.newPage();
    await eve?.goto(valley.webUrl);
    await eve?.getByRole('textbox', { name: 'Your name' }).fill('eve');
    await eve?.getByRole('button', { name: 'Start' }).click();
    await eve?.getByRole('alert').waitFor({ timeout: 30_000 });
    if (eve !== undefined) await look(eve, 'name-refused');
    await eve?.context().close();
    await lookAfter(ada);
    await ada.getByRole('button', { name: 'Remove dora' }).click();
    await ada.getByRole('button', { name: 'Remove', exact: true }).click();
    await ada.getByRole('alert').or(removed.getByText('dora')).first().waitFor({ timeout: 30_000 });
    await look(ada, 'removal-without-most');
    await ada.getByRole('button', { name: 'Close' }).click();
    await ada.goto(`${valley.webUrl}/#/cluster`);
    await ada.getByRole('button', { name: 'Forget ridge…' }).click();
    await look(ada, 'forget-question');
    await ada.getByRole('button', { name: 'Forget it' }).click();
    await look(ada, 'forget-under-way');
    const force = ada.getByRole('group', { name: 'Begin anew without ridge?' });
    await force.waitFor({ timeout: 30_000 });
    await force.scrollIntoViewIfNeeded();
    await look(ada, 'forget-force');
    await force.getByRole('button', { name: 'Begin anew without it' }).click();
    await force.waitFor({ state: 'detached', timeout: 30_000 });
    await look(ada, 'directory-forced');
  } finally {
    await end();
  }
}

function agreed(page: Page): Locator {
  return page.getByRole('region', { name: 'Names, rooms and edges' });
}

async function lookAfter(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Chats' }).click();
  await page.getByRole('button', { name: 'You are ada' }).click();
  await page.getByRole('button', { name: 'Names and invitations…' }).click();
  await page.getByRole('region', { name: 'Names' }).waitFor();
}
