import type { LocalIdentity } from '@bothy/identity';
import { generateKeyPair, MemoryNameDirectory } from '@bothy/identity';
import { BothyError } from '@bothy/wire';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  brokerFixture,
  credentials,
  person,
  type TestBroker,
  tokenCredentials,
} from '../testing/broker-fixture.ts';

const { start, connect } = brokerFixture();
let ann: LocalIdentity;
let ben: LocalIdentity;
let secondAnn: LocalIdentity;
beforeAll(async () => {
  [ann, ben, secondAnn] = await Promise.all([person('ann'), person('ben'), person('ann')]);
});

/** The error that MQTT.js makes of a CONNACK with this return code. */
const refusedWith = (code: number) => expect.objectContaining({ code });
const ways = [
  ['TCP', ({ tcp }: TestBroker) => tcp],
  ['WebSocket', ({ webSocket }: TestBroker) => webSocket],
] as const;

describe.each(ways)('over %s', (_name, url) => {
  test('[BR1, BR3] a proof signs in and claims a free name, each proof once', async () => {
    const node = await start();
    const proven = await credentials(ann);
    const client = await connect(url(node), proven);
    expect(client.connected).toBe(true);
    expect(await node.names.lookup('ann')).toBe(ann.person);
    await expect(connect(url(node), proven)).rejects.toEqual(refusedWith(4));
    expect(node.broker.counts).toMatchObject({ connects: 1, refusedConnects: 1 });
    expect(node.broker.connectedClients).toBe(1);
  });

  test('[BR1] a token signs in where its person owns the name, again and again', async () => {
    const node = await start();
    await connect(url(node), await credentials(ann));
    const token = await tokenCredentials(node, ann);
    for (const _ of [1, 2]) expect((await connect(url(node), token)).connected).toBe(true);
    await node.names.release('ann');
    await expect(connect(url(node), token)).rejects.toEqual(refusedWith(5));
    expect(node.log.at(-1)).toContain('refused');
  });

  test('[BR2] a credential that is no good, a wrong name and a wrong client id are refused', async () => {
    const node = await start();
    const otherKey = { ...node, tokens: { node: 'hut', keyPair: await generateKeyPair(false) } };
    await connect(url(node), await credentials(ann));
    const fresh = async () => await credentials(ann);
    const wrong = [
      [{ ...(await fresh()), password: '{"v":1}' }, 4],
      [{ ...(await fresh()), password: 'x' }, 4],
      [{ ...(await fresh()), password: '' }, 4],
      [await tokenCredentials(otherKey, ann), 4],
      [await tokenCredentials(node, ann, Date.now() - 16 * 60_000), 4],
      [{ ...(await fresh()), username: 'ben' }, 4],
      [{ username: 'ann', clientId: 'x' }, 4],
      [{ ...(await fresh()), clientId: `${ben.person}/${ben.device}` }, 2],
      [{ ...(await tokenCredentials(node, ann)), clientId: 'x' }, 2],
    ] as const;
    for (const [options, code] of wrong) {
      await expect(connect(url(node), options)).rejects.toEqual(refusedWith(code));
    }
    expect(node.broker.counts).toMatchObject({ connects: 1, refusedConnects: wrong.length });
  });

  test('[BR2] a name that belongs to another key is refused, and stays theirs', async () => {
    const node = await start();
    await connect(url(node), await credentials(ann));
    await expect(connect(url(node), await credentials(secondAnn))).rejects.toEqual(refusedWith(5));
    expect(await node.names.lookup('ann')).toBe(ann.person);
    expect(node.log.at(-1)).toContain('refused');
  });

  test('[BR2] whose key is kept out is refused, by proof and by the token that they have', async () => {
    const keptOut = new Set<string>();
    const node = await start({ isKeptOut: (asked) => keptOut.has(asked) });
    keptOut.add(ann.person);
    await expect(connect(url(node), await credentials(ann))).rejects.toEqual(refusedWith(5));
    expect(await node.names.lookup('ann')).toBeUndefined();
    keptOut.clear();
    await connect(url(node), await credentials(ann));
    keptOut.add(ann.person);
    await expect(connect(url(node), await tokenCredentials(node, ann))).rejects.toEqual(refusedWith(5));
    expect(node.log.at(-1)).toContain('refused');
    expect((await connect(url(node), await credentials(ben))).connected).toBe(true);
  });

  test('[BR2] a directory that knows more than the node is heard', async () => {
    class Knowing extends MemoryNameDirectory {
      override async claim() {
        return { kind: 'keptOut' } as const;
      }
    }
    const node = await start({ names: new Knowing() });
    await expect(connect(url(node), await credentials(ann))).rejects.toEqual(refusedWith(5));
  });

  test('[BR3] where no new names are taken, only those with one sign in', async () => {
    const node = await start({ names: new MemoryNameDirectory(false) });
    await expect(connect(url(node), await credentials(ann))).rejects.toEqual(refusedWith(5));
  });

  test('[BR4] a guest comes in where guests are allowed, and not with a person’s client id', async () => {
    const node = await start();
    expect((await connect(url(node))).connected).toBe(true);
    const clientId = `${ann.person}/${ann.device}`;
    const annsClient = await connect(url(node), await credentials(ann));
    await expect(connect(url(node), { clientId })).rejects.toEqual(refusedWith(2));
    expect(annsClient.connected).toBe(true);
  });

  test('[BR4] a guest is refused where others can reach the node, unless it says otherwise', async () => {
    const closed = await start({ onlyLocal: () => false });
    await expect(connect(url(closed))).rejects.toEqual(refusedWith(5));
    const open = await start({ onlyLocal: () => false, allowGuests: true });
    const guest = await connect(url(open));
    await expect(guest.subscribeAsync('$SYS/#')).rejects.toThrow();
    await guest.subscribeAsync('env/#');
  });

  test('[BR9] a client of MQTT 5 is told so', async () => {
    const node = await start();
    await expect(connect(url(node), { protocolVersion: 5 })).rejects.toEqual(refusedWith(1));
    expect(node.broker.counts.refusedConnects).toBe(1);
    expect(node.log.some((line) => line.includes('MQTT 3.1.1'))).toBe(true);
  });
});

