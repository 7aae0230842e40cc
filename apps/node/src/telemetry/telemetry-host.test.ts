/** A store that fails in the middle: nothing is promised that it did not take, and monitoring starts anew from what it has. */
import { nodeClock } from '@bothy/runtime/node';
import type { NodeInput } from '@bothy/telemetry/core';
import type { BusPublish, TelemetryBus } from '@bothy/telemetry/drivers/mqtt';
import type { TelemetryStore } from '@bothy/telemetry/drivers/sqlite';
import { MemoryTelemetryStore } from '@bothy/telemetry/drivers/sqlite/testing';
import { BothyError, type EdgeStatus } from '@bothy/wire';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { loneDirectory } from '../directory/directory-stage.ts';
import { TelemetryDesk } from './telemetry-desk.ts';
import { TelemetryHost } from './telemetry-host.ts';
import { TelemetryTimes } from './telemetry-times.ts';

/** A bus to nowhere, that notes what is said. */
class NotedBus implements TelemetryBus {
  readonly connected = true;
  readonly said: { readonly topic: string; readonly text: string; readonly options: BusPublish }[] = [];
  subscribe(): void {}
  async publish(topic: string, payload: Uint8Array | string, options: BusPublish): Promise<void> {
    this.said.push({ topic, text: String(payload), options });
  }
  onConnect(listener: () => void): void {
    listener();
  }
  onDisconnect(): void {}
  async stop(): Promise<void> {}
}

/** The disk of one node: what was committed stays, whatever became of who wrote it. */
function failingStore() {
  const store = new MemoryTelemetryStore(nodeClock.wallMs);
  const disk = { isFull: false, opened: 0, store };
  const open = async (): Promise<TelemetryStore> => {
    disk.opened += 1;
    if (disk.isFull) throw new BothyError('storage_failed', 'The disk is full.');
    return new Proxy(store, {
      get: (target, name) => {
        if (name === 'close') return async () => {};
        const value = Reflect.get(target, name);
        if (name !== 'commit') return typeof value === 'function' ? value.bind(target) : value;
        return (...[writes, done]: Parameters<TelemetryStore['commit']>): void => {
          if (disk.isFull) return done(new BothyError('storage_failed', 'The disk is full.'));
          target.commit(writes, done);
        };
      },
    });
  };
  return { disk, open };
}

async function openHost() {
  const { disk, open } = failingStore();
  const bus = new NotedBus();
  const host = await TelemetryHost.open({
    node: 'n1',
    bus,
    openStore: open,
    zoneOffset: () => 0,
    isAlone: true,
    directory: await loneDirectory('n1'),
    sharesOnlyBroker: () => false,
    notifier: () => ({ notify: () => {} }),
    enrolled: () => [],
    voice: { present: [], routes: () => {}, tell: async () => ({ ok: true }), stop: () => {} },
    times: new TelemetryTimes(),
    log: pino({ enabled: false }),
  });
  onTestFinished(() => host.stop());
  return { disk, bus, host };
}

const source = { from: { client: 'edge-1' }, isOurs: true };

function reading(seq: number): NodeInput {
  const stampMs = nodeClock.wallMs();
  const own = { node: 'edge-1', sensor: 'light', value: seq, stampMs, boot: 1, seq };
  return {
    kind: 'readings',
    readings: [{ reading: { ...own, event: false, eventType: null, hist: false }, ...source }],
  };
}

function status(last: number): NodeInput {
  const said: EdgeStatus = {
    v: 1,
    node: 'edge-1',
    state: 'online',
    boot: 1,
    boots: [{ boot: 1, last: { light: last } }],
  };
  return { kind: 'status', status: said, retained: false, ...source };
}

const promised = (bus: NotedBus): number =>
  Math.max(
    0,
    ...bus.said.flatMap(({ topic, text }) => {
      const match = topic === 'edge/edge-1/control' ? /"light":(\d+)/.exec(text) : null;
      return match === null ? [] : [Number(match[1])];
    }),
  );

test('what the disk refuses is not said to be stored; when there is room again it goes on from what it has', async () => {
  const { disk, bus, host } = await openHost();
  host.input(status(1));
  host.input(reading(1));
  host.input(status(1));
  await expect.poll(() => promised(bus)).toBe(1);
  expect(host.ready).toBe(true);
  disk.isFull = true;
  host.input(reading(2));
  await expect.poll(() => host.ready).toBe(false);
  expect(() => host.store).toThrow(expect.objectContaining({ code: 'rate_limited' }));
  await expect(host.calls.alarm('edge-1~light~x', 'ann', { name: 'unshelve' })).rejects.toMatchObject({
    code: 'rate_limited',
  });
  // Seen by who watches, and no more.
  expect(host.desk.model.sensor('edge-1', 'light')?.value).toBe(2);
  await expect.poll(() => disk.opened).toBeGreaterThan(2);
  expect(promised(bus)).toBe(1);
  disk.isFull = false;
  await expect.poll(() => host.ready).toBe(true);
  expect(host.cores.ingest.edge('edge-1')?.counts.stored).toBe(1);
  host.input({ kind: 'readings', readings: [] });
  host.input(reading(2));
  host.input(status(2));
  await expect.poll(() => promised(bus)).toBe(2);
  const query = { edge: 'edge-1', sensor: 'light', fromMs: 0, toMs: nodeClock.wallMs() + 1, points: 100 };
  expect((await host.store.series(query)).mean).toEqual([1, 2]);
});

test('a store that cannot be opened is told, makes the node not ready, and is tried again with the next question', async () => {
  const failed: unknown[] = [];
  let isBroken = true;
  let nowMs = 0;
  const desk = new TelemetryDesk(
    async () => {
      if (isBroken) throw new BothyError('database_corrupt', 'The file is damaged.');
      return (await openHost()).host;
    },
    (thrown) => failed.push(thrown),
    () => nowMs,
  );
  expect(desk.ready).toBe(true);
  desk.input(reading(1));
  await expect.poll(() => failed).toMatchObject([{ code: 'database_corrupt' }]);
  expect(desk.ready).toBe(false);
  // Every message that is heard would try it otherwise.
  desk.input(reading(1));
  nowMs += 10_000;
  desk.input(reading(1));
  await expect.poll(() => failed).toHaveLength(2);
  await expect(desk.host()).rejects.toMatchObject({ code: 'database_corrupt' });
  isBroken = false;
  const host = await desk.host();
  expect(desk.ready).toBe(true);
  // What was heard meanwhile was kept for it.
  await expect.poll(() => host.desk.model.sensor('edge-1', 'light')?.value).toBe(1);
});
