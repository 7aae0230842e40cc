/** Plays a recording back: a CSV file, row by row or at the pace of its times, as often as wanted. */
import { readFile, stat } from 'node:fs/promises';
import { type CsvColumns, readCsv } from '../csv-column.ts';
import type { FileOptions } from '../driver-options.ts';
import type { DriverWorld, SensorDriver, SensorValue } from '../sensor-driver.ts';

/** Half a year of minutes, and what the memory of a worker holds. */
const mostBytes = 16 * 1024 * 1024;

export class FileDriver implements SensorDriver {
  readonly #options: FileOptions;
  readonly #world: DriverWorld;
  #rows: CsvColumns | undefined;
  #startedMs = 0;
  /** Rows that were given, over all rounds. */
  #given = 0;

  constructor(options: FileOptions, world: DriverWorld) {
    this.#options = options;
    this.#world = world;
  }

  async read(): Promise<SensorValue | undefined> {
    const { path, column, time, loop = true } = this.#options;
    if (this.#rows === undefined) {
      this.#rows = readCsv(await readText(path), column, time);
      this.#startedMs = this.#world.monoMs();
    }
    const { values, timesMs } = this.#rows;
    const due = timesMs === undefined ? this.#given + 1 : this.#rowsDue(timesMs);
    const last = loop ? due : Math.min(due, values.length);
    if (last <= this.#given) return undefined;
    // Rows that came and went between two reads are passed over, as a real sensor's values would be.
    this.#given = last;
    const value = values[(last - 1) % values.length];
    return value === undefined ? undefined : { value };
  }

  /** How many rows have come by now, over all rounds. */
  #rowsDue(timesMs: Float64Array): number {
    const { speed = 1 } = this.#options;
    const [first = 0, second = 0] = timesMs;
    const spanMs = (timesMs.at(-1) ?? 0) - first;
    // The last row lasts as long as the first.
    const roundMs = Math.max(1, spanMs + (second - first));
    const passedMs = (this.#world.monoMs() - this.#startedMs) * speed;
    const rounds = Math.floor(passedMs / roundMs);
    return rounds * timesMs.length + countUpTo(timesMs, first + (passedMs - rounds * roundMs));
  }
}

/** How many of the rising times are at most `ms`. */
function countUpTo(timesMs: Float64Array, ms: number): number {
  let [low, high] = [0, timesMs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((timesMs[middle] ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > mostBytes) throw new Error(`it is larger than ${mostBytes} bytes`);
    return await readFile(path, 'utf8');
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Error(`The file ${path} cannot be read: ${why}`);
  }
}
