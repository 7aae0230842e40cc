/** MQTT clients with as little of their own work as can be, so that a server's limit is met before that of its load. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { generate, type Packet, parser } from 'mqtt-packet';

/** A connection that is signed in. What comes in one piece is answered in one piece. */
export class RawMqtt {
  readonly #socket: Socket;
  /** Each packet of the server, and then `drained` for those that came together. */
  onPacket: (packet: Packet) => void = () => {};
  onDrained: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    const packets = parser();
    packets.on('packet', (packet) => this.onPacket(packet));
    packets.on('error', (error) => fail(error));
    socket.on('data', (data) => {
      socket.cork();
      packets.parse(data);
      this.onDrained();
      socket.uncork();
    });
    socket.on('error', fail);
    socket.on('close', () => fail(new Error('the server has closed the connection')));
  }

  static async open(port: number, clientId: string): Promise<RawMqtt> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    const client = new RawMqtt(socket);
    const accepted = client.next('connack');
    client.send({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clientId,
      clean: true,
      keepalive: 0,
    });
    await accepted;
    return client;
  }

  send(packet: Packet): void {
    this.#socket.write(generate(packet));
  }

  /** Resolves with the next packet of this kind; to be used while nothing else is expected. */
  next(cmd: Packet['cmd']): Promise<void> {
    return new Promise((resolve) => {
      this.onPacket = (packet) => {
        if (packet.cmd === cmd) resolve();
      };
    });
  }

  close(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
  }
}

function fail(error: Error): never {
  throw error;
}
