/** Who has a link first: Bothy twice (its node, a plain broker), PeerJS, Trystero, and a bare pair. */

import type { Page } from 'playwright-core';
import type { DialTimes } from '../pages/first-message.ts';
import type { Bench } from '../pages/page.ts';
import type { SignallingServer } from './local-servers.ts';
import { type PagePair, reopen } from './pages.ts';

declare const bench: Bench;

/** Trystero announces itself three times in its first 2.1 s in a room; afterwards once a minute. */
const announcedMs = 2_200;

/**
 * In pages that were kept, every join after about the 20th came to nothing. Why
 * is not known (its pool holds 20 offers, and we close its links, which may be
 * our fault), so the pages are opened anew well before.
 */
const joinsPerPool = 8;

/** More than so many in a run are a fault of the bench. */
const mostLostJoins = 5;

export interface DialSample extends DialTimes {
  /** What signalling servers had to pass on from the click to the confirmation; 0 without a server. */
  readonly messages: number;
}

export interface NodeAddress {
  readonly url: string;
  /** What proofs are made out to. */
  readonly audience: string;
}

export interface LinkContestants {
  /** People of Bothy at a node of Bothy. */
  readonly atNode: PagePair;
  /** Others of Bothy at the plain broker. */
  readonly atPlainBroker: PagePair;
  /** Two more at the node, of whom one opens the app anew for every dial. */
  readonly fresh: PagePair;
  readonly rivals: PagePair;
  /** Two that exchange bare descriptions at the node. */
  readonly signalled: PagePair;
  /** Two of Trystero, opened anew from time to time. */
  readonly trystero: PagePair;
  /** A page that is opened anew for every join of Trystero. */
  readonly freshRival: Page;
  readonly node: NodeAddress;
  readonly plainBroker: SignallingServer;
  readonly peerServer: SignallingServer;
}

/** One dial each, from nothing to a confirmed message; everything is closed again. */
export function linkContest(stage: LinkContestants) {
  const { atNode, atPlainBroker, rivals, freshRival, plainBroker, peerServer } = stage;
  const { near, far } = rivals;
  let room = 0;
  let lostJoins = 0;
  let joinsLeft = 0;
  const join = async (joiner: Page): Promise<DialSample> => {
    if (joinsLeft === 0) await warmTrystero(stage.trystero, plainBroker.url);
    joinsLeft = (joinsLeft === 0 ? joinsPerPool : joinsLeft) - 1;
    if (joiner === freshRival) await openFresh(freshRival, plainBroker.url);
    room += 1;
    const appId = `bench-${room}`;
    await stage.trystero.far.evaluate((id) => bench.trystero.wait(id), appId);
    await new Promise((resolve) => setTimeout(resolve, announcedMs));
    const dial = () => joiner.evaluate((id) => bench.trystero.dial(id), appId);
    try {
      const sample = await counted(plainBroker.messages, dial);
      await stage.trystero.far.evaluate(() => bench.trystero.leave());
      return sample;
    } catch (thrown) {
      lostJoins += 1;
      if (lostJoins > mostLostJoins) throw thrown;
    }
    // Now and then a join comes to nothing. It is said, and another one in new pages counts in its place.
    process.stderr.write(`Trystero: join ${room} came to nothing and is repeated.\n`);
    joinsLeft = 0;
    return join(joiner);
  };
  return {
    bare: async () => ({ ...(await near.evaluate(() => bench.dialBare())), messages: 0 }),
    signalled: () => dialSignalled(stage.signalled),
    bothy: () => dialBothy(atNode, () => 0),
    bothyAtPlainBroker: () => dialBothy(atPlainBroker, plainBroker.messages),
    bothyFresh: () => startBothy(stage),
    peerjs: async () => {
      const dial = () => near.evaluate(() => bench.peerjs.dial('bench-far'));
      const sample = await counted(peerServer.messages, dial);
      await far.evaluate(() => bench.peerjs.hangUp());
      return sample;
    },
    trystero: () => join(stage.trystero.near),
    trysteroFresh: () => join(freshRival),
  } satisfies Record<string, () => Promise<DialSample>>;
}

/** Both have joined another room before: the broker is connected, the offers are pooled. */
async function warmTrystero({ near, far }: PagePair, brokerUrl: string): Promise<void> {
  for (const [page, side] of [
    [near, 'near'],
    [far, 'far'],
  ] as const) {
    await openFresh(page, brokerUrl);
    await page.evaluate((name) => bench.trystero.warmUp(name), side);
  }
}

async function openFresh(page: Page, brokerUrl: string): Promise<void> {
  await reopen(page);
  await page.evaluate((url) => bench.trystero.use(url), brokerUrl);
}

/** One closes the app and opens it again; the other has been there all the time. */
async function startBothy({ fresh: { near, far }, node }: LinkContestants): Promise<DialSample> {
  await near.evaluate(() => bench.bothy.stop());
  await far.evaluate(() => bench.bothy.leftAlone());
  await reopen(near);
  const times = await near.evaluate((at) => bench.bothy.startAndDial(at.url, at.audience), node);
  return { ...times, messages: 0 };
}

/** Both are online and know each other; their link has just been lost, and one of them clicks. */
async function dialBothy({ near, far }: PagePair, messages: () => number): Promise<DialSample> {
  await near.evaluate(() => bench.bothy.breakLink());
  await Promise.all([near, far].map((page) => page.evaluate(() => bench.bothy.linkGone())));
  return counted(messages, () => near.evaluate(() => bench.bothy.dial()));
}

async function dialSignalled({ near, far }: PagePair): Promise<DialSample> {
  await far.evaluate(() => bench.signalledPair.prepare('answers'));
  await near.evaluate(() => bench.signalledPair.prepare('dials'));
  return { ...(await near.evaluate(() => bench.signalledPair.dial())), messages: 0 };
}

async function counted(messages: () => number, dial: () => Promise<DialTimes>): Promise<DialSample> {
  const before = messages();
  const times = await dial();
  return { ...times, messages: messages() - before };
}
