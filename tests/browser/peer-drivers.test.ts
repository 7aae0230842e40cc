/** The browser drivers of peer chat in real Chromium: IndexedDB, WebRTC, and two people end to end. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { launchChromium } from '@bothy/testkit';
import { Aedes } from 'aedes';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { patientPage } from './patience.ts';
import type { Harness } from './peer-drivers/page.ts';

declare const harness: Harness;

let browser: Browser;
let broker: Aedes;
let server: Server;
let origin: string;
const contexts: BrowserContext[] = [];
const pageErrors: string[] = [];

beforeAll(async () => {
  const files = await bundle(fileURLToPath(new URL('./peer-drivers/', import.meta.url)));
  broker = await Aedes.createBroker();
  server = createServer((request, response) => {
    const path = request.url === '/' ? '/index.html' : (request.url ?? '');
    const file = files.get(path);
    if (file === undefined) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': contentType(path) }).end(file);
  });
  const sockets = new WebSocketServer({ server, path: '/mqtt', perMessageDeflate: false });
  sockets.on('connection', (socket, request) => broker.handle(createWebSocketStream(socket), request));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launchChromium();
});

afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()));
  // Nothing may be left uncaught, not even behind a test that got what it wanted.
  expect(pageErrors.splice(0)).toEqual([]);
});

afterAll(async () => {
  await browser?.close();
  await new Promise<void>((resolve) => broker.close(resolve));
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('the store gives back what was committed, in the order of the screen, after it was opened again', async () => {
  const page = await newProfile();
  const found = await page.evaluate(() => harness.roundTrip());
  expect(found.boots).toEqual([1, 2]);
  expect(found.newest).toEqual(['d3', 'd4', 'd5']);
  expect(found.older).toEqual(['d1', 'd2', 'e1']);
  expect(found.newer).toEqual(['d2', 'e1']);
  expect(found.beyond).toEqual([]);
  expect(found.middle).toEqual(['d2', 'd3']);
  expect(found.snapshot).toMatchObject({
    contacts: [{ id: 'x', name: 'ben' }],
    heads: [{ n: 1, hash: '#1' }],
    receipts: [{ delivered: 2, read: 1 }],
    readMarks: [{ n: 1 }],
    clock: { ms: 99, counter: 1 },
  });
});

test('edits and deletions are found by what they change, also in a store of an older version', async () => {
  const page = await newProfile();
  expect(await page.evaluate(() => harness.amendments())).toEqual([4, 6]);
});

test('of a deleted message no text is left, whether it was edited before or is after', async () => {
  const page = await newProfile();
  expect(await page.evaluate(() => harness.deletedText())).toEqual([
    null,
    null,
    'edit',
    'message',
    null,
    'delete',
    null,
  ]);
});

test('a commit is atomic, its failure is told, and every write waits for the disk', async () => {
  const page = await newProfile();
  const durabilities = await page.evaluate(() => harness.durability());
  expect(durabilities.length).toBeGreaterThan(3);
  expect(new Set(durabilities)).toEqual(new Set(['strict']));
  const failed = await page.evaluate(() => harness.failingCommit());
  expect(failed.error).toMatchObject({ code: 'storage_failed' });
  expect(failed.clock).toEqual({ ms: 99, counter: 1 });
});

test('a newer version in another tab gets the database, and the older one says what to do', async () => {
  const page = await newProfile();
  expect(await page.evaluate(() => harness.newerVersion())).toEqual([
    'A newer Bothy was opened in another tab. Reload this one.',
    'BothyError: A newer Bothy has used this browser. Reload this page to get it.',
  ]);
});

test('the identity survives, and the device’s key cannot be taken out of the browser', async () => {
  const page = await newProfile();
  expect(await page.evaluate(() => harness.identity())).toEqual({ same: true, exported: 'refused' });
});

test('links carry frames in order, verified, past full buffers, and are silent once closed', async () => {
  const page = await newProfile();
  const big = 100;
  const { received, log, afterClose } = await page.evaluate((n) => harness.linkPair({ big: n }), big);
  const expected = Array.from({ length: big }, (_, i) => [`entries ${i + 1}`, 'ping']).flat();
  expect(received).toEqual([...expected, 'pong']);
  expect(log.filter((line) => line.includes('refused'))).toEqual([
    expect.stringMatching(/^b refused bad_request: An entry's header cannot be read/),
  ]);
  expect(afterClose).toEqual([]);
});

test('two people in two profiles: request, messages both ways, ticks, reload with history', async () => {
  const ann = await newProfile();
  const ben = await newProfile();
  expect(await start(ann, 'ann')).toBe('writing');
  expect(await start(ben, 'ben')).toBe('writing');

  // A request to somebody the broker has never met is lost, and repeated only after half a minute.
  await eventually(ann, 'ben', { signalling: 'up' });
  await eventually(ben, 'ann', { signalling: 'up' });
  expect(await command(ann, { kind: 'addContact', name: 'ben' })).toEqual({ ok: true });
  await eventually(ben, 'ann', { contact: 'asking' });
  const asking = await look(ben, 'ann');
  expect(await command(ben, { kind: 'acceptContact', contact: asking.id ?? '' })).toEqual({ ok: true });
  await eventually(ann, 'ben', { contact: 'accepted', online: true });
  await eventually(ben, 'ann', { contact: 'accepted', online: true });

  await say(ann, 'ben', 'm1', 'Is the stove lit?');
  await eventually(ann, 'ben', { messages: ['me: Is the stove lit? delivered'] });
  await eventually(ben, 'ann', { messages: ['ann: Is the stove lit?'], unread: 1 });
  await say(ben, 'ann', 'm2', 'It is.');
  await eventually(ann, 'ben', { messages: ['me: Is the stove lit? delivered', 'ben: It is.'] });
  await eventually(ben, 'ann', { messages: ['ann: Is the stove lit?', 'me: It is. delivered'] });

  const second = await patientPage(ben.context());
  await second.goto(`http://${origin}/`);
  await second.waitForFunction(() => 'harness' in globalThis);
  expect(await start(second, 'ben')).toBe('following');
  await second.close();

  await ann.reload();
  await ann.waitForFunction(() => 'harness' in globalThis);
  await startAgain(ann, 'ann');
  await eventually(ann, 'ben', { messages: ['me: Is the stove lit? delivered', 'ben: It is.'] });
  await eventually(ann, 'ben', { online: true });
  await say(ann, 'ben', 'm3', 'I am back.');
  await eventually(ben, 'ann', {
    messages: ['ann: Is the stove lit?', 'me: It is. delivered', 'ann: I am back.'],
  });
  await eventually(ann, 'ben', {
    messages: ['me: Is the stove lit? delivered', 'ben: It is.', 'me: I am back. delivered'],
  });

  await ben.evaluate(() => harness.session.stop());
  await eventually(ann, 'ben', { online: false });
  await say(ann, 'ben', 'm4', 'Sleep well.');
  await expect.poll(async () => (await look(ann, 'ben')).messages.at(-1)).toBe('me: Sleep well. pending');
  await startAgain(ben, 'ben');
  await eventually(ben, 'ann', { unread: 3 });
  await expect.poll(async () => (await look(ben, 'ann')).messages.at(-1)).toBe('ann: Sleep well.');
});

test('two tabs of one profile: the second follows the first, and takes over when it is closed', async () => {
  const ann = await newProfile();
  const ben = await newProfile();
  await start(ann, 'ann');
  await start(ben, 'ben');
  await befriend(ann, ben);
  const first = ben;
  const second = await tab(ben.context());
  expect(await start(second, 'ben')).toBe('following');
  await eventually(second, 'ann', { contact: 'accepted', online: true, signalling: 'up' });

  // What the second tab says, the first one does; both see it.
  await say(second, 'ann', 'm1', 'From the second tab.');
  const delivered = ['me: From the second tab. delivered'];
  await eventually(first, 'ann', { messages: delivered });
  await eventually(second, 'ann', { messages: delivered });
  await say(ann, 'ben', 'm2', 'Both hear me.');
  await eventually(first, 'ann', { unread: 1 });
  await eventually(second, 'ann', { unread: 1, messages: [...delivered, 'ann: Both hear me.'] });
  expect(await command(second, { kind: 'addContact', name: 'ann' })).toMatchObject({
    code: 'contact_exists',
  });

  const third = await tab(ben.context());
  expect(await start(third, 'ben')).toBe('following');
  await first.close();
  await expect.poll(() => second.evaluate(() => harness.session.role())).toBe('writing');
  await eventually(second, 'ann', { online: true, signalling: 'up' });
  await eventually(third, 'ann', { online: true, signalling: 'up' });
  await say(third, 'ann', 'm3', 'The third goes on.');
  await eventually(ann, 'ben', {
    messages: ['ben: From the second tab.', 'me: Both hear me. delivered', 'ben: The third goes on.'],
  });
  expect(await third.evaluate(() => harness.session.role())).toBe('following');
});

test('somebody with another key in the name of a contact: a warning in every tab, and the contact stays who it was', async () => {
  const ann = await newProfile();
  const ben = await newProfile();
  await start(ann, 'ann');
  await start(ben, 'ben');
  await befriend(ann, ben);
  const second = await tab(ann.context());
  await start(second, 'ann');
  const other = await newProfile();
  await start(other, 'ben');
  const changedKey = await other.evaluate(() => harness.session.person());
  await eventually(ann, 'ben', { changedKey });
  await eventually(second, 'ben', { changedKey });
  const { id } = await look(ann, 'ben');
  expect(id).toBe(await ben.evaluate(() => harness.session.person()));
  await say(ann, 'ben', 'm1', 'Is it you?');
  await eventually(ben, 'ann', { messages: ['ann: Is it you?'] });
  expect((await look(other, 'ann')).messages).toEqual([]);
});

test('of more commands than may wait for the disk, the further ones are refused, and the others answered', async () => {
  const page = await newProfile();
  await start(page, 'fay');
  // The first writes, and the answers to the others wait behind it.
  const unknown = Array.from(
    { length: 1_000 },
    () => ({ kind: 'acceptContact', contact: 'nobody' }) as const,
  );
  const commands = [{ kind: 'addContact', name: 'dan' } as const, ...unknown];
  const counts = await page.evaluate((what) => harness.session.flood(what), commands);
  expect(counts).toEqual({ ok: 1, unknown_contact: 999, rate_limited: 1 });
});

test('a full disk: once, the session starts again from the store; twice, it stops and says why', async () => {
  const page = await newProfile();
  await start(page, 'cleo');
  await eventually(page, 'dan', { signalling: 'up' });
  const add = (name: string) => ({ kind: 'addContact', name }) as const;
  const once = await page.evaluate((what) => harness.session.fillDisk(what, 'restart'), add('dan'));
  expect(once).toMatchObject({ result: { ok: false, code: 'storage_failed' }, failure: undefined });
  await eventually(page, 'dan', { signalling: 'up', contact: undefined });
  expect(await command(page, add('dan'))).toEqual({ ok: true });
  await eventually(page, 'dan', { contact: 'asked' });

  const again = await page.evaluate((what) => harness.session.fillDisk(what, 'end'), add('eve'));
  expect(again.result).toMatchObject({ ok: false, code: 'storage_failed' });
  expect(again.failure).toContain('no room left');
  expect(await command(page, add('eve'))).toMatchObject({ ok: false, code: 'storage_failed' });
  // A new start finds everything that was said to be done.
  await startAgain(page, 'cleo');
  await eventually(page, 'dan', { contact: 'asked' });
});

type Look = Awaited<ReturnType<Harness['session']['look']>>;

function start(page: Page, name: string): Promise<string> {
  return page.evaluate(({ who, url }) => harness.session.start(who, url), {
    who: name,
    url: `ws://${origin}/mqtt`,
  });
}

/** Where somebody was before: the browser may let go of their profile's lock a moment later. */
async function startAgain(page: Page, name: string): Promise<void> {
  await start(page, name);
  await expect.poll(() => page.evaluate(() => harness.session.role())).toBe('writing');
}

