/** What this machine says of itself: how warm and how busy it is, and what is left of memory and disk. */
import { readdir, readFile, statfs } from 'node:fs/promises';
import { availableParallelism, cpus, freemem, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import type { HostMeasure, HostOptions } from '../driver-options.ts';
import type { SensorDriver, SensorValue } from '../sensor-driver.ts';

export class HostDriver implements SensorDriver {
  readonly #options: HostOptions;
  #temperatureFile: string | undefined;
  #lastTimes: CpuTimes | undefined;

  constructor(options: HostOptions) {
    this.#options = options;
  }

  async read(): Promise<SensorValue | undefined> {
    const { measure, path = '/', root = '/sys' } = this.#options;
    switch (measure) {
      case 'temperature':
        this.#temperatureFile ??= await findTemperature(root);
        if (this.#temperatureFile === undefined) throw new Error('This machine shows no temperature.');
        return { value: Number(await readFile(this.#temperatureFile, 'utf8')) / 1_000, unit: '°C' };
      case 'cpu':
        return this.#cpu();
      case 'load':
        // Per core, so that 1 means "as much as it can" on any machine.
        return { value: round((loadavg()[0] ?? 0) / availableParallelism(), 2) };
      case 'memory': {
        const free = (await availableBytes()) ?? freemem();
        return { value: round(100 * (1 - free / totalmem()), 1), unit: '%' };
      }
      case 'disk': {
        const { bavail, blocks, bfree } = await statfs(path);
        // As df counts: what is kept for the administrator is neither used nor free.
        const used = blocks - bfree;
        return { value: round((100 * used) / Math.max(1, used + bavail), 1), unit: '%' };
      }
    }
  }

  /** The share of time that processors were busy since the last read; at the first since the machine started. */
  #cpu(): SensorValue {
    const times = cpuTimes();
    const { busy, all } = this.#lastTimes ?? { busy: 0, all: 0 };
    this.#lastTimes = times;
    return { value: round((100 * (times.busy - busy)) / Math.max(1, times.all - all), 1), unit: '%' };
  }
}

/** The measures that this machine has. */
export async function hostMeasuresHere(root = '/sys'): Promise<readonly HostMeasure[]> {
  const isWarm = (await findTemperature(root)) !== undefined;
  return [...(isWarm ? (['temperature'] as const) : []), 'cpu', 'memory', 'disk'];
}

interface CpuTimes {
  readonly busy: number;
  readonly all: number;
}

function cpuTimes(): CpuTimes {
  let [busy, all] = [0, 0];
  for (const { times } of cpus()) {
    const sum = times.user + times.nice + times.sys + times.irq;
    busy += sum;
    all += sum + times.idle;
  }
  return { busy, all };
}

/** What programs could still have: Linux uses nearly all of its memory for files, and gives it back. */
async function availableBytes(): Promise<number | undefined> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const found = /^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1];
  return found === undefined ? undefined : Number(found) * 1_024;
}

/** Chips and zones that are the processor's, the best first; without any of them the first zone that there is. */
const processorNames = [
  'x86_pkg_temp',
  'coretemp',
  'k10temp',
  'zenpower',
  'cpu-thermal',
  'cpu_thermal',
  'soc-thermal',
];

/** The file with the processor's temperature in thousandths of a degree. */
async function findTemperature(root: string): Promise<string | undefined> {
  const candidates = [
    ...(await named(join(root, 'class', 'thermal'), /^thermal_zone\d+$/, 'type', 'temp')),
    ...(await named(join(root, 'class', 'hwmon'), /^hwmon\d+$/, 'name', 'temp1_input')),
  ];
  const rank = (name: string): number => {
    const place = processorNames.indexOf(name);
    return place === -1 ? processorNames.length : place;
  };
  for (const { file } of candidates.sort((a, b) => rank(a.name) - rank(b.name))) {
    // Some zones exist and cannot be read.
    const value = Number(await readFile(file, 'utf8').catch(() => Number.NaN));
    if (value > -100_000 && value < 200_000 && value !== 0) return file;
  }
  return undefined;
}

async function named(
  folder: string,
  pattern: RegExp,
  nameFile: string,
  valueFile: string,
): Promise<{ name: string; file: string }[]> {
  const entries = await readdir(folder).catch(() => []);
  const devices = entries.filter((entry) => pattern.test(entry)).sort();
  return Promise.all(
    devices.map(async (device) => {
      const name = await readFile(join(folder, device, nameFile), 'utf8').catch(() => '');
      return { name: name.trim(), file: join(folder, device, valueFile) };
    }),
  );
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
