/** What monitoring asks of a store: `SqliteTelemetryStore` on a node, `MemoryTelemetryStore` in tests. */
import type {
  AlarmEntry,
  AlarmId,
  EdgeHome,
  EdgeId,
  Reading,
  ReadingsQuery,
  ReadingsSeries,
  SensorName,
} from '@bothy/wire';
import type { AlarmSnapshot } from '../../core/alarms/records.ts';
import type { EngineSnapshot } from '../../core/engine/records.ts';
import type { IngestSnapshot } from '../../core/ingest/records.ts';
import type { RouteSnapshot } from '../../core/routes/records.ts';
import type { TelemetryWrite } from '../../core/store-writes.ts';
import type { NotStored } from './days/reading-writer.ts';

/** Everything that the cores are started with. */
export interface StoredTelemetry {
  readonly engine: EngineSnapshot;
  readonly ingest: IngestSnapshot;
  readonly alarms: AlarmSnapshot;
  readonly routes: RouteSnapshot;
  readonly homes: readonly EdgeHome[];
  /** The node's rules as text; undefined: none were ever set. */
  readonly rules: readonly string[] | undefined;
  /** Sensors that readings were stored of, in the order in which they were heard first. */
  readonly sensors: readonly StoredSensor[];
}

export interface StoredSensor {
  readonly edge: EdgeId;
  readonly sensor: SensorName;
  readonly unit?: string;
}

/** Without `edges` and `sensors`: all. Unix milliseconds; `fromMs` in, `toMs` out. */
export interface ScanRange {
  readonly edges?: readonly EdgeId[];
  readonly sensors?: readonly SensorName[];
  readonly fromMs: number;
  readonly toMs: number;
}

export interface StoredDay {
  /** `2026-11-20`, of UTC. */
  readonly day: string;
  readonly state: 'open' | 'sealed' | 'dropped';
  /** Sealed, and readings came since: they are sealed with the rest later. */
  readonly hasLate: boolean;
}

export interface StoreSizes {
  /** The database and its log on the disk. */
  readonly fileBytes: number;
  /** Of it what is free for new days. */
  readonly freeBytes: number;
  readonly sensors: number;
  /** Readings that are in no day's table yet. */
  readonly journalReadings: number;
  readonly days: number;
}

export type CommitDone = (error?: unknown, notStored?: readonly NotStored[]) => void;

export interface TelemetryStore {
  /** As `Storage` of the runtime says; `done` is told too what of the readings was there already, or came too late. */
  commit(writes: readonly TelemetryWrite[], done: CommitDone): void;
  load(): Promise<StoredTelemetry>;
  /** Rejects with the signal's reason once that is aborted. */
  series(query: ReadingsQuery, signal?: AbortSignal): Promise<ReadingsSeries>;
  /** The last `count` values, oldest first, as [stampMs, value]. */
  recent(edge: EdgeId, sensor: SensorName, count: number): Promise<readonly (readonly [number, number])[]>;
  /**
   * All readings of a span in the order of their stamps, those that are stored when it gets there. They are marked
   * `hist`. Of quality and fields that are not ours they have what was stored; of numbers and events nothing.
   */
  scan(range: ScanRange, signal?: AbortSignal): AsyncIterable<Reading>;
  /** The last `limit` lines, oldest first. */
  alarmHistory(alarm: AlarmId, limit: number): Promise<readonly AlarmEntry[]>;
  putRules(texts: readonly string[]): Promise<void>;
  /** In order of time. */
  days(): Promise<readonly StoredDay[]>;
  /** Compresses a day that is over, or does so again after late readings. Days are sealed by themselves, too. */
  seal(day: string): Promise<void>;
  /** Removes a day with all that it sums up to; its readings are refused from then on. */
  dropDay(day: string): Promise<void>;
  sizes(): Promise<StoreSizes>;
  close(): Promise<void>;
}
