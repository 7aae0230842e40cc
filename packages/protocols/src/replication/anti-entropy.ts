/**
 * Anti-entropy: replicas meet in pairs, at random and again and again, and settle what differs (Demers et al.: "Epidemic
 * Algorithms for Replicated Database Maintenance", PODC 1987, section 1.3, push-pull). Each writes into a log of its own;
 * what is missing is told by version vectors, and now and then an audit by Merkle trees finds what should not be
 * possible: two replicas that hold different things at one place. Rules AE10… in SPEC.md.
 *
 *   meet:  have ─▶    ◀─ entries, have    entries ─▶
 *   audit: look at these ranges ─▶   ◀─ their parts   …   diverged
 *
 * Entries and digests stay in the store: the core knows how far each log goes, and asks for what it is to say.
 */
import type { Lookup, SetTimer } from '../core.ts';
import type { Random } from '../random.ts';
import { Audits } from './audits.ts';
import { CatchUp } from './catch-up.ts';
import type { Difference } from './merkle-comparison.ts';
import type { Digest, MerkleRange } from './merkle-tree.ts';
import { type VersionVector, vectorAdvance, vectorGet } from './version-vector.ts';

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

export type AntiEntropyQuery =
  /** Entries of one log in order, from this number on, without gaps. */
  | { readonly kind: 'entries'; readonly key: string; readonly from: number; readonly limit: number }
  /** The digests of each range's parts, by the tree of what is stored (`MerkleTree.parts`). */
  | { readonly kind: 'parts'; readonly ranges: readonly MerkleRange[] };

export type AntiEntropyAnswer =
  | { readonly kind: 'entries'; readonly values: readonly string[] }
  | { readonly kind: 'parts'; readonly parts: readonly (readonly Digest[])[] };

export type AntiEntropyOutput =
  /** Durable before what follows it leaves: entries of this log, the first of this number. */
  | {
      readonly kind: 'persist';
      readonly key: string;
      readonly from: number;
      readonly values: readonly string[];
    }
  /** Asked behind every earlier persist; answered by `found`. */
  | Lookup<AntiEntropyQuery>
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
  /** Entries that one meeting gives; what is more comes with the next. */
  readonly maxEntries: number;
  /** Logs that are held: entries of more are not taken. */
  readonly maxLogs: number;
}

/** What one is being given since it last said what it holds. */
interface Giving {
  readonly lookup: string;
  readonly key: string;
  readonly catchUp: CatchUp;
  /** Entries that this meeting may still give. */
  readonly left: number;
}

export class AntiEntropy {
  readonly #options: AntiEntropyOptions;
  readonly #random: Random;
  #vector: VersionVector;
  #peers: readonly string[];
  #meetings = 0;
  #lookups = 0;
  /** By peer: at most one with each. */
  readonly #giving = new Map<string, Giving>();
  readonly #audits: Audits;

  /** `stored`: how far each log goes that was persisted. Throws a RangeError when a time or bound is not above 0. */
  constructor(options: AntiEntropyOptions, peers: readonly string[], stored: VersionVector, random: Random) {
    for (const each of [options.everyMs, options.auditEvery, options.maxEntries, options.maxLogs]) {
      if (!(each > 0 && each < Infinity)) throw new RangeError(`not a time or bound: ${each}`);
    }
    this.#options = options;
    this.#peers = peers;
    this.#random = random;
    this.#vector = stored;
    this.#audits = new Audits(random, (query) => this.#lookup(query));
  }

  get vector(): VersionVector {
    return this.#vector;
  }

