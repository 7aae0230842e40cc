/** `docs/reference/api.md` and the OpenAPI document list every route of a node, and no other. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Broker } from '@bothy/broker';
import { generateKeyPair, UsedNonces } from '@bothy/identity';
import { RoomFiles, SqliteEdges, SqliteNameDirectory, SqliteWebhooks } from '@bothy/store';
import { temporaryFolder } from '@bothy/testkit';
import { BothyError, roomIdPattern } from '@bothy/wire';
import { roomMethods } from '@bothy/wire/schemas';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HttpServer } from './http-server.ts';
import { operatorApi } from './operator-api.ts';
import { removalApi } from './removal/removal-api.ts';
import { clusterStatus } from './rest/rest-stage.ts';
import { roomsApi } from './rooms-api.ts';
import { sessionApi } from './session-api.ts';
import { alarmApi } from './telemetry/alarm-api.ts';
import { BrokerBus } from './telemetry/broker-bus.ts';
import { EdgeEnrolments } from './telemetry/edge-enrolments.ts';
import { enrolApi } from './telemetry/enrol-api.ts';
import { ruleApi } from './telemetry/rule-api.ts';
import { telemetryApi } from './telemetry/telemetry-api.ts';

/** `GET /healthz` and so on, from the tree that Fastify prints. */
function routesOf(tree: string): string[] {
  const folders: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const parts = /^([│ ]*)[├└]── (\S+)(?: \((.*)\))?$/u.exec(line);
    if (parts === null) return [];
    const [, indent = '', part = '', methods = ''] = parts;
    folders.length = indent.length / 4;
    folders.push(part);
    const path = folders.join('');
    const own = methods.split(', ').filter((method) => method !== '' && method !== 'HEAD');
    return own.map((method) => `${method} ${path}`);
  });
}

const neverAsked = async (): Promise<never> => {
  throw new BothyError('internal', 'Nobody asks this here.');
};

const root = new URL('../../../', import.meta.url);
const undo: (() => unknown)[] = [];
let url = '';
let routes: readonly string[] = [];

beforeAll(async () => {
  const folder = temporaryFolder();
  undo.push(() => folder.remove());
  const wallMs = (): number => 0;
  const names = await SqliteNameDirectory.open({
    file: join(folder.path, 'node.sqlite'),
    wallMs,
  });
  undo.push(() => names.close());
  const webhooks = await SqliteWebhooks.open({ file: join(folder.path, 'webhooks.sqlite'), wallMs });
  undo.push(() => webhooks.close());
  const files = await RoomFiles.open({ folder: join(folder.path, 'files'), wallMs });
  undo.push(() => files.close());
  const refused = { ok: false, code: 'notAuthorized', reason: 'nobody' } as const;
  const broker = await Broker.start({ authenticate: async () => refused });
  undo.push(() => broker.stop());
  const tokens = { node: 'hut', keyPair: await generateKeyPair(true) };
  const session = sessionApi({
    id: 'hut',
    version: '0.1.0',
    registration: 'open',
    tokens,
    names,
    claim: async () => ({ kind: 'bound' }),
    isStale: () => false,
    audiences: () => [],
    nonces: new UsedNonces(),
    mayTry: () => true,
    operated: () => {},
    wallMs,
  });
  const operator = operatorApi({
    tokens,
    names,
    isKeptOut: () => false,
    release: async () => true,
    wallMs,
    invitationLink: () => '',
    released: () => {},
  });
  const removal = removalApi({
    ...{ tokens, names, wallMs },
    isKeptOut: () => false,
    removals: { remove: neverAsked, cancel: neverAsked, all: [] },
    keys: { key: () => undefined, letIn: neverAsked, out: [] },
    isStale: () => false,
    letIn: () => {},
  });
  const rooms = roomsApi({
    rooms: { stored: async () => ({ kind: 'entries', entries: [] }) },
    node: 'hut',
    version: '0.1.0',
    tokens,
    names,
    isKeptOut: () => false,
    guests: { onlyLocal: () => true, allowGuests: false },
    command: async () => ({ ok: false, code: 'not_found', message: 'There is no core here.' }),
    webhooks,
    files,
    readRemoteFile: async () => undefined,
    cluster: () => clusterStatus,
    forgetNode: async () => false,
    webUrl: () => '',
    monoMs: () => 0,
    wallMs,
  });
  const asleep = async (): Promise<never> => {
    throw new BothyError('internal', 'Nothing is to be asked here.');
  };
  const rest = {
    node: 'hut',
    tokens,
    names,
    isKeptOut: () => false,
    guests: { onlyLocal: () => true, allowGuests: false },
    wallMs,
    host: asleep,
    answering: { ask: asleep, rows: async function* () {} },
    isNode: () => false,
    zoneOffset: () => 0,
    publish: asleep,
  };
  const rules = {
    rulesFile: undefined,
    offsetAt: () => 0,
  };
  const edges = await SqliteEdges.open({ file: join(folder.path, 'edges.sqlite'), node: 'hut', wallMs });
  undo.push(() => edges.close());
  const enrolments = new EdgeEnrolments({
    edges,
    node: 'hut',
    bus: new BrokerBus(broker.node),
    endEdge: () => {},
    log: pino({ enabled: false }),
  });
  const monitoring = [
    telemetryApi(rest),
    alarmApi(rest),
    ruleApi({ ...rest, ...rules }),
    enrolApi({ ...rest, edges, enrolments, mayTry: () => true, mqtt: () => ({ url: '' }) }),
  ];
  let tree = () => '';
  const server = new HttpServer({
    broker,
    guard: { check: () => undefined, ally: () => undefined },
    metrics: new Registry(),
    log: pino({ enabled: false }),
    webFolder: undefined,
    ready: () => true,
    api: (added: FastifyInstance) => {
      tree = () => added.printRoutes({ commonPrefix: false });
      session(added);
      operator(added);
      removal(added);
      rooms(added);
      for (const api of monitoring) api(added);
    },
  });
  undo.push(() => server.stop());
  url = `http://127.0.0.1:${await server.listen({ host: '127.0.0.1', port: 0 })}`;
  routes = routesOf(tree());
});
afterAll(async () => {
  for (const step of undo.reverse()) await step();
});

