/**
 * What is retained on bridged topics, each with its version: a register per topic whose newest version wins. A topic
 * that was cleared keeps its version for a while, or a node that was away would bring the old state back.
 */
import type { BridgedPublish, NodeId, RetainedVersion } from '@bothy/wire';
import { compareVersions } from './retained-version.ts';

export interface RetainedRecord {
  readonly version: RetainedVersion;
  /** Its origin is down, and the message is the last will that stands for it, or empty. */
  readonly retired: boolean;
  readonly message: BridgedPublish;
}

export interface RetainedStateOptions {
  /** Topics with a message; a new one beyond is not retained. */
  readonly retainedTopics: number;
  /** Topics without one; the one cleared first is forgotten. */
  readonly clearedTopics: number;
  /** A cleared topic was forgotten. */
  readonly forgotten: (topic: string) => void;
}

export class RetainedState {
  readonly #options: RetainedStateOptions;
  readonly #records = new Map<string, RetainedRecord>();
  readonly #cleared = new Set<string>();

  constructor(options: RetainedStateOptions) {
    this.#options = options;
  }

  get(topic: string): RetainedRecord | undefined {
    return this.#records.get(topic);
  }

  topicsOf(origins: (origin: NodeId) => boolean): string[] {
    return [...this.#records].flatMap(([topic, { version }]) => (origins(version.origin) ? [topic] : []));
  }

  /** Takes it in if it is newer, or if it ends a retirement. `full`: there is no room for another topic. */
  offer(record: RetainedRecord): 'taken' | 'older' | 'full' {
    const { topic } = record.message;
    const kept = this.#records.get(topic);
    if (kept !== undefined) {
      const order = compareVersions(record.version, kept.version);
      if (order < 0 || (order === 0 && !(kept.retired && !record.retired))) return 'older';
    }
    return this.put(record) ? 'taken' : 'full';
  }

  /** Whatever there is. False when there is no room. */
  put(record: RetainedRecord): boolean {
    const { topic, payload } = record.message;
    const isNew = !this.#records.has(topic) || this.#cleared.has(topic);
    const live = this.#records.size - this.#cleared.size;
    if (payload.length > 0 && isNew && live >= this.#options.retainedTopics) return false;
    this.#cleared.delete(topic);
    this.#records.set(topic, record);
    if (payload.length === 0) this.#clear(topic);
    return true;
  }

  #clear(topic: string): void {
    this.#cleared.add(topic);
    const [oldest] = this.#cleared;
    if (this.#cleared.size <= this.#options.clearedTopics || oldest === undefined) return;
    this.#cleared.delete(oldest);
    this.#records.delete(oldest);
    this.#options.forgotten(oldest);
  }
}
