/** What a client or a node can send wrong, to nodes as they run: refused with a code and a sentence, and nothing is lost. */

import { RawClient } from '@bothy/rooms/drivers/websocket/raw-client';
import { expect, type TestContext, test } from 'vitest';
import { ClusterStage, patience } from './stage/cluster-stage.ts';
import { clusterClient } from './stage/grpc-client.ts';
import { History } from './stage/history.ts';
import { breaches } from './stage/history-checker.ts';
import type { NodeProcess } from './stage/node-process.ts';
import { RecordedClient } from './stage/recorded-client.ts';

/** A room of n1 with anna at n1 and ben at n2, who talk before and after; then all is judged. */
async function twoNodes(context: TestContext) {
  const stage = await ClusterStage.open(context, { nodes: 2 });
  const [n1, n2] = stage.nodes as [NodeProcess, NodeProcess];
  const history = new History();
  const anna = new RecordedClient('anna', [n1.socketUrl], history);
  const ben = new RecordedClient('ben', [n2.socketUrl], history);
  const room = await anna.create('Hut');
  await ben.join(room);
  await anna.untilSeen(room, await ben.say(room, 'before', 'm-before'));
  const goesOn = async (): Promise<void> => {
    const [one, two] = await Promise.all([anna.say(room, 'still here'), ben.say(room, 'me too')]);
    await Promise.all([anna, ben].map((client) => client.untilSeen(room, Math.max(one, two))));
  };
  const end = async (): Promise<void> => {
    await goesOn();
    for (const client of [anna, ben]) client.close();
    await stage.stop();
    expect(breaches({ history, databases: stage.databases(), caughtUp: ['n2'] })).toEqual([]);
  };
  return { stage, n1, n2, anna, ben, room, goesOn, end };
}

interface Answer {
  readonly error?: {
    readonly code: number;
    readonly message: string;
    readonly data: { readonly code: string };
  };
  readonly result?: unknown;
}

/** A text as it is, on a connection of its own that has signed in; and whether the connection goes on. */
async function textSent(node: NodeProcess, text: string): Promise<Answer> {
  const socket = new WebSocket(node.socketUrl, 'bothy.v1');
  const answers: Answer[] = [];
  const arrived = (count: number): Promise<unknown> =>
    expect.poll(() => answers.length, patience).toBe(count);
  socket.onmessage = ({ data }) => {
    const heard = JSON.parse(data) as { id?: unknown };
    if ('id' in heard) answers.push(heard as Answer);
  };
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'session.open', params: { name: 'eve' } }));
  await arrived(1);
  socket.send(text);
  await arrived(2);
  socket.send(JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'session.ping' }));
  await arrived(3);
  expect(answers[2]?.result).toMatchObject({ now: expect.any(Number) });
  socket.close();
  return answers[1] ?? {};
}

test('clients: every wrong text has its code and a sentence, the connection goes on, and so does the room', async (context) => {
  const { n1, n2, room, end } = await twoNodes(context);
  const call = (method: unknown, params?: unknown): string =>
    JSON.stringify({ jsonrpc: '2.0', id: 'x', method, params });
  const unknown = 'zzzzzzzzzzzzzzzzzzzz';
  const deep = JSON.parse(`${'['.repeat(17)}${']'.repeat(17)}`);
  const cases: readonly (readonly [string, number, string])[] = [
    ['hello', -32700, 'bad_request'],
    ['[]', -32600, 'bad_request'],
    [`${'['.repeat(5_000)}${']'.repeat(5_000)}`, -32600, 'bad_request'],
    [call('room.burn'), -32601, 'unknown_method'],
    [call('room.info', { room: 7 }), -32602, 'bad_request'],
    [call('room.info', { room, deep }), -32600, 'bad_request'],
    [call('room.info', { room: unknown }), -32000, 'room_not_found'],
    [call('room.join', { requestId: 'j', room: unknown }), -32000, 'room_not_found'],
    [call('room.send', { room, messageId: 'm', body: 'hi' }), -32000, 'not_a_member'],
    [call('room.delete', { requestId: 'd', room }), -32000, 'not_a_member'],
    [call('room.send', { room, messageId: 'm', body: 'x'.repeat(65_537) }), -32602, 'payload_too_large'],
    [call('session.open', { name: 'eve' }), -32600, 'bad_request'],
  ];
  for (const node of [n1, n2]) {
    for (const [text, rpcCode, code] of cases) {
      const { error } = await textSent(node, text);
      expect([text.slice(0, 80), error?.code, error?.data.code]).toEqual([text.slice(0, 80), rpcCode, code]);
      expect(error?.message).toMatch(/^.{5,200}[.]$/s);
    }
  }
  await end();
});

