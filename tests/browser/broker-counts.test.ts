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
/**
 * The time of the idle people passes so much quicker; MQTT's own pings keep to the browser's. No more than that: a page
 * that does nothing for 2 s of their time has its link restarted, which is a real second and no fault of theirs.
 */
const speed = 2;
const idleMs = 70_000;

const stage = browserStage({ buildPage: buildPeoplePage });

/** All messages that the broker was given so far, the refused ones included. */
async function seenByBroker(): Promise<number> {
  const { text } = await httpRequest(`${stage.node.webUrl}/metrics`);
  const names = ['published', 'refused_publishes', 'oversized_publishes'];
  const counts = names.map((name) => new RegExp(`^bothy_mqtt_${name}_total (\\d+)$`, 'm').exec(text)?.[1]);
  return counts.reduce((sum, count) => sum + Number(count), 0);
}

/** The same once nothing is under way: a page signs what it sends, and finds candidates, a moment after its link stands. */
async function seenInTheEnd(): Promise<number> {
  let seen = Number.NaN;
  const isTheSame = async (): Promise<boolean> => {
    const before = seen;
    seen = await seenByBroker();
    return seen === before;
  };
  await expect.poll(isTheSame, { interval: 500 }).toBe(true);
  return seen;
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
    const before = await seenInTheEnd();
    // Both stay where they are, so the broker is told nothing but what makes the next link.
    const watch = await ann.evaluateHandle(() => ({ ended: people.linkEnds('ann', 'ben') }));
    await ben.evaluate(() => people.endLinks());
    await watch.evaluate(({ ended }) => ended);
    await linked(ann, ben, 'ann', 'ben');
    await ann.evaluate((text) => people.send('ann', 'ben', text), `link ${each}`);
    await expect.poll(async () => new Set(await ticks(ann, 'ann', 'ben'))).toEqual(new Set(['delivered']));
    perLink.push((await seenInTheEnd()) - before);
  }
  // An offer and an answer at least, each with the candidates that were found by then: the counter is alive.
  expect(Math.min(...perLink)).toBeGreaterThanOrEqual(2);
  expect(Math.max(...perLink)).toBeLessThanOrEqual(maxPerLink);

  const quiet = await seenInTheEnd();
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
  expect((await seenInTheEnd()) - quiet).toBe(0);
});

test('nothing in an idle minute, neither with a link that stands nor without any', async () => {
  const [cleo] = await twoPeople('cleo', 'dan', speed);
  const [eve, fay] = await twoPeople('eve', 'fay', speed);
  await fay.context().close();
  await sees(eve, 'eve', 'fay', { online: false, link: 'offline' });
  const since = await seenInTheEnd();
  const passed = () => cleo.evaluate((factor) => performance.now() * factor, speed);
  const from = await passed();
  await expect
    .poll(async () => (await passed()) - from, { timeout: 2 * idleMs, interval: 200 })
    .toBeGreaterThan(idleMs);
  expect((await seenByBroker()) - since).toBe(0);
  expect((await look(cleo, 'cleo', 'dan')).link).toBe('open');
});
