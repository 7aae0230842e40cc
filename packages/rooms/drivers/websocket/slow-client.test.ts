import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { closeCodes } from './close-codes.ts';
import { RawClient } from './raw-client.ts';
import { messageEntry, openStage, room, type Stage, StageClient } from './socket-stage.ts';

const slowBytes = 256 * 1024;
const body = 'x'.repeat(60_000);

let stage: Stage;
beforeEach(async () => {
  stage = await openStage({ slowBytes });
});
afterEach(() => stage.close());

/** A client in the room that reads nothing from now on. */
async function joinAndStop(): Promise<RawClient> {
  const client = await RawClient.connect(stage.port);
  const call = async (id: number, method: string, params: unknown): Promise<void> => {
    client.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    await client.until(() => client.frames.length >= id);
  };
  await call(1, 'session.open', { name: 'slow' });
  await call(2, 'room.join', { requestId: 'r', room });
  client.socket.pause();
  return client;
}

test('[WS11] a client that does not read is let go, costs bounded memory, and holds up nobody', async () => {
  const slow = await joinAndStop();
  const reader = await StageClient.join(stage, 'anna');
  const [socket] = stage.sockets;
  let most = 0;
  let seq = 0;
  // The system buffers some megabytes before anything waits here.
  while (stage.server.counts.slowCloses === 0 && seq < 1_000) {
    seq += 1;
    stage.perform({ kind: 'deliver', room, entries: [messageEntry(seq, body)] });
    await turn();
    most = Math.max(most, socket?.writableLength ?? 0);
  }
  expect(stage.server.counts.slowCloses).toBe(1);
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(slowBytes + 1_000);
  expect(stage.inputs.at(-1)).toMatchObject({ kind: 'sessionClosed' });
  await reader.until(({ params }) => params?.seq === seq);
  expect(reader.received.filter(({ method }) => method === 'room.message')).toHaveLength(seq);
  expect(await reader.call('session.ping')).toMatchObject({ result: {} });

  // It reads at last: after whole frames comes the reason.
  slow.socket.resume();
  await slow.until(() => slow.frames.at(-1)?.opcode === 0x8);
  const last = slow.frames.at(-1)?.payload ?? Buffer.alloc(2);
  expect(last.readUInt16BE(0)).toBe(closeCodes.slow);
  expect(last.subarray(2).toString()).toContain('Reconnect');
  slow.socket.destroy();
});

test('[WS11] missed entries far over the limit reach who reads them, and what is live after them', async () => {
  const client = await StageClient.join(stage, 'anna');
  const entries = Array.from({ length: 200 }, (_each, at) => messageEntry(at + 1, body));
  stage.perform({ kind: 'deliverTo', session: client.session, room, entries });
  await turn();
  expect(stage.sockets[0]?.writableLength).toBeGreaterThan(slowBytes);
  for (let seq = 201; seq <= 203; seq += 1) {
    stage.perform({ kind: 'deliver', room, entries: [messageEntry(seq, 'live')] });
    await turn();
  }
  await client.until(({ params }) => params?.seq === 203);
  expect(client.received.filter(({ method }) => method === 'room.message')).toHaveLength(203);
  expect(stage.server.counts.slowCloses).toBe(0);
});

test('[WS11] a tick larger than the limit does not end clients that have read everything', async () => {
  const client = await StageClient.join(stage, 'anna');
  for (let seq = 1; seq <= 20; seq += 1)
    stage.perform({ kind: 'deliver', room, entries: [messageEntry(seq, body)] });
  await client.until(({ params }) => params?.seq === 20);
  expect(stage.server.counts.slowCloses).toBe(0);
});

test('[WS11] a client that asks and does not read is not listened to until it reads', async () => {
  await stage.close();
  const entries = Array.from({ length: 10 }, (_each, at) => messageEntry(at + 1, body));
  stage = await openStage({
    slowBytes,
    script: (input) => {
      if (input.kind === 'sessionOpened') return [{ kind: 'opened', session: input.session, resumed: [] }];
      if (input.kind !== 'command') return [];
      return [
        {
          kind: 'reply',
          id: input.id,
          session: input.session,
          result: { ok: true, value: { entries, complete: true } },
        },
      ];
    },
  });
  const client = await RawClient.connect(stage.port);
  client.send(JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'session.open', params: { name: 'slow' } }));
  await client.until(() => client.frames.length === 1);
  client.socket.pause();
  const asked = 40;
  const before = stage.inputs.length;
  const [socket] = stage.sockets;
  const taken = (): number => stage.inputs.length - before;
  const waits = (): boolean => (socket?.writableLength ?? 0) > slowBytes;
  for (let id = 1; id <= asked; id += 1) {
    client.send(JSON.stringify({ jsonrpc: '2.0', id, method: 'room.history', params: { room } }));
    while (taken() < id && !waits()) await turn();
    await turn();
  }
  expect(socket?.writableLength).toBeGreaterThan(slowBytes);
  expect(taken()).toBeLessThan(asked);
  client.socket.resume();
  await client.until(() => client.frames.length === asked + 1);
  expect(taken()).toBe(asked);
  expect(stage.server.counts.slowCloses).toBe(0);
  client.socket.destroy();
});
