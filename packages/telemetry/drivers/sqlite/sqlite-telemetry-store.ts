/**
 * Monitoring on the disk of a node: a SQLite file, written and read by a thread of its own. Rules TS1… in SPEC.md.
 *
 *   commits of one turn ──▶ one transaction, one flush of the disk ──▶ done
 *   questions ───────────▶ in steps of a few milliseconds, between which commits go on ──▶ answers
 *
 * A node that never heard a reading has no file and no thread: both are made with the first commit.
 */
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type {
  AlarmEntry,
  AlarmId,
  EdgeId,
  Reading,
  ReadingsQuery,
  ReadingsSeries,
  SensorName,
} from '@bothy/wire';
import { BothyError } from '@bothy/wire';
import type { TelemetryWrite } from '../../core/store-writes.ts';
import { dayNamed } from './days/day-number.ts';
import { BatchMaker } from './days/reading-batch.ts';
import { checkRetention, defaultRetention, type Retention } from './days/retention.ts';
import { emptyTelemetry, storedTelemetry } from './loaded-telemetry.ts';
import { put, recordWrites } from './records/record-writes.ts';
import { scannedReadings } from './scanned-readings.ts';
import { StoreThread } from './store-thread.ts';
import type {
  CommitDone,
  ScanRange,
  StoredDay,
  StoredTelemetry,
  StoreSizes,
  TelemetryStore,
} from './telemetry-store.ts';
import type { CommitMessage, StoreAnswers, StoreQuestion } from './worker-messages.ts';

export interface TelemetryStoreOptions {
  /** Path of `telemetry.sqlite`; its folder is made when it is not there. */
  readonly file: string;
  /** Unix milliseconds: which days are over, and which too old. */
  readonly wallMs: () => number;
  /** The store cannot go on. Called once, at most; not by `close`. */
  readonly failed?: (error: BothyError) => void;
  readonly retention?: Partial<Retention>;
  /** How long after its end a day is sealed; later where readings of it still come. @default 3_600_000 */
  readonly sealAfterMs?: number;
  /** Readings that are kept in the journal and in memory until they are written by sensor. @default 65_536 */
  readonly headReadings?: number;
  /** Sensors that are told apart; readings of more are refused. @default 100_000 */
  readonly maxSensors?: number;
}

export class SqliteTelemetryStore implements TelemetryStore {
  readonly #thread: StoreThread;
  readonly #file: string;
  #batches = new BatchMaker();

  private constructor(options: TelemetryStoreOptions) {
    const { retention, sealAfterMs = 3_600_000, headReadings = 65_536, maxSensors = 100_000 } = options;
    this.#file = options.file;
    this.#thread = new StoreThread({
      file: options.file,
      wallMs: options.wallMs,
      failed: options.failed ?? (() => {}),
      settings: {
        retention: checkRetention({ ...defaultRetention, ...retention }),
        ...{ sealAfterMs, headReadings, maxSensors },
      },
    });
  }

  /**
   * Opens the file, if there is one, and brings its schema up to date. Rejects with `data_directory_unusable`, also when
   * another process has it open, `database_corrupt`, or `configuration_invalid`; each says what to do.
   */
  static async open(options: TelemetryStoreOptions): Promise<SqliteTelemetryStore> {
    const store = new SqliteTelemetryStore(options);
    if (existsSync(options.file)) await store.#thread.start();
    else checkFolder(options.file);
    return store;
  }

  /** `done` is told `storage_failed` with the failure of the disk; then nothing of it is stored. */
  commit(writes: readonly TelemetryWrite[], done: CommitDone): void {
    const refusal = this.#thread.refusal();
    if (refusal !== undefined) return done(refusal);
    const readings = writes.flatMap((write) => (write.kind === 'putReadings' ? [write.readings] : []));
    const message: CommitMessage = {
      readings: readings.map((each) => this.#batches.make(each)),
      records: writes.flatMap(recordWrites),
    };
    const count = readings.reduce((sum, { length }) => sum + length, 0);
    this.#thread.commit(message, count, done);
  }

  async load(): Promise<StoredTelemetry> {
    return this.#isEmpty() ? emptyTelemetry : storedTelemetry(await this.#ask({ kind: 'load' }));
  }

  async series(query: ReadingsQuery, signal?: AbortSignal): Promise<ReadingsSeries> {
    if (!this.#isEmpty()) return this.#ask({ kind: 'series', query }, signal);
    const { edge, sensor, resolution = 'raw' } = query;
    return { edge, sensor, resolution, thinned: false, stampsMs: [], mean: [] };
  }

  async recent(
    edge: EdgeId,
    sensor: SensorName,
    count: number,
  ): Promise<readonly (readonly [number, number])[]> {
    return this.#isEmpty() ? [] : this.#ask({ kind: 'recent', edge, sensor, count });
  }

  async *scan(range: ScanRange, signal?: AbortSignal): AsyncGenerator<Reading> {
    if (this.#isEmpty()) return;
    yield* scannedReadings(range, (question) => this.#ask(question, signal));
  }

  async alarmHistory(alarm: AlarmId, limit: number): Promise<readonly AlarmEntry[]> {
    if (this.#isEmpty()) return [];
    const lines = await this.#ask({ kind: 'history', alarm, limit });
    return lines.map((json) => JSON.parse(json) as AlarmEntry);
  }

  putRules(texts: readonly string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const refusal = this.#thread.refusal();
      if (refusal !== undefined) return reject(refusal);
      const message = { readings: [], records: [put('rules', '', texts)] };
      this.#thread.commit(message, 0, (error) => (error === undefined ? resolve() : reject(error)));
    });
  }

  async days(): Promise<readonly StoredDay[]> {
    return this.#isEmpty() ? [] : this.#ask({ kind: 'days' });
  }

  async seal(day: string): Promise<void> {
    const number = checkDay(day);
    if (!this.#isEmpty()) await this.#ask({ kind: 'seal', day: number });
  }

  async dropDay(day: string): Promise<void> {
    await this.#ask({ kind: 'drop', day: checkDay(day) });
  }

  async sizes(): Promise<StoreSizes> {
    if (!this.#isEmpty()) return this.#ask({ kind: 'sizes' });
    return { fileBytes: 0, freeBytes: 0, sensors: 0, journalReadings: 0, days: 0 };
  }

  /** Writes what was committed, and closes the file. Questions that wait are rejected. */
  close(): Promise<void> {
    return this.#thread.close();
  }

  /** Nothing was ever committed: there is no file to ask. */
  #isEmpty(): boolean {
    return !this.#thread.isStarted && !existsSync(this.#file);
  }

  #ask<Question extends StoreQuestion>(
    question: Question,
    signal?: AbortSignal,
  ): Promise<StoreAnswers[Question['kind']]> {
    return this.#thread.ask(question, signal);
  }
}

function checkFolder(file: string): void {
  const folder = dirname(file);
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    const advice = 'Choose another with --data, or make it writable.';
    throw new BothyError('data_directory_unusable', `${folder} cannot be written. ${advice}`, { cause });
  }
}

function checkDay(name: string): number {
  const day = dayNamed(name);
  if (day !== undefined) return day;
  throw new BothyError('bad_request', `${name} is no day. Write it as 2026-11-20.`);
}
