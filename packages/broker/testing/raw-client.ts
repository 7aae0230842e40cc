/** An MQTT client that does nothing by itself: for handshakes that break off in the middle. */
import { connect, type Socket } from 'node:net';
import { generate, type Packet, parser } from 'mqtt-packet';

export interface RawClient {
  send(packet: Packet): void;
  /** The next packet that has not been taken yet. */
  next(): Promise<Packet>;
  /** Cuts the connection, without a farewell. */
  cut(): void;
  /** Resolves when the other side has ended the connection. */
  readonly closed: Promise<void>;
}

/** Connects as this client, to a session that outlives the connection. */
export async function rawClient(port: number, clientId: string): Promise<RawClient> {
  // Without delay, or a second packet would wait until the first is answered.
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const packets: Packet[] = [];
  const waiting: ((packet: Packet) => void)[] = [];
  const incoming = parser({ protocolVersion: 4 });
  incoming.on('packet', (packet: Packet) => {
    const take = waiting.shift();
    if (take === undefined) packets.push(packet);
    else take(packet);
  });
  socket.on('data', (chunk) => incoming.parse(chunk));
  // A broker that was killed resets its connections.
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const client: RawClient = {
    send: (packet) => void socket.write(generate(packet)),
    next: () =>
      new Promise((resolve) => {
        const packet = packets.shift();
        if (packet === undefined) waiting.push(resolve);
        else resolve(packet);
      }),
    cut: () => void socket.destroy(),
    closed,
  };
  client.send({
    cmd: 'connect',
    clientId,
    clean: false,
    protocolId: 'MQTT',
    protocolVersion: 4,
    keepalive: 0,
  });
  const answer = await client.next();
  if (answer.cmd !== 'connack' || answer.returnCode !== 0)
    throw new Error('the broker refused the connection');
  return client;
}
