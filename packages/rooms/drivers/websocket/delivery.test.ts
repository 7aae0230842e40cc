import { setImmediate as turn } from 'node:timers/promises';
import type { RoomEntry } from '@bothy/wire';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { framesOf, RawClient } from './raw-client.ts';
import type { RoomSocketOutput } from './socket-options.ts';
import {
  messageEntry,
  openStage,
  otherRoom,
  plainScript,
  reply,
  room,
  type Stage,
  StageClient,
} from './socket-stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

const deliver = (seq: number, to = room): RoomSocketOutput => ({
  kind: 'deliver',
  room: to,
  entries: [messageEntry(seq, `body ${seq}`)],
});

/** Every write of the server to each client from now on. */
function writes(): Buffer[][] {
  return stage.sockets.map((socket) => {
    const seen: Buffer[] = [];
    const write = socket.write.bind(socket);
    socket.write = ((chunk: Buffer) => {
      seen.push(chunk);
      return write(chunk);
    }) as typeof socket.write;
    return seen;
  });
}

const seqsOf = (client: StageClient): unknown[] =>
  client.received.flatMap(({ method, params }) => (method === 'room.message' ? [params?.seq] : []));

test('entries come as the notifications of their kind', async () => {
  const client = await StageClient.join(stage);
  const head = { epoch: 1, author: 'guest:ben', name: 'ben', sentAt: 5 } as const;
  const joined = { person: 'guest:ben', personName: 'ben' } as const;
  const entries: readonly RoomEntry[] = [
    messageEntry(1, 'hello'),
    { ...head, seq: 2, key: 'r-2', content: { kind: 'pin', target: 1, on: true } },
    { ...head, seq: 3, key: 'r-3', content: { kind: 'joined', ...joined, role: 'member' } },
    { ...head, seq: 4, key: 'r-4', content: { kind: 'left', ...joined, reason: 'left' } },
  ];
  stage.perform({ kind: 'deliver', room, entries });
  await client.until(({ method }) => method === 'room.memberLeft');
  expect(client.received.slice(-4)).toMatchObject([
    { method: 'room.message', params: { room, epoch: 1, seq: 1, messageId: 'm-1', body: 'hello' } },
    { method: 'room.entry', params: { room, seq: 2, kind: 'pin', target: 1, on: true } },
    { method: 'room.memberJoined', params: { room, seq: 3, person: 'guest:ben', role: 'member' } },
    { method: 'room.memberLeft', params: { room, seq: 4, reason: 'left' } },
  ]);
  expect(stage.server.counts).toMatchObject({ deliveries: 4 });
});

test('answers hold entries flat, as notifications do', async () => {
  await stage.close();
  stage = await openStage({
    script: (input) =>
      input.kind === 'command' && input.command.kind === 'history'
        ? [reply(input, { ok: true, value: { entries: [messageEntry(7, 'old')], complete: true } })]
        : plainScript(input),
  });
  const client = await StageClient.open(stage);
  const { result } = await client.call('room.history', { room });
  expect(result).toEqual({
    complete: true,
    entries: [
      {
        kind: 'message',
        epoch: 1,
        seq: 7,
        author: 'guest:ben',
        name: 'ben',
        sentAt: 0,
        messageId: 'm-7',
        body: 'old',
      },
    ],
  });
});

test('[WS8] an answer comes before the entries that follow from it, and after those before', async () => {
  await stage.close();
  stage = await openStage({
    script: (input) => {
      if (input.kind !== 'command' || input.command.kind !== 'send') return plainScript(input);
      const answer = reply(input, { ok: true, value: { epoch: 1, seq: 2, duplicate: false } });
      return [deliver(1), answer, deliver(2)];
    },
  });
  const [sender, other] = [await StageClient.join(stage, 'anna'), await StageClient.join(stage, 'ben')];
  const before = sender.received.length;
  await sender.call('room.send', { room, messageId: 'm-2', body: 'x' });
  await sender.until(({ params }) => params?.seq === 2);
  expect(sender.received.slice(before).map(({ id, params }) => id ?? params?.seq)).toEqual([1, 3, 2]);
  await other.until(({ params }) => params?.seq === 2);
  expect(seqsOf(other)).toEqual([1, 2]);
});

