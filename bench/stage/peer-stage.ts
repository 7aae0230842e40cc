/** Sets everything up that the bench of links needs: servers, a browser, people who know each other. */
import { parseConfig, startNode } from '@bothy/node';
import { launchChromium, temporaryFolder } from '@bothy/testkit';
import type { Bench } from '../pages/page.ts';
import type { LinkContestants, NodeAddress } from './link-contest.ts';
import { startPeerServer, startPlainBroker } from './local-servers.ts';
import { servePages } from './page-server.ts';
import { openPage, openPagePair, type PagePair } from './pages.ts';
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
    const config = parseConfig({ http: '0', mqtt: '0', cluster: '0', data: data.path }, {});
    const node = await startNode(config, { extraHosts: [pages.host] });
    undo.push(node.stop);
    const [plainBroker, peerServer] = [await startPlainBroker(), await startPeerServer()];
    undo.push(plainBroker.stop, peerServer.stop);
    const browser = await launchChromium();
    undo.push(() => browser.close());
    const open = () => openPagePair(browser, pages.host);
    const [atNode, fresh, atPlainBroker, rivals] = [await open(), await open(), await open(), await open()];
    const [trystero, signalled] = [await open(), await open()];
    const freshRival = await openPage(browser, pages.host);
    const host = `127.0.0.1:${node.httpPort}`;
    const address = { url: `ws://${host}/mqtt`, audience: host };
    await befriend(atNode, ['ann', 'ben'], address);
    await befriend(fresh, ['cleo', 'dan'], address);
    await befriend(atPlainBroker, ['ann', 'ben'], { url: plainBroker.url, audience: 'plain' });
    await prepareRivals(rivals, peerServer.port);
    await signal(signalled, ['eve', 'finn'], address);
    await prepareTalk(rivals, plainBroker.url);
    return {
      atNode,
      fresh,
      atPlainBroker,
      rivals,
      signalled,
      trystero,
      freshRival,
      node: address,
      plainBroker,
      peerServer,
      stop,
    };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

async function befriend(
  { near, far }: PagePair,
  names: readonly [string, string],
  at: NodeAddress,
): Promise<void> {
  const [nearName, farName] = names;
  for (const [page, name] of [
    [near, nearName],
    [far, farName],
  ] as const) {
    await page.evaluate(([who, url, made]) => bench.bothy.start(who, url, made), [
      name,
      at.url,
      at.audience,
    ] as const);
  }
  await near.evaluate((name) => bench.bothy.ask(name), farName);
  await far.evaluate(() => bench.bothy.accept());
  await Promise.all([near, far].map((page) => page.evaluate(() => bench.bothy.befriended())));
}

async function signal(
  { near, far }: PagePair,
  names: readonly [string, string],
  at: NodeAddress,
): Promise<void> {
  const [here, there] = names;
  await near.evaluate(([a, b, node]) => bench.signalledPair.connect(a, b, node), [here, there, at] as const);
  await far.evaluate(([a, b, node]) => bench.signalledPair.connect(a, b, node), [there, here, at] as const);
}

async function prepareRivals({ near, far }: PagePair, peerPort: number): Promise<void> {
  await near.evaluate((port) => bench.peerjs.register('bench-near', port), peerPort);
  await far.evaluate((port) => bench.peerjs.register('bench-far', port), peerPort);
}