test('clients: a known message id with another body, and positions that the log does not have', async (context) => {
  const { anna, ben, room, end } = await twoNodes(context);
  const before = anna.last(room);
  for (const body of ['something else', '']) {
    await expect(ben.call('room.send', { room, messageId: 'm-before', body })).rejects.toThrow(
      /_reused|bad_request/,
    );
  }
  expect(await ben.call('room.send', { room, messageId: 'm-before', body: 'before' })).toMatchObject({
    duplicate: true,
  });
  // The same id is free for somebody else.
  expect(await anna.say(room, 'mine', 'm-before')).toBe(before + 1);
  await ben.untilSeen(room, before + 1);
  for (const client of [anna, ben]) {
    const seq = 1_000_000;
    await expect(client.call('room.markRead', { room, seq })).rejects.toThrow(/bad_request|not_found/);
    await expect(
      client.call('room.react', { requestId: `r-${seq}`, room, target: seq, emoji: '!' }),
    ).rejects.toThrow(/target_not_found/);
    const { entries } = await client
      .call('room.history', { room, after: seq })
      .catch(() => ({ entries: [] }));
    expect(entries).toEqual([]);
  }
  await end();
});

test('clients: a resume from the future is told where the log ends', async (context) => {
  const { n1, n2, room, end } = await twoNodes(context);
  for (const node of [n1, n2]) {
    const socket = new WebSocket(node.socketUrl, 'bothy.v1');
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    const answer = new Promise<string>((resolve) => {
      socket.onmessage = ({ data }) => resolve(data);
    });
    const resume = [{ room, epoch: 1, seq: 1_000_000 }];
    // The same person at another device.
    const params = { name: 'anna', resume };
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'session.open', params }));
    const { result } = JSON.parse(await answer) as { result: { resumed: unknown[] } };
    expect(result.resumed).toEqual([{ room, reset: { commonSeq: expect.any(Number) } }]);
    socket.close();
  }
  await end();
});

test('clients: frames that are no frames end their own connection and nobody else’s', async (context) => {
  const { n1, end } = await twoNodes(context);
  const openRaw = async (): Promise<RawClient> => {
    const client = await RawClient.connect(n1.setup.httpPort, ['Sec-WebSocket-Protocol: bothy.v1'], {
      host: `127.0.0.1:${n1.setup.httpPort}`,
    });
    expect(client.head).toContain('101');
    return client;
  };
  const cases: readonly (readonly [string, (client: RawClient) => void, number])[] = [
    ['bytes that are not UTF-8', (client) => client.send(Buffer.from([0x22, 0xff, 0xfe, 0x22])), 1007],
    ['a frame of 10 MB', (client) => client.send('{', 0x1, 10_000_000), 1009],
    ['a binary frame', (client) => client.send('{}', 0x2), 3500],
    ['an opcode that does not exist', (client) => client.send('{}', 0x3), 1002],
  ];
  for (const [what, send, closeCode] of cases) {
    const client = await openRaw();
    send(client);
    await client.until(() => client.frames.some(({ opcode }) => opcode === 0x8));
    const close = client.frames.find(({ opcode }) => opcode === 0x8);
    expect([what, close?.payload.readUInt16BE(0)]).toEqual([what, closeCode]);
    client.socket.destroy();
  }
  await end();
});

