/** The client against a real WebSocket server, scripted where the network is to misbehave. */
import { readFile } from 'node:fs/promises';
import type { OutboxWrite, OutgoingMessage } from '@bothy/rooms/client-core';
import type { Timers } from '@bothy/runtime';
import type { RoomEntry } from '@bothy/wire';
import { afterEach, describe, expect, test } from 'vitest';
import { connectRooms, type RoomsClient, type RoomsClientOptions, socketUrl } from './index.ts';
import { person, room, type ScriptedNode, script, startScriptedNode } from './testing/scripted-node.ts';

const nodes: ScriptedNode[] = [];
const clients: RoomsClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const node of nodes.splice(0)) await node.stop();
});

async function startNode(log: RoomEntry[] = []): Promise<ScriptedNode> {
  const node = await startScriptedNode(log);
  nodes.push(node);
  return node;
}

function connect(options: Partial<RoomsClientOptions> & Pick<RoomsClientOptions, 'urls'>): RoomsClient {
  const client = connectRooms({ name: 'anna', discovers: false, ...options });
  clients.push(client);
  return client;
}

function stateOf(client: RoomsClient, wanted: string): Promise<void> {
  return new Promise((resolve) => {
    if (client.state === wanted) return resolve();
    const end = client.on('connection', ({ state }) => {
      if (state !== wanted) return;
      end();
      resolve();
    });
  });
}

test('the example of the README runs, and prints what was said', async () => {
  const node = await startNode();
  const text = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const example = /```ts\n(.*?)```/s.exec(text)?.[1] ?? '';
  expect(example.trim().split('\n').length).toBeLessThanOrEqual(11);
  const body = example.replace(/^import .*$/m, '').replace('http://127.0.0.1:8080', node.url);
  const printed: string[] = [];
  const run = new Function('connectRooms', 'console', `return (async () => { ${body} })();`);
  await run(connectRooms, { log: (line: string) => printed.push(line) });
  expect(node.log.map(({ content }) => content)).toEqual([{ kind: 'message', body: 'Hello from the hut.' }]);
  expect(printed.join()).toMatch(/^(anna: Hello from the hut\.)?$/);
});

describe('talking', () => {
  test('joins with history, sends, hears, and forgets nothing', async () => {
    const node = await startNode();
    const client = connect({ urls: [node.url] });
    expect(await client.list()).toMatchObject({ rooms: [{ id: room }], unreachable: ['n2'] });
    const hut = await client.join(room);
    const heard = new Promise<RoomEntry>((resolve) => void hut.on('entry', resolve));
    expect(await hut.send('hello')).toEqual({ epoch: 1, seq: 1, duplicate: false });
    expect((await heard).content).toEqual({ kind: 'message', body: 'hello' });
    expect(hut.entries).toHaveLength(1);
    expect(hut.info).toMatchObject({ name: 'Hut' });
    expect(client.session).toMatchObject({ person, verified: false });
  });

  test('every wish goes out as the protocol has it', async () => {
    const node = await startNode();
    const hut = await connect({ urls: [node.url] }).join(room);
    await hut.edit(1, 'b');
    await hut.react(1, '👍');
    await hut.redact(1, 'why');
    await hut.pin(1, false);
    await hut.invite({ name: 'ben' });
    await hut.setRole({ person: 'guest:ben' }, 'reader');
    await hut.ban({ name: 'ben' });
    await hut.update({ description: 'warm' });
    expect(await hut.delete()).toMatchObject({ outcome: 'committed' });
    const { roomMethods } = await import('@bothy/wire/schemas');
    const made = node.calls.filter(({ method }) => method.startsWith('room.'));
    expect(made).toHaveLength(10);
    for (const { method, params } of made) {
      const row = roomMethods.find((each) => each.method === method);
      expect(row?.parse?.(params)).toMatchObject({ ok: true });
    }
  });

  test('a refusal is an error with its code, and the message can be sent again', async () => {
    const node = await startNode();
    node.override = ({ method }) =>
      method === 'room.send'
        ? { error: { code: -32000, message: 'Not here.', data: { code: 'forbidden' } } }
        : undefined;
    const hut = await connect({ urls: [node.url] }).join(room);
    const failed = new Promise<OutgoingMessage>((resolve) => {
      hut.on('message', ({ state, message }) => {
        if (state === 'failed') resolve(message);
      });
    });
    await expect(hut.send('hello')).rejects.toMatchObject({ code: 'forbidden', message: 'Not here.' });
    node.override = () => undefined;
    await hut.retry(await failed);
    expect(node.log).toHaveLength(1);
  });

  test('what no schema knows is told, and harms nothing', async () => {
    const node = await startNode();
    const client = connect({ urls: [node.url] });
    await client.join(room);
    const odd: string[] = [];
    client.on('odd', (notice) => odd.push(notice.kind));
    for (const socket of node.sockets) {
      socket.send('{"jsonrpc":"2.0","method":"room.applause","params":{}}');
      socket.send('not JSON');
      socket.send(Buffer.from([1, 2, 3]));
    }
    await client.list();
    expect(odd).toEqual(['unknown', 'malformed', 'malformed']);
  });
});

