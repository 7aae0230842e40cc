/** Links under bad timing: both dial at the same moment, and pages are reloaded in the middle of a burst. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { browserStage } from './browser-stage.ts';
import type { People } from './people-page/page.ts';
import { befriend, buildPeoplePage, conversation, linked, openPeoplePage, start } from './people-stage.ts';

declare const people: People;

const stage = browserStage({ buildPage: buildPeoplePage, nodePerTest: true });

test('both dial at the same moment, 50 times: always exactly one link, which carries messages both ways', async () => {
  const page = await openPeoplePage(stage.browser, stage.node.webUrl);
  await start(page, 'ann');
  await start(page, 'ben');
  await befriend(page, page, 'ann', 'ben');
  const rounds = [];
  for (let round = 1; round <= 50; round += 1) {
    rounds.push(await page.evaluate((text) => people.dialTogether('ann', 'ben', text), `round ${round}`));
  }
  // Two connections, one on each side; both had offered, so it was glare indeed.
  const once = { links: ['open', 'open'], used: 2, offered: 2, standing: 2, connected: 2 };
  expect(rounds).toEqual(rounds.map(() => once));
  const said = await conversation(page, 'ann', 'ben');
  expect(said).toHaveLength(100);
  expect(new Set(said).size).toBe(100);
});

test('both sides reload in the middle of a burst: nothing lost, nothing doubled, in order', async () => {
  const [ann, ben] = await Promise.all([
    openPeoplePage(stage.browser, stage.node.webUrl),
    openPeoplePage(stage.browser, stage.node.webUrl),
  ]);
  const [burstOfAnn, burstOfBen] = await Promise.all([hear(ann), hear(ben)]);
  await Promise.all([start(ann, 'cleo'), start(ben, 'dan')]);
  await befriend(ann, ben, 'cleo', 'dan');

  // A burst ends with its page, so its failure is what the test asks for.
  const cut = (): undefined => undefined;
  const first = ann.evaluate(() => people.burst('cleo', 'dan', 1, 20_000)).catch(cut);
  const second = ben.evaluate(() => people.burst('dan', 'cleo', 1, 20_000)).catch(cut);
  await expect.poll(() => burstOfAnn.length, { interval: 5 }).toBeGreaterThan(20);
  await again(ben, 'dan');
  await second;
  await again(ann, 'cleo');
  await first;
  expect(burstOfAnn.length).toBeLessThan(20_000);
  await Promise.all([
    ann.evaluate(() => people.burst('cleo', 'dan', 20_001, 20)),
    ben.evaluate(() => people.burst('dan', 'cleo', 20_001, 20)),
  ]);
  await linked(ann, ben, 'cleo', 'dan');

  const swap = (line: string): string =>
    line.startsWith('me: ') ? line.replace('me', 'cleo') : line.replace('dan', 'me');
  // Each has all of their own, so once both see the same nothing is under way any more.
  const differ = async (): Promise<boolean> => {
    const [one, other] = [await conversation(ann, 'cleo', 'dan'), await conversation(ben, 'dan', 'cleo')];
    return one.map(swap).join() !== other.join();
  };
  await expect.poll(differ).toBe(false);
  const seenByAnn = await conversation(ann, 'cleo', 'dan');
  const seenByBen = await conversation(ben, 'dan', 'cleo');
  expect(seenByAnn.map(swap)).toEqual(seenByBen);
  expect(new Set(seenByAnn).size).toBe(seenByAnn.length);
  for (const [heard, who] of [
    [burstOfAnn, 'me: cleo '],
    [burstOfBen, 'dan: dan '],
  ] as const) {
    const numbers = seenByAnn.flatMap((line) => (line.startsWith(who) ? Number(line.slice(who.length)) : []));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    // What was promised is there; a message whose promise the reload cut off may be there as well.
    const missing = heard.filter((text) => !numbers.includes(Number(text.split(' ')[1])));
    expect(missing).toEqual([]);
  }
});

/** The texts that the sessions of a page have said to be durable. */
async function hear(page: Page): Promise<string[]> {
  const heard: string[] = [];
  await page.exposeFunction('told', (text: string) => void heard.push(text));
  return heard;
}

async function again(page: Page, name: string): Promise<void> {
  await page.reload();
  await page.waitForFunction(() => 'people' in globalThis);
  await start(page, name);
}
