/**
 * A bare channel between two pages: the like-for-like of a link between two
 * people. The bench carries the descriptions, candidates included.
 */
import { inTime, messageText } from './first-message.ts';

let connection: RTCPeerConnection | undefined;
let channel: RTCDataChannel | undefined;

function make(): RTCPeerConnection {
  const made = new RTCPeerConnection();
  connection = made;
  channel = made.createDataChannel('bench', { negotiated: true, id: 1 });
  return made;
}

/** The local description with all its candidates. */
async function described(of: RTCPeerConnection): Promise<string> {
  const gathered = Promise.withResolvers<void>();
  of.onicegatheringstatechange = () => {
    if (of.iceGatheringState === 'complete') gathered.resolve();
  };
  await of.setLocalDescription();
  await inTime('candidates are gathered', gathered.promise);
  return of.localDescription?.sdp ?? '';
}

export const splitChannel = {
  offer: () => described(make()),
  async answer(sdp: string): Promise<string> {
    const made = make();
    const echo = channel;
    if (echo !== undefined) echo.onmessage = ({ data }) => echo.send(data);
    await made.setRemoteDescription({ type: 'offer', sdp });
    return described(made);
  },
  async accept(sdp: string): Promise<void> {
    const opened = Promise.withResolvers<unknown>();
    if (channel !== undefined) channel.onopen = opened.resolve;
    await connection?.setRemoteDescription({ type: 'answer', sdp });
    await inTime('a bare channel opens', opened.promise);
  },
  /** Round trips of a 200-byte message, one after the other, in milliseconds. */
  async roundTrips(count: number): Promise<number[]> {
    if (channel === undefined) throw new Error('make the channel first');
    return echoes(channel, messageText, count);
  },
};

/** Sends `text` and waits for anything to come back, so often. */
export async function echoes(
  on: Pick<RTCDataChannel, 'send' | 'addEventListener' | 'removeEventListener'>,
  text: string,
  count: number,
): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const back = Promise.withResolvers<unknown>();
    on.addEventListener('message', back.resolve, { once: true });
    const sentMs = performance.now();
    on.send(text);
    await inTime('an echo', back.promise);
    times.push(performance.now() - sentMs);
  }
  return times;
}
