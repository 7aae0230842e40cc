/** Pictures of Rooms and of the cluster: three nodes, people at two of them, one node lost at the end. */
import type { RunningNode } from '@bothy/node';
import type { Page } from 'playwright-core';
import { startLookNodes } from './look-nodes.ts';
import { doWith, joinRoom, makeRoom, message, openRooms, write } from './room-person.ts';

export interface RoomLookTools {
  readonly webFolder: string;
  /** A page of a fresh profile where this name was taken. */
  readonly enter: (url: string, name: string) => Promise<Page>;
  readonly look: (page: Page, title: string) => Promise<void>;
}

const talk = [
  ['ada', 'Morning everybody. The north bed is at 4 °C, the heater has been off since two.'],
  ['ben', 'Fuse again. I can be there at ten.'],
  ['cy', 'Take the long ladder, the short one is in the other house.'],
  [
    'ada',
    'Good. I have put what has to be done until Friday into the list: panes, silicone, the pump in the south bed, and somebody should look at the rain barrel before it freezes for good.',
  ],
] as const;

export async function roomPictures({ webFolder, enter, look }: RoomLookTools): Promise<void> {
  const { nodes, end } = await startLookNodes(['valley', 'ridge', 'harbour'], webFolder);
  const [valley, ridge, harbour] = nodes;
  if (valley === undefined || ridge === undefined || harbour === undefined) return;
  try {
    const [ada, ben, cy] = await Promise.all([
      enter(valley.webUrl, 'ada'),
      enter(ridge.webUrl, 'ben'),
      enter(harbour.webUrl, 'cy'),
    ]);
    await Promise.all([ada, ben, cy].map(openRooms));
    await ada.getByRole('link', { name: 'Lobby of harbour' }).waitFor();
    await look(ada, 'rooms-discover');
    await ada.getByRole('button', { name: 'New room' }).click();
    await look(ada, 'rooms-new');
    await ada.getByRole('button', { name: 'Cancel' }).click();
    await makeRoom(ada, 'Greenhouse', 'Heating, panes, and who waters what');
    await look(ada, 'room-empty');
    await ben.getByRole('link', { name: 'Greenhouse', exact: true }).click();
    await ben.getByRole('button', { name: 'Join the room' }).waitFor();
    await look(ben, 'room-join');
    await Promise.all([joinRoom(ben, 'Greenhouse'), joinRoom(cy, 'Greenhouse')]);
    await makeRoom(ben, 'Boats');
    await makeRoom(cy, 'Night watch', 'Who sleeps when', true);
    await Promise.all(
      [ben, cy].map((page) => page.getByRole('link', { name: 'Greenhouse', exact: true }).click()),
    );
    const pages = { ada, ben, cy };
    for (const [who, text] of talk) {
      await write(pages[who], text);
      await Promise.all(Object.values(pages).map((page) => message(page, text.slice(0, 40)).waitFor()));
    }
    await doWith(ben, 'Take the long ladder', 'Reply');
    await write(ben, 'Will do.');
    await doWith(cy, 'Will do.', 'React');
    await cy.getByRole('button', { name: 'React with 👍' }).click();
    await doWith(ada, 'Will do.', 'React');
    await ada.getByRole('button', { name: 'React with 🎉' }).click();
    await doWith(ada, 'Good. I have put', 'Pin message');
    const picture = await ada.screenshot({ clip: { x: 0, y: 0, width: 480, height: 260 } });
    await cy.getByLabel('Files to attach').setInputFiles([
      { name: 'north-bed.png', mimeType: 'image/png', buffer: picture },
      { name: 'list-until-friday.txt', mimeType: 'text/plain', buffer: Buffer.alloc(1_800, 'x') },
    ]);
    await cy.getByText('ready', { exact: true }).nth(1).waitFor();
    await look(cy, 'room-files-ready');
    await write(cy, 'This is how it looks up here.');
    await ada.getByRole('img', { name: 'north-bed.png', exact: true }).waitFor();
    await ben.getByRole('textbox', { name: 'Message', exact: true }).pressSequentially('On my');
    await ada.locator('.typing').getByText('ben is writing…').waitFor();
    await look(ada, 'room');
    await ada.setViewportSize({ width: 1440, height: 900 });
    await message(ada, 'Will do.').hover();
    await look(ada, 'room-tools');
    await doWith(ada, 'Will do.', 'React');
    await look(ada, 'room-react');
    await ada.getByRole('form', { name: 'React' }).getByRole('button', { name: 'Close' }).click();
    await ada.getByRole('button', { name: /^Members/ }).click();
    await look(ada, 'room-members');
    await ada.getByRole('button', { name: 'Ban cy' }).click();
    await look(ada, 'room-ban');
    await ada.getByRole('group', { name: 'Ban cy?' }).getByRole('button', { name: 'Keep' }).click();
    await ada.getByRole('button', { name: 'Close members' }).click();
    await ada.getByRole('button', { name: 'About Greenhouse' }).click();
    await look(ada, 'room-details');
    await ada.getByRole('button', { name: 'Delete…' }).click();
    await look(ada, 'room-delete');
    await ada.getByRole('button', { name: 'Keep the room' }).click();
    await clusterPictures(ada, ben, harbour, look);
  } finally {
    await end();
  }
}

async function clusterPictures(
  ada: Page,
  ben: Page,
  harbour: RunningNode,
  look: RoomLookTools['look'],
): Promise<void> {
  await openRooms(ada);
  await ada.getByRole('link', { name: 'The nodes behind these rooms' }).click();
  await ada.getByText('All 3 nodes are in reach').waitFor();
  for (const text of ['On my way.', 'Ten minutes.', 'Five.', 'There.']) await write(ben, text);
  await ada
    .getByRole('cell', { name: /messages? a/ })
    .first()
    .waitFor();
  await look(ada, 'cluster');
  await harbour.stop();
  await ada.getByText('harbour cannot be reached').waitFor({ timeout: 60_000 });
  await look(ada, 'cluster-down');
  await ada.getByRole('button', { name: 'Forget harbour…' }).click();
  await look(ada, 'cluster-forget');
  await openRooms(ada);
  await ada.getByText('harbour cannot be asked now').waitFor();
  await ada.getByRole('button', { name: 'New room' }).waitFor();
  await look(ada, 'rooms-node-away');
}