function command(page: Page, what: Parameters<Harness['session']['command']>[0]): Promise<unknown> {
  return page.evaluate((given) => harness.session.command(given), what);
}

function look(page: Page, name: string): Promise<Look> {
  return page.evaluate((who) => harness.session.look(who), name);
}

async function say(page: Page, to: string, messageId: string, text: string): Promise<void> {
  const { id = '' } = await look(page, to);
  expect(await command(page, { kind: 'send', person: id, messageId, text })).toMatchObject({ ok: true });
}

/** Waits until a person sees this of another; the failure shows what they see instead. */
async function eventually(page: Page, name: string, expected: Partial<Look>): Promise<void> {
  const refused = (): Promise<string[]> => page.evaluate(() => harness.session.refused());
  await expect
    .poll(async () => look(page, name), { interval: 50 })
    .toMatchObject(expected)
    .catch(async (failure: unknown) => {
      throw new Error(`${String(failure)}\nrefused: ${(await refused()).join('\n')}`);
    });
}

/** `ann` asks, `ben` accepts; both see each other there. */
async function befriend(ann: Page, ben: Page): Promise<void> {
  await eventually(ann, 'ben', { signalling: 'up' });
  await eventually(ben, 'ann', { signalling: 'up' });
  expect(await command(ann, { kind: 'addContact', name: 'ben' })).toEqual({ ok: true });
  await eventually(ben, 'ann', { contact: 'asking' });
  const { id = '' } = await look(ben, 'ann');
  expect(await command(ben, { kind: 'acceptContact', contact: id })).toEqual({ ok: true });
  await eventually(ann, 'ben', { contact: 'accepted', online: true });
  await eventually(ben, 'ann', { contact: 'accepted', online: true });
}

async function newProfile(): Promise<Page> {
  const context = await browser.newContext();
  contexts.push(context);
  return tab(context);
}

async function tab(context: BrowserContext): Promise<Page> {
  const page = await patientPage(context);
  page.on('pageerror', (error) => pageErrors.push(error.message));
  await page.goto(`http://${origin}/`);
  await page.waitForFunction(() => 'harness' in globalThis);
  return page;
}

/** The page built as the web app is, kept in memory: path to content. */
async function bundle(root: string): Promise<Map<string, string | Uint8Array>> {
  const built = await build({ root, configFile: false, logLevel: 'warn', build: { write: false } });
  const files = new Map<string, string | Uint8Array>();
  for (const output of [built].flat()) {
    if (!('output' in output)) continue;
    for (const file of output.output) {
      files.set(`/${file.fileName}`, file.type === 'chunk' ? file.code : file.source);
    }
  }
  return files;
}

function contentType(path: string): string {
  if (path.endsWith('.js')) return 'text/javascript';
  return path.endsWith('.html') ? 'text/html' : 'application/octet-stream';
}
