/** Answers questions, each from one snapshot on a connection of its own, in small steps. */
import type { Connection } from './days/connection.ts';
import { dayName } from './days/day-number.ts';
import type { Span } from './days/day-readings.ts';
import type { Series } from './days/series-book.ts';
import { answerRecent } from './queries/recent-query.ts';
import { answerScan } from './queries/scan-query.ts';
import { answerSeries } from './queries/series-query.ts';
import { Snapshot } from './queries/snapshot.ts';
import { readEntries, readRecords } from './records/record-table.ts';
import { type RecordKind, recordKinds } from './records/record-writes.ts';
import type { TelemetryDatabase } from './telemetry-database.ts';
import type { StoredDay, StoredSensor, StoreSizes } from './telemetry-store.ts';
import type { LoadedRecords, NamedPiece, StoreAnswer, StoreQuestion } from './worker-messages.ts';

const always: Span = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };

export class StoreQuestions {
  readonly #database: TelemetryDatabase;
  readonly #reader: Connection;

  /** `reader` is a connection for nothing else. */
  constructor(database: TelemetryDatabase, reader: Connection) {
    this.#database = database;
    this.#reader = reader;
  }

  /** One question at a time. The snapshot is taken at the first step and let go with the last, also of one that is left. */
  *answer(question: StoreQuestion): Generator<void, StoreAnswer> {
    if (question.kind === 'seal') {
      yield* this.#database.seal(question.day);
      return null;
    }
    if (question.kind === 'drop') {
      this.#database.drop(question.day);
      return null;
    }
    this.#reader.run('BEGIN');
    try {
      // Only the first read begins it.
      this.#reader.get('SELECT count(*) FROM day');
      return yield* this.#read(question);
    } finally {
      this.#reader.rollback();
    }
  }

  *#read(question: Exclude<StoreQuestion, { kind: 'seal' | 'drop' }>): Generator<void, StoreAnswer> {
    switch (question.kind) {
      case 'series': {
        const series = this.#database.series.find(question.query);
        return yield* answerSeries(this.#snapshot(series, always), series, question.query);
      }
      case 'recent': {
        const series = this.#database.series.find(question);
        if (series === undefined) return [];
        return yield* answerRecent(this.#snapshot(series, always), series.number, question.count);
      }
      case 'scan':
        return yield* this.#scan(question);
      case 'load':
        return this.#load();
      case 'history':
        return readEntries(this.#reader, question.alarm, question.limit);
      case 'days':
        return this.#days();
      case 'sizes':
        return this.#sizes();
    }
  }

  *#scan(question: Extract<StoreQuestion, { kind: 'scan' }>): Generator<void, NamedPiece> {
    const [edges, sensors] = [nameSet(question.edges), nameSet(question.sensors)];
    const asked = this.#database.series
      .list()
      .filter(({ edge, sensor }) => (edges?.has(edge) ?? true) && (sensors?.has(sensor) ?? true));
    const numbers = asked.map(({ number }) => number);
    const snapshot = this.#snapshotOf(numbers, question);
    const piece = yield* answerScan(snapshot, { ...question, series: numbers });
    const used = new Set(piece.series);
    const named = asked.filter(({ number }) => used.has(number));
    return { ...piece, names: named.map(({ number, edge, sensor, unit }) => [number, edge, sensor, unit]) };
  }

  #snapshot(series: Series | undefined, span: Span): Snapshot {
    return this.#snapshotOf(series === undefined ? [] : [series.number], span);
  }

  #snapshotOf(series: readonly number[], span: Span): Snapshot {
    const { days, head } = this.#database;
    return new Snapshot(this.#reader, days.list(), head, series, span);
  }

  #load(): LoadedRecords {
    const sensors: StoredSensor[] = this.#database.series
      .list()
      .map(({ edge, sensor, unit }) => ({ edge, sensor, ...(unit === '' ? {} : { unit }) }));
    const records = Object.fromEntries(recordKinds.map((kind) => [kind, readRecords(this.#reader, kind)]));
    return { ...(records as Record<RecordKind, string[]>), sensors };
  }

  #days(): StoredDay[] {
    return this.#snapshotOf([], always).days.map(({ day, sealed, frozen, open, dropped }) => ({
      day: dayName(day),
      state: dropped ? 'dropped' : sealed === null ? 'open' : 'sealed',
      hasLate: sealed !== null && (frozen !== null || open !== null),
    }));
  }

  #sizes(): StoreSizes {
    const pages = (pragma: string): number => Number(this.#reader.get(`PRAGMA ${pragma}`)?.[0]);
    const pageBytes = pages('page_size');
    return {
      fileBytes: pages('page_count') * pageBytes,
      freeBytes: pages('freelist_count') * pageBytes,
      sensors: this.#database.series.list().length,
      journalReadings: this.#database.head.count,
      days: this.#database.days.list().length,
    };
  }
}

function nameSet(names: readonly string[] | undefined): ReadonlySet<string> | undefined {
  return names === undefined ? undefined : new Set(names);
}
