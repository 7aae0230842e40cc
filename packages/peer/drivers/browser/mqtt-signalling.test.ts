/** Against a real broker over a real WebSocket; only time is ours. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createIdentity, type LocalIdentity } from '@bothy/identity';
import { seededRandom } from '@bothy/protocols';
import { type Envelope, formatBoot, type Presence, topics } from '@bothy/wire';
import { Aedes, type Connection } from 'aedes';
import mqtt from 'mqtt';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { DeviceDirectory } from './device-directory.ts';
import { MqttSignalling } from './mqtt-signalling.ts';
import { contactRequest, envelopeText, presenceText } from './signed-samples.ts';

let ann: LocalIdentity;
let ben: LocalIdentity;
let broker: Aedes;
let http: Server;
let url: string;
const running: Peer[] = [];
/** The newest connection of each client, as the broker sees it. */
const connections = new Map<string, Connection>();

beforeAll(async () => {
  ann = await createIdentity({ name: 'ann', issuedAt: 1_000 });
  ben = await createIdentity({ name: 'ben', issuedAt: 1_000 });
});

beforeEach(async () => {
  broker = await Aedes.createBroker();
  broker.on('client', (client) => connections.set(client.id, client.conn));
  http = createServer();
  const sockets = new WebSocketServer({ server: http, perMessageDeflate: false });
  sockets.on('connection', (socket, request) => broker.handle(createWebSocketStream(socket), request));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/mqtt`;
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((peer) => peer.signalling.stop()));
  await new Promise<void>((resolve) => broker.close(resolve));
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
});

test('two sides meet: presence and a contact request arrive, verified', async () => {
  const a = await up(ann);
  const b = await up(ben);
  a.signalling.watch('ben');
  b.signalling.announce();
  const presence = await a.next('presence');
  expect(presence).toMatchObject({ from: { name: 'ben', device: ben.device }, boot: b.boot, online: true });

  a.signalling.signal(contactRequest(ann, a.boot, 1));
  expect(await b.next('envelope')).toEqual(contactRequest(ann, a.boot, 1));
  expect([...a.refused, ...b.refused]).toEqual([]);
});

test('what was announced before is found on watching, and "offline" after a clean stop', async () => {
  const b = await up(ben);
  b.signalling.announce();
  const a = await up(ann);
  a.signalling.watch('ben');
  expect(await a.next('presence')).toMatchObject({ online: true });
  await b.signalling.stop();
  expect(await a.next('presence')).toMatchObject({ online: false, boot: b.boot });
  a.signalling.unwatch('ben');
});

test('signals leave and arrive in the order of the calls', async () => {
  const a = await up(ann);
  const b = await up(ben);
  for (let seq = 1; seq <= 60; seq++) a.signalling.signal(contactRequest(ann, a.boot, seq));
  const seqs: number[] = [];
  while (seqs.length < 60) seqs.push((await b.next('envelope')).seq);
  expect(seqs).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
});

test('over its bound the oldest signal is dropped, and that is told', async () => {
  const a = await up(ann);
  const b = await up(ben);
  // One is being signed while 256 wait.
  for (let seq = 1; seq <= 258; seq++) a.signalling.signal(contactRequest(ann, a.boot, seq));
  expect((await b.next('envelope')).seq).toBe(1);
  expect((await b.next('envelope')).seq).toBe(3);
  expect(a.refused).toEqual(['rate_limited']);
});

test('what is refused never reaches the core, and what follows it does', async () => {
  const b = await up(ben);
  const stranger = await mqtt.connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0 });
  const topic = topics.signalling('ben', 'contactRequest');
  const good = contactRequest(ann, formatBoot(1, 'a'.repeat(13)), 1);
  const text = await envelopeText(good, ann);
  for (const payload of ['not JSON', '', text.replace('"sentAt":1', '"sentAt":2'), text]) {
    await stranger.publishAsync(topic, payload, { qos: 1 });
  }
  expect(await b.next('envelope')).toEqual(good);
  expect(b.refused).toEqual(['bad_request', 'bad_signature']);
  await stranger.endAsync();
});

test('a lost connection is told, the will speaks, and the next attempt comes at once on waking', async () => {
  const a = await up(ann);
  const b = await up(ben);
  a.signalling.watch('ben');
  b.signalling.announce();
  expect(await a.next('presence')).toMatchObject({ online: true });
  cut(ben);
  expect(await b.next('state')).toBe('down');
  expect(await a.next('presence')).toMatchObject({ online: false, boot: b.boot });
  // Nothing is kept for later: the core says it again.
  b.signalling.signal(contactRequest(ben, b.boot, 1, 'ann'));
  b.signalling.retryNow();
  expect(await b.next('state')).toBe('up');
  b.signalling.announce();
  b.signalling.signal(contactRequest(ben, b.boot, 2, 'ann'));
  expect(await a.next('presence')).toMatchObject({ online: true });
  expect(await a.next('envelope')).toMatchObject({ seq: 2 });
});

test('what the broker kept meanwhile comes after "up"', async () => {
  const a = await up(ann);
  const b = await up(ben);
  cut(ben);
  await b.next('state');
  a.signalling.signal(contactRequest(ann, a.boot, 1));
  await published(topics.signalling('ben', 'contactRequest'));
  // There is time to deliver and verify it before the broker grants what makes us "up".
  broker.authorizeSubscribe = (_client, subscription, done) => {
    const names = Array.from({ length: 50 }, (_, i) => `name${i}`);
    void Promise.all(names.map((name) => createIdentity({ name, issuedAt: 1 }))).then(() =>
      done(null, subscription),
    );
  };
  b.told.length = 0;
  b.signalling.retryNow();
  await b.next('envelope');
  expect(b.told).toEqual(['state', 'envelope']);
});

test('a will that arrives late does not stand for us: our presence is corrected', async () => {
  const a = await up(ann);
  const b = await up(ben);
  a.signalling.watch('ben');
  b.signalling.announce();
  await a.next('presence');
  const late = await presenceText(ben, { boot: b.boot, online: false });
  const stranger = await mqtt.connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0 });
  await stranger.publishAsync(topics.presence('ben', ben.device), late, { qos: 1, retain: true });
  expect(await a.next('presence')).toMatchObject({ online: false });
  expect(await a.next('presence')).toMatchObject({ online: true, boot: b.boot });
  await stranger.endAsync();
});

test('a refused sign-in is told, and tried again after growing, jittered waits', async () => {
  broker.authenticate = (_client, _name, _password, done) => {
    done(Object.assign(new Error('no'), { returnCode: 5 }), false);
  };
  const a = start(ann);
  const waits: number[] = [];
  for (let attempt = 0; attempt < 8; attempt++) {
    expect(await a.next('refused')).toBe('unauthorized');
    const wait = a.timers.waiting();
    waits.push(wait.afterMs);
    if (attempt === 7) broker.authenticate = (_client, _name, _password, done) => done(null, true);
    wait.fire();
  }
  const ceilings = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000];
  expect(waits.every((wait, i) => wait >= 0 && wait <= (ceilings[i] ?? 0))).toBe(true);
  expect(Math.max(...waits)).toBeGreaterThan(4_000);
  // Jitter spreads them: the chance that any is the ceiling itself is nil.
  expect(waits.some((wait, i) => wait === ceilings[i])).toBe(false);
  expect(await a.next('state')).toBe('up');
});

test('a quiet connection is kept: our own timers ask the broker for a sign of life', async () => {
  const a = await up(ann);
  const pinged = new Promise((resolve) => broker.once('ping', resolve));
  // It asks after two halves of the keep-alive interval, and gives up after a third.
  for (let half = 0; half < 2; half++) {
    const wait = a.timers.waiting();
    expect(wait.afterMs).toBe(15_000);
    wait.fire();
  }
  await pinged;
});

test('without the right to hear what is sent to it, it is not up', async () => {
  broker.authorizeSubscribe = (_client, subscription, done) =>
    done(null, subscription.topic === topics.allOf('ann') ? null : subscription);
  const a = start(ann);
  expect(await a.next('refused')).toBe('forbidden');
  expect(a.states).toEqual([]);
});

test('each attempt signs in as name, person and device with a fresh proof', async () => {
  const seen: { id: string; name: string | undefined; proof: Record<string, unknown> }[] = [];
  broker.authenticate = (client, name, password, done) => {
    seen.push({ id: client.id, name, proof: JSON.parse(String(password)) });
    done(null, true);
  };
  const a = await up(ann);
  cut(ann);
  await a.next('state');
  a.signalling.retryNow();
  await a.next('state');
  expect(seen).toMatchObject([
    { id: `${ann.person}/${ann.device}`, name: 'ann', proof: { audience: 'here:8080' } },
    { id: `${ann.person}/${ann.device}`, name: 'ann', proof: { audience: 'here:8080' } },
  ]);
  expect(seen[0]?.proof.nonce).not.toBe(seen[1]?.proof.nonce);
});

/* What the tests are told in. */

interface Told {
  state: 'up' | 'down';
  presence: Presence;
  envelope: Envelope;
  refused: string;
}

interface Peer {
  readonly boot: string;
  readonly signalling: MqttSignalling;
  readonly timers: ManualTimers;
  readonly states: string[];
  readonly refused: string[];
  /** Kinds of everything told, in order. */
  readonly told: string[];
  /** The next of this kind that was not taken yet. */
  next<K extends keyof Told>(kind: K): Promise<Told[K]>;
}

let boots = 0;

function start(identity: LocalIdentity): Peer {
  boots += 1;
  const boot = formatBoot(boots, 'b'.repeat(13));
  const inbox = new Inbox();
  const states: string[] = [];
  const refused: string[] = [];
  const told: string[] = [];
  const timers = new ManualTimers();
  const signalling = new MqttSignalling({
    identity,
    boot,
    brokerUrl: () => url,
    audience: 'here:8080',
    devices: new DeviceDirectory({ ownCertificate: identity.certificate, stored: () => null }),
    clock: { monoMs: () => 0, wallMs: () => 1_000 },
    timers,
    random: seededRandom('signalling'),
    events: {
      state: (state) => {
        told.push('state');
        states.push(state);
        inbox.put('state', state);
      },
      presence: (presence) => inbox.put('presence', presence),
      envelope: (envelope) => {
        told.push('envelope');
        inbox.put('envelope', envelope);
      },
      refused: (code) => {
        refused.push(code);
        inbox.put('refused', code);
      },
    },
  });
  const peer: Peer = { boot, signalling, timers, states, refused, told, next: (kind) => inbox.next(kind) };
  running.push(peer);
  signalling.start();
  return peer;
}

async function up(identity: LocalIdentity): Promise<Peer> {
  const peer = start(identity);
  expect(await peer.next('state')).toBe('up');
  return peer;
}

/** Breaks the connection of a device as a dead network does: no goodbye. */
function cut(identity: LocalIdentity): void {
  const connection = connections.get(`${identity.person}/${identity.device}`);
  if (connection === undefined) throw new Error('it is connected');
  connection.destroy();
}

/** Resolves when the broker has taken a message on this topic. */
function published(topic: string): Promise<void> {
  return new Promise((resolve) => {
    broker.on('publish', (packet) => {
      if (packet.topic === topic) resolve();
    });
  });
}

class Inbox {
  readonly #waiting: { kind: keyof Told; take: (value: never) => void }[] = [];
  readonly #arrived: { kind: keyof Told; value: unknown }[] = [];

  put<K extends keyof Told>(kind: K, value: Told[K]): void {
    const index = this.#waiting.findIndex((one) => one.kind === kind);
    if (index < 0) this.#arrived.push({ kind, value });
    else for (const { take } of this.#waiting.splice(index, 1)) take(value as never);
  }

  next<K extends keyof Told>(kind: K): Promise<Told[K]> {
    const index = this.#arrived.findIndex((one) => one.kind === kind);
    if (index >= 0) return Promise.resolve(this.#arrived.splice(index, 1)[0]?.value as Told[K]);
    return new Promise((take) => this.#waiting.push({ kind, take }));
  }
}

class ManualTimers {
  #set: { afterMs: number; fire: () => void }[] = [];

  set(afterMs: number, fire: () => void): unknown {
    const timer = { afterMs, fire };
    this.#set.push(timer);
    return timer;
  }

  clear(handle: unknown): void {
    this.#set = this.#set.filter((timer) => timer !== handle);
  }

  /** The one timer that is set. */
  waiting(): { afterMs: number; fire: () => void } {
    expect(this.#set).toHaveLength(1);
    const [timer] = this.#set.splice(0);
    if (timer === undefined) throw new Error('one timer is set');
    return timer;
  }
}
