/** Rooms over three nodes that are real processes, a browser on each: one order everywhere, and what a kill does. */
import { afterEach, expect, test } from 'vitest';
import { clusterStage } from './cluster-stage.ts';
import { joinRoom, makeRoom, message, openRooms, said, write } from './room-person.ts';

const stage = clusterStage(3);

afterEach(() => expect(stage.pageErrors.splice(0)).toEqual([]));

async function threeInARoom() {
  const [n1, n2, n3] = stage.nodes;
  if (n1 === undefined || n2 === undefined || n3 === undefined) throw new Error('three nodes are needed');
  const [ann, ben, cy] = await Promise.all([
    stage.join('ann', n1),
    stage.join('ben', n2),
    stage.join('cy', n3),
  ]);
  await Promise.all([ann, ben, cy].map(openRooms));
  await makeRoom(ann, 'Ridge');
  await Promise.all([joinRoom(ben, 'Ridge'), joinRoom(cy, 'Ridge')]);
  return { n1, n2, n3, ann, ben, cy };
}

test('what three say at once stands in one order everywhere; a browser whose node is killed goes on at another, nothing lost or doubled', async () => {
  const { n1, n2, ann, ben, cy } = await threeInARoom();
  const people = [ann, ben, cy];
  await Promise.all(
    people.map(async (page, who) => {
      for (let at = 1; at <= 4; at += 1) await write(page, `${who}-${at}`);
    }),
  );
  for (const page of people) {
    await expect.poll(async () => (await said(page)).length).toBe(12);
    // Until the node has given an own message its place, it stands last.
    await expect.poll(() => page.getByRole('log').locator('[data-status="pending"]').count()).toBe(0);
  }
  const order = await said(ann);
  expect(await said(ben)).toEqual(order);
  expect(await said(cy)).toEqual(order);

  await write(ben, 'just before');
  await n2.kill();
  await write(ben, 'while it is gone');
  await write(cy, 'meanwhile');
  const after = ['just before', 'while it is gone', 'meanwhile'];
  for (const page of people) {
    for (const text of after) await message(page, text).waitFor();
  }
  await message(ben, 'while it is gone').locator('[data-status="sent"]').waitFor();
  await ben.getByText('The node of this page does not answer.').waitFor();
  await write(ben, 'from another node');
  await message(ann, 'from another node').waitFor();
  await message(cy, 'from another node').waitFor();
  const all = await said(ann);
  expect(all.slice(0, 12)).toEqual(order);
  expect(all.slice(12).toSorted()).toEqual([...after, 'from another node'].toSorted());
  await expect.poll(() => said(ben)).toEqual(all);
  await expect.poll(() => said(cy)).toEqual(all);

  // Its chats have moved as well: what still says that they are connected is another node.
  await ben.getByTitle('Connected', { exact: true }).waitFor();
  // Who is elsewhere in the app sees that something was said.
  await cy.evaluate(() => {
    location.hash = '#/chats';
  });
  await cy.getByRole('region', { name: 'Room Ridge' }).waitFor({ state: 'detached' });
  await write(ann, 'for who is elsewhere');
  await cy.locator('.rail-link', { hasText: 'Rooms' }).getByText('1 unread').waitFor();

  await ann.goto(`${n1.webUrl}/#/cluster`);
  const table = ann.getByRole('table', { name: /Nodes of the cluster/ });
  await table.getByRole('row', { name: /n2 not in reach/ }).waitFor();
  await table.getByRole('row', { name: /n3 in reach/ }).waitFor();

  // Whoever opened a fresh node first from its machine operates it.
  await ann.getByRole('button', { name: 'Forget n2…' }).click();
  await ann.getByRole('button', { name: 'Forget it' }).click();
  await table.getByRole('row', { name: /n2/ }).waitFor({ state: 'detached' });
  await ann.getByText('All 2 nodes are in reach.').waitFor();
});

test('while the node of a room is gone it says so, what one writes waits, and is there once when it is back; then all nodes agree to delete it', async () => {
  const { n1, ann, ben, cy } = await threeInARoom();
  await write(ben, 'with n1');
  await message(cy, 'with n1').waitFor();

  await n1.kill();
  await ben.getByText('n1 cannot be reached.').waitFor();
  await write(ben, 'without n1');
  await message(ben, 'without n1').locator('[data-status="pending"]').waitFor();
  await message(ben, 'with n1').waitFor();

  await n1.startAgain();
  await message(cy, 'without n1').waitFor();
  await message(ben, 'without n1').locator('[data-status="sent"]').waitFor();
  await ben.getByText('n1 cannot be reached.').waitFor({ state: 'detached' });
  for (const page of [ben, cy]) await expect.poll(() => said(page)).toEqual(['with n1', 'without n1']);

  await message(ann, 'without n1').waitFor();
  await ann.getByRole('button', { name: 'About Ridge' }).click();
  await ann.getByRole('button', { name: 'Delete…' }).click();
  await ann.getByRole('button', { name: 'Delete for everybody' }).click();
  const votes = ann.getByRole('list', { name: 'What each node said' });
  await votes.getByText('n2 agrees').waitFor();
  await votes.getByText('n3 agrees').waitFor();
  await ann.getByText('Deleted on every node.').waitFor();
  await Promise.all(
    [ben, cy].map((page) => page.getByRole('heading', { name: 'Ridge was deleted' }).waitFor()),
  );
});