test('[WS8] nothing of a room comes before attach and after detach, within one tick too', async () => {
  const client = await StageClient.join(stage);
  const newcomer = await StageClient.open(stage, 'ben');
  const { session } = newcomer;
  stage.perform(
    deliver(1),
    { kind: 'deliverTo', session, room, entries: [messageEntry(1, 'missed')] },
    { kind: 'attach', session, room },
    deliver(2),
    { kind: 'attach', session, room },
    { kind: 'detach', session, room },
    deliver(3),
    { kind: 'attach', session, room },
    deliver(4),
    { kind: 'notice', to: { session }, notice: { kind: 'gap', room, from: 5, to: 6 } },
    deliver(7),
  );
  await client.until(({ params }) => params?.seq === 7);
  await newcomer.until(({ params }) => params?.seq === 7);
  expect(seqsOf(client)).toEqual([1, 2, 3, 4, 7]);
  expect(newcomer.received.slice(1).map(({ params }) => params?.seq ?? params?.from)).toEqual([
    1, 2, 4, 5, 7,
  ]);
});

test('[WS8] whatever the core says, each client gets what a plain model gets', async () => {
  const clients = [
    await StageClient.open(stage, 'anna'),
    await StageClient.open(stage, 'ben'),
    await StageClient.open(stage, 'carl'),
  ];
  const client = fc.nat(2);
  const place = fc.constantFrom(room, otherRoom);
  const word = fc.oneof(
    fc.record({ kind: fc.constant('deliver' as const), place }),
    fc.record({ kind: fc.constantFrom('attach' as const, 'detach' as const, 'own' as const), client, place }),
    fc.constant({ kind: 'tick' as const }),
  );
  const ownRoom = 'c2b3c4d5e6f7g2h3i4j5';
  let seq = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 40 }), async (words) => {
      const expected: [string, number][][] = clients.map(() => []);
      for (const each of clients) each.received.length = 0;
      const attached = clients.map(() => new Set<string>());
      for (const each of words) {
        if (each.kind === 'tick') {
          await turn();
          continue;
        }
        seq += 1;
        if (each.kind === 'deliver') {
          stage.perform(deliver(seq, each.place));
          for (const [at, rooms] of attached.entries())
            if (rooms.has(each.place)) expected[at]?.push([each.place, seq]);
          continue;
        }
        const session = clients[each.client]?.session ?? '';
        if (each.kind === 'own') {
          stage.perform({ kind: 'deliverTo', session, room: ownRoom, entries: [messageEntry(seq, 'own')] });
          expected[each.client]?.push([ownRoom, seq]);
          continue;
        }
        stage.perform({ kind: each.kind, session, room: each.place });
        attached[each.client]?.[each.kind === 'attach' ? 'add' : 'delete'](each.place);
      }
      for (const each of clients) {
        for (const place of [room, otherRoom])
          stage.perform({ kind: 'detach', session: each.session, room: place });
      }
      await Promise.all(clients.map((each) => each.call('session.ping')));
      for (const [at, each] of clients.entries()) {
        const got = each.received.flatMap(({ params }) =>
          params === undefined ? [] : [[params.room, params.seq]],
        );
        // What comes in one tick is put together by rooms: between two rooms no order is promised.
        for (const place of [room, otherRoom]) {
          const of = ([from]: readonly unknown[]): boolean => from === place || from === ownRoom;
          expect(got.filter(of)).toEqual(expected[at]?.filter(of));
        }
      }
    }),
    { numRuns: 200 },
  );
});

