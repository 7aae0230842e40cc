/** What the broker gets to see: a few messages for each link, none for what is said on it, none while nothing happens. */
import { httpRequest } from '@bothy/testkit';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { browserStage } from './browser-stage.ts';
import type { People } from './people-page/page.ts';
import {
  befriend,
  buildPeoplePage,
  conversation,
  linked,
  look,
  openPeoplePage,
  sees,
  start,
  ticks,
} from './people-stage.ts';

declare const people: People;

/** Links to establish, one after the other. */
const links = 8;
const maxPerLink = 8;
const chatMessages = 100;
/** The time of the two idle people passes so much quicker; MQTT's own pings keep to the browser's. */
const speed = 10;
const idleMs = 70_000;

const stage = browserStage({ buildPage: buildPeoplePage });

/** All messages that the broker was given so far, the refused ones included. */
async function seenByBroker(): Promise<number> {
  const { text } = await httpRequest(`${stage.node.webUrl}/metrics`);
  const names = ['published', 'refused_publishes', 'oversized_publishes'];
  const counts = names.map((name) => new RegExp(`^bothy_mqtt_${name}_total (\\d+)$`, 'm').exec(text)?.[1]);
  return counts.reduce((sum, count) => sum + Number(count), 0);
}

async function twoPeople(a: string, b: string, quicker?: number): Promise<[Page, Page]> {
  const open = (): Promise<Page> => openPeoplePage(stage.browser, stage.node.webUrl);
  const [one, other] = await Promise.all([open(), open()]);
  await Promise.all([start(one, a, quicker), start(other, b, quicker)]);
  await befriend(one, other, a, b);
  return [one, other];
}

test(`at most ${maxPerLink} messages for a link, and none for ${chatMessages} chat messages`, async () => {
  const [ann, ben] = await twoPeople('ann', 'ben');
  const perLink: number[] = [];
  for (let each = 0; each < links; each += 1) {
    const before = await seenByBroker();
    // Both stay where they are, so the broker is told nothing but what makes the next link.
    await ben.evaluate(() => people.endLinks());
    await sees(ann, 'ann', 'ben', { link: 'retrying' });
    await linked(ann, ben, 'ann', 'ben');
    // Once a message was delivered on it, nothing of its making is still under way.
    await ann.evaluate((text) => people.send('ann', 'ben', text), `link ${each}`);
    await expect.poll(async () => new Set(await ticks(ann, 'ann', 'ben'))).toEqual(new Set(['delivered']));
    perLink.push((await seenByBroker()) - before);
  }
  // An offer and an answer at least, each with the candidates that were found by then: the counter is alive.
  expect(Math.min(...perLink)).toBeGreaterThanOrEqual(2);
  expect(Math.max(...perLink)).toBeLessThanOrEqual(maxPerLink);

  const quiet = await seenByBroker();
  await ann.exposeFunction('told', () => undefined);
  await ben.exposeFunction('told', () => undefined);
  await Promise.all([
    ann.evaluate((count) => people.burst('ann', 'ben', 1, count), chatMessages / 2),
    ben.evaluate((count) => people.burst('ben', 'ann', 1, count), chatMessages / 2),
  ]);
  const all = links + chatMessages;
  await expect.poll(async () => (await conversation(ann, 'ann', 'ben')).length).toBe(all);
  await expect.poll(async () => (await conversation(ben, 'ben', 'ann')).length).toBe(all);
  await expect.poll(async () => new Set(await ticks(ann, 'ann', 'ben'))).toEqual(new Set(['delivered']));
  await expect.poll(async () => new Set(await ticks(ben, 'ben', 'ann'))).toEqual(new Set(['delivered']));
  expect((await seenByBroker()) - quiet).toBe(0);
});

test('nothing in an idle minute with a link that stands, and in one more without any', async () => {
  const [cleo, dan] = await twoPeople('cleo', 'dan', speed);
  const idle = async (): Promise<void> => {
    const from = await cleo.evaluate((factor) => performance.now() * factor, speed);
    const passed = () => cleo.evaluate((factor) => performance.now() * factor, speed);
    await expect.poll(async () => (await passed()) - from, { interval: 200 }).toBeGreaterThan(idleMs);
  };
  await cleo.evaluate(() => people.send('cleo', 'dan', 'good night'));
  await expect.poll(() => ticks(cleo, 'cleo', 'dan')).toEqual(['delivered']);
  const linkedSince = await seenByBroker();
  await idle();
  expect((await seenByBroker()) - linkedSince).toBe(0);
  expect((await look(cleo, 'cleo', 'dan')).link).toBe('open');

  await dan.context().close();
  await expect.poll(async () => (await look(cleo, 'cleo', 'dan')).online).toBe(false);
  await expect.poll(async () => (await look(cleo, 'cleo', 'dan')).link).toBe('offline');
  const aloneSince = await seenByBroker();
  await idle();
  expect((await seenByBroker()) - aloneSince).toBe(0);
});
