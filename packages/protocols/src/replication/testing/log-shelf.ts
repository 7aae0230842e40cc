/** A store for replicas of anti-entropy, in memory: entries by log, and their digests as a tree. */
import type { AntiEntropyAnswer, AntiEntropyOutput, AntiEntropyQuery } from '../anti-entropy.ts';
import { type Digest, MerkleTree } from '../merkle-tree.ts';
import type { VersionVector } from '../version-vector.ts';

export class LogShelf {
  readonly #logs = new Map<string, string[]>();
  readonly #tree: MerkleTree;
  readonly #digestOf: (value: string) => Digest;

  /** `hash` is what digests are made by. @default the text itself, which no two texts share */
  constructor(hash: (text: string) => Digest = (text) => `(${text})`) {
    this.#digestOf = hash;
    this.#tree = new MerkleTree({ join: (level, parts) => hash(`${level} ${parts.join()}`) });
  }

  get vector(): VersionVector {
    return Object.fromEntries([...this.#logs].map(([key, values]) => [key, values.length]));
  }

  log(key: string): readonly string[] {
    return this.#logs.get(key) ?? [];
  }

  /** All of it, in an order of its own: for comparisons. */
  get content(): readonly (readonly [string, readonly string[]])[] {
    return [...this.#logs].sort(([one], [other]) => (one < other ? -1 : 1));
  }

  /** Throws a RangeError where the entries do not follow what is there. */
  persist({ key, from, values }: Extract<AntiEntropyOutput, { kind: 'persist' }>): void {
    const log = this.#logs.get(key) ?? [];
    if (from !== log.length + 1) throw new RangeError(`${key} ${from} does not follow ${log.length}`);
    this.#logs.set(key, log);
    for (const value of values) {
      log.push(value);
      this.#tree.set(key, log.length, this.#digestOf(value));
    }
  }

  /** The disk flips what stands there. */
  damage(key: string, number: number, value: string): void {
    const log = this.#logs.get(key);
    if (log === undefined || !(number >= 1 && number <= log.length))
      throw new RangeError(`no ${key} ${number}`);
    log[number - 1] = value;
    this.#tree.set(key, number, this.#digestOf(value));
  }

  answer(query: AntiEntropyQuery): AntiEntropyAnswer {
    if (query.kind === 'parts') {
      return { kind: 'parts', parts: query.ranges.map((range) => this.#tree.parts(range)) };
    }
    const { key, from, limit } = query;
    return { kind: 'entries', values: this.log(key).slice(from - 1, from - 1 + limit) };
  }
}