describe('when the network fails', () => {
  test('a message whose answer was lost is written once, and acknowledged on the next connection', async () => {
    const node = await startNode();
    const hut = await connect({ urls: [node.url] }).join(room);
    let isFirst = true;
    node.override = (call, socket) => {
      if (call.method !== 'room.send' || !isFirst) return undefined;
      isFirst = false;
      script(node, call);
      socket.terminate();
      return null;
    };
    expect(await hut.send('once')).toEqual({ epoch: 1, seq: 1, duplicate: true });
    expect(node.log).toHaveLength(1);
    expect(node.calls.at(-2)).toMatchObject({ params: { resume: [{ room, epoch: 1, seq: 0 }] } });
  });

  test('another node goes on when the first one dies, one that was learned from the cluster too', async () => {
    const one = await startNode();
    const two = await startNode(one.log);
    const load = { health: 'up', version: '0', sessions: 1, rooms: 1, messagesPerSecond: 0 };
    one.cluster = {
      self: 'n1',
      nodes: [
        { id: 'n1', webUrl: one.url, ...load },
        { id: 'n2', webUrl: two.url, ...load },
      ],
      rooms: [],
      deletions: [],
    };
    const client = connect({ urls: [one.url], discovers: true });
    const learned = new Promise<unknown>((resolve) => void client.on('nodes', resolve));
    const hut = await client.join(room);
    await hut.send('one');
    expect(await learned).toMatchObject([{ node: 'n1' }, { node: 'n2' }]);
    await one.stop();
    expect(await hut.send('two')).toMatchObject({ seq: 2 });
    expect(two.calls[0]).toMatchObject({ method: 'session.open' });
  });

  test('a node that joins the cluster later is learned too', async () => {
    const node = await startNode();
    const load = { health: 'up', version: '0', sessions: 1, rooms: 1, messagesPerSecond: 0 };
    const cluster = {
      self: 'n1',
      nodes: [{ id: 'n1', webUrl: node.url, ...load }],
      rooms: [],
      deletions: [],
    };
    node.cluster = cluster;
    // Fires what is due within seconds at once; the rest is not of this test.
    const timers: Timers = {
      set: (afterMs, fire) => setTimeout(fire, afterMs <= 5_000 ? 0 : afterMs),
      clear: (handle) => clearTimeout(handle as NodeJS.Timeout),
    };
    const client = connect({ urls: [node.url], discovers: true, timers });
    const learned: (readonly unknown[])[] = [];
    const twice = new Promise<void>((resolve) => {
      client.on('nodes', (nodes) => {
        if (learned.push(nodes) === 2) resolve();
        if (learned.length > 1) return;
        node.cluster = { ...cluster, nodes: [...cluster.nodes, { id: 'n2', webUrl: 'http://h:1', ...load }] };
        const heard = { jsonrpc: '2.0', method: 'node.state', params: { node: 'n2', health: 'up' } };
        for (const socket of node.sockets) socket.send(JSON.stringify(heard));
      });
    });
    await twice;
    expect(learned[1]).toMatchObject([{ node: 'n1' }, { node: 'n2', url: 'ws://h:1/ws' }]);
  });

  test('what the outbox kept is sent at the next start', async () => {
    const node = await startNode();
    const disk: OutboxWrite[] = [];
    const kept: OutgoingMessage = { room, messageId: 'm-1', body: 'late', writtenAt: 1 };
    const write = async (writes: readonly OutboxWrite[]): Promise<void> => void disk.push(...writes);
    const client = connect({ urls: [node.url], outbox: { kept: [kept], write } });
    const sent = new Promise<void>((resolve) => {
      client.on('message', ({ state }) => {
        if (state === 'sent') resolve();
      });
    });
    await sent;
    expect(node.log[0]).toMatchObject({ key: 'm-1', content: { body: 'late' } });
    expect(disk).toEqual([{ kind: 'remove', room, messageId: 'm-1' }]);
  });

  test('an outbox that cannot be written ends the client, and whoever waits is told', async () => {
    const node = await startNode();
    const write = async (): Promise<void> => {
      throw new Error('no space left');
    };
    const client = connect({ urls: [node.url], outbox: { kept: [], write } });
    const failed = new Promise<string>((resolve) => void client.on('failed', ({ code }) => resolve(code)));
    const hut = await client.join(room);
    await expect(hut.send('hello')).rejects.toMatchObject({ code: 'node_unreachable' });
    expect(await failed).toBe('storage_failed');
    expect(node.log).toEqual([]);
  });
});

