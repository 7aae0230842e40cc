/**
 * A register kept by N replicas of which any R answer a read and any W take a write, with R + W > N, so that every read
 * meets the last write (Gifford: "Weighted Voting for Replicated Data", SOSP 1979). Versions are (counter, node), and a
 * read tells its result to a quorum before it answers, which makes it linearizable (Attiya, Bar-Noy, Dolev: "Sharing
 * Memory Robustly in Message-Passing Systems", JACM 42(1), 1995; for many writers: Lynch, Shvartsman, FTCS 1997).
 * Rules QR1… in SPEC.md.
 *
 *   read:   query ─R answers─▶ store what is newest ─W answers─▶ answer
 *   write:  query ─R answers─▶ store (counter + 1, me)  ─W answers─▶ answer
 */
import type { SetTimer } from '../core.ts';

/** Which of two values is the newer one: the greater counter, then the node with the greater id. */
export interface QuorumVersion {
  readonly counter: number;
  readonly node: string;
}

export interface Versioned {
  readonly version: QuorumVersion;
  readonly value: string | null;
}

export type QuorumMessage =
  | { readonly kind: 'query'; readonly id: string; readonly key: string }
  | { readonly kind: 'state'; readonly id: string; readonly held: Versioned }
  | { readonly kind: 'store'; readonly id: string; readonly key: string; readonly held: Versioned }
  | { readonly kind: 'stored'; readonly id: string };

export const nothingHeld: Versioned = { version: { counter: 0, node: '' }, value: null };

export function compareVersions(one: QuorumVersion, other: QuorumVersion): number {
  if (one.counter !== other.counter) return one.counter - other.counter;
  return one.node === other.node ? 0 : one.node < other.node ? -1 : 1;
}

export type ReplicaOutput =
  /** Durable before what follows it leaves. */
  | { readonly kind: 'persist'; readonly key: string; readonly held: Versioned }
  | { readonly kind: 'send'; readonly to: string; readonly message: QuorumMessage };

/** One replica: it keeps the newest that it was told, and answers. */
export class QuorumReplica {
  readonly #held: Map<string, Versioned>;

  /** What is on the disk, by key. */
  constructor(stored: Iterable<readonly [string, Versioned]> = []) {
    this.#held = new Map(stored);
  }

  held(key: string): Versioned {
    return this.#held.get(key) ?? nothingHeld;
  }

  received(from: string, message: QuorumMessage): readonly ReplicaOutput[] {
    const { id } = message;
    if (message.kind === 'query') {
      return [{ kind: 'send', to: from, message: { kind: 'state', id, held: this.held(message.key) } }];
    }
    if (message.kind !== 'store') return [];
    const outputs: ReplicaOutput[] = [];
    const { key, held } = message;
    if (compareVersions(held.version, this.held(key).version) > 0) {
      this.#held.set(key, held);
      outputs.push({ kind: 'persist', key, held });
    }
    outputs.push({ kind: 'send', to: from, message: { kind: 'stored', id } });
    return outputs;
  }
}

export interface QuorumOptions {
  /** Names this client in versions: no two clients, and no two starts of one, may have the same. */
  readonly node: string;
  readonly replicas: readonly string[];
  /** Answers that a read waits for. @default a majority */
  readonly reads?: number;
  /** Answers that a write waits for. @default a majority */
  readonly writes?: number;
  /** Allows R + W <= N: quicker, and reads may miss what was written. For what bears that. @default false */
  readonly isSloppy?: boolean;
  /** Who has not answered is asked again after so long. */
  readonly againMs: number;
  /** Operations at once; more are refused. */
  readonly maxOpen: number;
}

export type QuorumOutput =
  | { readonly kind: 'send'; readonly to: string; readonly message: QuorumMessage }
  /** Of a read, what it saw; of a write, what it wrote. */
  | { readonly kind: 'answered'; readonly id: string; readonly value: string | null }
  | SetTimer;

interface Open {
  readonly id: string;
  readonly key: string;
  /** Undefined for a read. */
  readonly write: { readonly value: string | null } | undefined;
  phase: 'query' | 'store';
  /** Who has answered in this phase. */
  answered: Set<string>;
  newest: Versioned;
  /** What each replica said that it holds. */
  readonly states: Map<string, QuorumVersion>;
}

/** Who reads and writes. */
export class QuorumClient {
  readonly #options: Required<QuorumOptions>;
  readonly #open = new Map<string, Open>();
  /** The greatest that this client has given to a write. */
  #counter = 0;