test('nodes: what is no node, or says what no node says, is refused with a sentence, and links stand', async (context) => {
  const { n1, n2, room, goesOn, end } = await twoNodes(context);
  const info = { id: 'n9', instance: 'i9', address: '127.0.0.1:9', web_url: '', version: '1' };
  const own = { 'bothy-node': 'n9', 'bothy-instance': 'i9', 'bothy-boot': 'b1' };
  const hello = { hello: { node: info, boot: 'b1' } };
  const client = clusterClient(n1.clusterAddress);
  const actor = { person: 'guest:ben', name: 'ben', verified: false, operator: false };
  const forward = (kind: string, command: object, of = room) => ({
    messages: [
      { forward: { id: '1', actor, kind, room: of, command_json: JSON.stringify(command), trace: '' } },
    ],
  });
  const unary: readonly (readonly [string, unknown, string | undefined])[] = [
    ['Announce', { ...info, id: '../x' }, 'bad_request'],
    ['Announce', { ...info, id: 'n1' }, 'node_id_taken'],
    ['History', { room: 'x' }, 'bad_request'],
    ['History', { room: 'zzzzzzzzzzzzzzzzzzzz' }, 'room_not_found'],
    ['Deliver', forward('burn', {}), 'bad_request'],
    ['Deliver', forward('send', { messageId: 'm', body: 7 }), 'bad_request'],
    ['Deliver', { messages: [{ unfollow: { room } }] }, 'bad_request'],
    // 10 MB: gRPC itself refuses it.
    ['Deliver', forward('send', { messageId: 'm', body: 'x'.repeat(10_000_000) }), undefined],
  ];
  for (const [method, request, code] of unary) {
    const outcome = await client.call(method, request);
    expect([method, outcome.reply, outcome.code]).toEqual([method, undefined, code]);
    expect(outcome.sentence).toMatch(/\S{2,} \S{2,}/);
  }
  const streams: readonly (readonly [Readonly<Record<string, string>>, readonly object[], RegExp])[] = [
    [{}, [hello], /bothy-node/],
    [{ ...own, 'bothy-node': 'n1' }, [hello], /Another node goes by the id n1/],
    // Somebody who pretends to be n2, which is here.
    [{ ...own, 'bothy-node': 'n2' }, [{ hello: { node: { ...info, id: 'n2' }, boot: 'b1' } }], /id n2/],
    [own, [{ unfollow: { room } }], /first message is a Hello/],
    [own, [hello, hello], /second Hello/],
  ];
  for (const [metadata, messages, sentence] of streams) {
    const stream = client.exchange(metadata);
    stream.resume();
    const failed = new Promise<{ details?: string }>((resolve) => void stream.on('error', resolve));
    for (const message of messages) stream.write({ messages: [message] });
    expect((await failed).details).toMatch(sentence);
  }
  // As a node that is let in, it says what only an administrator says, and what nobody may.
  const stream = client.exchange(own);
  stream.on('error', () => {});
  stream.resume();
  const entry = {
    epoch: 1,
    seq: 99,
    author: 'guest:eve',
    name: 'eve',
    sent_at: 1,
    key: 'k',
    kind: 'message',
  };
  const forged = { ...entry, content_json: '{"body":"forged"}' };
  stream.write({
    messages: [
      hello,
      { deliver: { room, epoch: 1, entries: [forged], commit_seq: 99, trace: '' } },
      { commit: { transaction: `${room}:1:x`, room } },
      { forget: { node: 'n1' } },
      {},
    ],
  });
  const hears = () => n1.hears();
  // It says nothing after that.
  await expect.poll(hears, patience).toMatch(/n9 (up|suspected)/);
  await goesOn();
  stream.cancel();
  await expect.poll(hears, patience).toContain('n9 down');
  await expect.poll(() => n2.hears(), patience).toContain('n1 up');
  client.close();
  await end();
});