describe('signing in', () => {
  test('a token is asked for on every connection, and anew when it was refused', async () => {
    const node = await startNode();
    const asked: boolean[] = [];
    const token = async ({ again }: { readonly again: boolean }): Promise<string> => {
      asked.push(again);
      return again ? 'new' : 'old';
    };
    node.override = ({ method, params }) =>
      method === 'session.open' && params.token === 'old'
        ? { error: { code: -32000, message: 'Expired.', data: { code: 'unauthorized' } } }
        : undefined;
    const client = connect({ urls: [node.url], token });
    await stateOf(client, 'open');
    expect(asked).toEqual([false, true]);
  });

  test('nobody is let in without a token that there is: the client says so and waits', async () => {
    const node = await startNode();
    const client = connect({ urls: [node.url], token: () => Promise.reject(new Error('no key')) });
    await stateOf(client, 'waiting');
    client.close();
    await expect(client.list()).rejects.toMatchObject({ code: 'node_unreachable' });
  });
});

describe('methods of other products', () => {
  test('are answered as they came, refused with their code, and their notifications heard', async () => {
    const node = await startNode();
    const client = connect({ urls: [node.url] });
    const heard: unknown[] = [];
    const end = client.onExtension('telemetry.tick', (params) => heard.push(params));
    await expect(client.askExtension('telemetry.subscribe', {})).rejects.toMatchObject({
      code: 'node_unreachable',
    });
    await stateOf(client, 'open');
    node.override = ({ method }, socket) => {
      if (method === 'telemetry.refuse') {
        return { error: { code: -32000, message: 'No.', data: { code: 'forbidden' } } };
      }
      if (method !== 'telemetry.subscribe') return undefined;
      socket.send('{"jsonrpc":"2.0","method":"telemetry.tick","params":{"atMs":1}}');
      return { snapshot: { atMs: 0 } };
    };
    expect(await client.askExtension('telemetry.subscribe', { sensors: ['*'] })).toEqual({
      snapshot: { atMs: 0 },
    });
    expect(node.calls.at(-1)).toMatchObject({ params: { sensors: ['*'] } });
    await expect(client.askExtension('telemetry.refuse', {})).rejects.toMatchObject({ code: 'forbidden' });
    expect(heard).toEqual([{ atMs: 1 }]);
    end();
    await client.askExtension('telemetry.subscribe', {});
    expect(heard).toHaveLength(1);
  });

  test('can be asked by whoever hears that the connection is open', async () => {
    const node = await startNode();
    const client = connect({ urls: [node.url] });
    node.override = ({ method }) => (method === 'telemetry.subscribe' ? { snapshot: 1 } : undefined);
    const answered = new Promise<unknown>((resolve, reject) => {
      client.on('notice', (notice) => {
        if (notice.kind !== 'connection' || notice.state !== 'open') return;
        client.askExtension('telemetry.subscribe', {}).then(resolve, reject);
      });
    });
    expect(await answered).toEqual({ snapshot: 1 });
  });

  test('one that waits is told when the connection is lost', async () => {
    const node = await startNode();
    const client = connect({ urls: [node.url] });
    await stateOf(client, 'open');
    node.override = ({ method }, socket) => {
      if (method !== 'telemetry.subscribe') return undefined;
      socket.terminate();
      return null;
    };
    await expect(client.askExtension('telemetry.subscribe', {})).rejects.toMatchObject({
      code: 'node_unreachable',
    });
  });
});

test('addresses as people write them', () => {
  expect(socketUrl('http://h:8080')).toBe('ws://h:8080/ws');
  expect(socketUrl('https://h/')).toBe('wss://h/ws');
  expect(socketUrl('wss://h/other/ws')).toBe('wss://h/other/ws');
  expect(() => socketUrl('h:8080')).toThrow('no address of a node');
  expect(() => connectRooms({ urls: [] })).toThrow('at least one node');
});
