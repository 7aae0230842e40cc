/** Two RTCPeerConnections in one page, signalled by function calls: as quick as a link can be made here. */
import { confirmation, type DialTimes, dialAndSend, messageText } from './first-message.ts';

export interface BarePair {
  readonly here: RTCDataChannel;
  readonly there: RTCDataChannel;
  /** The channel `here` is open. */
  readonly open: Promise<unknown>;
  close(): void;
}

/** Begins to connect at once; candidates follow the descriptions as they are found. */
export function barePair(): BarePair {
  const a = new RTCPeerConnection();
  const b = new RTCPeerConnection();
  a.onicecandidate = ({ candidate }) => void b.addIceCandidate(candidate ?? undefined);
  b.onicecandidate = ({ candidate }) => void a.addIceCandidate(candidate ?? undefined);
  const options = { negotiated: true, id: 1 };
  const here = a.createDataChannel('bench', options);
  const there = b.createDataChannel('bench', options);
  const opened = Promise.withResolvers<unknown>();
  here.onopen = opened.resolve;
  describe(a, b).catch(opened.reject);
  const close = (): void => {
    a.close();
    b.close();
  };
  return { here, there, open: opened.promise, close };
}

export async function dialBare(): Promise<DialTimes> {
  const clickedMs = performance.now();
  const pair = barePair();
  const confirmed = Promise.withResolvers<unknown>();
  pair.there.onmessage = () => pair.there.send(confirmation);
  pair.here.onmessage = confirmed.resolve;
  try {
    return await dialAndSend({
      open: pair.open,
      confirmed: confirmed.promise,
      send: () => pair.here.send(messageText),
      clickedMs,
    });
  } finally {
    pair.close();
  }
}

async function describe(a: RTCPeerConnection, b: RTCPeerConnection): Promise<void> {
  await a.setLocalDescription();
  if (a.localDescription !== null) await b.setRemoteDescription(a.localDescription);
  await b.setLocalDescription();
  if (b.localDescription !== null) await a.setRemoteDescription(b.localDescription);
}
