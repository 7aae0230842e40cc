/** A program that knows nothing but the .proto: the plain gRPC library, and no code of ours. */
import { once } from 'node:events';
import { join } from 'node:path';
import type { RoomEntry } from '@bothy/wire';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ClusterServices, ServiceCommand } from './index.ts';
import { RecordedNode } from './testing/recorded-node.ts';

const packages = join(import.meta.dirname, '..', '..', '..');
const proto = join(packages, 'wire', 'proto', 'bothy', 'cluster', 'v1', 'cluster.proto');
const definition = loadSync(proto, { longs: Number, enums: String, keepCase: true, oneofs: true });
// biome-ignore lint/suspicious/noExplicitAny: what is made at run time from the .proto has no types
const { Cluster } = (grpc.loadPackageDefinition(definition) as any).bothy.cluster.v1;

const room = 'aaaaaaaaaaaaaaaaaaaa';
const entry = (seq: number, body: string): RoomEntry => ({
  epoch: 1,
  seq,
  author: 'guest:ben',
  name: 'ben',
  sentAt: 1,
  key: `m${seq}`,
  content: { kind: 'message', body },
});
const commands: ServiceCommand[] = [];
const services: ClusterServices = {
  nodes: () => [{ id: 'n2', instance: 'i2', address: '10.0.0.2:7070', webUrl: '', version: '0.1.0' }],
  listRooms: () => ({
    rooms: [
      {
        id: room,
        name: 'Hut',
        description: '',
        visibility: 'public',
        memberCount: 1,
        epoch: 1,
        lastSeq: 2,
        deleting: false,
        administrator: 'n1',
      },
    ],
    unreachable: ['n2'],
  }),
  command: async (request) => {
    commands.push(request);
    const { command } = request;
    if (command.kind === 'history')
      return {
        ok: true,
        value: { entries: Array.from({ length: 100 }, (_, i) => entry(i + 1, big)), complete: true },
      };
    if (command.kind === 'send') return { ok: true, value: { epoch: 1, seq: 3, duplicate: false } };
    return { ok: false, code: 'not_the_owner', message: 'Only the owner deletes a room.' };
  },
  readFile: async (file) => (file === 'a'.repeat(26) ? pieces() : undefined),
};
const big = 'x'.repeat(60_000);
async function* pieces(): AsyncIterable<Uint8Array> {
  yield new Uint8Array(200_000).fill(1);
  yield Uint8Array.of(2, 3);
}

let node: RecordedNode;
// biome-ignore lint/suspicious/noExplicitAny: as above
let client: any;
beforeEach(async () => {
  commands.length = 0;
  node = await RecordedNode.listening('n1', { services });
  client = new Cluster(node.address, grpc.credentials.createInsecure());
});
afterEach(async () => {
  client.close();
  await node.links.stop();
});

interface Outcome {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly reply?: any;
  readonly status?: grpc.status;
  readonly sentence?: string;
  readonly code?: unknown;
}
function call(method: string, request: unknown): Promise<Outcome> {
  return new Promise((resolve) => {
    client[method](request, (error: grpc.ServiceError | null, reply: unknown) => {
      if (error === null) resolve({ reply });
      else
        resolve({ status: error.code, sentence: error.details, code: error.metadata.get('bothy-code')[0] });
    });
  });
}
const info = { id: 'me', instance: 'mine', address: '127.0.0.1:9', web_url: '', version: '1' };
const actor = { person: 'guest:ben', name: 'ben', verified: false, operator: false };
const forward = (id: string, kind: string, command: object) => ({
  forward: { id, actor, kind, room, command_json: JSON.stringify(command), trace: '' },
});

