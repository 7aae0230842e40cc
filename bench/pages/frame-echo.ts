/**
 * What a frame costs beside a bare message: two of Bothy's links and a bare
 * pair, all in one page, echo the same 200 bytes.
 */
import { createIdentity } from '@bothy/identity';
import type { RtcEvent } from '@bothy/peer/core';
import { DeviceDirectory, RtcLinks } from '@bothy/peer/drivers/browser';
import { directConversationId, type PlainFrame, type VerifiedFrame } from '@bothy/wire';
import { type BarePair, barePair } from './bare-pair.ts';
import { inTime } from './first-message.ts';
import { echoes } from './split-channel.ts';

interface LinkPair {
  readonly here: RtcLinks;
  readonly frame: PlainFrame;
  /** Called with what comes back. */
  returned: (frame: VerifiedFrame) => void;
}

const link = 'link';
let pair: LinkPair | undefined;
let bare: BarePair | undefined;

async function makeLinkPair(): Promise<LinkPair> {
  const me = await createIdentity({ name: 'echo', issuedAt: 1 });
  const opened = Promise.withResolvers<void>();
  let open = 0;
  const side = (other: () => RtcLinks, take: (frame: VerifiedFrame) => void): RtcLinks =>
    new RtcLinks({
      devices: new DeviceDirectory({ ownCertificate: me.certificate, stored: () => null }),
      events: {
        event: (_link, event) => {
          carry(other(), event);
          if (event.kind === 'remoteDescriptionSet' && event.type === 'offer') {
            there.perform(link, { kind: 'setLocalDescription' });
          }
          if (event.kind === 'channel' && event.state === 'open') open += 1;
          if (open === 2) opened.resolve();
        },
        frame: (_link, frame) => take(frame),
        refused: (code, message) => opened.reject(new Error(`${code}: ${message}`)),
      },
    });
  const here: RtcLinks = side(
    () => there,
    (frame) => made.returned(frame),
  );
  const there: RtcLinks = side(
    () => here,
    (frame) => {
      if (frame.kind !== 'entries') there.send(link, frame);
    },
  );
  const made: LinkPair = { here, frame: frameOf(me.person, me.device), returned: () => undefined };
  there.perform(link, { kind: 'open' });
  here.perform(link, { kind: 'open' });
  here.perform(link, { kind: 'setLocalDescription' });
  await inTime('a pair of links opens', opened.promise);
  return made;
}

function carry(to: RtcLinks, event: RtcEvent): void {
  if (event.kind === 'localDescription') {
    to.perform(link, { kind: 'setRemoteDescription', type: event.type, sdp: event.sdp });
  }
  if (event.kind === 'candidate' && event.candidate !== null) {
    to.perform(link, { kind: 'addCandidate', candidate: event.candidate });
  }
}

/** "I hold these": 200 bytes of a frame that is sent after every message. */
function frameOf(person: string, device: string): PlainFrame {
  const vector = { [`${person}/${device}`]: 1 };
  const conversation = directConversationId(person, person);
  const spare = 200 - JSON.stringify({ kind: 'have', conversation, vector }).length;
  return { kind: 'have', conversation: conversation + 'x'.repeat(Math.max(0, spare)), vector };
}

export const frameEcho = {
  async prepare(): Promise<number> {
    bare = barePair();
    const { there } = bare;
    there.onmessage = ({ data }) => there.send(data);
    await inTime('a bare pair opens', bare.open);
    pair = await makeLinkPair();
    return JSON.stringify(pair.frame).length;
  },
  async link(count: number): Promise<number[]> {
    const echo = pair;
    if (echo === undefined) throw new Error('prepare first');
    const times: number[] = [];
    for (let i = 0; i < count; i++) {
      const back = Promise.withResolvers<unknown>();
      echo.returned = back.resolve;
      const sentMs = performance.now();
      echo.here.send(link, echo.frame);
      await inTime('a frame comes back', back.promise);
      times.push(performance.now() - sentMs);
    }
    return times;
  },
  async bare(count: number): Promise<number[]> {
    if (bare === undefined || pair === undefined) throw new Error('prepare first');
    return echoes(bare.here, JSON.stringify(pair.frame), count);
  },
};
