/**
 * Trystero over MQTT; the other side waits in the room. Either at its best: the
 * broker connection stands and its pool of offers is warm, for another room is
 * joined all the time. Or in a page just opened, where the first join does both.
 * Each dial has an app id of its own, for within one app a link that stands is
 * used again.
 */
import { joinRoom, type Room } from '@trystero-p2p/mqtt';
import { confirmation, type DialTimes, dialAndSend, messageText } from './first-message.ts';

const roomName = 'bench';
/** What is said as soon as a peer joined is sometimes lost, so it is said again, as an app would have to. */
const sayAgainMs = 25;
let brokerUrl = '';
let waiting: Room | undefined;

function enter(appId: string): Room {
  return joinRoom({ appId, relayConfig: { urls: [brokerUrl] }, rtcConfig: { iceServers: [] } }, roomName);
}

async function leave(room: Room): Promise<void> {
  const connections = Object.values(room.getPeers());
  await room.leave();
  // It keeps links for two minutes after the last room; closed, they cost the others nothing.
  for (const connection of connections) connection.close();
}

export const trystero = {
  use(url: string): void {
    brokerUrl = url;
  },
  warmUp(side: string): void {
    enter(`warm-${side}`);
  },
  /** The other side enters; its first announcements are over after 2.1 s. */
  wait(appId: string): void {
    waiting = enter(appId);
    const action = waiting.makeAction('say');
    action.onMessage = () => void action.send(confirmation);
  },
  async dial(appId: string): Promise<DialTimes> {
    const open = Promise.withResolvers<unknown>();
    const confirmed = Promise.withResolvers<unknown>();
    const clickedMs = performance.now();
    const room = enter(appId);
    room.onPeerJoin = open.resolve;
    const action = room.makeAction('say');
    action.onMessage = confirmed.resolve;
    const say = (): void => void action.send(messageText);
    let again: ReturnType<typeof setInterval> | undefined;
    const send = (): void => {
      say();
      again = setInterval(say, sayAgainMs);
    };
    try {
      return await dialAndSend({ open: open.promise, confirmed: confirmed.promise, send, clickedMs });
    } finally {
      clearInterval(again);
      await leave(room);
    }
  },
  async leave(): Promise<void> {
    if (waiting !== undefined) await leave(waiting);
    waiting = undefined;
  },
};
