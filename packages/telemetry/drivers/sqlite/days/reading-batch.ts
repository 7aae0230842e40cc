/** Readings of one commit as columns: copying one object each to the thread would cost more than storing it. */
import type { StoredReading } from '../../../core/ingest/records.ts';

export interface ReadingBatch {
  /** Twice the place in `names` of all batches so far, and 1 more for a plain device. */
  readonly sensors: Uint32Array;
  readonly stamps: Float64Array;
  readonly values: Float64Array;
  readonly notes: readonly (readonly [index: number, json: string])[];
  /** Sensors that no batch before had, or that say another unit: place, edge, sensor, unit. */
  readonly names: readonly (readonly [place: number, edge: string, sensor: string, unit: string])[];
}

interface Known {
  readonly place: number;
  unit: string;
}

/** Bounded by what ingest lets through; beyond, names are told anew. */
const mostNames = 200_000;

export class BatchMaker {
  #places = new Map<string, Map<string, Known>>();
  #count = 0;

  make(readings: readonly StoredReading[]): ReadingBatch {
    const sensors = new Uint32Array(readings.length);
    const stamps = new Float64Array(readings.length);
    const values = new Float64Array(readings.length);
    const notes: [number, string][] = [];
    const names: [number, string, string, string][] = [];
    if (this.#count > mostNames) this.#restart();
    for (let i = 0; i < readings.length; i++) {
      const reading = readings[i] as StoredReading;
      const { edge, sensor, unit, quality, extra } = reading;
      const known = this.#known(edge, sensor);
      if (known === undefined || (unit !== undefined && unit !== known.unit)) {
        const place = known?.place ?? this.#add(edge, sensor, unit ?? '');
        if (known !== undefined) known.unit = unit ?? '';
        names.push([place, edge, sensor, unit ?? '']);
        sensors[i] = place * 2;
      } else {
        sensors[i] = known.place * 2;
      }
      if (reading.seq === null) sensors[i] = (sensors[i] ?? 0) + 1;
      stamps[i] = Math.round(reading.stampMs);
      values[i] = reading.value;
      if (quality !== undefined || extra !== undefined) notes.push([i, JSON.stringify({ quality, extra })]);
    }
    return { sensors, stamps, values, notes, names };
  }

  #restart(): void {
    this.#places = new Map();
    this.#count = 0;
  }

  #known(edge: string, sensor: string): Known | undefined {
    return this.#places.get(edge)?.get(sensor);
  }

  #add(edge: string, sensor: string, unit: string): number {
    let sensors = this.#places.get(edge);
    if (sensors === undefined) {
      sensors = new Map();
      this.#places.set(edge, sensors);
    }
    const place = this.#count++;
    sensors.set(sensor, { place, unit });
    return place;
  }
}
