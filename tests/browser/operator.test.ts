/** The first person to open a fresh node from its own machine looks after it: names, and invitations. */
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { browserStage } from './browser-stage.ts';
import { enter } from './person.ts';

const stage = browserStage({ flags: { registration: 'open' } });

/** The dialog behind one's own name, once the node has answered. */
async function ownPage(page: Page, name: string): Promise<Locator> {
  await page.getByRole('button', { name: `You are ${name}` }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Whoever reaches it may take a free name.').waitFor();
  return dialog;
}

test('who came first lists names, releases one after a question, makes an invitation that says so, and removes a person', async () => {
  const ann = await stage.join('ann');
  const ben = await stage.join('ben');
  const bens = await ownPage(ben, 'ben');
  expect(await bens.getByText('operator').count()).toBe(0);
  expect(await bens.getByRole('button', { name: 'Names and invitations…' }).count()).toBe(0);
  await bens.getByRole('button', { name: 'Close' }).click();

  const dialog = await ownPage(ann, 'ann');
  await dialog.getByText('you are its operator').waitFor();
  await dialog.getByRole('button', { name: 'Names and invitations…' }).click();
  await dialog.getByRole('listitem').filter({ hasText: 'you, operator' }).waitFor();
  expect(await dialog.getByRole('button', { name: 'Release ann' }).count()).toBe(0);
  const question = dialog.getByRole('group', { name: 'Release the name ben?' });
  await dialog.getByRole('button', { name: 'Release ben' }).click();
  await question.getByRole('button', { name: 'Keep' }).click();
  await dialog.getByRole('button', { name: 'Release ben' }).click();
  // Ben's page would take the name back at once.
  await ben.context().close();
  await question.getByRole('button', { name: 'Release', exact: true }).click();
  await dialog.getByRole('status').getByText('ben is free now.').waitFor();
  await expect.poll(() => dialog.getByRole('listitem').count()).toBe(1);

  await dialog.getByRole('button', { name: 'Invite people' }).click();
  const form = dialog.getByRole('form', { name: 'Invite people' });
  await form.getByLabel('People').fill('0');
  await form.getByRole('button', { name: 'Make a link' }).click();
  await form.getByText('a whole number from 1 to 1000').waitFor();
  await form.getByLabel('People').fill('3');
  await form.getByRole('button', { name: 'Make a link' }).click();
  const invitation = dialog.getByRole('region', { name: 'Invitation' });
  await invitation.getByRole('img', { name: 'QR code' }).waitFor();
  await invitation.getByText('For 3 people').waitFor();
  await invitation.getByText('on this machine only').waitFor();
  const link = (await invitation.getByText('/#/join/').textContent()) ?? '';
  expect(link.startsWith(`${stage.node.webUrl}/#/join/`)).toBe(true);

  const guest = await stage.open();
  expect(await guest.getByText('You were invited.').count()).toBe(0);
  await guest.goto('about:blank');
  await guest.goto(link);
  await guest.getByText('You were invited.').waitFor();
  await enter(guest, 'ben');

  await dialog.getByRole('button', { name: 'Kept out' }).click();
  await dialog.getByText('Nobody is kept out.').waitFor();
  await dialog.getByRole('button', { name: 'Names', exact: true }).click();
  await dialog.getByRole('button', { name: 'Remove ben' }).click();
  const removal = dialog.getByRole('group', { name: 'Remove ben?' });
  await removal.getByRole('button', { name: 'Keep' }).click();
  await dialog.getByRole('button', { name: 'Remove ben' }).click();
  await removal.getByRole('button', { name: 'Remove', exact: true }).click();
  // Whoever types goes on from there, not from the top of the page.
  await expect.poll(() => dialog.evaluate((all) => all.contains(document.activeElement))).toBe(true);
  const removed = dialog.getByRole('region', { name: 'Removed people' });
  await removed.getByText('Removed.', { exact: true }).waitFor();
  await dialog.getByRole('button', { name: 'Release ben' }).waitFor({ state: 'detached' });

  // His page would come back at once if his key were not kept out.
  await guest.reload();
  await guest.getByText('or an operator has removed you').waitFor();
  await guest.getByRole('link', { name: 'Rooms' }).first().click();
  await guest.getByText('An operator has removed you').first().waitFor();
  await dialog.getByRole('button', { name: 'Kept out' }).click();
  await dialog.getByText('One person is kept out of all nodes.').waitFor();
  const back = dialog.getByRole('group', { name: 'Let ben in again?' });
  await dialog.getByRole('button', { name: 'Let ben in' }).click();
  await back.getByRole('button', { name: 'Keep out' }).click();
  await dialog.getByRole('button', { name: 'Let ben in' }).click();
  await back.getByRole('button', { name: 'Let in', exact: true }).click();
  await dialog.getByRole('status').getByText('ben may sign in again.').waitFor();
  expect(stage.pageErrors).toEqual([]);
});
