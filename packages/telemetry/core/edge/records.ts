/** What an edge keeps on its disk, and what its core is started with. */
import type { CommandAnswer, Rule, SensorName } from '@bothy/wire';
import type { EngineSnapshot, RuleWrite } from '../engine/records.ts';

/** A reading that waits to be stored at the home node. Key: `number`; also (boot, sensor, seq) is unique. */
export interface OutboxItem {
  /** Its place among all readings of this edge, over all starts: rises by one. */
  readonly number: number;
  readonly boot: number;
  readonly sensor: SensorName;
  /** From 1, by one, within (boot, sensor). */
  readonly seq: number;
  readonly stampMs: number;
  readonly value: number;
  readonly unit?: string;
  readonly quality?: string;
  /** What the outbox counts for it: the UTF-8 length of its payload. */
  readonly bytes: number;
}

/** What is needed of an item at a start: the rest is looked up when it is sent. */
export type OutboxEntry = Pick<OutboxItem, 'number' | 'boot' | 'sensor' | 'seq' | 'stampMs' | 'bytes'>;

/** The home may take this rule for firing, for it was told so: that it cleared must be told. Key: rule and sensor. */
export interface ToldRecord {
  readonly rule: string;
  readonly sensor: SensorName;
}

/** Rules that a command brought. They hold until the configuration of the edge has other ones than it had then. */
export interface CommandedRules {
  /** The configured rules at that time, as text. */
  readonly instead: string;
  readonly rules: readonly Rule[];
}

export type EdgeWrite =
  /** The number of this start. */
  | { readonly kind: 'putBoot'; readonly boot: number }
  | { readonly kind: 'addItem'; readonly item: OutboxItem }
  /** All items of this start and sensor whose `seq` is at most `upTo`: they are stored, or given up. */
  | {
      readonly kind: 'deleteItems';
      readonly boot: number;
      readonly sensor: SensorName;
      readonly upTo: number;
    }
  /** Readings given up because the outbox was full, since the first start of all. */
  | { readonly kind: 'putDropped'; readonly dropped: number }
  /** A node has once said what it stored: from then on only a node's word lets readings go. */
  | { readonly kind: 'putHasHome' }
  | { readonly kind: 'putTold'; readonly record: ToldRecord }
  | { readonly kind: 'deleteTold'; readonly record: ToldRecord }
  /** The answers to commands, oldest first: replaces all. A command that is among them is not done again. */
  | { readonly kind: 'putAnswers'; readonly answers: readonly CommandAnswer[] }
  | { readonly kind: 'putRules'; readonly commanded: CommandedRules }
  | RuleWrite;

export interface EdgeSnapshot {
  /** 0 before the first start: that gets the seconds of the Unix clock for its number, so that an edge that lost its disk is not taken for the one it was. */
  readonly boot: number;
  readonly dropped: number;
  readonly hasHome: boolean;
  readonly told: readonly ToldRecord[];
  readonly answers: readonly CommandAnswer[];
  readonly commanded: CommandedRules | null;
  readonly engine: EngineSnapshot;
  /**
   * All items, in the order of their numbers. Read once, in the constructor; may be many: about 20 bytes of memory
   * are kept for each.
   */
  readonly outbox: Iterable<OutboxEntry>;
  /** The highest number that an item ever had; 0 before the first. Must not go back when items are deleted. */
  readonly lastNumber: number;
}

/** What the core asks its store. */
export interface EdgeQuery {
  readonly kind: 'items';
  /** Rising, 100 at most. */
  readonly numbers: readonly number[];
}

/** Those of them that are still there, in the order of their numbers. */
export type EdgeAnswer = readonly OutboxItem[];
