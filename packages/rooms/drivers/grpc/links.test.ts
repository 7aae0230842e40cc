import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { RoomClusterMessage } from '../../core/index.ts';
import { link, RecordedNode } from './testing/recorded-node.ts';
import { listening, TcpProxy } from './testing/tcp-proxy.ts';

const nodes: RecordedNode[] = [];
const start = async (...args: Parameters<typeof RecordedNode.listening>): Promise<RecordedNode> => {
  const node = await RecordedNode.listening(...args);
  nodes.push(node);
  return node;
};
const cleanups: (() => void)[] = [];
const proxy = async (target: string): Promise<TcpProxy> => {
  const made = await TcpProxy.to(target);
  cleanups.push(() => made.close());
  return made;
};
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) cleanup();
  await Promise.all(nodes.splice(0).map((node) => node.links.stop()));
});

const room = 'aaaaaaaaaaaaaaaaaaaa';
const typing = (name: string) => ({ kind: 'typing', room, person: 'guest:ben', name, active: true }) as const;
const deliver = (body: string, count = 1): RoomClusterMessage => ({
  kind: 'deliver',
  room,
  epoch: 1,
  commitSeq: count,
  entries: Array.from({ length: count }, (_, i) => ({
    epoch: 1,
    seq: i + 1,
    author: 'guest:ben',
    name: 'ben',
    sentAt: 1,
    key: `m${i}`,
    content: { kind: 'message', body },
  })),
});
const names = (node: RecordedNode, from: string) =>
  node
    .all('message')
    .flatMap((each) => (each.from === from && 'name' in each.message ? [each.message.name] : []));
const numbered = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

/** `linkUp` and `linkDown` of one node take turns, and messages come in between. */
function expectTurns(node: RecordedNode, other: string): void {
  let isUp = false;
  for (const told of node.told) {
    if (told.kind === 'linkUp' && told.node.id === other) {
      expect(isUp).toBe(false);
      isUp = true;
    } else if (told.kind === 'linkDown' && told.node === other) {
      expect(isUp).toBe(true);
      isUp = false;
    } else if (told.kind === 'message' && told.from === other) expect(isUp).toBe(true);
  }
}

describe('one link of a pair', () => {
  test('[GRPC1] it stands on both sides, and carries messages both ways in order', async () => {
    const [a, b] = [await start('a'), await start('b')];
    await link(a, b);
    expect(a.all('linkUp')).toEqual([{ kind: 'linkUp', node: b.links.self, dialled: b.address }]);
    expect(b.all('linkUp')).toEqual([{ kind: 'linkUp', node: a.links.self, dialled: undefined }]);
    for (let i = 0; i < 500; i += 1) {
      a.links.send('b', typing(`a${i}`));
      b.links.send('a', typing(`b${i}`));
    }
    await Promise.all([a.next('message', 500), b.next('message', 500)]);
    expect(names(b, 'a')).toEqual(numbered('a', 500));
    expect(names(a, 'b')).toEqual(numbered('b', 500));
  });

  test('[GRPC1] three nodes, each linked to both others', async () => {
    const [a, b, c] = [await start('a'), await start('b'), await start('c')];
    await Promise.all([link(a, b), link(b, c), link(c, a)]);
    expect(a.links.linked).toEqual(['b', 'c']);
    const message = deliver('to all of you');
    for (const to of a.links.linked) a.links.send(to, message);
    expect((await b.next('message')).message).toEqual(message);
    expect((await c.next('message')).message).toEqual(message);
  });

  test('[GRPC2] when both dial at once, one link stands, and both agree which', async () => {
    for (let round = 0; round < 10; round += 1) {
      const [a, b] = [await start('a'), await start('b')];
      a.links.dial(b.address);
      b.links.dial(a.address);
      await Promise.all([a.next('linkUp'), b.next('linkUp')]);
      await Promise.all([a.until(() => a.links.linked.length > 0), b.until(() => b.links.linked.length > 0)]);
      a.links.send('b', typing('from a'));
      b.links.send('a', typing('from b'));
      await Promise.all([a.until(() => names(a, 'b').length > 0), b.until(() => names(b, 'a').length > 0)]);
      expectTurns(a, 'b');
      expectTurns(b, 'a');
      expect([a.all('linkUp').length, b.all('linkUp').length]).toEqual([1, 1]);
      await Promise.all([a.links.stop(), b.links.stop()]);
    }
  });

  test('[GRPC3] a dial to a node that is linked already waits, and fails when that link ends', async () => {
    const [a, b] = [await start('a'), await start('b')];
    await link(a, b);
    // Other names of the two: what was asked through them is over when they are let go.
    const [toB, toA] = [await proxy(b.address), await proxy(a.address)];
    a.links.dial(toB.address);
    b.links.dial(toA.address);
    await Promise.all([toB.letGo, toA.letGo]);
    expect([a.all('linkUp').length, b.all('linkUp').length]).toEqual([1, 1]);
    await b.links.stop();
    expect((await a.next('dialFailed')).address).toBe(toB.address);
    expect(a.told.map(({ kind }) => kind)).toEqual(['linkUp', 'linkDown', 'dialFailed']);
  });

  test("[GRPC4] this node's own address is refused without a word, and another node with its id is told", async () => {
    const a = await start('a');
    a.links.dial(a.address);
    expect((await a.next('dialFailed')).code).toBe('node_unreachable');
    expect(a.all('refused')).toEqual([]);
    const other = await start('a', { instance: 'another' });
    other.links.dial(a.address);
    expect((await other.next('dialFailed')).code).toBe('node_id_taken');
    expect((await a.next('refused')).code).toBe('node_id_taken');
    const copy = await start('a');
    copy.links.dial(a.address);
    expect((await copy.next('dialFailed')).code).toBe('node_id_taken');
  });

  test('[GRPC4] a second node with an id that is linked is refused, and the link stays', async () => {
    const [a, b, second] = [await start('a'), await start('b'), await start('b', { instance: 'another' })];
    await link(a, b);
    second.links.dial(a.address);
    expect((await second.next('dialFailed')).code).toBe('node_id_taken');
    expect((await a.next('refused')).code).toBe('node_id_taken');
    a.links.dial(second.address);
    expect((await a.next('dialFailed')).code).toBe('node_id_taken');
    expect(a.links.linked).toEqual(['b']);
  });
});