  /** The first meeting is set; to be called once. */
  start(): readonly AntiEntropyOutput[] {
    return [this.#nextMeeting()];
  }

  /** Whom it may meet from now on; others are not heard. */
  peers(peers: readonly string[]): void {
    this.#peers = peers;
    for (const peer of this.#giving.keys()) if (!peers.includes(peer)) this.#giving.delete(peer);
    this.#audits.keep(peers);
  }

  /** Into the own log. */
  write(value: string): readonly AntiEntropyOutput[] {
    const key = this.#options.node;
    return [this.#add(key, [value])];
  }

  timerFired(key: string): readonly AntiEntropyOutput[] {
    if (key !== 'meet') return [];
    const outputs: AntiEntropyOutput[] = [this.#nextMeeting()];
    const peer = this.#peers[this.#random.below(Math.max(1, this.#peers.length))];
    if (peer === undefined) return outputs;
    this.#meetings += 1;
    if (this.#meetings % this.#options.auditEvery === 0) this.#audits.begin(peer);
    outputs.push({ kind: 'send', to: peer, message: { kind: 'have', vector: this.vector, isAnswer: false } });
    return outputs;
  }

  received(from: string, message: AntiEntropyMessage): readonly AntiEntropyOutput[] {
    if (!this.#peers.includes(from)) return [];
    switch (message.kind) {
      case 'have':
        return this.#told(from, message);
      case 'entries':
        return this.#take(message);
      case 'look':
        return this.#audits.asked(from, message);
      case 'seen':
        return this.#audits.seen(from, message);
    }
  }

  /** The answer to a lookup. One that nobody waits for any more changes nothing. */
  found(id: string, answer: AntiEntropyAnswer): readonly AntiEntropyOutput[] {
    if (answer.kind === 'parts') return this.#audits.found(id, answer.parts);
    for (const [peer, giving] of this.#giving) {
      if (giving.lookup === id) return this.#give(peer, giving, answer.values);
    }
    return [];
  }

  #told(
    from: string,
    { vector, isAnswer }: Extract<AntiEntropyMessage, { kind: 'have' }>,
  ): AntiEntropyOutput[] {
    const { maxEntries } = this.#options;
    const catchUp = new CatchUp({ maxPage: maxEntries, maxUnconfirmed: maxEntries });
    catchUp.told(this.vector, vector);
    const outputs = this.#ask(from, catchUp, maxEntries);
    if (!isAnswer) {
      outputs.push({
        kind: 'send',
        to: from,
        message: { kind: 'have', vector: this.vector, isAnswer: true },
      });
    } else outputs.push(...this.#audits.answered(from, this.vector, vector));
    return outputs;
  }

  /** For the next page that they lack, if this meeting may give more. */
  #ask(peer: string, catchUp: CatchUp, left: number): AntiEntropyOutput[] {
    const page = catchUp.next(this.vector, left);
    if (page === undefined) {
      this.#giving.delete(peer);
      return [];
    }
    const lookup = this.#lookup({ kind: 'entries', ...page });
    this.#giving.set(peer, { lookup: lookup.id, key: page.key, catchUp, left });
    return [lookup];
  }

  #give(
    peer: string,
    { key, catchUp, left }: Giving,
    found: readonly string[],
  ): readonly AntiEntropyOutput[] {
    const range = catchUp.read(found.length);
    if (range === undefined) {
      this.#giving.delete(peer);
      return [];
    }
    const values = found.slice(0, range.to - range.from + 1);
    const message = { kind: 'entries', key, from: range.from, values } as const;
    return [{ kind: 'send', to: peer, message }, ...this.#ask(peer, catchUp, left - values.length)];
  }

  #take({
    key,
    from,
    values,
  }: Extract<AntiEntropyMessage, { kind: 'entries' }>): readonly AntiEntropyOutput[] {
    // Nobody else writes into the own log: what it lacks there was lost with its disk, and only it may say so.
    if (key === this.#options.node) return [];
    const held = vectorGet(this.vector, key);
    if (held === 0 && Object.keys(this.vector).length >= this.#options.maxLogs) return [];
    const fresh = from > held + 1 ? [] : values.slice(held + 1 - from);
    return fresh.length === 0 ? [] : [this.#add(key, fresh)];
  }

  #add(key: string, values: readonly string[]): AntiEntropyOutput {
    const from = vectorGet(this.vector, key) + 1;
    this.#vector = vectorAdvance(this.vector, key, from + values.length - 1);
    return { kind: 'persist', key, from, values };
  }

  #lookup(query: AntiEntropyQuery): Lookup<AntiEntropyQuery> {
    this.#lookups += 1;
    return { kind: 'lookup', id: String(this.#lookups), query };
  }

  #nextMeeting(): SetTimer {
    return { kind: 'setTimer', key: 'meet', afterMs: this.#options.everyMs * (0.5 + this.#random.next()) };
  }
}
