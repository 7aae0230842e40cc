/**
 * A store in memory: slow and obvious, for tests. It keeps every reading as it came and sums up when it is asked. Of
 * itself it drops nothing: days that are too old are refused as a real one does, and gone only by `dropDay`.
 */
import {
  type AlarmEntry,
  type AlarmId,
  alarmLimits,
  BothyError,
  type EdgeId,
  type Reading,
  type ReadingsQuery,
  type ReadingsSeries,
  type SensorName,
} from '@bothy/wire';
import type { StoredReading } from '../../../core/ingest/records.ts';
import type { TelemetryWrite } from '../../../core/store-writes.ts';
import { emptyTelemetry, storedTelemetry } from '../loaded-telemetry.ts';
import {
  put,
  type RecordKind,
  type RecordWrite,
  recordKinds,
  recordWrites,
} from '../records/record-writes.ts';
import type {
  CommitDone,
  ScanRange,
  StoredDay,
  StoredSensor,
  StoredTelemetry,
  StoreSizes,
  TelemetryStore,
} from '../telemetry-store.ts';
import type { LoadedRecords } from '../worker-messages.ts';
import { obviousSeries } from './obvious-series.ts';

const dayMs = 86_400_000;
const dayOf = (ms: number): number => Math.floor(ms / dayMs);
const nameOf = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);

export class MemoryTelemetryStore implements TelemetryStore {
  readonly #wallMs: () => number;
  readonly #rawDays: number;
  /** In order of arrival. */
  #readings: StoredReading[] = [];
  readonly #units = new Map<string, StoredSensor>();
  readonly #dropped = new Set<number>();
  readonly #records = new Map<string, RecordWrite & { readonly op: 'put' }>();
  #entries: AlarmEntry[] = [];
  #isTouched = false;

  constructor(wallMs: () => number, rawDays = 30) {
    this.#wallMs = wallMs;
    this.#rawDays = rawDays;
  }

  commit(writes: readonly TelemetryWrite[], done: CommitDone): void {
    this.#isTouched = true;
    const lacking = new Map<EdgeId, { doubles: number; refused: number }>();
    for (const write of writes) {
      if (write.kind === 'putReadings') this.#take(write.readings, lacking);
      for (const record of recordWrites(write)) this.#write(record);
    }
    done(
      undefined,
      [...lacking].map(([edge, counts]) => ({ edge, ...counts })),
    );
  }