describe('the end of a link', () => {
  test('[GRPC5] a node that stops and starts anew is linked again, and turns are kept', async () => {
    const [a, b] = [await start('a'), await start('b')];
    await link(a, b);
    const port = Number(b.address.split(':')[1]);
    await b.links.stop();
    expect((await a.next('linkDown')).node).toBe('b');
    const again = await start('b', { port });
    await link(again, a);
    a.links.send('b', typing('welcome back'));
    expect((await again.next('message')).message).toEqual(typing('welcome back'));
    expectTurns(a, 'b');
    expect(a.all('linkUp')).toHaveLength(2);
  });

  test('[GRPC5] a start that the other side has not noticed the end of replaces the link', async () => {
    let nowMs = 0;
    const [a, b] = [await start('a', { monoMs: () => nowMs }), await start('b')];
    await link(a, b);
    nowMs = 2_001;
    const again = await start('b');
    await link(again, a);
    expectTurns(a, 'b');
    await b.next('linkDown');
    a.links.send('b', typing('to the new one'));
    await again.next('message');
    expect(b.all('message')).toEqual([]);
  });

  test('[GRPC25] one that says its heartbeats rarely is believed to run for as long', async () => {
    let nowMs = 0;
    const [a, b] = [await start('a', { monoMs: () => nowMs }), await start('b')];
    await link(a, b);
    const load = { sessions: 0, rooms: 0, messagesPerSecond: 0 };
    b.links.send('a', { kind: 'heartbeat', nodes: [], load, nextMs: 4_000, sentMs: 0 });
    await a.next('message');
    nowMs = 7_999;
    const copy = await start('b');
    copy.links.dial(a.address);
    expect((await copy.next('dialFailed')).code).toBe('node_id_taken');
    nowMs = 8_001;
    await link(copy, a);
    await b.next('linkDown');
  });

  test('[GRPC25] a copy of the data folder that runs too is refused, whoever dials, and the first one hears of it', async () => {
    const [a, b] = [await start('a', { monoMs: () => 0 }), await start('b')];
    await link(a, b);
    const copy = await start('b');
    copy.links.dial(a.address);
    expect((await copy.next('dialFailed')).code).toBe('node_id_taken');
    expect((await a.next('refused')).code).toBe('node_id_taken');
    const told = await b.next('refused');
    expect(told.code).toBe('node_id_taken');
    expect(told.sentence).toContain('a copy of its data folder');
    a.links.dial(copy.address);
    expect(await a.next('dialFailed')).toMatchObject({ address: copy.address, code: 'node_id_taken' });
    a.links.send('b', typing('still there'));
    await b.next('message');
    expect([a.all('linkUp').length, a.all('linkDown').length]).toEqual([1, 0]);
  });

  test('[GRPC6] hanging up ends it on both sides, each told once, and nothing comes after', async () => {
    const [a, b] = [await start('a'), await start('b')];
    await link(a, b);
    b.onTold = ({ kind }) => {
      if (kind === 'message') b.links.hangUp('a', 'That is enough.');
    };
    for (let i = 0; i < 100; i += 1) a.links.send('b', typing(`a${i}`));
    const [down] = await Promise.all([a.next('linkDown'), b.next('linkDown')]);
    expect(down.reason).toBe('That is enough.');
    expect(b.all('message')).toHaveLength(1);
    b.links.hangUp('a', 'again');
    await link(a, b);
    expect([a.all('linkDown').length, b.all('linkDown').length]).toEqual([1, 1]);
    expectTurns(b, 'a');
  });

  test('[GRPC6] what cannot be taken ends the link', async () => {
    const [a, b] = [await start('a'), await start('b')];
    await link(a, b);
    b.takes = false;
    a.links.send('b', typing('one'));
    a.links.send('b', typing('two'));
    await Promise.all([a.next('linkDown'), b.next('linkDown')]);
    expect(b.all('message')).toHaveLength(1);
  });

  test('[GRPC7] a node that does not read is let go when its queue is full, and its connection is cut', async () => {
    const small = { queueBytes: 1024 * 1024 };
    const body = 'x'.repeat(60_000);
    for (const [sender, receiver] of ['ab', 'ba']) {
      const [a, b] = [await start('a', small), await start('b', small)];
      const through = await proxy(b.address);
      a.links.dial(through.address);
      await Promise.all([a.next('linkUp'), b.next('linkUp')]);
      through.freeze();
      const from = sender === 'a' ? a : b;
      while (from.links.linked.length > 0) {
        from.links.send(`${receiver}`, deliver(body));
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect((await from.next('linkDown')).reason).toContain('More waited for this node than is kept');
      // The one that was dialled has no other way to be rid of it.
      if (from === b) await through.drain();
    }
  });
});

describe('dials', () => {
  test('[GRPC8] a connection that falls silent before the link stands is given up', async () => {
    const [a, b] = [
      await start('a', { handshakeTimeoutMs: 300 }),
      await start('b', { services: { nodes: () => frozen() } }),
    ];
    const through = await proxy(b.address);
    const frozen = () => {
      through.freeze();
      return [];
    };
    a.links.dial(through.address);
    expect((await a.next('dialFailed')).code).toBe('node_unreachable');
    expect(b.all('linkUp')).toEqual([]);
  });

  test('[GRPC8] what does not answer, or is no node, fails the dial with a sentence', async () => {
    const a = await start('a', { handshakeTimeoutMs: 300 });
    const silent = createServer(() => {});
    const garbage = createServer((socket) => void socket.on('error', () => {}).end('220 smtp ready\r\n'));
    const sockets: Socket[] = [];
    silent.on('connection', (socket) => void sockets.push(socket));
    cleanups.push(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
      garbage.close();
    });
    const addresses = [
      await listening(silent),
      await listening(garbage),
      '127.0.0.1:1',
      'unix:/tmp/x',
      'nowhere',
    ];
    for (const address of addresses) a.links.dial(address);
    await a.next('dialFailed', addresses.length);
    expect(
      a
        .all('dialFailed')
        .map(({ address }) => address)
        .sort(),
    ).toEqual(addresses.sort());
    for (const { code, sentence } of a.all('dialFailed')) {
      expect(code).toBe('node_unreachable');
      expect(sentence).toMatch(/^\S.*[.]$/);
    }
  });

  test('[GRPC8] bytes that are no gRPC end their connection, and nothing else', async () => {
    const [a, b] = [await start('a'), await start('b')];
    await link(a, b);
    const [host = '', port = ''] = a.address.split(':');
    const stranger = connect(Number(port), host);
    stranger.on('error', () => {}).resume();
    const closed = new Promise<void>((resolve) => void stranger.on('close', () => resolve()));
    stranger.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(100));
    await closed;
    a.links.send('b', typing('still here'));
    await b.next('message');
  });
});

