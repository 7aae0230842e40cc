/**
 * Whose word about the alarms of an edge that came here was taken, and how long one is waited for. A node that was off when
 * edges were given to it hears only after its start what others had said: from its broker, and as its links come up. Until
 * then it says nothing on the same topic, for of two words there the brokers keep the later one.
 */
import type { EdgeHome, EdgeId } from '@bothy/wire';

/** From a start until the links to other nodes are up, and what is retained there has come. */
const settleMs = 10_000;

/** Words of another home of the same epoch that are answered: two that share no claims would answer each other for ever. */
const mostPutRight = 3;

export class Adoptions {
  /** The epoch of the word that was taken last. */
  readonly #taken = new Map<EdgeId, number>();
  /** Our own word is on the broker: what there was to be heard before it, was. */
  readonly #said = new Set<EdgeId>();
  readonly #sought = new Set<EdgeId>();
  readonly #putRight = new Map<EdgeId, number>();
  #settledMs = Number.NEGATIVE_INFINITY;

  start(monoMs: number): void {
    this.#settledMs = monoMs + settleMs;
  }

  /** It is ours from now on. `epoch`: of the word that was known and taken. */
  came(edge: EdgeId, epoch: number | undefined): void {
    this.#said.delete(edge);
    if (epoch !== undefined) this.#taken.set(edge, epoch);
  }

  /** For how long what an earlier home said may still be on its way; 0: not any more. */
  waitMs({ edge, epoch }: Pick<EdgeHome, 'edge' | 'epoch'>, monoMs: number): number {
    // The home just before this one has the newest word that there can be.
    const isThere = epoch === 1 || this.#said.has(edge) || (this.#taken.get(edge) ?? 0) >= epoch - 1;
    return isThere ? 0 : Math.max(0, this.#settledMs - monoMs);
  }

  takenOf(edge: EdgeId): number | undefined {
    return this.#taken.get(edge);
  }

  /** Whether this word is to be taken; one of before the one that was taken is not. */
  takes(edge: EdgeId, epoch: number): boolean {
    const taken = this.#taken.get(edge);
    if (taken !== undefined && epoch < taken) return false;
    this.#taken.set(edge, epoch);
    return true;
  }

  saidBefore(edge: EdgeId): void {
    this.#said.add(edge);
  }

  /** Whether another home's word on the broker is to be followed by ours once more. */
  mayPutRight(edge: EdgeId): boolean {
    const times = this.#putRight.get(edge) ?? 0;
    this.#putRight.set(edge, times + 1);
    return times < mostPutRight;
  }

  /** Nobody has said anything about it yet, and who asks `missed` is to be told if it stays so. */
  seek(edge: EdgeId): void {
    this.#sought.add(edge);
  }

  /** Of those that were sought, who came without a word. */
  missed(): readonly EdgeId[] {
    const missed = [...this.#sought].filter((edge) => !this.#taken.has(edge));
    this.#sought.clear();
    return missed;
  }

  /** It is not ours any more. */
  forget(edge: EdgeId): void {
    this.#taken.delete(edge);
    this.#said.delete(edge);
    this.#sought.delete(edge);
    this.#putRight.delete(edge);
  }
}
