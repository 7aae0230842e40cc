/** Who has a link first: Bothy twice (its node, a plain broker), PeerJS, Trystero, and a bare pair. */

import type { DialTimes } from '../pages/first-message.ts';
import type { Bench } from '../pages/page.ts';
import type { SignallingServer } from './local-servers.ts';
import type { PagePair } from './pages.ts';

declare const bench: Bench;

/** Trystero announces itself three times in its first 2.1 s in a room; afterwards once a minute. */
const announcedMs = 2_200;

export interface DialSample extends DialTimes {
  /** What signalling servers had to pass on from the click to the confirmation; 0 without a server. */
  readonly messages: number;
}

export interface LinkContestants {
  /** People of Bothy at a node of Bothy. */
  readonly atNode: PagePair;
  /** Others of Bothy at the plain broker. */
  readonly atPlainBroker: PagePair;
  readonly rivals: PagePair;
  readonly plainBroker: SignallingServer;
  readonly peerServer: SignallingServer;
}

/** One dial each, from nothing to a confirmed message; everything is closed again. */
export function linkContest({ atNode, atPlainBroker, rivals, plainBroker, peerServer }: LinkContestants) {
  let room = 0;
  return {
    bare: async () => ({ ...(await rivals.near.evaluate(() => bench.dialBare())), messages: 0 }),
    bothy: () => dialBothy(atNode, () => 0),
    bothyAtPlainBroker: () => dialBothy(atPlainBroker, plainBroker.messages),
    peerjs: async () => {
      const sample = await counted(peerServer.messages, () =>
        rivals.near.evaluate(() => bench.peerjs.dial('bench-far')),
      );
      await rivals.far.evaluate(() => bench.peerjs.hangUp());
      return sample;
    },
    trystero: async () => {
      room += 1;
      const appId = `bench-${room}`;
      await rivals.far.evaluate((id) => bench.trystero.wait(id), appId);
      await new Promise((resolve) => setTimeout(resolve, announcedMs));
      const sample = await counted(plainBroker.messages, () =>
        rivals.near.evaluate((id) => bench.trystero.dial(id), appId),
      );
      await rivals.far.evaluate(() => bench.trystero.leave());
      return sample;
    },
  } satisfies Record<string, () => Promise<DialSample>>;
}

/** Both are online and know each other; their link has just been lost, and one of them clicks. */
async function dialBothy({ near, far }: PagePair, messages: () => number): Promise<DialSample> {
  await near.evaluate(() => bench.bothy.breakLink());
  await Promise.all([near, far].map((page) => page.evaluate(() => bench.bothy.linkGone())));
  return counted(messages, () => near.evaluate(() => bench.bothy.dial()));
}

async function counted(messages: () => number, dial: () => Promise<DialTimes>): Promise<DialSample> {
  const before = messages();
  const times = await dial();
  return { ...times, messages: messages() - before };
}
