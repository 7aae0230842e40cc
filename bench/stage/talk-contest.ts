/** What a message costs on a link that stands, in its parts. */
import type { Bench } from '../pages/page.ts';
import type { Work } from '../pages/work-recorder.ts';
import type { PagePair } from './pages.ts';
import { median } from './statistics.ts';

declare const bench: Bench;

/** Round trips whose median is one sample: a single one is mostly the scheduler's mood. */
const tripsPerSample = 25;

export interface SendSample {
  readonly deliveredMs: number;
  /** What both pages spent on disk and signatures between the command and the tick. */
  readonly work: readonly Work[];
}

/** Makes what the round trips need, once. */
export async function prepareTalk(rivals: PagePair, brokerUrl: string): Promise<void> {
  const { near, far } = rivals;
  await near.evaluate(() => bench.frameEcho.prepare());
  const offer = await near.evaluate(() => bench.splitChannel.offer());
  const answer = await far.evaluate((sdp) => bench.splitChannel.answer(sdp), offer);
  await near.evaluate((sdp) => bench.splitChannel.accept(sdp), answer);
  await far.evaluate((url) => bench.mqttEcho.connect(url, true), brokerUrl);
  await near.evaluate((url) => bench.mqttEcho.connect(url, false), brokerUrl);
}

/** Round trips of 200 bytes, in milliseconds; `Frame` ones within one page, `Link` ones between two. */
export function tripContest(atNode: PagePair, rivals: PagePair) {
  const { near } = rivals;
  const n = tripsPerSample;
  return {
    bareFrame: async () => median(await near.evaluate((count) => bench.frameEcho.bare(count), n)),
    bothyFrame: async () => median(await near.evaluate((count) => bench.frameEcho.link(count), n)),
    bareLink: async () => median(await near.evaluate((count) => bench.splitChannel.roundTrips(count), n)),
    bothyLink: async () => median(await atNode.near.evaluate((count) => bench.bothy.pings(count), n)),
    broker: async () => median(await near.evaluate((count) => bench.mqttEcho.roundTrips(count), n)),
  };
}

/** A message to its tick "delivered", beside a bare message that is echoed. */
export function sendContest(atNode: PagePair, rivals: PagePair) {
  return {
    bothy: async (): Promise<SendSample> => {
      await atNode.far.evaluate(() => bench.recorder.start());
      const { deliveredMs, work } = await atNode.near.evaluate(() => bench.bothy.send());
      return { deliveredMs, work: [work, await atNode.far.evaluate(() => bench.recorder.stop())] };
    },
    bareMs: async (): Promise<number> => {
      const [tripMs = Number.NaN] = await rivals.near.evaluate(() => bench.splitChannel.roundTrips(1));
      return tripMs;
    },
  };
}
