import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { nodeClock } from '@bothy/runtime/node';
import { freePort, temporaryFolder } from '@bothy/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DriverOptions } from './driver-options.ts';
import { openDriver } from './driver-registry.ts';
import { hostMeasuresHere } from './kinds/host.ts';
import type { SensorDriver } from './sensor-driver.ts';
import { driverContract } from './testing/driver-contract.ts';
import { isRunning, numberIn } from './testing/other-processes.ts';

const folder = temporaryFolder();
const live = new AbortController().signal;
let server: Server;
let port = 0;
let closedPort = 0;
const answers = new Map<string, string>();

beforeAll(async () => {
  closedPort = await freePort();
  server = createServer((request, answer) => {
    const text = answers.get(request.url ?? '');
    if (request.url === '/never') return;
    if (request.url === '/endless') {
      const more = (): void => {
        while (answer.write('x'.repeat(65_536)));
        answer.once('drain', more);
      };
      return more();
    }
    answer.statusCode = text === undefined ? 404 : 200;
    answer.end(text);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
  answers
    .set('/json', '{"main":{"temp":"21.5"},"list":[{"v":7}]}')
    .set('/plain', '42.5\n')
    .set('/odd', '<html>');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  folder.remove();
});

/** Plants files below the folder and returns where. */
function plant(at: string, files: Readonly<Record<string, string>>): string {
  const home = join(folder.path, at);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(home, name, '..'), { recursive: true });
    writeFileSync(join(home, name), text);
  }
  return home;
}

const open = (options: DriverOptions): Promise<SensorDriver> => openDriver(options, nodeClock);
const readingOf = async (options: DriverOptions) => (await open(options)).read(live);
const failureOf = (options: DriverOptions): Promise<string> =>
  readingOf(options).then(
    (value) => `no failure: ${JSON.stringify(value)}`,
    (thrown: Error) => thrown.message,
  );

const sys = plant('sys', {
  'class/thermal/thermal_zone0/type': 'acpitz\n',
  'class/thermal/thermal_zone0/temp': '16800\n',
  'class/thermal/thermal_zone1/type': 'x86_pkg_temp\n',
  'class/thermal/thermal_zone1/temp': '47000\n',
});
const iio = plant('iio', {
  'iio:device0/name': 'bme280\n',
  'iio:device0/in_temp_input': '23410\n',
  'iio:device0/in_pressure_input': '101.325\n',
  'iio:device0/in_humidityrelative_input': '45120\n',
  'iio:device1/name': 'ads1015\n',
  'iio:device1/in_voltage0_raw': '1000\n',
  'iio:device1/in_voltage_scale': '2.0\n',
  'iio:device1/in_voltage0_offset': '-100\n',
});
const hwmon = plant('hwmon', {
  'hwmon0/name': 'nvme\n',
  'hwmon0/temp1_input': '33850\n',
  'hwmon1/name': 'coretemp\n',
  'hwmon1/temp1_input': '51000\n',
  'hwmon1/temp1_label': 'Package id 0\n',
  'hwmon1/fan1_input': '1200\n',
});
const csv = plant('csv', {
  'plain.csv': '1\n2\n3\n',
  'named.csv':
    'time;value;other\n2026-01-01T00:00:00Z;1,5;9\n2026-01-01T00:00:10Z;2,5;8\n2026-01-01T00:00:20Z;bad;7\n2026-01-01T00:00:30Z;4,5;6\n',
  'quoted.csv': '"a ""name"", with commas",value\n"x,y",5\n',
  'empty.csv': 'value\n',
});

describe('[TD1, TD2] simulated', () => {
  driverContract('simulated', { open: () => open({ kind: 'simulated', profile: 'light', seed: 's' }) });

  test('[TD2] faults come and go on command', async () => {
    const driver = await open({ kind: 'simulated', profile: 'temperature', seed: 's' });
    const first = (await driver.read(live))?.value ?? 0;
    driver.break?.({ name: 'fault', fault: 'dropout' });
    expect(await driver.read(live)).toBeUndefined();
    driver.break?.({ name: 'fault', fault: 'stuck' });
    expect((await driver.read(live))?.value).toBe(first);
    driver.break?.({ name: 'reset' });
    expect((await driver.read(live))?.unit).toBe('°C');
  });

  test('[TD2] the same seed and the same clock give the same values, own means shift them', async () => {
    const world = { wallMs: () => Date.UTC(2026, 10, 20, 12), monoMs: () => 0 };
    const values = await Promise.all(
      [22, 22, 52].map(async (mean) => {
        const driver = await openDriver(
          { kind: 'simulated', profile: 'temperature', seed: 'a', mean },
          world,
        );
        return (await driver.read(live))?.value ?? 0;
      }),
    );
    expect(values[0]).toBe(values[1]);
    expect((values[2] ?? 0) - (values[0] ?? 0)).toBeCloseTo(30, 1);
  });
});

