/** With no node in reach a reload still shows the app and what was said. */
import { expect, test } from 'vitest';
import { browserStage } from './browser-stage.ts';
import { befriend, say } from './person.ts';

const stage = browserStage();

test('opened again with no node in reach: the app and the history are there, writing is kept, and goes when the node is back', async () => {
  const [alice, ben] = await Promise.all([stage.join('alice'), stage.join('ben')]);
  await befriend(alice, ben, 'alice', 'ben');
  await say(ben, 'The hut is warm.');
  await alice.getByRole('log').getByText('The hut is warm.').waitFor();
  await alice.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));

  await stage.node.stop();
  await alice.reload();
  await alice.getByText('No node in reach').first().waitFor();
  await alice.getByRole('log').getByText('The hut is warm.').waitFor();
  await say(alice, 'Coming up tonight.');
  const own = alice.getByRole('log').getByRole('listitem').filter({ hasText: 'Coming up tonight.' });
  await own.locator('[data-status="pending"]').waitFor();

  // Only files of the build are kept, and nothing that the node answered.
  const kept = await alice.evaluate(async () => {
    const names = await caches.keys();
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return requests.flat().map(({ url }) => new URL(url).pathname);
  });
  expect(kept).toContain('/');
  expect(kept.filter((path) => path !== '/' && path !== '/mark.svg' && !path.startsWith('/assets/'))).toEqual(
    [],
  );

  await stage.startNode(new URL(stage.node.webUrl).port);
  await own.locator('[data-status="read"]').waitFor();
  await ben.getByRole('log').getByText('Coming up tonight.').waitFor();
});
