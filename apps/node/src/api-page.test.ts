/** `docs/reference/api.md` lists every route of a node, and no other. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Broker } from '@bothy/broker';
import { generateKeyPair, UsedNonces } from '@bothy/identity';
import { SqliteNameDirectory } from '@bothy/store';
import { temporaryFolder } from '@bothy/testkit';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';
import { HttpServer } from './http-server.ts';
import { operatorApi } from './operator-api.ts';
import { sessionApi } from './session-api.ts';

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

test('the page lists the routes', async () => {
  const folder = temporaryFolder();
  onTestFinished(() => folder.remove());
  const names = await SqliteNameDirectory.open({
    file: join(folder.path, 'node.sqlite'),
    wallMs: () => 0,
    open: true,
  });
  onTestFinished(() => names.close());
  const refused = { ok: false, code: 'notAuthorized', reason: 'nobody' } as const;
  const broker = await Broker.start({ authenticate: async () => refused });
  onTestFinished(() => broker.stop());
  const tokens = { node: 'hut', keyPair: await generateKeyPair(true) };
  const wallMs = (): number => 0;
  const session = sessionApi({
    id: 'hut',
    version: '0.1.0',
    registration: 'open',
    tokens,
    names,
    audiences: () => [],
    nonces: new UsedNonces(),
    mayTry: () => true,
    operated: () => {},
    wallMs,
  });
  const operator = operatorApi({ tokens, names, wallMs, invitationLink: () => '', released: () => {} });
  let tree = () => '';
  const server = new HttpServer({
    broker,
    guard: { check: () => undefined },
    metrics: new Registry(),
    log: pino({ enabled: false }),
    webFolder: undefined,
    ready: () => true,
    api: (routes: FastifyInstance) => {
      tree = () => routes.printRoutes({ commonPrefix: false });
      session(routes);
      operator(routes);
    },
  });
  onTestFinished(() => server.stop());
  await server.listen({ host: '127.0.0.1', port: 0 });

  const root = new URL('../../../', import.meta.url);
  const page = readFileSync(new URL('docs/reference/api.md', root), 'utf8');
  const listed = [...page.matchAll(/^\| `([A-Z]+ \/\S*)` \|/gm)].map(([, route]) => route);
  expect(listed.sort()).toEqual(routesOf(tree()).sort());
});