describe('[TD1, TD3] host', () => {
  for (const measure of ['cpu', 'load', 'memory', 'disk'] as const) {
    driverContract(`host ${measure}`, { open: () => open({ kind: 'host', measure }) });
  }
  driverContract('host temperature', {
    open: () => open({ kind: 'host', measure: 'temperature', root: sys }),
    openBroken: () => open({ kind: 'host', measure: 'temperature', root: csv }),
  });

  test('[TD3] the temperature is the processor’s where there are several, and shares are shares', async () => {
    expect(await readingOf({ kind: 'host', measure: 'temperature', root: sys })).toEqual({
      value: 47,
      unit: '°C',
    });
    for (const measure of ['cpu', 'memory', 'disk'] as const) {
      const value = (await readingOf({ kind: 'host', measure }))?.value ?? -1;
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(100);
    }
    expect(await hostMeasuresHere(sys)).toContain('temperature');
    expect(await hostMeasuresHere(csv)).toEqual(['cpu', 'memory', 'disk']);
  });
});

describe('[TD1, TD4] file', () => {
  driverContract('file', {
    open: () => open({ kind: 'file', path: join(csv, 'plain.csv') }),
    openBroken: () => open({ kind: 'file', path: join(csv, 'nowhere.csv') }),
  });

  async function playOf(
    options: Omit<Extract<DriverOptions, { kind: 'file' }>, 'kind'>,
    timesMs: readonly number[],
  ) {
    let nowMs = 5_000;
    const world = { wallMs: () => 0, monoMs: () => nowMs };
    const driver = await openDriver({ kind: 'file', ...options }, world);
    const values: (number | undefined)[] = [];
    for (const ms of timesMs) {
      nowMs = 5_000 + ms;
      values.push((await driver.read(live))?.value);
    }
    return values;
  }

  test('[TD4] row by row, again and again, or once', async () => {
    const path = join(csv, 'plain.csv');
    expect(await playOf({ path }, [0, 1, 2, 3, 4])).toEqual([1, 2, 3, 1, 2]);
    expect(await playOf({ path, loop: false }, [0, 1, 2, 3])).toEqual([1, 2, 3, undefined]);
  });

  test('[TD4] at the pace of its times, or faster; rows that came between two reads are passed over', async () => {
    const path = join(csv, 'named.csv');
    const times = [0, 5_000, 10_000, 29_000, 30_000, 39_999, 40_000, 80_000];
    expect(await playOf({ path, time: 'time' }, times)).toEqual([
      1.5,
      undefined,
      2.5,
      undefined,
      4.5,
      undefined,
      1.5,
      1.5,
    ]);
    expect(await playOf({ path, time: 1, column: 'other', speed: 10 }, [0, 1_000, 3_000, 9_000])).toEqual([
      9, 8, 6, 8,
    ]);
    expect(await playOf({ path, time: 'time', loop: false }, [0, 1e9, 2e9])).toEqual([1.5, 4.5, undefined]);
  });

  test('[TD4] quoted cells, and sentences for files that do not fit', async () => {
    expect(await readingOf({ kind: 'file', path: join(csv, 'quoted.csv') })).toEqual({ value: 5 });
    expect(await failureOf({ kind: 'file', path: join(csv, 'named.csv'), column: 'temp' })).toBe(
      'The file has no column temp. It has time, value, other.',
    );
    expect(await failureOf({ kind: 'file', path: join(csv, 'empty.csv') })).toMatch(/no row with a number/);
    expect(await failureOf({ kind: 'file', path: csv })).toMatch(/cannot be read/);
  });
});

describe('[TD1, TD5] http', () => {
  const url = (path: string): string => `http://127.0.0.1:${port}${path}`;
  driverContract('http', {
    open: () => open({ kind: 'http', url: url('/json'), path: 'main.temp' }),
    openBroken: () => open({ kind: 'http', url: `http://127.0.0.1:${closedPort}/` }),
  });

  test('[TD5] a number by its path, or a bare one', async () => {
    expect(await readingOf({ kind: 'http', url: url('/json'), path: 'list[0]["v"]' })).toEqual({ value: 7 });
    expect(await readingOf({ kind: 'http', url: url('/plain') })).toEqual({ value: 42.5 });
  });

  test('[TD5] a server that answers something else, too much or nothing', async () => {
    expect(await failureOf({ kind: 'http', url: url('/none') })).toBe('The server answers 404.');
    expect(await failureOf({ kind: 'http', url: url('/odd') })).toBe('The answer is no JSON: <html>');
    expect(await failureOf({ kind: 'http', url: url('/json'), path: 'main.x' })).toBe(
      'The answer has no "x".',
    );
    expect(await failureOf({ kind: 'http', url: url('/json'), path: 'list' })).toMatch(/no number there/);
    expect(await failureOf({ kind: 'http', url: url('/endless') })).toMatch(/larger than/);
    expect(await failureOf({ kind: 'http', url: url('/json'), path: 'a..b]' })).toMatch(/is no path/);
    const driver = await open({ kind: 'http', url: url('/never') });
    const abort = new AbortController();
    const given = driver.read(abort.signal);
    abort.abort();
    await expect(given).rejects.toThrow(/cannot be reached/);
  });
});

