/** Real brokers on free ports for tests, over TCP and WebSocket, and people and guests who connect to them. */
import { createServer, type Server } from 'node:http';
import {
  createIdentity,
  generateKeyPair,
  type LocalIdentity,
  MemoryNameDirectory,
  makeProof,
  UsedNonces,
} from '@bothy/identity';
import { issueToken, type TokenIssuer, type TokenSubject } from '@bothy/identity/tokens';
import { deviceKey } from '@bothy/wire';
import { type IClientOptions, type MqttClient, connect as mqttConnect } from 'mqtt';
import { afterEach } from 'vitest';
import { type AuthenticationOptions, authenticator, Broker, type BrokerOptions } from '../src/index.ts';

export const audience = 'localhost:1883';

export interface TestBroker {
  readonly broker: Broker;
  readonly names: MemoryNameDirectory;
  readonly tokens: TokenIssuer;
  readonly port: number;
  readonly tcp: string;
  readonly webSocket: string;
  /** Sentences of the log. */
  readonly log: readonly string[];
  readonly stop: () => Promise<void>;
}

export interface BrokerFixture {
  /** Stopped after the test. */
  start(options?: Partial<AuthenticationOptions & BrokerOptions>): Promise<TestBroker>;
  /** Connects once. Rejects with MQTT.js' error, whose `code` is the return code. Closed after the test. */
  connect(url: string, options?: IClientOptions): Promise<MqttClient>;
  /** A person who signs in by proof. */
  signIn(url: string, identity: LocalIdentity, options?: IClientOptions): Promise<MqttClient>;
}

export function brokerFixture(): BrokerFixture {
  const running: TestBroker[] = [];
  const clients: MqttClient[] = [];
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
    await Promise.all(running.splice(0).map(({ stop }) => stop()));
  });
  const connect = async (url: string, options: IClientOptions = {}): Promise<MqttClient> => {
    const client = mqttConnect(url, { reconnectPeriod: 0, connectTimeout: 60_000, ...options });
    clients.push(client);
    inboxes.set(client, record(client));
    await new Promise<void>((resolve, reject) => {
      client.once('connect', () => resolve());
      // Stays: a broker that ends a connection is what some tests are about.
      client.on('error', reject);
      client.once('close', () => reject(new Error('closed without an answer')));
    });
    return client;
  };
  return {
    connect,
    start: async (options = {}) => {
      const broker = await startBroker(options);
      running.push(broker);
      return broker;
    },
    signIn: async (url, identity, options = {}) =>
      await connect(url, { ...(await credentials(identity)), ...options }),
  };
}

async function startBroker(options: Partial<AuthenticationOptions & BrokerOptions>): Promise<TestBroker> {
  const names = new MemoryNameDirectory();
  const tokens = { node: 'hut', keyPair: await generateKeyPair(false) };
  const log: string[] = [];
  const write = (_fields: unknown, sentence: string): void => void log.push(sentence);
  const broker = await Broker.start({
    authenticate: authenticator({
      tokens,
      names,
      audiences: () => [audience],
      nonces: new UsedNonces(),
      onlyLocal: () => true,
      allowGuests: false,
      wallMs: Date.now,
      ...options,
    }),
    log: { info: write, warn: write },
    ...options,
  });
  const port = await broker.listen('127.0.0.1', 0);
  const http = createServer();
  http.on('upgrade', (request, socket, head) => broker.upgrade(request, socket, head));
  const httpPort = await listen(http);
  const stop = async (): Promise<void> => {
    await broker.stop();
    await new Promise((resolve) => http.close(resolve));
  };
  const tcp = `mqtt://127.0.0.1:${port}`;
  return { broker, names, tokens, port, tcp, webSocket: `ws://127.0.0.1:${httpPort}/mqtt`, log, stop };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

export function person(name: string): Promise<LocalIdentity> {
  return createIdentity({ name, issuedAt: Date.now() });
}

/** A fresh proof, for one connection. */
export async function credentials(identity: LocalIdentity) {
  const password = await makeProof({ identity, audience, now: Date.now() });
  return { username: identity.name, password, clientId: deviceKey(identity) };
}

export async function tokenCredentials(
  { tokens }: TestBroker,
  identity: LocalIdentity & Pick<TokenSubject, 'role'>,
  now = Date.now(),
) {
  const { token } = await issueToken(tokens, identity, now);
  return { username: identity.name, password: token, clientId: deviceKey(identity) };
}

interface Message {
  readonly topic: string;
  readonly text: string;
  readonly retain: boolean;
}

export interface Inbox {
  readonly messages: readonly Message[];
  /** Waits until there are so many; all that there are then. */
  first(count: number): Promise<readonly Message[]>;
}

const inboxes = new WeakMap<MqttClient, Inbox>();

/** Everything that a client received, from its first moment on. */
export function inbox(client: MqttClient): Inbox {
  const found = inboxes.get(client);
  if (found === undefined) throw new Error('only clients of a fixture have an inbox');
  return found;
}

function record(client: MqttClient): Inbox {
  const messages: Message[] = [];
  const waiting: (() => void)[] = [];
  client.on('message', (topic, payload, { retain }) => {
    messages.push({ topic, text: payload.toString(), retain });
    for (const wake of waiting.splice(0)) wake();
  });
  return {
    messages,
    async first(count) {
      while (messages.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
      return messages;
    },
  };
}
