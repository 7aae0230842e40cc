/**
 * Bringing another replica up to what is held here: what it lacks by its version vector, read from a store page by page,
 * with a bound to what is on its way unconfirmed, and nothing twice. Rules AE17… in SPEC.md.
 *
 *   they tell ─▶ next: a page ─▶ (the store) ─▶ read: what of it to hand over ─▶ they confirm ─▶ next …
 *   written ─▶ continues: handed over at once, without asking the store
 *
 * It holds numbers only, never entries, and lives as long as what it speaks over: after that only they know what arrived.
 */
import {
  type MissingRange,
  type VersionVector,
  vectorAdvance,
  vectorGet,
  vectorMissing,
} from './version-vector.ts';

export interface CatchUpOptions {
  /** Entries asked of the store at a time. */
  readonly maxPage: number;
  /** Entries of one log that were handed over and that they have not confirmed. */
  readonly maxUnconfirmed: number;
}

/** Entries of a log to be read: in order, from this number on, without gaps. */
export interface LogPage {
  readonly key: string;
  readonly from: number;
  readonly limit: number;
}

export class CatchUp {
  readonly #options: CatchUpOptions;
  /** What they hold as far as they have said; undefined until they have. */
  #confirmed: VersionVector | undefined;
  #handed: VersionVector = {};
  #asked: LogPage | undefined;

  /** Throws a RangeError when a bound is not a whole number above 0. */
  constructor(options: CatchUpOptions) {
    for (const bound of [options.maxPage, options.maxUnconfirmed]) {
      if (!(Number.isSafeInteger(bound) && bound > 0)) throw new RangeError(`not a bound: ${bound}`);
    }
    this.#options = options;
  }

  /** How far they hold a log as they said, as far as it was known here by then. */
  confirmed(key: string): number {
    return vectorGet(this.#confirmed ?? {}, key);
  }

  /** How far a log was handed over, by us or by them. */
  reached(key: string): number {
    return vectorGet(this.#handed, key);
  }

  /**
   * They say what they hold: the first time everything, later what rose. Logs that are not held here are passed over:
   * of those there is nothing to give, and no bound to what they may claim.
   */
  told(ours: VersionVector, theirs: VersionVector): void {
    this.#confirmed ??= {};
    for (const key of Object.keys(ours)) this.#raise(key, vectorGet(theirs, key));
  }

  /** They gave us these, so they hold them. */
  gave(key: string, to: number): void {
    this.#raise(key, to);
  }

  /**
   * The next page that they lack; the store is to be asked for it, and `read` to be called. Undefined while they have not
   * said what they hold, a page is awaited, too much is on its way, or they lack nothing.
   */
  next(ours: VersionVector, atMost: number = this.#options.maxPage): LogPage | undefined {
    if (this.#confirmed === undefined || this.#asked !== undefined) return undefined;
    for (const { key, from } of vectorMissing(ours, this.#handed)) {
      const limit = Math.min(this.#options.maxPage, this.#room(key), atMost);
      if (limit <= 0) continue;
      this.#asked = { key, from, limit };
      return this.#asked;
    }
    return undefined;
  }

  /**
   * So many entries of the page were found. Those that are to be handed over now, and count as handed over; undefined
   * when none are, for the store has lost them or they have come by another way meanwhile.
   */
  read(count: number): MissingRange | undefined {
    const page = this.#asked;
    if (page === undefined) return undefined;
    this.#asked = undefined;
    const { key } = page;
    const from = Math.max(page.from, this.reached(key) + 1);
    const to = page.from + Math.min(count, page.limit) - 1;
    if (to < from) return undefined;
    this.#handed = vectorAdvance(this.#handed, key, to);
    return { key, from, to };
  }

  /**
   * Whether entries that were just written may be handed over at once, for they lack nothing before them; they count as
   * handed over then. Otherwise they come with a page.
   */
  continues(key: string, from: number, count: number): boolean {
    if (this.#confirmed === undefined || this.#asked !== undefined) return false;
    if (this.reached(key) !== from - 1 || count > this.#room(key)) return false;
    this.#handed = vectorAdvance(this.#handed, key, from + count - 1);
    return true;
  }

  #room(key: string): number {
    return this.#options.maxUnconfirmed - (this.reached(key) - this.confirmed(key));
  }

  #raise(key: string, to: number): void {
    this.#handed = vectorAdvance(this.#handed, key, to);
    if (this.#confirmed !== undefined) this.#confirmed = vectorAdvance(this.#confirmed, key, to);
  }
}
