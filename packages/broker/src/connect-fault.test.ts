import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { brokerFixture, inbox } from '../testing/broker-fixture.ts';

const fixture = brokerFixture();

/** CONNECT of MQTT 3.1.1 with the flags as they are given; `fields` are client id, and topic and payload of the will. */
function connectPacket(flags: number, ...fields: string[]): Buffer {
  const body = [text('MQTT'), Buffer.from([4, flags, 0, 0]), ...fields.map(text)];
  const bytes = Buffer.concat(body);
  const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7];
  return Buffer.concat([Buffer.from([0x10, ...length]), bytes]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
}

const cleanSession = 2;
const refused = (code: number) => `200200${code.toString(16).padStart(2, '0')}`;

/** Sends it, and resolves with what came until the broker hung up. */
async function answer(port: number, packet: Buffer): Promise<string> {
  const socket: Socket = connect(port, '127.0.0.1');
  let answered = '';
  socket.on('data', (chunk) => {
    answered += chunk.toString('hex');
  });
  socket.write(packet);
  await once(socket, 'close');
  return answered;
}

test('[BR35] a last will of quality 3 is refused, and those who listen to its topic stay connected', async () => {
  const node = await fixture.start();
  const watcher = await fixture.connect(node.tcp);
  await watcher.subscribeAsync('env/#', { qos: 2 });
  const [hasWill, quality3] = [4, 3 << 3];
  const packet = connectPacket(cleanSession | hasWill | quality3, 'g', 'env/light/raw', '1');
  expect(await answer(node.port, packet)).toBe(refused(5));
  expect(node.log.at(-1)).toContain('a last will has a quality');
  const guest = await fixture.connect(node.tcp);
  await guest.publishAsync('env/light/raw', '100', { qos: 1 });
  expect((await inbox(watcher).first(1)).map(({ text: said }) => said)).toEqual(['100']);
  expect(node.broker.counts).toMatchObject({ refusedConnects: 1, published: 1 });
});

test.each([
  ['none, for a session that is kept', 0, ''],
  ['one that is too long', cleanSession, 'x'.repeat(257)],
  ['one with a zero in it', cleanSession, 'a\0b'],
])('[BR36] a client id that is %s is refused', async (_name, flags, clientId) => {
  const node = await fixture.start();
  expect(await answer(node.port, connectPacket(flags, clientId))).toBe(refused(2));
  expect(node.broker.counts).toMatchObject({ refusedConnects: 1, connects: 0 });
});

test('[BR36] a client id that is left out is made up where no session is kept, and a long one is taken', async () => {
  const node = await fixture.start();
  for (const clientId of ['', 'x'.repeat(256)]) {
    const socket = connect(node.port, '127.0.0.1');
    socket.write(connectPacket(cleanSession, clientId));
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    expect(chunk.toString('hex')).toBe(refused(0));
    socket.destroy();
  }
});
