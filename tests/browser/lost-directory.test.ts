/** Two nodes that are real processes, and the one that decides on names, rooms and edges is lost for good. */
import { afterEach, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { type ClusterNode, clusterStage } from './cluster-stage.ts';
import { makeRoom, message, openRooms, write } from './room-person.ts';

const stage = clusterStage(2);

afterEach(() => expect(stage.pageErrors.splice(0)).toEqual([]));

const answer = z.object({
  directory: z.object({ voters: z.array(z.string()), learners: z.array(z.string()) }),
});

/** The node that decides and the one that keeps a copy, once both agree on that. */
async function bothParts(): Promise<[ClusterNode, ClusterNode]> {
  const parts = () =>
    Promise.all(
      stage.nodes.map(async ({ webUrl }) => {
        const { voters, learners } = answer.parse(
          await (await fetch(`${webUrl}/api/v1/cluster`)).json(),
        ).directory;
        return `${voters} ${learners}`;
      }),
    );
  await expect
    .poll(parts)
    .toSatisfy(([one, other]: string[]) => one === other && (one === 'n1 n2' || one === 'n2 n1'));
  const [ids = ''] = await parts();
  const [decides, copies] = ids.split(' ').map((id) => stage.nodes.find((node) => node.id === id));
  if (decides === undefined || copies === undefined) throw new Error(`${ids} are not the nodes`);
  return [decides, copies];
}

test('without the node that decides a new room is refused with a sentence; an operator forgets it, by force after a second question, and the one that is left goes on', async () => {
  const [decides, copies] = await bothParts();
  const ann = await stage.join('ann', copies);
  await openRooms(ann);
  await ann.getByRole('link', { name: 'The nodes behind these rooms' }).click();
  const agreed = ann.getByRole('region', { name: 'Names, rooms and edges' });
  await agreed.getByText(`Without ${decides.id} no new name`).waitFor();
  await decides.kill();
  await agreed.getByText(`${decides.id} decides, and cannot be reached.`).waitFor();

  await openRooms(ann);
  await ann.getByRole('button', { name: 'New room' }).click();
  const dialog = ann.getByRole('dialog', { name: 'New room' });
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Ridge');
  await dialog.getByRole('button', { name: 'Make the room' }).click();
  await dialog.getByText(`${decides.id} has to agree, and does not answer.`).waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();

  await ann.getByRole('link', { name: 'The nodes behind these rooms' }).click();
  const forget = ann.getByRole('button', { name: `Forget ${decides.id}…` });
  await forget.click();
  await ann.getByRole('button', { name: 'Keep waiting' }).click();
  await forget.click();
  await ann.getByRole('button', { name: 'Forget it' }).click();
  const force = ann.getByRole('group', { name: `Begin anew without ${decides.id}?` });
  // Who only presses Enter does no harm.
  await expect
    .poll(() =>
      force
        .getByRole('button', { name: 'Keep waiting' })
        .evaluate((button) => button === document.activeElement),
    )
    .toBe(true);
  await force.getByRole('button', { name: 'Begin anew without it' }).click();
  await agreed.getByText(`${copies.id} alone says who has which name`).waitFor();
  await ann.getByText('One node, by itself.').waitFor();

  await openRooms(ann);
  await makeRoom(ann, 'Ridge');
  await write(ann, 'alone');
  await message(ann, 'alone').locator('[data-status="sent"]').waitFor();
});
