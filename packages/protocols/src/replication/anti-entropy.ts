/**
 * Anti-entropy: replicas meet in pairs, at random and again and again, and settle what differs (Demers et al.: "Epidemic
 * Algorithms for Replicated Database Maintenance", PODC 1987, section 1.3, push-pull). Each writes into a log of its own;
 * what is missing is told by version vectors, and now and then an audit by Merkle trees finds what should not be
 * possible: two replicas that hold different things at one place. Rules AE10… in SPEC.md.
 *
 *   meet:  have ─▶    ◀─ entries, have    entries ─▶
 *   audit: look at these ranges ─▶   ◀─ their parts   …   diverged
 */
import type { SetTimer } from '../core.ts';
import type { Random } from '../random.ts';
import { type Difference, MerkleComparison } from './merkle-comparison.ts';
import { type Digest, type MerkleOptions, type MerkleRange, MerkleTree } from './merkle-tree.ts';
import { type VersionVector, vectorGet, vectorMissing } from './version-vector.ts';

export type AntiEntropyMessage =
  /** How much the sender holds. `isAnswer`: nothing more is said to it but what is missing. */
  | { readonly kind: 'have'; readonly vector: VersionVector; readonly isAnswer: boolean }
  /** Entries of a log, the first of this number. */
  | {
      readonly kind: 'entries';
      readonly key: string;
      readonly from: number;
      readonly values: readonly string[];
    }
  /** `audit`: random, for this question alone, so that a late answer to an earlier one is not taken for its own. */
  | { readonly kind: 'look'; readonly audit: number; readonly ranges: readonly MerkleRange[] }
  | { readonly kind: 'seen'; readonly audit: number; readonly parts: readonly (readonly Digest[])[] };

export type AntiEntropyOutput =
  /** Durable before what follows it leaves: entries of this log, the first of this number. */
  | {
      readonly kind: 'persist';
      readonly key: string;
      readonly from: number;
      readonly values: readonly string[];
    }
  | { readonly kind: 'send'; readonly to: string; readonly message: AntiEntropyMessage }
  /** An audit found these: `onlyOurs` and `onlyTheirs` are holes. Nothing is repaired: nobody knows here who is right. */
  | { readonly kind: 'diverged'; readonly peer: string; readonly differences: readonly Difference[] }
  | SetTimer;

export interface AntiEntropyOptions {
  /** Also the key of its own log. */
  readonly node: string;
  /** From one meeting to the next, give or take half of it, so that not all meet at once. */
  readonly everyMs: number;
  /** Every so many meetings are audits too. */
  readonly auditEvery: number;
  /** Entries of one message; what is more comes with the next meeting. */
  readonly maxEntries: number;
  /** Logs that are held: entries of more are not taken. */
  readonly maxLogs: number;
  readonly digestOf: (value: string) => Digest;
  readonly join: MerkleOptions['join'];
}

interface Audit {
  /** The last question. */
  asked: number | undefined;
  /** From the moment at which it is known how far the other side goes. */
  comparison: MerkleComparison | undefined;
}

export class AntiEntropy {
  readonly #options: AntiEntropyOptions;
  readonly #random: Random;
  readonly #logs = new Map<string, string[]>();
  readonly #tree: MerkleTree;
  #peers: readonly string[];
  #meetings = 0;
  /** Audits under way, by peer: at most one with each. */
  readonly #audits = new Map<string, Audit>();

  /** `stored`: all that was persisted, by log. Throws a RangeError when a time or bound is not above 0. */
  constructor(
    options: AntiEntropyOptions,
    peers: readonly string[],
    stored: Iterable<readonly [string, readonly string[]]>,
    random: Random,
  ) {
    for (const each of [options.everyMs, options.auditEvery, options.maxEntries, options.maxLogs]) {
      if (!(each > 0 && each < Infinity)) throw new RangeError(`not a time or bound: ${each}`);
    }
    this.#options = options;
    this.#peers = peers;
    this.#random = random;
    this.#tree = new MerkleTree({ join: options.join });
    for (const [key, values] of stored) this.#add(key, values);
  }