test('[GRPC13] it announces itself, lists rooms and reads history as far as it fits', async () => {
  const { reply } = await call('Announce', info);
  expect(reply.self.id).toBe('n1');
  expect(reply.nodes.map(({ id }: { id: string }) => id)).toEqual(['n2']);
  const rooms = (await call('ListRooms', {})).reply;
  expect(rooms.rooms[0]).toMatchObject({
    administrator: 'n1',
    room: { name: 'Hut', visibility: 'VISIBILITY_PUBLIC' },
  });
  expect(rooms.unreachable).toEqual(['n2']);
  const last = (await call('History', { room })).reply;
  expect(commands[0]).toEqual({ actor: null, command: { kind: 'history', room, limit: 50, open: true } });
  expect(last.complete ?? false).toBe(false);
  expect(last.entries.at(-1).seq).toBe(100);
  expect(JSON.parse(last.entries.at(-1).content_json)).toEqual({ body: big });
  const first = (await call('History', { room, after: 0, limit: 500, actor })).reply;
  expect(commands[1]).toEqual({ actor, command: { kind: 'history', room, limit: 200, after: 0 } });
  expect(first.entries[0].seq).toBe(1);
});

test('[GRPC13] it delivers commands, and gets an answer for each in order', async () => {
  const send = forward('1', 'send', { messageId: 'm3', body: 'Hello from outside' });
  const { reply } = await call('Deliver', { messages: [send, forward('2', 'delete', { requestId: 'r1' })] });
  expect(reply.messages.map(({ forwarded }: { forwarded: { id: string } }) => forwarded.id)).toEqual([
    '1',
    '2',
  ]);
  expect(JSON.parse(reply.messages[0].forwarded.value_json)).toEqual({ epoch: 1, seq: 3, duplicate: false });
  expect(reply.messages[1].forwarded.refusal).toEqual({
    code: 'not_the_owner',
    message: 'Only the owner deletes a room.',
  });
  expect(commands.map(({ command }) => command.kind)).toEqual(['send', 'delete']);
});

test('[GRPC13] it reads a file that the node keeps', async () => {
  const chunks: { data: Buffer }[] = await client.ReadFile({ file: 'a'.repeat(26) }).toArray();
  expect(Buffer.concat(chunks.map(({ data }) => data))).toHaveLength(200_002);
  expect(Math.max(...chunks.map(({ data }) => data.length))).toBe(64 * 1024);
  const [error] = await once(client.ReadFile({ file: 'b'.repeat(26) }).resume(), 'error');
  expect([error.code, error.metadata.get('bothy-code')[0]]).toEqual([grpc.status.NOT_FOUND, 'not_found']);
});

test('[GRPC13] what is wrong is refused, and nothing of it is carried out', async () => {
  const bad: readonly (readonly [string, unknown])[] = [
    ['Announce', { ...info, id: '../x' }],
    ['History', { room: 'x' }],
    ['History', { room, actor: { ...actor, person: 'root' } }],
    [
      'Deliver',
      { messages: [forward('1', 'send', { messageId: 'm1', body: 'fine' }), forward('2', 'send', {})] },
    ],
    ['Deliver', { messages: [{ unfollow: { room } }] }],
  ];
  for (const [method, request] of bad) {
    const outcome = await call(method, request);
    expect([outcome.status, outcome.code]).toEqual([grpc.status.INVALID_ARGUMENT, 'bad_request']);
    expect(outcome.sentence).toMatch(/^\S.*[.]$/);
  }
  expect(commands).toEqual([]);
  const many = Array.from({ length: 300 }, (_, i) => forward(`${i}`, 'info', {}));
  expect((await call('Deliver', { messages: many })).code).toBe('limit_reached');
  expect((await call('Announce', { ...info, id: 'n1' })).code).toBe('node_id_taken');
  expect(node.all('refused')).toHaveLength(bad.length + 2);
});

test('[GRPC10] a message of 10 MB is refused, and the next call is answered', async () => {
  const body = 'x'.repeat(10_000_000);
  const outcome = await call('Deliver', { messages: [forward('1', 'send', { messageId: 'm1', body })] });
  expect(outcome.status).toBe(grpc.status.RESOURCE_EXHAUSTED);
  expect((await call('ListRooms', {})).reply.rooms).toHaveLength(1);
});

function failure(stream: NodeJS.EventEmitter): Promise<grpc.ServiceError> {
  return new Promise((resolve) => void stream.on('error', resolve));
}

function metadata(values: Readonly<Record<string, string>>): grpc.Metadata {
  const result = new grpc.Metadata();
  for (const [key, value] of Object.entries(values)) result.set(key, value);
  return result;
}
const own = { 'bothy-node': 'me', 'bothy-instance': 'mine', 'bothy-boot': 'b1' };
const hello = { hello: { node: info, boot: 'b1' } };