describe('sizes', () => {
  test('[GRPC9] bodies of 64 KiB pass, and messages larger than one gRPC message too', async () => {
    const [a, b] = [await start('a'), await start('b')];
    await link(a, b);
    const body = '\\"é'.repeat(16 * 1024);
    expect(Buffer.byteLength(body)).toBe(64 * 1024);
    const [one, many] = [deliver(body), deliver(body, 200)];
    a.links.send('b', one);
    a.links.send('b', many);
    a.links.send('b', typing('after'));
    await b.next('message', 3);
    expect(b.all('message').map(({ message }) => message)).toEqual([one, many, typing('after')]);
  });

  test('[GRPC9] a message over the limit is not sent: the link starts anew', async () => {
    const [a, b] = [await start('a'), await start('b')];
    await link(a, b);
    a.links.send('b', deliver('"'.repeat(64 * 1024), 400));
    await Promise.all([a.next('linkDown'), b.next('linkDown')]);
    expect(b.all('message')).toEqual([]);
  });
});

test('much goes through in one go, in order', async () => {
  const [a, b] = [await start('a'), await start('b')];
  await link(a, b);
  const count = 20_000;
  for (let i = 0; i < count; i += 1) a.links.send('b', typing(`${i}`));
  await b.next('message', count);
  expect(names(b, 'a')).toEqual(numbered('', count));
});
