/** What the store and its thread say to each other. */
import type { ReadingsQuery, ReadingsSeries } from '@bothy/wire';
import { BothyError, type ErrorCode } from '@bothy/wire';
import type { ReadingBatch } from './days/reading-batch.ts';
import type { NotStored } from './days/reading-writer.ts';
import type { Retention } from './days/retention.ts';
import type { ScanPiece } from './queries/scan-query.ts';
import type { RecordKind, RecordWrite } from './records/record-writes.ts';
import type { StoredDay, StoredSensor, StoreSizes } from './telemetry-store.ts';

export interface StoreStart {
  readonly file: string;
  readonly retention: Retention;
  readonly sealAfterMs: number;
  readonly headReadings: number;
  readonly maxSensors: number;
  readonly wallMs: number;
}

export interface CommitMessage {
  readonly readings: readonly ReadingBatch[];
  readonly records: readonly RecordWrite[];
}

export type StoreQuestion =
  | { readonly kind: 'series'; readonly query: ReadingsQuery }
  | { readonly kind: 'recent'; readonly edge: string; readonly sensor: string; readonly count: number }
  | {
      readonly kind: 'scan';
      readonly edges: readonly string[] | undefined;
      readonly sensors: readonly string[] | undefined;
      readonly fromMs: number;
      readonly toMs: number;
      readonly spanMs: number;
    }
  | { readonly kind: 'load' }
  | { readonly kind: 'history'; readonly alarm: string; readonly limit: number }
  | { readonly kind: 'days' }
  | { readonly kind: 'sizes' }
  /** These two write. */
  | { readonly kind: 'seal'; readonly day: number }
  | { readonly kind: 'drop'; readonly day: number };

/** JSON of records by kind, as they were stored. */
export type LoadedRecords = Readonly<Record<RecordKind, readonly string[]>> & {
  readonly sensors: readonly StoredSensor[];
};

/** A piece, and the names of its sensors. */
export interface NamedPiece extends ScanPiece {
  readonly names: readonly (readonly [number: number, edge: string, sensor: string, unit: string])[];
}

export interface StoreAnswers {
  readonly series: ReadingsSeries;
  readonly recent: readonly (readonly [number, number])[];
  readonly scan: NamedPiece;
  readonly load: LoadedRecords;
  readonly history: readonly string[];
  readonly days: readonly StoredDay[];
  readonly sizes: StoreSizes;
  readonly seal: null;
  readonly drop: null;
}

export type StoreAnswer = StoreAnswers[keyof StoreAnswers];

export type ToWorker =
  /** All of them are one transaction. */
  | { readonly kind: 'commits'; readonly commits: readonly CommitMessage[]; readonly wallMs: number }
  | { readonly kind: 'ask'; readonly id: number; readonly question: StoreQuestion }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'close' };

export type FromWorker =
  | { readonly kind: 'opened' }
  /** It could not be opened, or cannot be read: nothing follows. */
  | { readonly kind: 'broken'; readonly error: PlainError }
  /** What of each commit of a message was not stored; or why none was. */
  | { readonly kind: 'committed'; readonly notStored: readonly (readonly NotStored[])[] }
  | { readonly kind: 'refused'; readonly commits: number; readonly error: PlainError }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: StoreAnswer }
  | { readonly kind: 'unanswered'; readonly id: number; readonly error: PlainError };

export interface PlainError {
  readonly code: ErrorCode;
  readonly message: string;
  /** What the engine said. */
  readonly cause: string;
}

export function plainError({ code, message, cause }: BothyError): PlainError {
  return { code, message, cause: cause instanceof Error ? cause.message : String(cause ?? '') };
}

export function thrownError({ code, message, cause }: PlainError): BothyError {
  return cause === '' ? new BothyError(code, message) : new BothyError(code, message, { cause });
}
