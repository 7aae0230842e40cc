import { seededRandom } from '@bothy/protocols';
import { nodeClock, nodeTimers } from '@bothy/runtime/node';
import type { SensorStatus } from '@bothy/wire';
import { afterEach, expect, test } from 'vitest';
import type { SensorSetup } from './config/index.ts';
import { SensorDesk } from './sensor-desk.ts';

const desks: SensorDesk[] = [];
afterEach(async () => {
  for (const desk of desks.splice(0)) await desk.stop();
});

type Sample = Parameters<ConstructorParameters<typeof SensorDesk>[0]['sampled']>[0];

function open(...sensors: SensorSetup[]) {
  const samples: Sample[] = [];
  const changes: SensorStatus[] = [];
  let waits: { condition: () => boolean; resolve: () => void }[] = [];
  const check = (): void => {
    const [met, unmet] = [
      waits.filter(({ condition }) => condition()),
      waits.filter(({ condition }) => !condition()),
    ];
    waits = unmet;
    for (const { resolve } of met) resolve();
  };
  const desk = new SensorDesk({
    ...{ sensors, clock: nodeClock, timers: nodeTimers, random: seededRandom('desk'), inline: true },
    sampled: (sample) => {
      samples.push(sample);
      check();
    },
    changed: (status) => {
      changes.push(status);
      check();
    },
  });
  desks.push(desk);
  desk.start();
  const until = (condition: () => boolean): Promise<void> =>
    condition() ? Promise.resolve() : new Promise((resolve) => waits.push({ condition, resolve }));
  const of = (name: string): Sample[] => samples.filter(({ sensor }) => sensor === name);
  return { desk, samples, changes, until, of };
}

const simulated = (
  sensor: string,
  profile: 'temperature' | 'light',
  more: Partial<SensorSetup> = {},
): SensorSetup => ({
  plan: {
    sensor,
    driver: { kind: 'simulated', profile, seed: sensor, mean: 20, swing: 0, noise: 0 },
    intervalMs: 100,
    timeoutMs: 5_000,
  },
  ...more,
});

test('values are converted, calibrated and stamped; the unit is that of the configuration', async () => {
  const { until, of, desk } = open(
    simulated('plain', 'temperature'),
    simulated('kelvin', 'temperature', { unit: 'K', offset: 1, digits: 2 }),
  );
  const before = Date.now();
  await until(() => of('plain').length > 0 && of('kelvin').length > 0);
  const [plain, kelvin] = [of('plain')[0], of('kelvin')[0]];
  expect(plain?.unit).toBe('°C');
  expect(kelvin?.unit).toBe('K');
  // The same seed would be the same weather: they differ by a degree or so, and by the units.
  expect(Math.abs((kelvin?.value ?? 0) - 273.15 - 1 - 20)).toBeLessThan(8);
  expect(plain?.stampMs).toBeGreaterThanOrEqual(before);
  expect(desk.statuses.map(({ sensor, unit, state }) => [sensor, unit, state])).toEqual([
    ['plain', '°C', 'ok'],
    ['kelvin', 'K', 'ok'],
  ]);
});

test('a unit that the sensor’s cannot become is told, and nothing is published', async () => {
  const { until, of, changes } = open(simulated('wrong', 'temperature', { unit: '%' }));
  await until(() => changes.length > 0);
  expect(changes[0]).toMatchObject({
    state: 'failing',
    sentence: '°C cannot become %: see "unit" and "from".',
  });
  expect(of('wrong')).toEqual([]);
});

test('commands: faults befall the sensors that they are about, and are shown until they are mended', async () => {
  const { desk, until, of } = open(simulated('t', 'temperature'), simulated('l', 'light'), {
    plan: { sensor: 'disk', driver: { kind: 'host', measure: 'disk' }, intervalMs: 60_000, timeoutMs: 5_000 },
  });
  await until(() => ['t', 'l', 'disk'].every((name) => of(name).length > 0));
  const faults = () => desk.statuses.map(({ fault }) => fault);
  expect(await desk.carryOut({ name: 'fault', fault: 'overheat' })).toEqual({
    ok: true,
    sentence: 't has the fault overheat.',
  });
  expect(faults()).toEqual(['overheat', undefined, undefined]);
  expect(await desk.carryOut({ name: 'fault', fault: 'stuck' })).toEqual({
    ok: true,
    sentence: 't, l have the fault stuck.',
  });
  expect((await desk.carryOut({ name: 'fault', fault: 'poorair' })).ok).toBe(false);
  expect(await desk.carryOut({ name: 'fault', fault: 'stuck', sensor: 'disk' })).toEqual({
    ok: false,
    sentence: 'Only simulated sensors can be broken, and there is none that this is about.',
  });
  expect(await desk.carryOut({ name: 'reset' })).toEqual({ ok: true, sentence: 't, l work again.' });
  expect(faults()).toEqual([undefined, undefined, undefined]);
});

test('commands: interval and read', async () => {
  const { desk, until, of } = open({
    plan: { sensor: 'disk', driver: { kind: 'host', measure: 'disk' }, intervalMs: 60_000, timeoutMs: 5_000 },
  });
  await until(() => of('disk').length === 1);
  expect(await desk.carryOut({ name: 'read' })).toEqual({ ok: true, sentence: 'disk is read.' });
  await until(() => of('disk').length === 2);
  expect(await desk.carryOut({ name: 'interval', sensor: 'disk', intervalMs: 100 })).toEqual({
    ok: true,
    sentence: 'disk is read every 0.1 s.',
  });
  expect(desk.statuses[0]?.intervalMs).toBe(100);
  await until(() => of('disk').length >= 4);
  expect(await desk.carryOut({ name: 'read', sensor: 'nobody' })).toEqual({
    ok: false,
    sentence: 'This edge has no sensor nobody.',
  });
});