test.each(['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'])(
  '[BR4] a guest who comes through a proxy (%s) is not of this machine',
  async (header) => {
    const wsOptions = { headers: { [header]: '192.0.2.7' } };
    const node = await start();
    await expect(connect(node.webSocket, { wsOptions })).rejects.toEqual(refusedWith(5));
    const open = await start({ allowGuests: true });
    const guest = await connect(open.webSocket, { wsOptions });
    await expect(guest.subscribeAsync('$SYS/#')).rejects.toThrow();
  },
);

test('[BR2] while nobody can decide about a new name a client is told to come back', async () => {
  const undecided = Object.assign(new MemoryNameDirectory(), {
    claim: () => Promise.reject(new BothyError('directory_unavailable', 'n2 and n3 are away')),
  });
  const node = await start({ names: undecided });
  await expect(connect(node.tcp, await credentials(ann))).rejects.toEqual(refusedWith(3));
});

test('[BR2] when who somebody is cannot be checked, they are refused and nothing breaks', async () => {
  const failing = Object.assign(new MemoryNameDirectory(), {
    claim: () => Promise.reject(new Error('the disk is gone')),
  });
  const node = await start({ names: failing });
  await expect(connect(node.tcp, await credentials(ann))).rejects.toEqual(refusedWith(5));
  expect(node.log.at(-1)).toContain('the disk is gone');
  expect((await connect(node.tcp)).connected).toBe(true);
});

test('[BR21] an address that signs in too often is refused before its credential is used up; guests are not', async () => {
  let left = 1;
  const asked: string[] = [];
  const node = await start({
    mayTry: (address) => {
      asked.push(address);
      left -= 1;
      return left >= 0;
    },
  });
  await connect(node.tcp, await credentials(ann));
  const proven = await credentials(ben);
  for (const url of [node.tcp, node.webSocket]) {
    await expect(connect(url, proven)).rejects.toEqual(refusedWith(3));
    expect((await connect(url)).connected).toBe(true);
  }
  expect(asked).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.1']);
  left = 1;
  expect((await connect(node.tcp, proven)).connected).toBe(true);
});

test('[BR22] an operator is one by proof and by token, and nobody else is', async () => {
  const node = await start({ isOperator: async (person) => person === ann.person });
  const operator = await connect(node.tcp, await credentials(ann));
  expect(await operator.subscribeAsync('$SYS/#')).toHaveLength(1);
  const token = await tokenCredentials(node, { ...ann, role: 'operator' });
  expect(await (await connect(node.tcp, token)).subscribeAsync('$SYS/#')).toHaveLength(1);
  for (const options of [await credentials(ben), await tokenCredentials(node, ben)]) {
    await expect((await connect(node.tcp, options)).subscribeAsync('$SYS/#')).rejects.toThrow();
  }
});

test('[BR23] the connections of one person are ended, and of nobody else', async () => {
  const node = await start();
  const anns = await connect(node.tcp, await credentials(ann));
  const bens = await connect(node.tcp, await credentials(ben));
  const guest = await connect(node.tcp);
  const gone = new Promise<void>((resolve) => anns.once('close', () => resolve()));
  node.broker.endConnections(ann.person);
  await gone;
  await expect.poll(() => node.broker.connectedClients).toBe(2);
  expect([bens.connected, guest.connected]).toEqual([true, true]);
});
