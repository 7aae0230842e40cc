/**
 * A broker that rewrites fingerprints, swaps senders and replays yesterday's
 * envelopes: no link to an impostor, every refusal counted, nothing lost once it behaves.
 */
import { launchChromium, temporaryFolder } from '@bothy/testkit';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Carried, type HostileBroker, honest, startHostileBroker } from './hostile-broker.ts';
import type { People } from './people-page/page.ts';
import {
  befriend,
  buildPeoplePage,
  conversation,
  linked,
  look,
  openPeoplePage,
  refused,
  sees,
  send,
  start,
  ticks,
} from './people-stage.ts';

declare const people: People;

const folder = temporaryFolder();
let browser: Browser;
let broker: HostileBroker;
let ann: Page;
let ben: Page;

beforeAll(async () => {
  await buildPeoplePage(folder.path);
  browser = await launchChromium();
});
beforeEach(async () => {
  broker = await startHostileBroker(folder.path);
  [ann, ben] = await Promise.all([person('ann'), person('ben')]);
  await befriend(ann, ben, 'ann', 'ben');
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  await broker.stop();
});
afterAll(async () => {
  await browser?.close();
  folder.remove();
});

async function person(name: string): Promise<Page> {
  const page = await openPeoplePage(browser, broker.url);
  await start(page, name);
  return page;
}

async function again(page: Page, name: string): Promise<void> {
  await page.reload();
  await page.waitForFunction(() => 'people' in globalThis);
  await start(page, name);
}

/** Waits until somebody has refused this so many times, at least. */
async function refuses(page: Page, name: string, code: string, times = 1): Promise<void> {
  await expect
    .poll(async () => (await refused(page, name))[code] ?? 0, { interval: 50 })
    .toBeGreaterThanOrEqual(times);
}

/** Both write; each has what the other wrote, once and in order, and says so. */
async function talk(expectedOfBen: readonly string[]): Promise<void> {
  await linked(ann, ben, 'ann', 'ben');
  await send(ann, 'ann', 'ben', 'the last word');
  const all = [...expectedOfBen, 'ann: the last word'];
  await expect.poll(() => conversation(ben, 'ben', 'ann')).toEqual(all);
  await expect.poll(async () => new Set(await ticks(ann, 'ann', 'ben'))).toEqual(new Set(['delivered']));
}

const isDescription = ({ topic }: Carried): boolean => /\/(offer|answer)$/.test(topic);
const counted = (page: Page) => page.evaluate(() => people.counted());

test('rewritten fingerprints: no connection comes to stand, the messages wait, and go when it behaves', async () => {
  const impostor = Array.from({ length: 32 }, () => 'AB').join(':');
  let rewritten = 0;
  broker.tamper = (message) => {
    const payload = message.payload.replaceAll(/(sha-256 )[0-9A-F:]{95}/g, `$1${impostor}`);
    if (payload !== message.payload) rewritten += 1;
    return [{ ...message, payload }];
  };
  await again(ben, 'ben');
  const before = (await counted(ann)).everConnected;
  await send(ann, 'ann', 'ben', 'for ben alone');
  // A second offer shows that the first one led to nothing, and that it is tried again.
  await expect.poll(() => rewritten).toBeGreaterThanOrEqual(2);
  // Both may have been on their way at once: what was rewritten last has not arrived yet.
  const refusals = async (): Promise<number> => {
    const [ofAnn, ofBen] = await Promise.all([refused(ann, 'ann'), refused(ben, 'ben')]);
    return (ofAnn.bad_signature ?? 0) + (ofBen.bad_signature ?? 0);
  };
  await expect.poll(refusals).toBeGreaterThanOrEqual(1);
  expect((await counted(ben)).everConnected).toBe(0);
  expect((await counted(ann)).everConnected).toBe(before);
  expect(await conversation(ben, 'ben', 'ann')).toEqual([]);
  expect(await ticks(ann, 'ann', 'ben')).toEqual(['pending']);

  broker.tamper = honest;
  await talk(['ann: for ben alone']);
});

