/**
 * The main job, on real parts: two people in two browsers become contacts and
 * talk peer to peer through one node, and one of them finds it all again.
 */
import { afterEach, expect, test } from 'vitest';
import { browserStage } from './browser-stage.ts';
import { befriend, connected, openChat, say, shows, texts } from './person.ts';

const stage = browserStage({ nodePerTest: true });
const { open, join } = stage;

afterEach(() => expect(stage.pageErrors.splice(0)).toEqual([]));

test('from first contact to messages both ways with ticks; after a reload the history is there and the link up, and a clock that is off is seen', async () => {
  const [alice, ben] = await Promise.all([join('alice'), join('ben')]);
  await befriend(alice, ben, 'alice', 'ben');
  await Promise.all([connected(alice), connected(ben)]);

  await say(alice, 'Is the pass open?');
  await shows(ben, 'Is the pass open?');
  // Ben looks at it, so it is not only delivered but read.
  await shows(alice, 'Is the pass open?', 'read');
  await say(ben, 'Until dusk, then it snows.');
  await shows(alice, 'Until dusk, then it snows.');
  await shows(ben, 'Until dusk, then it snows.', 'read');

  await ben.reload();
  await openChat(ben, 'alice');
  await shows(ben, 'Is the pass open?');
  await shows(ben, 'Until dusk, then it snows.', 'read');
  await Promise.all([connected(alice), connected(ben)]);
  await say(ben, 'Back again.');
  await shows(alice, 'Back again.');

  await ben.evaluate(setClock, 3);
  // As after a sleep: then clocks are compared at once, and not with the next heartbeat.
  for (const page of [alice, ben]) await page.evaluate(() => dispatchEvent(new Event('online')));
  await alice.getByText('Their clock is 3 minutes ahead.').waitFor();
  await ben.getByText('Their clock is 3 minutes behind.').waitFor();
  await say(ben, 'Is it that late?');
  await shows(alice, 'Is it that late?');
  await say(alice, 'No.');
  await shows(ben, 'No.');
  for (const page of [alice, ben]) expect((await texts(page)).slice(-2)).toEqual(['Is it that late?', 'No.']);
  await alice.getByRole('button', { name: 'About ben' }).click();
  const panel = alice.getByRole('region', { name: 'Connection' });
  await panel.getByText('Their clock is 3 minutes ahead of yours.').waitFor();
  await panel.getByText(/There and back in/).waitFor();
});

/** On a page: its clock is set forward. */
function setClock(minutes: number): void {
  const { now } = Date;
  Date.now = () => now.call(Date) + minutes * 60_000;
}

test('a message to somebody who looks elsewhere is delivered and not read; what is written while they are away waits', async () => {
  const [alice, ben] = await Promise.all([join('alice'), join('ben')]);
  await befriend(alice, ben, 'alice', 'ben');
  await Promise.all([connected(alice), connected(ben)]);
  await ben.goto(`${stage.node.webUrl}/#/rooms`);
  await ben.getByRole('heading', { name: 'Rooms', level: 1 }).waitFor();

  await say(alice, 'Are you there?');
  await shows(alice, 'Are you there?', 'delivered');

  const profile = ben.context();
  await ben.close();
  await say(alice, 'One for later');
  await say(alice, 'and another');
  await shows(alice, 'and another', 'pending');

  const again = await open(profile);
  await openChat(again, 'alice');
  await shows(again, 'One for later');
  await shows(again, 'and another');
  await shows(alice, 'and another', 'read');
  const texts = await again.getByRole('log').getByRole('listitem').allInnerTexts();
  const written = ['Are you there?', 'One for later', 'and another'];
  const order = texts.flatMap((text) => written.filter((each) => text.includes(each)));
  expect(order).toEqual(written);
});

test('a name that another key owns is refused in words', async () => {
  await join('alice');
  const other = await open();
  await other.getByRole('textbox', { name: 'Your name' }).fill('alice');
  await other.getByRole('button', { name: 'Start' }).click();
  await other.getByRole('alert').filter({ hasText: /alice/ }).waitFor();
});