  get vector(): VersionVector {
    return Object.fromEntries([...this.#logs].map(([key, values]) => [key, values.length]));
  }

  log(key: string): readonly string[] {
    return this.#logs.get(key) ?? [];
  }

  /** The first meeting is set; to be called once. */
  start(): readonly AntiEntropyOutput[] {
    return [this.#nextMeeting()];
  }

  /** Whom it may meet from now on. */
  peers(peers: readonly string[]): void {
    this.#peers = peers;
    for (const peer of this.#audits.keys()) if (!peers.includes(peer)) this.#audits.delete(peer);
  }

  /** Into the own log. */
  write(value: string): readonly AntiEntropyOutput[] {
    const key = this.#options.node;
    const from = this.log(key).length + 1;
    this.#add(key, [value]);
    return [{ kind: 'persist', key, from, values: [value] }];
  }

  timerFired(key: string): readonly AntiEntropyOutput[] {
    if (key !== 'meet') return [];
    const outputs: AntiEntropyOutput[] = [this.#nextMeeting()];
    const peer = this.#peers[this.#random.below(Math.max(1, this.#peers.length))];
    if (peer === undefined) return outputs;
    this.#meetings += 1;
    if (this.#meetings % this.#options.auditEvery === 0) {
      this.#audits.set(peer, { asked: undefined, comparison: undefined });
    }
    outputs.push({ kind: 'send', to: peer, message: { kind: 'have', vector: this.vector, isAnswer: false } });
    return outputs;
  }

  received(from: string, message: AntiEntropyMessage): readonly AntiEntropyOutput[] {
    const outputs: AntiEntropyOutput[] = [];
    if (message.kind === 'have') this.#told(outputs, from, message);
    else if (message.kind === 'entries') this.#take(outputs, message);
    else if (message.kind === 'look') {
      const parts = message.ranges.map((range) => (range.level > 0 ? this.#tree.parts(range) : []));
      outputs.push({ kind: 'send', to: from, message: { kind: 'seen', audit: message.audit, parts } });
    } else this.#seen(outputs, from, message);
    return outputs;
  }

  #told(
    outputs: AntiEntropyOutput[],
    from: string,
    { vector, isAnswer }: Extract<AntiEntropyMessage, { kind: 'have' }>,
  ): void {
    const own = this.vector;
    let left = this.#options.maxEntries;
    for (const { key, from: first, to } of vectorMissing(own, vector)) {
      const values = this.log(key).slice(first - 1, Math.min(to, first - 1 + left));
      if (values.length === 0) break;
      left -= values.length;
      outputs.push({ kind: 'send', to: from, message: { kind: 'entries', key, from: first, values } });
    }
    if (!isAnswer) {
      outputs.push({ kind: 'send', to: from, message: { kind: 'have', vector: own, isAnswer: true } });
      return;
    }
    const audit = this.#audits.get(from);
    if (audit === undefined || audit.comparison !== undefined) return;
    // What only one of them holds yet is no divergence: logs are compared as far as both go.
    const logs = Object.keys(own).map((key) => ({
      key,
      to: Math.min(vectorGet(own, key), vectorGet(vector, key)),
    }));
    audit.comparison = new MerkleComparison(logs);
    this.#look(outputs, from, audit, audit.comparison);
  }

  #seen(
    outputs: AntiEntropyOutput[],
    from: string,
    { audit: number, parts }: Extract<AntiEntropyMessage, { kind: 'seen' }>,
  ): void {
    const audit = this.#audits.get(from);
    if (audit?.comparison === undefined || audit.asked !== number) return;
    const ours = audit.comparison.wanted.map((range) => this.#tree.parts(range));
    if (audit.comparison.take(ours, parts)) this.#look(outputs, from, audit, audit.comparison);
    else this.#audits.delete(from);
  }

  #look(outputs: AntiEntropyOutput[], peer: string, under: Audit, comparison: MerkleComparison): void {
    const { wanted: ranges, differences } = comparison;
    if (ranges.length > 0) {
      const audit = this.#random.below(2 ** 32);
      under.asked = audit;
      outputs.push({ kind: 'send', to: peer, message: { kind: 'look', audit, ranges } });
      return;
    }
    this.#audits.delete(peer);
    if (differences.length > 0) outputs.push({ kind: 'diverged', peer, differences });
  }

  #take(
    outputs: AntiEntropyOutput[],
    { key, from, values }: Extract<AntiEntropyMessage, { kind: 'entries' }>,
  ): void {
    // Nobody else writes into the own log: what it lacks there was lost with its disk, and only it may say so.
    if (key === this.#options.node) return;
    if (!this.#logs.has(key) && this.#logs.size >= this.#options.maxLogs) return;
    const held = this.log(key).length;
    const fresh = from > held + 1 ? [] : values.slice(held + 1 - from);
    if (fresh.length === 0) return;
    this.#add(key, fresh);
    outputs.push({ kind: 'persist', key, from: held + 1, values: fresh });
  }

  #add(key: string, values: readonly string[]): void {
    const log = this.#logs.get(key) ?? [];
    this.#logs.set(key, log);
    for (const value of values) {
      log.push(value);
      this.#tree.set(key, log.length, this.#options.digestOf(value));
    }
  }

  #nextMeeting(): SetTimer {
    return { kind: 'setTimer', key: 'meet', afterMs: this.#options.everyMs * (0.5 + this.#random.next()) };
  }
}