test('the page lists the routes', () => {
  const page = readFileSync(new URL('docs/reference/api.md', root), 'utf8');
  const listed = [...page.matchAll(/^\| `([A-Z]+ \/\S*)` \|/gm)].map(([, route]) => route);
  expect(listed.sort()).toEqual([...routes].sort());
});

interface Operation {
  readonly summary: string;
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
}

test('the OpenAPI document lists the routes of /api/v1, each with its parameters', async () => {
  const document = (await (await fetch(`${url}/api/v1/openapi.json`)).json()) as {
    readonly openapi: string;
    readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  };
  expect(document.openapi).toBe('3.1.1');
  const operations = Object.entries(document.paths).flatMap(([path, each]) =>
    Object.entries(each).map(([method, operation]) => ({ path, method, operation })),
  );
  const listed = operations.map(
    ({ path, method }) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
  );
  expect(listed.sort()).toEqual(routes.filter((route) => route.includes(' /api/v1/')).sort());
  for (const { path, operation } of operations) {
    const inPath = operation.parameters?.filter((each) => each.in === 'path').map(({ name }) => name) ?? [];
    expect(inPath).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    expect(operation.summary).toMatch(/\.$/);
  }
});

test('the OpenRPC document lists the methods of /ws with the schemas that calls are parsed by', async () => {
  const document = (await (await fetch(`${url}/api/v1/openrpc.json`)).json()) as {
    readonly methods: readonly {
      readonly name: string;
      readonly params: readonly {
        readonly name: string;
        readonly required: boolean;
        readonly schema: unknown;
      }[];
    }[];
  };
  const known = [...roomMethods.map(({ method }) => method), 'telemetry.subscribe'];
  expect(document.methods.map(({ name }) => name)).toEqual(known);
  const send = document.methods.find(({ name }) => name === 'room.send');
  expect(send?.params).toContainEqual({
    name: 'room',
    required: true,
    schema: { type: 'string', pattern: roomIdPattern.source },
  });
  expect(send?.params.find(({ name }) => name === 'replyTo')?.required).toBe(false);
});