  /** Throws a RangeError when a quorum is not from 1 to N, R + W <= N without `isSloppy`, or a time or bound is not above 0. */
  constructor(options: QuorumOptions) {
    const count = options.replicas.length;
    const majority = Math.floor(count / 2) + 1;
    const { reads = majority, writes = majority, isSloppy = false, againMs, maxOpen } = options;
    for (const quorum of [reads, writes]) {
      if (!(Number.isInteger(quorum) && quorum >= 1 && quorum <= count))
        throw new RangeError(`not a quorum: ${quorum}`);
    }
    if (reads + writes <= count && !isSloppy)
      throw new RangeError('reads may miss writes: R + W must be above N');
    for (const each of [againMs, maxOpen]) {
      if (!(each > 0 && each < Infinity)) throw new RangeError(`not a time or bound: ${each}`);
    }
    this.#options = { ...options, reads, writes, isSloppy };
  }

  get openCount(): number {
    return this.#open.size;
  }

  /** False when too many are open, or one has this id. Ids are never used again. */
  read(outputs: QuorumOutput[], id: string, key: string): boolean {
    return this.#begin(outputs, id, key, undefined);
  }

  write(outputs: QuorumOutput[], id: string, key: string, value: string | null): boolean {
    return this.#begin(outputs, id, key, { value });
  }

  received(from: string, message: QuorumMessage): readonly QuorumOutput[] {
    const outputs: QuorumOutput[] = [];
    const open = this.#open.get(message.id);
    if (open === undefined || !this.#options.replicas.includes(from)) return outputs;
    if (message.kind === 'state' && open.phase === 'query') this.#state(outputs, open, from, message.held);
    else if (message.kind === 'stored' && open.phase === 'store') this.#stored(outputs, open, from);
    return outputs;
  }

  timerFired(key: string): readonly QuorumOutput[] {
    const outputs: QuorumOutput[] = [];
    const open = this.#open.get(key.slice(prefix.length));
    if (key.startsWith(prefix) && open !== undefined) this.#ask(outputs, open);
    return outputs;
  }

  #begin(outputs: QuorumOutput[], id: string, key: string, write: Open['write']): boolean {
    if (this.#open.size >= this.#options.maxOpen || this.#open.has(id)) return false;
    const open: Open = {
      id,
      key,
      write,
      phase: 'query',
      answered: new Set(),
      newest: nothingHeld,
      states: new Map(),
    };
    this.#open.set(id, open);
    this.#ask(outputs, open);
    return true;
  }

  #state(outputs: QuorumOutput[], open: Open, from: string, held: Versioned): void {
    open.answered.add(from);
    open.states.set(from, held.version);
    if (compareVersions(held.version, open.newest.version) > 0) open.newest = held;
    if (open.answered.size < this.#options.reads) return;
    if (open.write !== undefined) {
      // Two writes of one client at once must not get one version.
      this.#counter = Math.max(this.#counter, open.newest.version.counter) + 1;
      const version = { counter: this.#counter, node: this.#options.node };
      open.newest = { version, value: open.write.value };
    }
    open.phase = 'store';
    const { newest, states } = open;
    // Who holds it already needs not be told: where nothing moves, a read is one round.
    const holders = [...states].filter(([, version]) => compareVersions(version, newest.version) === 0);
    open.answered = new Set(holders.map(([replica]) => replica));
    if (open.answered.size >= this.#options.writes) return this.#answer(outputs, open);
    this.#ask(outputs, open);
  }

  #stored(outputs: QuorumOutput[], open: Open, from: string): void {
    open.answered.add(from);
    if (open.answered.size >= this.#options.writes) this.#answer(outputs, open);
  }

  #answer(outputs: QuorumOutput[], { id, key, newest, answered, states }: Open): void {
    this.#open.delete(id);
    outputs.push({ kind: 'answered', id, value: newest.value });
    // Read repair: who said that it holds something older is told, and nobody waits for that.
    for (const [replica, version] of states) {
      if (answered.has(replica) || compareVersions(version, newest.version) >= 0) continue;
      outputs.push({ kind: 'send', to: replica, message: { kind: 'store', id, key, held: newest } });
    }
  }

  /** All that have not answered, and again later. */
  #ask(outputs: QuorumOutput[], { id, key, phase, answered, newest }: Open): void {
    const message: QuorumMessage =
      phase === 'query' ? { kind: 'query', id, key } : { kind: 'store', id, key, held: newest };
    for (const to of this.#options.replicas) {
      if (!answered.has(to)) outputs.push({ kind: 'send', to, message });
    }
    outputs.push({ kind: 'setTimer', key: `${prefix}${id}`, afterMs: this.#options.againMs });
  }
}

const prefix = 'again ';
