/** PeerJS as its guide shows it: both registered at its server, then one connects to the other's id. */
import { type DataConnection, Peer } from 'peerjs';
import { confirmation, type DialTimes, dialAndSend, inTime, messageText } from './first-message.ts';

let peer: Peer | undefined;
/** Closed by both sides after every dial, so that the next one starts from nothing. */
let answered: DataConnection | undefined;

export const peerjs = {
  async register(id: string, port: number): Promise<void> {
    const opened = Promise.withResolvers<void>();
    const made = new Peer(id, { host: '127.0.0.1', port, path: '/', config: { iceServers: [] } });
    made.on('open', opened.resolve);
    made.on('error', opened.reject);
    made.on('connection', (connection) => {
      answered = connection;
      connection.on('data', () => connection.send(confirmation));
    });
    await inTime('PeerJS registers', opened.promise);
    peer = made;
  },
  async dial(id: string): Promise<DialTimes> {
    if (peer === undefined) throw new Error('register first');
    const open = Promise.withResolvers<void>();
    const confirmed = Promise.withResolvers<unknown>();
    const clickedMs = performance.now();
    const connection = peer.connect(id);
    connection.on('open', open.resolve);
    connection.on('error', open.reject);
    connection.on('data', confirmed.resolve);
    const send = (): void => connection.send(messageText);
    try {
      return await dialAndSend({ open: open.promise, confirmed: confirmed.promise, send, clickedMs });
    } finally {
      connection.close();
    }
  },
  hangUp: () => answered?.close(),
};
