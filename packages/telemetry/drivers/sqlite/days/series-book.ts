/** Sensors by small numbers, which stand in tables instead of their names. */
import type { EdgeId, SensorName } from '@bothy/wire';
import type { Connection } from './connection.ts';

export interface SeriesName {
  readonly edge: EdgeId;
  readonly sensor: SensorName;
}

export interface Series extends SeriesName {
  readonly number: number;
  /** As it was said last; empty when it never was. */
  readonly unit: string;
}

export class SeriesBook {
  readonly #connection: Connection;
  readonly #most: number;
  #byName = new Map<string, Series>();
  #byNumber = new Map<number, Series>();

  /** `most` sensors are taken. */
  constructor(connection: Connection, most: number) {
    this.#connection = connection;
    this.#most = most;
    this.reload();
  }

  /** As it is on the disk: after a transaction that was rolled back. */
  reload(): void {
    this.#byName = new Map();
    this.#byNumber = new Map();
    for (const [number, edge, sensor, unit] of this.#connection.all(
      'SELECT number, edge, sensor, unit FROM series ORDER BY number',
    )) {
      this.#set({ number: Number(number), edge: String(edge), sensor: String(sensor), unit: String(unit) });
    }
  }

  find({ edge, sensor }: SeriesName): Series | undefined {
    return this.#byName.get(`${edge}/${sensor}`);
  }

  byNumber(number: number): Series | undefined {
    return this.#byNumber.get(number);
  }

  /** In order of their numbers. */
  list(): Series[] {
    return [...this.#byNumber.values()];
  }

  /** Made when it is new, with a new unit when that is another; undefined when there are too many. Within a transaction. */
  take(name: SeriesName, unit: string): Series | undefined {
    const known = this.find(name);
    if (known === undefined && this.#byName.size >= this.#most) return undefined;
    if (known !== undefined && (unit === '' || unit === known.unit)) return known;
    const number = known?.number ?? Math.max(0, ...this.#lastNumber()) + 1;
    this.#connection.run(
      'INSERT OR REPLACE INTO series (number, edge, sensor, unit) VALUES (?, ?, ?, ?)',
      ...[number, name.edge, name.sensor, unit],
    );
    const series = { number, edge: name.edge, sensor: name.sensor, unit };
    this.#set(series);
    return series;
  }

  #lastNumber(): number[] {
    const row = this.#connection.get('SELECT max(number) FROM series');
    return row?.[0] == null ? [] : [Number(row[0])];
  }

  #set(series: Series): void {
    this.#byName.set(`${series.edge}/${series.sensor}`, series);
    this.#byNumber.set(series.number, series);
  }
}