test('[WS9] a burst is one buffer, written once to each socket', async () => {
  for (const name of ['anna', 'ben', 'carl']) await StageClient.join(stage, name);
  const seen = writes();
  const seqs = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  for (const seq of seqs) stage.perform(deliver(seq));
  await turn();
  expect(seen.map((each) => each.length)).toEqual([1, 1, 1]);
  const [first] = seen[0] ?? [];
  expect(seen.every(([only]) => only === first)).toBe(true);
  const found = framesOf(first ?? Buffer.alloc(0)).frames.map(
    ({ payload }) => JSON.parse(payload.toString()).params.seq,
  );
  expect(found).toEqual(seqs);
  expect(stage.server.counts.deliveries).toBe(30);
});

test('[WS9] who is in several rooms gets one write, and the others theirs', async () => {
  const both = await StageClient.join(stage, 'anna');
  await both.call('room.join', { requestId: 'r-2', room: otherRoom });
  await StageClient.join(stage, 'ben');
  const seen = writes();
  stage.perform(deliver(1), deliver(2, otherRoom), deliver(3));
  await turn();
  expect(seen.map((each) => each.length)).toEqual([1, 1]);
  const counts = seen.map(([only]) => framesOf(only ?? Buffer.alloc(0)).frames.length);
  expect(counts).toEqual([3, 2]);
});

test('a room that nobody here is attached to costs no serialising', async () => {
  const { deliveries, sentBytes } = stage.server.counts;
  const entry = messageEntry(1, 'x');
  const untouched = new Proxy(entry, {
    get: () => {
      throw new Error('was read');
    },
  });
  stage.perform({ kind: 'deliver', room, entries: [untouched] });
  expect(stage.server.counts).toMatchObject({ deliveries, sentBytes });
});

test('[WS16] pings answered by the library and entries written beside it never mix', async () => {
  await stage.close();
  stage = await openStage({ slowBytes: 64 * 1024 * 1024 });
  const client = await RawClient.connect(stage.port);
  client.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'session.open', params: { name: 'anna' } }));
  client.send(
    JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'room.join', params: { requestId: 'r', room } }),
  );
  await client.until(() => client.frames.length >= 2);
  // The session was not open yet when the second came.
  client.send(
    JSON.stringify({ jsonrpc: '2.0', id: 3, method: 'room.join', params: { requestId: 'r', room } }),
  );
  await client.until(() => client.frames.length >= 3);
  const rounds = 200;
  for (let seq = 1; seq <= rounds; seq += 1) {
    client.send(`ping ${seq}`, 0x9);
    stage.perform({ kind: 'deliver', room, entries: [messageEntry(seq, 'x'.repeat((seq * 977) % 70_000))] });
    if (seq % 3 === 0) await turn();
  }
  const count = (opcode: number): number => client.frames.filter((each) => each.opcode === opcode).length;
  await client.until(() => count(0x1) === rounds + 3 && count(0xa) === rounds);
  const texts = client.frames.filter(({ opcode }) => opcode === 0x1);
  const seqs = texts.slice(3).map(({ payload }) => JSON.parse(payload.toString()).params.seq);
  expect(seqs).toEqual(Array.from({ length: rounds }, (_each, at) => at + 1));
});

test('[WS16] nothing follows a close frame, though the connection is there still', async () => {
  const client = await RawClient.connect(stage.port, [], { halfOpen: true });
  client.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'session.open', params: { name: 'anna' } }));
  await client.until(() => client.frames.length === 1);
  client.send(
    JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'room.join', params: { requestId: 'r', room } }),
  );
  await client.until(() => client.frames.length === 2);
  client.send(Buffer.from([0x03, 0xe8]), 0x8);
  await client.until(() => client.frames.at(-1)?.opcode === 0x8);
  expect(stage.server.connections).toBe(1);
  const [seen] = writes();
  stage.perform(deliver(1));
  await turn();
  expect(seen).toEqual([]);
  client.socket.destroy();
});
