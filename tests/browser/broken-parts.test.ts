/** Parts that go away and come back, seen in the web app: the broker, and the other person's whole browser. */
import { launchChromiumProfile, temporaryFolder } from '@bothy/testkit';
import type { BrowserContext, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { browserStage } from './browser-stage.ts';
import { befriend, connected, enter, openChat, say, shows, texts } from './person.ts';

/** Made by `recordTicks`, in the page. */
declare const seenTicks: ReadonlySet<string>;

const stage = browserStage({ nodePerTest: true });
const { open, join } = stage;

async function talking(): Promise<[Page, Page]> {
  const [alice, ben] = await Promise.all([join('alice'), join('ben')]);
  await befriend(alice, ben, 'alice', 'ben');
  await Promise.all([connected(alice), connected(ben)]);
  return [alice, ben];
}

test('the broker goes while a link stands: messages go on both ways; a new link waits for it, says so, and comes', async () => {
  const [alice, ben] = await talking();
  await ben.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  const { port } = new URL(stage.node.webUrl);
  await stage.node.stop();
  await Promise.all([
    alice.getByText('No node in reach').first().waitFor(),
    ben.getByText('No node in reach').first().waitFor(),
  ]);
  for (const text of ['Is the node asleep?', 'We do not need it.']) await say(alice, text);
  await shows(ben, 'We do not need it.');
  await say(ben, 'So it seems.');
  await shows(alice, 'So it seems.');
  await shows(ben, 'So it seems.', 'read');
  await Promise.all([connected(alice), connected(ben)]);

  // Ben's page begins anew, so a new link is wanted, and nobody introduces the two.
  await ben.reload();
  await ben.getByRole('status').filter({ hasText: 'No node in reach. Your messages wait here.' }).waitFor();
  await say(ben, 'Said without a node.');
  await shows(ben, 'Said without a node.', 'pending');
  await alice.getByRole('status').filter({ hasText: 'Your messages wait here.' }).waitFor();
  await say(alice, 'And here as well.');
  await shows(alice, 'And here as well.', 'pending');

  await stage.startNode(port);
  await Promise.all([connected(alice), connected(ben)]);
  await shows(alice, 'Said without a node.');
  await shows(ben, 'And here as well.');
  for (const page of [alice, ben]) await expect.poll(async () => (await texts(page)).length).toBe(5);
  expect(await texts(alice)).toEqual(await texts(ben));
});

test("the other's browser is killed: what is written meanwhile waits, and is there on its return, in order, once", async () => {
  const profile = temporaryFolder();
  let theirs = await launchChromiumProfile(profile.path);
  try {
    const alice = await join('alice');
    let ben = await open(theirs);
    await enter(ben, 'ben');
    await befriend(alice, ben, 'alice', 'ben');
    await Promise.all([connected(alice), connected(ben)]);
    await say(ben, 'My battery is low.');
    await shows(ben, 'My battery is low.', 'read');

    await recordTicks(alice);
    await kill(theirs);
    // The first ones go into a link of which nobody knows yet that it is dead.
    const waiting = Array.from({ length: 8 }, (_, index) => `For Ben, ${index + 1} of 8`);
    for (const text of waiting.slice(0, 4)) await say(alice, text);
    await alice.getByRole('status').filter({ hasText: 'ben is away' }).waitFor();
    for (const text of waiting.slice(4)) await say(alice, text);
    await shows(alice, 'For Ben, 8 of 8', 'pending');
    // Never, not even for a moment, did it say that Ben has one of them.
    const seen = await ticksSoFar(alice);
    expect(seen).toContain('pending');
    expect(seen.filter((tick) => tick === 'delivered' || tick === 'read')).toEqual([]);

    theirs = await launchChromiumProfile(profile.path);
    ben = await open(theirs);
    await openChat(ben, 'alice');
    await shows(ben, 'For Ben, 8 of 8');
    await shows(alice, 'For Ben, 8 of 8', 'read');
    const all = ['My battery is low.', ...waiting];
    for (const page of [ben, alice]) await expect.poll(() => texts(page)).toEqual(all);
  } finally {
    await theirs.close();
    profile.remove();
  }
});

/** Ends the browser's process at once, as a power cut does, and waits until it is gone. */
async function kill(context: BrowserContext): Promise<void> {
  const session = await context.browser()?.newBrowserCDPSession();
  const { processInfo = [] } = (await session?.send('SystemInfo.getProcessInfo')) ?? {};
  const pid = processInfo.find(({ type }) => type === 'browser')?.id;
  if (pid === undefined) throw new Error('the browser does not tell its process');
  const closed = new Promise((resolve) => context.once('close', resolve));
  process.kill(pid, 'SIGKILL');
  await closed;
}

/** From now on every tick that stands on the page, if only for a moment, is kept. */
function recordTicks(page: Page): Promise<void> {
  return page.evaluate(() => {
    const seen = new Set<string>();
    const look = (): void => {
      for (const tick of document.querySelectorAll('[role="log"] [data-status]')) {
        seen.add(tick.getAttribute('data-status') ?? '');
      }
    };
    const attributeFilter = ['data-status'];
    new MutationObserver(look).observe(document, { subtree: true, childList: true, attributeFilter });
    Object.assign(globalThis, { seenTicks: seen });
  });
}

function ticksSoFar(page: Page): Promise<string[]> {
  return page.evaluate(() => [...seenTicks]);
}