test('[GRPC1] as a node it opens the stream, and both are heard', async () => {
  const stream = client.Exchange(metadata(own));
  stream.on('error', () => {});
  stream.write({ messages: [hello, { unfollow: { room } }] });
  const [answer] = await once(stream, 'data');
  expect(answer.messages[0].hello.node.id).toBe('n1');
  expect((await node.next('message')).message).toEqual({ kind: 'unfollow', room });
  node.links.send('me', { kind: 'notFollowing', room, reason: 'deleted' });
  const [next] = await once(stream, 'data');
  expect(next.messages[0].not_following).toEqual({ room, reason: 'REASON_DELETED' });
  stream.end();
  expect((await node.next('linkDown')).node).toBe('me');
});

const part = (size: number, last: boolean) => ({ part: { data: Buffer.alloc(size, 1), last } });
const broken: readonly (readonly [string, Readonly<Record<string, string>>, readonly object[], RegExp])[] = [
  ['no metadata', {}, [hello], /bothy-node/],
  ['an id that is none', { ...own, 'bothy-node': '../x' }, [hello], /bothy-node/],
  ['the id of the node itself', { ...own, 'bothy-node': 'n1' }, [hello], /Another node goes by the id n1/],
  ['a message before the Hello', own, [{ unfollow: { room } }], /first message is a Hello/],
  ['the Hello of another', { ...own, 'bothy-node': 'you' }, [hello], /of another node/],
  ['two Hellos', own, [hello, hello], /second Hello/],
  ['a message between parts', own, [hello, part(10, false), { unfollow: { room } }], /between the parts/],
  ['a part without data', own, [hello, part(0, false)], /larger than any/],
];
test.each(broken)('[GRPC11] %s ends the stream with a sentence', async (_, values, messages, sentence) => {
  const stream = client.Exchange(metadata(values));
  stream.resume();
  for (const message of messages) stream.write({ messages: [message] });
  const error = await failure(stream);
  expect(error.details).toMatch(sentence);
  expect(node.links.linked).toEqual([]);
});

test('[GRPC11] a stream without a Hello ends in time', async () => {
  const strict = await RecordedNode.listening('n2', { handshakeTimeoutMs: 100 });
  const other = new Cluster(strict.address, grpc.credentials.createInsecure());
  const stream = other.Exchange(metadata(own));
  stream.resume();
  expect((await failure(stream)).details).toMatch(/did not say who it is in time/);
  other.close();
  await strict.links.stop();
});

test('[GRPC12] what is wrong is counted and skipped, and what is unknown is skipped', async () => {
  const stream = client.Exchange(metadata(own));
  stream.on('error', () => {});
  stream.resume();
  stream.write({ messages: [hello, { unfollow: { room: 'x' } }, {}, { unfollow: { room } }] });
  expect((await node.next('message')).message).toEqual({ kind: 'unfollow', room });
  expect(node.all('refused')).toEqual([
    { kind: 'refused', code: 'bad_request', sentence: 'me: unfollow: unfollow.room is not as it should be' },
  ]);
  expect(node.links.linked).toEqual(['me']);
  stream.cancel();
  await node.next('linkDown');
});

test('[GRPC10] parts that are too many end the stream', async () => {
  const stream = client.Exchange(metadata(own));
  stream.resume();
  stream.write({ messages: [hello] });
  for (let i = 0; i < 50; i += 1) stream.write({ messages: [part(1024 * 1024, false)] });
  const error = await failure(stream);
  expect(error.details).toMatch(/larger than any/);
  expect(node.all('refused').map(({ code }) => code)).toEqual(['payload_too_large']);
});

test('[GRPC12] bytes that are no batch end the link', async () => {
  const raw = new grpc.Client(node.address, grpc.credentials.createInsecure());
  const asIs = (bytes: Buffer) => bytes;
  const stream = raw.makeBidiStreamRequest('/bothy.cluster.v1.Cluster/Exchange', asIs, asIs, metadata(own));
  stream.resume();
  stream.write(Buffer.from([0x0a, 0xff, 0x01]));
  const error = await failure(stream);
  expect(error.details).toMatch(/no batch/);
  raw.close();
});