test('swapped senders: what one contact signed is not taken as from another, nor what was for somebody else', async () => {
  const cleo = await person('cleo');
  await befriend(cleo, ben, 'cleo', 'ben');
  const fromAnn = broker.carried.filter((one) => isDescription(one) && one.payload.includes('"name":"ann"'));
  const senderOf = (payload: string): string => /"from":(\{[^}]*\})/.exec(payload)?.[1] ?? '';
  const annSender = senderOf(
    fromAnn.find(({ payload }) => senderOf(payload).includes('"ann"'))?.payload ?? '',
  );
  expect(annSender).toContain('"name":"ann"');

  // Cleo's calls come to Ben in the name of Ann, and to Ann as they are.
  const connections = (await counted(ann)).made;
  broker.tamper = (message) => {
    if (!senderOf(message.payload).includes('"cleo"') || !isDescription(message)) return [message];
    const asAnn = message.payload.replace(senderOf(message.payload), annSender);
    return [
      { ...message, payload: asAnn },
      { ...message, topic: message.topic.replace('/ben/', '/ann/') },
    ];
  };
  await again(cleo, 'cleo');
  await send(cleo, 'cleo', 'ben', 'it is me, cleo');
  await refuses(ben, 'ben', 'bad_signature');
  await refuses(ann, 'ann', 'wrong_recipient');
  expect((await look(ben, 'ben', 'cleo')).link).not.toBe('open');
  expect(await conversation(ben, 'ben', 'cleo')).toEqual([]);
  // The link with Ann is the one that it was.
  expect(await look(ben, 'ben', 'ann')).toMatchObject({ link: 'open' });
  expect((await counted(ann)).made).toBe(connections);

  broker.tamper = honest;
  await linked(cleo, ben, 'cleo', 'ben');
  await expect.poll(() => conversation(ben, 'ben', 'cleo')).toEqual(['cleo: it is me, cleo']);
  await talk([]);
});

test("yesterday's envelopes, replayed: each is refused and counted, the link stays, no other one is made", async () => {
  await send(ann, 'ann', 'ben', 'yesterday');
  await expect.poll(() => ticks(ann, 'ann', 'ben')).toEqual(['delivered']);
  const yesterday = [...broker.carried];
  const calls = (list: readonly Carried[], to: string): Carried[] =>
    list.filter(({ topic }) => new RegExp(`^user/${to}/(offer|answer|iceCandidate)$`).test(topic));
  // Ann is still the one who signed them; Ben is not the one whom they were for.
  await again(ben, 'ben');
  await linked(ann, ben, 'ann', 'ben');
  for (const one of calls(yesterday, 'ben')) await broker.inject(one);
  await refuses(ben, 'ben', 'stale_boot', calls(yesterday, 'ben').length);
  await again(ben, 'ben');
  await again(ann, 'ann');
  await linked(ann, ben, 'ann', 'ben');
  await expect.poll(async () => (await counted(ben)).everConnected).toBeGreaterThanOrEqual(1);
  const today = broker.carried.slice(yesterday.length);
  const made = [(await counted(ann)).made, (await counted(ben)).made];

  for (const one of yesterday) await broker.inject(one);
  await refuses(ann, 'ann', 'stale_boot', calls(yesterday, 'ann').length);
  await refuses(ben, 'ben', 'stale_boot', calls(yesterday, 'ben').length);
  // And what was said since they are here, once more.
  const fresh = today.filter(({ payload }) => payload.includes('"toBoot"'));
  for (const one of fresh) await broker.inject(one);
  await refuses(ann, 'ann', 'replayed');
  await refuses(ben, 'ben', 'replayed');
  expect([(await counted(ann)).made, (await counted(ben)).made]).toEqual(made);
  await sees(ann, 'ann', 'ben', { link: 'open', online: true });
  await talk(['ann: yesterday']);
  expect([(await counted(ann)).made, (await counted(ben)).made]).toEqual(made);
});
