import { seededRandom } from '@bothy/protocols';
import { nodeClock, nodeTimers } from '@bothy/runtime/node';
import type { SensorState } from '@bothy/wire';
import { afterEach, expect, test } from 'vitest';
import { SensorHost, type SensorPlan } from './sensor-host.ts';

const registry = new URL('./testing/faulty-registry.ts', import.meta.url).href;
const hosts: SensorHost[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.stop();
});

interface Watched {
  readonly host: SensorHost;
  readonly counts: Map<string, number>;
  readonly states: Map<string, { state: SensorState; sentence: string | undefined }>;
  readonly history: string[];
  /** Resolves once it holds; asked after every reading and every change. */
  until(condition: () => boolean): Promise<void>;
}

function watch(faulty = true, inline = false): Watched {
  const counts = new Map<string, number>();
  const states = new Map<string, { state: SensorState; sentence: string | undefined }>();
  const history: string[] = [];
  let waits: { condition: () => boolean; resolve: () => void }[] = [];
  const check = (): void => {
    for (const { condition, resolve } of waits) if (condition()) resolve();
    waits = waits.filter(({ condition }) => !condition());
  };
  const host = new SensorHost({
    clock: nodeClock,
    timers: nodeTimers,
    random: seededRandom('host'),
    ...(faulty ? { registry } : {}),
    inline,
    read: (sensor) => {
      counts.set(sensor, (counts.get(sensor) ?? 0) + 1);
      check();
    },
    changed: (sensor, state, sentence) => {
      states.set(sensor, { state, sentence });
      history.push(`${sensor} ${state}`);
      check();
    },
  });
  hosts.push(host);
  return {
    ...{ host, counts, states, history },
    until: (condition) =>
      condition() ? Promise.resolve() : new Promise((resolve) => waits.push({ condition, resolve })),
  };
}

/** A good one is not given up because this machine has other work. */
const plan = (sensor: string, path: string, more: Partial<SensorPlan> = {}): SensorPlan => ({
  ...{ sensor, intervalMs: 100, timeoutMs: path === 'good' ? 60_000 : 300, driver: { kind: 'file', path } },
  ...more,
});

const good = Array.from({ length: 100 }, (_, at) => `good-${at}`);

test('[TD10] 100 sensors keep their interval beside ones that loop, hang, throw and end their process', async () => {
  const expected: Record<string, string> = {
    busy: 'hung: Its driver keeps its worker busy.',
    silent: 'hung: It has not answered within 0.3 s.',
    exits: 'failing: Its driver ended its worker.',
    'rejects-unheard': 'failing: Its driver crashed: unheard',
  };
  const { host, counts, states, until } = watch();
  for (const sensor of good) host.add(plan(sensor, 'good'));
  for (const how of ['busy', 'silent', 'throws', 'exits', 'rejects-unheard', 'leaks']) {
    host.add(plan(how, how, { alone: true }));
  }
  await until(() => good.every((sensor) => (counts.get(sensor) ?? 0) > 0));
  await until(() => states.size === 6);
  expect(states.get('throws')).toEqual({ state: 'failing', sentence: 'It is not plugged in.' });
  const before = new Map(counts);
  const startedMs = nodeClock.monoMs();
  const since = () => good.map((sensor) => (counts.get(sensor) ?? 0) - (before.get(sensor) ?? 0));
  // A loaded machine passes over some; one that is held up has none at all.
  await until(() => Math.min(...since()) >= 25);
  const intervals = (nodeClock.monoMs() - startedMs) / 100;
  expect(Math.max(...since())).toBeLessThanOrEqual(Math.ceil(intervals) + 2);
  await until(() => Object.keys(expected).every((how) => states.get(how)?.state !== undefined));
  for (const [how, words] of Object.entries(expected)) {
    expect(`${states.get(how)?.state}: ${states.get(how)?.sentence}`).toBe(words);
    expect(counts.has(how)).toBe(false);
  }
  expect(states.get('leaks')?.state).toMatch(/hung|failing/);
});

test('[TD11] one that takes the shared worker with it gets a worker of its own, and the others go on', async () => {
  const { host, counts, states, until, history } = watch();
  const others = good.slice(0, 20);
  for (const sensor of others) host.add(plan(sensor, 'good'));
  host.add(plan('culprit', 'busy', { timeoutMs: 60_000 }));
  await until(() => states.get('culprit')?.state === 'hung');
  expect(states.get('culprit')?.sentence).toBe('Its driver keeps its worker busy.');
  // More than the three that a second fall of the shared worker would let them have in its time.
  const before = new Map(counts);
  await until(() => others.every((sensor) => (counts.get(sensor) ?? 0) - (before.get(sensor) ?? 0) >= 40));
  expect(history.filter((line) => !line.startsWith('culprit'))).toEqual([]);
});

test.each([
  ['in a worker', false],
  ['in this thread', true],
])('[TD12] a read that never ends is given up, and its driver opened anew: %s', async (_, inline) => {
  const { host, until, history, counts } = watch(true, inline);
  // A second, lest the one that answers is given up as well on a busy machine.
  host.add(plan('once', `silent-once ${inline}`, { timeoutMs: 1_000 }));
  await until(() => (counts.get('once') ?? 0) >= 1);
  expect(history).toEqual(['once hung', 'once ok']);
});

test('[TD12] a slow one is waited for, not asked twice', async () => {
  const { host, until, counts, history } = watch();
  host.add(plan('slow', 'slow', { timeoutMs: 60_000 }));
  host.add(plan('quick', 'good'));
  await until(() => (counts.get('slow') ?? 0) >= 3);
  expect(counts.get('quick')).toBeGreaterThan(counts.get('slow') ?? 0);
  expect(history).toEqual([]);
});

test('[TD13] the interval can be changed, and a read asked for', async () => {
  const { host, until, counts } = watch();
  host.add(plan('lazy', 'good', { intervalMs: 86_400_000 }));
  await until(() => counts.get('lazy') === 1);
  expect(host.readNow('lazy')).toBe(true);
  await until(() => counts.get('lazy') === 2);
  expect(host.setInterval('lazy', 100)).toBe(true);
  await until(() => (counts.get('lazy') ?? 0) >= 5);
  expect([host.readNow('nobody'), host.setInterval('nobody', 100)]).toEqual([false, false]);
});

test.each([
  ['in its worker', false],
  ['in this thread', true],
])('[TD2] a simulated sensor %s is broken and mended; a real one is not', async (_, inline) => {
  const { host, until, counts } = watch(false, inline);
  const intervalMs = 100;
  const timeoutMs = 5_000;
  host.add({
    sensor: 't',
    intervalMs,
    timeoutMs,
    driver: { kind: 'simulated', profile: 'temperature', seed: 'x' },
  });
  host.add({ sensor: 'disk', intervalMs, timeoutMs, driver: { kind: 'host', measure: 'disk' } });
  await until(() => (counts.get('t') ?? 0) > 0 && (counts.get('disk') ?? 0) > 0);
  expect(await host.break('t', { name: 'fault', fault: 'dropout' })).toBe(true);
  const [silent = 0, disk = 0] = [counts.get('t'), counts.get('disk')];
  await until(() => (counts.get('disk') ?? 0) >= disk + 5);
  expect(counts.get('t')).toBe(silent);
  expect(await host.break('t', { name: 'reset' })).toBe(true);
  await until(() => (counts.get('t') ?? 0) > silent);
  expect(await host.break('disk', { name: 'fault', fault: 'stuck' })).toBe(false);
  expect(await host.break('nobody', { name: 'reset' })).toBe(false);
});
