/** Sets everything up that the bench of links needs: servers, a browser, people who know each other. */
import { parseConfig, startNode } from '@bothy/node';
import { launchChromium, temporaryFolder } from '@bothy/testkit';
import type { Bench } from '../pages/page.ts';
import type { LinkContestants } from './link-contest.ts';
import { startPeerServer, startPlainBroker } from './local-servers.ts';
import { servePages } from './page-server.ts';
import { openPagePair, type PagePair } from './pages.ts';
import { prepareTalk } from './talk-contest.ts';

declare const bench: Bench;

export interface PeerStage extends LinkContestants {
  stop(): Promise<void>;
}

export async function openPeerStage(): Promise<PeerStage> {
  const undo: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const pages = await servePages();
    undo.push(pages.stop);
    const data = temporaryFolder();
    undo.push(data.remove);
    // The bench's page comes from another port than the node, which refuses strangers.
    const config = parseConfig({ http: '0', mqtt: '0', data: data.path }, {});
    const node = await startNode(config, { extraHosts: [pages.host] });
    undo.push(node.stop);
    const [plainBroker, peerServer] = [await startPlainBroker(), await startPeerServer()];
    undo.push(plainBroker.stop, peerServer.stop);
    const browser = await launchChromium();
    undo.push(() => browser.close());
    const atNode = await openPagePair(browser, pages.host);
    const atPlainBroker = await openPagePair(browser, pages.host);
    const rivals = await openPagePair(browser, pages.host);
    const plainUrl = `ws://127.0.0.1:${plainBroker.port}/mqtt`;
    await befriend(atNode, `ws://127.0.0.1:${node.httpPort}/mqtt`, `127.0.0.1:${node.httpPort}`);
    await befriend(atPlainBroker, plainUrl, `127.0.0.1:${plainBroker.port}`);
    await prepareRivals(rivals, plainUrl, peerServer.port);
    await prepareTalk(rivals, plainUrl);
    return { atNode, atPlainBroker, rivals, plainBroker, peerServer, stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

async function befriend({ near, far }: PagePair, url: string, audience: string): Promise<void> {
  const people = [
    { page: near, start: ['ann', url, audience] },
    { page: far, start: ['ben', url, audience] },
  ] as const;
  for (const { page, start } of people) {
    await page.evaluate(([name, at, made]) => bench.bothy.start(name, at, made), start);
  }
  await near.evaluate(() => bench.bothy.ask('ben'));
  await far.evaluate(() => bench.bothy.accept());
  await Promise.all(people.map(({ page }) => page.evaluate(() => bench.bothy.befriended())));
}

async function prepareRivals({ near, far }: PagePair, brokerUrl: string, peerPort: number): Promise<void> {
  for (const [page, side] of [
    [near, 'near'],
    [far, 'far'],
  ] as const) {
    await page.evaluate(([id, port]) => bench.peerjs.register(id, port), [
      `bench-${side}`,
      peerPort,
    ] as const);
    await page.evaluate(([url, name]) => bench.trystero.warmUp(url, name), [brokerUrl, side] as const);
  }
}
