/**
 * The audits of anti-entropy: as far as two replicas both go, they compare by Merkle trees what they hold. Both sides'
 * digests come from their stores. Rules AE14 and AE15 in SPEC.md.
 */
import type { Lookup } from '../core.ts';
import type { Random } from '../random.ts';
import type { AntiEntropyMessage, AntiEntropyOutput, AntiEntropyQuery } from './anti-entropy.ts';
import { MerkleComparison } from './merkle-comparison.ts';
import type { Digest } from './merkle-tree.ts';
import { type VersionVector, vectorGet } from './version-vector.ts';

/** Ranges of one question: as many as a comparison asks for at once. */
const maxRanges = 64;

interface Audit {
  /** The last question to them; undefined while none is open. */
  asked: number | undefined;
  /** From the moment at which it is known how far the other side goes. */
  comparison: MerkleComparison | undefined;
  /** Their answer, which waits for what our own store says to the same. */
  waiting: { readonly lookup: string; readonly theirs: readonly (readonly Digest[])[] } | undefined;
}

export class Audits {
  readonly #random: Random;
  readonly #lookup: (query: AntiEntropyQuery) => Lookup<AntiEntropyQuery>;
  /** Ours under way, by peer: at most one with each. */
  readonly #own = new Map<string, Audit>();
  /** Questions of theirs that wait for our store: the last one of each. */
  readonly #theirs = new Map<string, { readonly lookup: string; readonly audit: number }>();

  constructor(random: Random, lookup: (query: AntiEntropyQuery) => Lookup<AntiEntropyQuery>) {
    this.#random = random;
    this.#lookup = lookup;
  }

  /** The next answer of this peer to what we hold is audited. */
  begin(peer: string): void {
    this.#own.set(peer, { asked: undefined, comparison: undefined, waiting: undefined });
  }

  /** Those of others end. */
  keep(peers: readonly string[]): void {
    for (const all of [this.#own, this.#theirs]) {
      for (const peer of all.keys()) if (!peers.includes(peer)) all.delete(peer);
    }
  }

  /** They said how far they go. */
  answered(peer: string, ours: VersionVector, theirs: VersionVector): readonly AntiEntropyOutput[] {
    const audit = this.#own.get(peer);
    if (audit === undefined || audit.comparison !== undefined) return [];
    // What only one of them holds yet is no divergence: logs are compared as far as both go.
    const to = (key: string): number => Math.min(vectorGet(ours, key), vectorGet(theirs, key));
    audit.comparison = new MerkleComparison(Object.keys(ours).map((key) => ({ key, to: to(key) })));
    return this.#look(peer, audit, audit.comparison);
  }

  asked(
    peer: string,
    { audit, ranges }: Extract<AntiEntropyMessage, { kind: 'look' }>,
  ): readonly AntiEntropyOutput[] {
    if (ranges.length > maxRanges || ranges.some(({ level }) => !(level > 0))) return [];
    const lookup = this.#lookup({ kind: 'parts', ranges });
    this.#theirs.set(peer, { lookup: lookup.id, audit });
    return [lookup];
  }

  seen(
    peer: string,
    { audit: number, parts }: Extract<AntiEntropyMessage, { kind: 'seen' }>,
  ): readonly AntiEntropyOutput[] {
    const audit = this.#own.get(peer);
    if (audit?.comparison === undefined || audit.asked !== number) return [];
    audit.asked = undefined;
    const lookup = this.#lookup({ kind: 'parts', ranges: audit.comparison.wanted });
    audit.waiting = { lookup: lookup.id, theirs: parts };
    return [lookup];
  }

  /** Our store's answer. */
  found(id: string, parts: readonly (readonly Digest[])[]): readonly AntiEntropyOutput[] {
    for (const [peer, { lookup, audit }] of this.#theirs) {
      if (lookup !== id) continue;
      this.#theirs.delete(peer);
      return [{ kind: 'send', to: peer, message: { kind: 'seen', audit, parts } }];
    }
    for (const [peer, audit] of this.#own) {
      if (audit.waiting?.lookup !== id || audit.comparison === undefined) continue;
      if (audit.comparison.take(parts, audit.waiting.theirs))
        return this.#look(peer, audit, audit.comparison);
      this.#own.delete(peer);
    }
    return [];
  }

  #look(peer: string, audit: Audit, { wanted, differences }: MerkleComparison): readonly AntiEntropyOutput[] {
    if (wanted.length > 0) {
      const number = this.#random.below(2 ** 32);
      audit.asked = number;
      return [{ kind: 'send', to: peer, message: { kind: 'look', audit: number, ranges: wanted } }];
    }
    this.#own.delete(peer);
    return differences.length > 0 ? [{ kind: 'diverged', peer, differences }] : [];
  }
}
