/** What a home node keeps of what edges and devices send, and what ingest is started with. */
import type { EdgeCounts, EdgeId, EdgeStatus, SensorName } from '@bothy/wire';

/**
 * A reading as the store keeps it. Those with boot and seq are new: doubles were dropped by number. Of those without
 * (plain devices) the store drops what it has already, by (edge, sensor, stampMs, value), and says how many it dropped.
 */
export interface StoredReading {
  readonly edge: EdgeId;
  readonly sensor: SensorName;
  /** Unix milliseconds by the clock of the edge. */
  readonly stampMs: number;
  readonly value: number;
  readonly unit?: string;
  readonly boot: number | null;
  readonly seq: number | null;
  readonly hist: boolean;
  readonly quality?: string;
  /** Our clock when it came. */
  readonly heardMs: number;
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** Inclusive, rising, apart from each other by more than one. */
export type NumberRange = readonly [from: number, to: number];

/** Which numbers of one start and sensor are stored. Key: edge, boot and sensor. */
export interface RangesRecord {
  readonly edge: EdgeId;
  readonly boot: number;
  readonly sensor: SensorName;
  /**
   * Numbers up to this one are not waited for: they are stored, were given up, or are at an earlier home. -1: no status
   * has said yet where its edge begins, so nothing may be told to be stored.
   */
  readonly base: number;
  /** The highest number that a status or reading has spoken of. */
  readonly last: number;
  /** 64 at most. */
  readonly ranges: readonly NumberRange[];
}

/** The last that was heard of a rule of an edge. */
export interface SaidRule {
  readonly rule: string;
  readonly sensor: SensorName;
  readonly active: boolean;
  /** Of the event. */
  readonly boot: number;
  readonly seq: number;
}

/** An edge or a plain device. Key: edge. */
export interface EdgeRecord {
  readonly edge: EdgeId;
  readonly kind: 'edge' | 'plain';
  /** The last status; null of a plain device. */
  readonly status: EdgeStatus | null;
  readonly firstHeardMs: number;
  readonly heardMs: number;
  readonly counts: EdgeCounts;
  /** All that it was heard of; 256 at most. */
  readonly sensors: readonly SensorName[];
  /** Numbers of which nothing will come: they were given up. `counts.missing` has them, and those that may still come. */
  readonly lost: number;
  /** What its rules last said, by event; 512 at most. */
  readonly said: readonly SaidRule[];
  /** Starts that are stored whole and no longer followed: what comes of them is double. 64 ranges at most. */
  readonly closed: readonly NumberRange[];
}

export type IngestWrite =
  /** Those of one step. */
  | { readonly kind: 'putReadings'; readonly readings: readonly StoredReading[] }
  | ({ readonly kind: 'putRanges' } & RangesRecord)
  /** All sensors of a start that is closed. */
  | { readonly kind: 'deleteRanges'; readonly edge: EdgeId; readonly boot: number }
  | { readonly kind: 'putEdge'; readonly record: EdgeRecord }
  /** With its ranges; its readings stay until their day goes. */
  | { readonly kind: 'deleteEdge'; readonly edge: EdgeId };

export interface IngestSnapshot {
  readonly edges: readonly EdgeRecord[];
  readonly ranges: readonly RangesRecord[];
}

export const emptyIngestSnapshot: IngestSnapshot = { edges: [], ranges: [] };
