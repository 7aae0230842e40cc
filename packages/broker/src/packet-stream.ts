/** A WebSocket as a stream of MQTT packets. */
import type { Duplex } from 'node:stream';
import { limits } from '@bothy/wire';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';

/**
 * `highWaterMark` bytes may wait before the stream says that it is full. What is written together leaves in one
 * message: a packet is written in up to seven parts, and a browser wakes up for every message.
 */
export function packetStream(webSocket: WebSocket, highWaterMark: number): Duplex {
  return createWebSocketStream(webSocket, {
    highWaterMark,
    writev: (chunks, done) => {
      webSocket.send(Buffer.concat(chunks.map(({ chunk }) => chunk as Buffer)), done);
    },
  });
}

/** Takes over upgrades to MQTT over WebSocket. */
export function mqttWebSockets(): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    // A frame may hold several packets; a client that sends more at once is cut off.
    maxPayload: 4 * limits.envelopeBytes,
    handleProtocols: (offered) => (offered.has('mqtt') ? 'mqtt' : false),
  });
}