describe('[TD1, TD6] command', () => {
  const sh = (script: string) => ({ kind: 'command', command: ['/bin/sh', '-c', script] }) as const;
  driverContract('command', {
    open: () => open(sh('echo 12.5')),
    openBroken: () => open({ kind: 'command', command: ['/nowhere/bothy-sensor'] }),
  });

  test('[TD6] the first number, one that is matched, or one in JSON', async () => {
    expect(await readingOf(sh('echo "temp=-4.5C hum=3"'))).toEqual({ value: -4.5 });
    expect(await readingOf({ ...sh('echo "temp=-4.5C hum=3"'), match: 'hum=(\\d+)' })).toEqual({ value: 3 });
    expect(await readingOf({ ...sh(`echo '{"a":[1,{"b":8}]}'`), path: 'a[1].b' })).toEqual({ value: 8 });
  });

  test('[TD6] one that fails, says nothing or too much', async () => {
    expect(await failureOf(sh('echo no such bus >&2; exit 3'))).toBe('/bin/sh ended with 3: no such bus');
    expect(await failureOf(sh('echo nothing'))).toMatch(/^No number was found/);
    expect(await failureOf(sh('yes'))).toMatch(/prints more than/);
  });

  test('[TD6] one that is given up is ended with all that it has started', async () => {
    const mark = join(folder.path, 'child');
    const driver = await open(sh(`sleep 600 & echo $! > ${mark}.new; mv ${mark}.new ${mark}; wait`));
    const abort = new AbortController();
    const given = driver.read(abort.signal);
    const pid = await numberIn(mark);
    expect(isRunning(pid)).toBe(true);
    abort.abort();
    await expect(given).rejects.toThrow(/takes too long/);
    while (isRunning(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
  });
});

describe('[TD1, TD7] linux-iio', () => {
  driverContract('linux-iio', {
    open: () => open({ kind: 'linux-iio', device: 'bme280', channel: 'temp', root: iio }),
    openBroken: () => open({ kind: 'linux-iio', device: 'sht31', channel: 'temp', root: iio }),
  });

  test('[TD7] what the kernel says, in the units that people use', async () => {
    const of = (device: string, channel: string) =>
      readingOf({ kind: 'linux-iio', device, channel, root: iio });
    expect(await of('bme280', 'temp')).toEqual({ value: expect.closeTo(23.41, 9), unit: '°C' });
    expect(await of('iio:device0', 'humidityrelative')).toEqual({
      value: expect.closeTo(45.12, 9),
      unit: '%',
    });
    expect(await of('bme280', 'pressure')).toEqual({ value: expect.closeTo(1013.25, 9), unit: 'hPa' });
    expect(await of('ads1015', 'voltage0')).toEqual({ value: expect.closeTo(1.8, 9), unit: 'V' });
    expect(await failureOf({ kind: 'linux-iio', device: 'sht31', channel: 'temp', root: iio })).toMatch(
      /There are bme280, ads1015\.$/,
    );
    expect(await failureOf({ kind: 'linux-iio', device: 'bme280', channel: 'light', root: iio })).toMatch(
      /in_light_raw cannot be read \(ENOENT\)/,
    );
  });
});

describe('[TD1, TD8] hwmon', () => {
  driverContract('hwmon', {
    open: () => open({ kind: 'hwmon', chip: 'coretemp', input: 'temp1', root: hwmon }),
    openBroken: () => open({ kind: 'hwmon', chip: 'coretemp', input: 'temp9', root: hwmon }),
  });

  test('[TD8] by chip and input, or by its label', async () => {
    const of = (chip: string, input: string) => readingOf({ kind: 'hwmon', chip, input, root: hwmon });
    expect(await of('coretemp', 'Package id 0')).toEqual({ value: 51, unit: '°C' });
    expect(await of('hwmon0', 'temp1')).toEqual({ value: expect.closeTo(33.85, 9), unit: '°C' });
    expect(await of('coretemp', 'fan1')).toEqual({ value: 1200, unit: 'rpm' });
    expect(await failureOf({ kind: 'hwmon', chip: 'coretemp', input: 'in0', root: hwmon })).toMatch(
      /It has fan1, temp1\.$/,
    );
  });

  test('[TD8] one that goes and comes back under another number is found again', async () => {
    const root = plant('moving', { 'hwmon3/name': 'dht\n', 'hwmon3/temp1_input': '1000\n' });
    const driver = await open({ kind: 'hwmon', chip: 'dht', input: 'temp1', root });
    expect((await driver.read(live))?.value).toBe(1);
    plant('moving', {
      'hwmon3/name': 'other\n',
      'hwmon3/temp1_input': '\n',
      'hwmon4/name': 'dht\n',
      'hwmon4/temp1_input': '2000\n',
    });
    await expect(driver.read(live)).rejects.toThrow(/has no number/);
    expect((await driver.read(live))?.value).toBe(2);
  });
});