  #take(
    readings: readonly StoredReading[],
    lacking: Map<EdgeId, { doubles: number; refused: number }>,
  ): void {
    const days = [...readings, ...this.#readings].map(({ stampMs }) => dayOf(stampMs));
    const latest = days.reduce((a, b) => Math.max(a, b), Math.max(-Infinity, ...this.#dropped));
    const first = Math.min(dayOf(this.#wallMs()), latest) - this.#rawDays;
    for (const reading of readings) {
      const { edge, sensor, stampMs, value, unit } = reading;
      const counts = lacking.get(edge) ?? { doubles: 0, refused: 0 };
      const isDouble = this.#readings.some(
        (each) =>
          each.edge === edge && each.sensor === sensor && each.stampMs === stampMs && each.value === value,
      );
      if (dayOf(stampMs) < first || this.#dropped.has(dayOf(stampMs))) counts.refused += 1;
      else if (reading.seq === null && isDouble) counts.doubles += 1;
      else {
        this.#readings.push(reading);
        const known = this.#units.get(`${edge}/${sensor}`);
        if (known === undefined || unit !== undefined) {
          this.#units.set(`${edge}/${sensor}`, { edge, sensor, ...(unit === undefined ? {} : { unit }) });
        }
      }
      if (counts.doubles + counts.refused > 0) lacking.set(edge, counts);
    }
  }

  #write(write: RecordWrite): void {
    switch (write.op) {
      case 'put':
        this.#records.set(`${write.kind} ${write.key}`, write);
        return;
      case 'delete':
        this.#records.delete(`${write.kind} ${write.key}`);
        return;
      case 'deleteAll':
        for (const key of [...this.#records.keys()]) {
          if (key.startsWith(`${write.kind} ${write.prefix}`)) this.#records.delete(key);
        }
        return;
      case 'addEntry': {
        this.#entries.push(JSON.parse(write.json) as AlarmEntry);
        const own = this.#entries.filter(({ alarm }) => alarm === write.alarm);
        const tooMany = new Set(own.slice(0, Math.max(0, own.length - alarmLimits.historyPerAlarm)));
        this.#entries = this.#entries.filter((entry) => !tooMany.has(entry));
        return;
      }
      case 'deleteEntries':
        this.#entries = this.#entries.filter(({ alarm }) => alarm !== write.alarm);
        return;
    }
  }

  async load(): Promise<StoredTelemetry> {
    if (!this.#isTouched) return emptyTelemetry;
    const all = [...this.#records.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    const ofKind = (kind: RecordKind): string[] =>
      all.filter((each) => each.kind === kind).map(({ json }) => json);
    const records = Object.fromEntries(recordKinds.map((kind) => [kind, ofKind(kind)]));
    return storedTelemetry({
      ...(records as Record<RecordKind, string[]>),
      sensors: [...this.#units.values()],
    } satisfies LoadedRecords);
  }

  async series(query: ReadingsQuery, signal?: AbortSignal): Promise<ReadingsSeries> {
    signal?.throwIfAborted();
    const { edge, sensor } = query;
    const days = [...this.#readings.map(({ stampMs }) => dayOf(stampMs)), ...this.#dropped];
    const span = {
      fromMs: Math.max(query.fromMs, Math.min(...days) * dayMs),
      toMs: Math.min(query.toMs, (Math.max(...days) + 1) * dayMs),
    };
    const unit = this.#units.get(`${edge}/${sensor}`)?.unit;
    return obviousSeries(query, unit, this.#of(edge, sensor), span);
  }

  async recent(
    edge: EdgeId,
    sensor: SensorName,
    count: number,
  ): Promise<readonly (readonly [number, number])[]> {
    const values = this.#of(edge, sensor).map(({ stampMs, value }) => [stampMs, value] as const);
    return values.slice(Math.max(0, values.length - count));
  }

  async *scan({ edges, sensors, fromMs, toMs }: ScanRange, signal?: AbortSignal): AsyncGenerator<Reading> {
    const order = [...this.#units.keys()];
    const found = this.#readings
      .filter(({ edge, sensor }) => (edges?.includes(edge) ?? true) && (sensors?.includes(sensor) ?? true))
      .filter(({ stampMs }) => stampMs >= fromMs && stampMs < toMs)
      .map((each) => ({ each, place: order.indexOf(`${each.edge}/${each.sensor}`) }))
      .sort((a, b) => a.each.stampMs - b.each.stampMs || a.place - b.place);
    for (const { each } of found) {
      signal?.throwIfAborted();
      const { edge: node, sensor, value, stampMs, quality, extra } = each;
      const unit = this.#units.get(`${node}/${sensor}`)?.unit;
      yield {
        ...{ node, sensor, value, stampMs, event: false, eventType: null, hist: true },
        ...(unit === undefined ? {} : { unit }),
        ...(quality === undefined ? {} : { quality }),
        ...(extra === undefined ? {} : { extra }),
      };
    }
  }

  async alarmHistory(alarm: AlarmId, limit: number): Promise<readonly AlarmEntry[]> {
    const own = this.#entries.filter((entry) => entry.alarm === alarm);
    return own.slice(Math.max(0, own.length - limit));
  }

  async putRules(texts: readonly string[]): Promise<void> {
    this.#isTouched = true;
    this.#write(put('rules', '', texts));
  }

  async days(): Promise<readonly StoredDay[]> {
    const days = new Set([...this.#readings.map(({ stampMs }) => dayOf(stampMs)), ...this.#dropped]);
    return [...days]
      .sort((a, b) => a - b)
      .map((day) => ({
        day: nameOf(day),
        state: this.#dropped.has(day) ? 'dropped' : 'open',
        hasLate: false,
      }));
  }

  async seal(day: string): Promise<void> {
    checkDay(day);
  }

  async dropDay(name: string): Promise<void> {
    const day = checkDay(name);
    this.#dropped.add(day);
    this.#readings = this.#readings.filter(({ stampMs }) => dayOf(stampMs) !== day);
  }

  async sizes(): Promise<StoreSizes> {
    const journalReadings = this.#readings.length;
    const days = (await this.days()).length;
    return { fileBytes: 0, freeBytes: 0, sensors: this.#units.size, journalReadings, days };
  }

  async close(): Promise<void> {}

  /** In order of stamps; of equal ones in order of arrival. */
  #of(edge: EdgeId, sensor: SensorName): StoredReading[] {
    const own = this.#readings.filter((each) => each.edge === edge && each.sensor === sensor);
    return own.sort((a, b) => a.stampMs - b.stampMs);
  }
}

function checkDay(name: string): number {
  const ms = Date.parse(`${name}T00:00:00Z`);
  if (!Number.isNaN(ms) && nameOf(ms / dayMs) === name) return ms / dayMs;
  throw new BothyError('bad_request', `${name} is no day. Write it as 2026-11-20.`);
}
