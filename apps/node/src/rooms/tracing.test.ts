/** A message is followed over real nodes: by a collector, and by the logs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { httpRequest } from '@bothy/testkit';
import { expect, test } from 'vitest';
import { openCollector } from '../../testing/otlp-collector.ts';
import { joinRoom, openRoom } from '../../testing/room-client.ts';
import { joined, nodeFixture } from '../../testing/running-node.ts';
import type { ConfigTexts, RunningNode } from '../index.ts';

const { start, folder } = nodeFixture();
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const clientSpan = '00f067aa0ba902b7';
const traceparent = `00-${traceId}-${clientSpan}-01`;

async function pair(flags: ConfigTexts): Promise<[RunningNode, RunningNode]> {
  const one = await start({ ...flags, id: 'n1' });
  const other = await start({ ...flags, id: 'n2', join: one.clusterAddress });
  await joined(one, other);
  return [one, other];
}

/** Lines of a node's log, as they are now. */
function logLines(node: RunningNode): { readonly [field: string]: unknown }[] {
  const text = readFileSync(join(node.dataFolder, 'node.log'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

test('one trace leads from the client over its node to the administrator and to the members of both', async () => {
  const collector = await openCollector();
  const [one, two] = await pair({ otlp: collector.url });
  const { client: ann, room } = await openRoom(one, 'ann');
  const ben = await joinRoom(two, 'ben', room);
  await ben.call('room.send', { room, messageId: 'm-1', body: 'Who fetches wood?', traceparent });
  for (const each of [ann, ben]) await each.until(({ method }) => method === 'room.message');

  const ofTrace = () => collector.spans.filter((span) => span.traceId === traceId);
  await expect.poll(() => ofTrace().length).toBe(5);
  const spanOf = (node: string, name: string) => {
    const found = ofTrace().find((span) => span.node === node && span.name === name);
    if (found === undefined) throw new Error(`${node} made no span ${name}`);
    return found;
  };
  const call = spanOf('n2', 'room.send');
  const forward = spanOf('n2', 'room.forward send');
  const order = spanOf('n1', 'room.order send');
  expect(call.parentSpanId).toBe(clientSpan);
  expect(forward.parentSpanId).toBe(call.spanId);
  expect(order.parentSpanId).toBe(forward.spanId);
  for (const node of ['n1', 'n2']) expect(spanOf(node, 'room.deliver').parentSpanId).toBe(order.spanId);
  expect(new Set(ofTrace().map(({ spanId }) => spanId)).size).toBe(5);
  for (const { startTimeUnixNano, endTimeUnixNano } of ofTrace()) {
    expect(BigInt(endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(startTimeUnixNano));
  }
  expect(JSON.stringify(collector.spans)).not.toContain('wood');
});

test('a room of the own node has no forward, and a trace begins without a client that asks', async () => {
  const collector = await openCollector();
  const node = await start({ otlp: collector.url });
  const { client, room } = await openRoom(node, 'ann');
  await client.call('room.send', { room, messageId: 'm-1', body: 'I do.' });
  const named = (name: string) => collector.spans.find((span) => span.name === name);
  await expect.poll(() => named('room.deliver')?.traceId).toBeDefined();
  await expect.poll(() => named('room.send')?.traceId).toBeDefined();
  const call = named('room.send');
  const order = named('room.order send');
  expect(call?.parentSpanId).toBeUndefined();
  expect(order).toMatchObject({ traceId: call?.traceId, parentSpanId: call?.spanId });
  // The first one may have been of the beginning of the room.
  const deliveries = () => collector.spans.filter(({ name }) => name === 'room.deliver');
  await expect.poll(deliveries).toContainEqual(expect.objectContaining({ parentSpanId: order?.spanId }));
  expect(collector.spans.some(({ name }) => name.startsWith('room.forward'))).toBe(false);

  await httpRequest(`${node.webUrl}/api/v1/rooms`, { headers: { traceparent } });
  await expect.poll(() => named('rest list')?.traceId).toBe(traceId);
  expect(named('rest list')?.parentSpanId).toBe(clientSpan);
});

test('without a collector the trace id is in the logs of all nodes where debug is on', async () => {
  const [one, two] = await pair({ 'log-level': 'warn,rooms=debug' });
  const { client: ann, room } = await openRoom(one, 'ann');
  const ben = await joinRoom(two, 'ben', room);
  await ben.call('room.send', { room, messageId: 'm-1', body: 'Who fetches wood?', traceparent });
  await ann.until(({ method }) => method === 'room.message');
  const found = (node: RunningNode) => logLines(node).filter(({ trace }) => trace === traceId);
  await expect.poll(() => [found(one).length, found(two).length]).toEqual([2, 3]);
  expect(found(one).map(({ msg, area }) => `${area} ${msg}`)).toEqual([
    'rooms room.order send',
    'rooms room.deliver',
  ]);
  expect(new Set(found(two).map(({ msg }) => msg))).toEqual(
    new Set(['room.forward send', 'room.send', 'room.deliver']),
  );
});

test('a node without collector and debug makes no ids', async () => {
  const node = await start();
  const { client, room } = await openRoom(node, 'ann');
  await client.call('room.send', { room, messageId: 'm-1', body: 'I do.', traceparent });
  expect(readFileSync(join(node.dataFolder, 'node.log'), 'utf8')).not.toContain('trace');
});

test('OpenTelemetry’s exporter is loaded by a node that has a collector, and by no other', async () => {
  // The metrics use its small API in any case.
  const hook = `import { registerHooks } from 'node:module';
    import { isMainThread } from 'node:worker_threads';
    let loaded = 0;
    registerHooks({ load(url, context, next) { loaded += Number(/sdk-trace|otlp-/.test(url)); return next(url, context); } });
    if (isMainThread) process.on('exit', () => console.error('loaded ' + loaded));`;
  const program = fileURLToPath(new URL('../../testing/node-process.ts', import.meta.url));
  const modules = async (more: ConfigTexts): Promise<number> => {
    const flags = { http: '0', mqtt: '0', cluster: '0', data: folder(), ...more };
    const args = [
      '--import',
      `data:text/javascript,${encodeURIComponent(hook)}`,
      program,
      JSON.stringify(flags),
    ];
    const child = spawn(process.execPath, [...args, 'once']);
    let errors = '';
    child.stderr.on('data', (text: Buffer) => {
      errors += text.toString();
    });
    await once(child, 'close');
    return Number(/loaded (\d+)/.exec(errors)?.[1]);
  };
  expect(await modules({})).toBe(0);
  expect(await modules({ otlp: 'http://127.0.0.1:9' })).toBeGreaterThan(5);
});

test('a collector that refuses is logged once, and once more when it takes traces again', async () => {
  const collector = await openCollector();
  collector.status = 400;
  const node = await start({ otlp: collector.url });
  const { client, room } = await openRoom(node, 'ann');
  const lines = () => logLines(node).filter(({ area }) => area === 'traces');
  for (let round = 1; round <= 2; round += 1) {
    const before = collector.requests;
    await client.call('room.send', { room, messageId: `m-${round}`, body: 'I do.' });
    await expect.poll(() => collector.requests).toBeGreaterThan(before);
  }
  collector.status = 200;
  let round = 3;
  // A breaker may leave it alone for some seconds: what is said meanwhile is lost as well.
  const linesAfterOneMore = async () => {
    await client.call('room.send', { room, messageId: `m-${round++}`, body: 'I do.' });
    return lines().length;
  };
  await expect.poll(linesAfterOneMore, { interval: 500 }).toBe(2);
  expect(lines().map(({ level }) => level)).toEqual([40, 30]);
  const { text } = await httpRequest(`${node.webUrl}/metrics`);
  expect(text).toMatch(/bothy_trace_spans_total\{outcome="lost"\} [1-9]/);
  expect(text).toMatch(/bothy_trace_spans_total\{outcome="exported"\} [1-9]/);
});

test('a collector that never answers holds up neither sends nor the stop', async () => {
  const collector = await openCollector();
  collector.status = 0;
  const node = await start({ otlp: collector.url });
  const { client, room } = await openRoom(node, 'ann');
  await expect.poll(() => collector.requests).toBeGreaterThan(0);
  const answer = await client.call('room.send', { room, messageId: 'm-1', body: 'I do.' });
  expect(answer).toMatchObject({ duplicate: false });
  const startedMs = performance.now();
  await node.stop();
  // The exporter would wait for five.
  expect(performance.now() - startedMs).toBeLessThan(4_500);
});
