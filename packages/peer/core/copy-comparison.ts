/**
 * Whether the two sides of a link hold the same conversation. Logs are chained, so the same hash at the same number says
 * that all before it is the same: each side says the hashes of its ends when a link opens, and where two differ, the
 * first number that does is found by halving. What differs is told, and left as it is: a hash is said, not signed, so
 * nobody knows by it who is right.
 *
 *   have, with ends ─▶ the same: done
 *                   └▶ another hash: compare n ─▶  ◀─ hash n   …  told from which number on
 *
 * Logs are compared as far as both go; what comes later is compared by the chain as it comes.
 */
import { ForkSearch } from '@bothy/protocols';
import { type Frame, type LogKey, type LogVector, parseDeviceKey } from '@bothy/wire';
import type { Conversation } from './conversation.ts';
import type { CopyDifference, CopyState } from './outputs.ts';
import type { EntryRow } from './records.ts';
import type { Step } from './step.ts';

type CompareFrame = Extract<Frame, { kind: 'compare' }>;
type HashFrame = Extract<Frame, { kind: 'hash' }>;

/** A log that is to be compared up to here. */
interface Compared {
  readonly log: LogKey;
  readonly n: number;
  /** Their hash there, when they have said it. */
  readonly theirs?: string | undefined;
  /** It is known that they differ there. */
  readonly differs?: true;
}

/** One number of one log, asked of both sides. */
interface Asked extends Compared {
  readonly at: number;
  readonly lookup: string | undefined;
  readonly ours: string | undefined;
  readonly search: ForkSearch | undefined;
}

export class CopyComparison {
  readonly #link: string;
  /** The other device's key. */
  readonly #device: string;
  readonly #conversation: Conversation;
  #heard = false;
  /** Whether they answer questions: earlier versions do not. */
  #answers = false;
  #waiting: Compared[] = [];
  #asked: Asked | undefined;
  #compared = 0;
  #lookups = 0;
  readonly #differences = new Map<LogKey, CopyDifference>();
  /** Logs of which two histories were signed. */
  readonly #forked = new Set<LogKey>();
  /** Asked of the store, to show the author what else it has signed. */
  readonly #showing = new Set<string>();
  /** A question of theirs that waits for the store: one at a time. */
  #answering: { readonly lookup: string; readonly frame: CompareFrame } | undefined;
  /** And the last that came meanwhile: who begins anew does not wait for what they asked before. */
  #asksNext: CompareFrame | undefined;

  constructor(link: string, device: string, conversation: Conversation) {
    this.#link = link;
    this.#device = device;
    this.#conversation = conversation;
  }

  /** What they said first on this link. What they say later confirms what was sent, and the chain has compared it. */
  told(step: Step, vector: LogVector, ends: Readonly<Record<LogKey, string>> | undefined): void {
    if (this.#heard) return;
    this.#heard = true;
    this.#answers = ends !== undefined;
    if (ends === undefined) return this.#tell(step, 'silent');
    this.#begin(step, (log) => ({ n: vector[log] ?? 0, theirs: ends[log] }));
  }

  /** The person wants to know now: every log is asked for, as far as both go. */
  again(step: Step, confirmed: (log: LogKey) => number): void {
    if (!this.#answers) return this.#tell(step, 'silent');
    this.#begin(step, (log) => ({ n: confirmed(log), theirs: undefined }));
  }

  /** They sent a signed entry of another history of this log. */
  forked(step: Step, log: LogKey): void {
    this.#forked.add(log);
    const { n } = this.#conversation.head(log);
    if (!this.#answers || n === 0) {
      this.#note(log, Math.max(1, n), n === 0);
      return this.#tell(step, 'differs');
    }
    const known = this.#differences.get(log);
    if (known !== undefined) {
      this.#note(log, known.from, known.isExact);
      return this.#tell(step, this.#asked === undefined ? 'differs' : 'comparing');
    }
    if (this.isComparing(log)) return;
    this.#waiting.push({ log, n, differs: true });
    if (this.#asked === undefined) this.#next(step);
  }

  /** Whether it is not known yet how far a log is the same. */
  isComparing(log: LogKey): boolean {
    return this.#asked?.log === log || this.#waiting.some((waiting) => waiting.log === log);
  }

  /** From which number on their copy of a log is known to be another one; as far as is known while it is searched. */
  differsFrom(log: LogKey): number | undefined {
    if (this.#asked?.log === log && this.#asked.search !== undefined) return this.#asked.search.from;
    return this.#differences.get(log)?.from;
  }

  /** They ask what we hold at a number. */
  question(step: Step, frame: CompareFrame): void {
    if (this.#answering !== undefined) {
      this.#asksNext = frame;
      return;
    }
    this.#answering = { lookup: this.#lookup(step, frame.log, frame.n), frame };
  }

  answer(step: Step, { log, n, hash }: HashFrame): void {
    const asked = this.#asked;
    if (asked?.log !== log || asked.at !== n || asked.theirs !== undefined) return;
    this.#take(step, { ...asked, theirs: hash });
  }

  /** The answer of the store; false when it was not asked here. */
  found(step: Step, id: string, rows: readonly EntryRow[]): boolean {
    const hash = rows[0]?.hash ?? '';
    if (this.#answering?.lookup === id) {
      const { conversation, log, n } = this.#answering.frame;
      this.#answering = undefined;
      step.frame(this.#link, { kind: 'hash', conversation, log, n, hash });
      const next = this.#asksNext;
      this.#asksNext = undefined;
      if (next !== undefined) this.question(step, next);
      return true;
    }
    if (this.#showing.delete(id)) {
      const entries = rows.map(({ record }) => record);
      const { id: conversation } = this.#conversation;
      if (entries.length > 0) step.frame(this.#link, { kind: 'entries', conversation, entries });
      return true;
    }
    if (this.#asked?.lookup !== id) return false;
    this.#take(step, { ...this.#asked, lookup: undefined, ours: hash });
    return true;
  }

  /** The link has ended: what was found until now is told. */
  closed(step: Step): void {
    if (this.#asked === undefined) return;
    const { log, search } = this.#asked;
    this.#asked = undefined;
    this.#waiting = [];
    if (search !== undefined) this.#note(log, search.from, false);
    this.#tell(step, this.#differences.size > 0 ? 'differs' : 'interrupted');
  }

  #begin(
    step: Step,
    theirs: (log: LogKey) => { readonly n: number; readonly theirs: string | undefined },
  ): void {
    this.#waiting = [];
    this.#compared = 0;
    this.#differences.clear();
    for (const log of this.#conversation.logs()) {
      const end = theirs(log);
      const n = Math.min(end.n, this.#conversation.head(log).n);
      if (n > 0) this.#waiting.push({ log, n, theirs: n === end.n ? end.theirs : undefined });
    }
    this.#next(step);
    if (this.#asked !== undefined) this.#tell(step, 'comparing');
  }

  /** The next log, until one has to be waited for. */
  #next(step: Step): void {
    this.#asked = undefined;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const { log, n, theirs, differs } = next;
      const end = this.#conversation.head(log);
      if (end.n === n && end.hash === theirs) {
        this.#compared += n;
        continue;
      }
      const search = differs === true ? new ForkSearch(n) : undefined;
      const at = search === undefined ? n : search.wanted;
      if (at === undefined) this.#noteExact(step, log, n);
      else return this.#ask(step, next, at, search, end.n === n ? end.hash : undefined);
    }
    this.#tell(step, this.#differences.size > 0 ? 'differs' : 'same');
  }

  /** Asks both sides for what is not known of them. */
  #ask(step: Step, compared: Compared, at: number, search: ForkSearch | undefined, end?: string): void {
    const { log, n } = compared;
    const theirs = search === undefined ? compared.theirs : undefined;
    const ours = search === undefined ? end : undefined;
    const lookup = ours === undefined ? this.#lookup(step, log, at) : undefined;
    if (theirs === undefined) {
      step.frame(this.#link, { kind: 'compare', conversation: this.#conversation.id, log, n: at });
    }
    this.#take(step, { log, n, at, search, lookup, ours, theirs });
  }

  /** Goes on once both sides have said their hash. */
  #take(step: Step, asked: Asked): void {
    this.#asked = asked;
    const { log, n, ours, theirs } = asked;
    if (ours === undefined || theirs === undefined) return;
    if (asked.search === undefined && ours === theirs && ours !== '') {
      this.#compared += n;
      return this.#next(step);
    }
    const search = asked.search ?? new ForkSearch(n);
    if (asked.search !== undefined) search.take(ours, theirs);
    if (search.wanted !== undefined) return this.#ask(step, { log, n }, search.wanted, search);
    this.#noteExact(step, log, search.from);
    this.#next(step);
  }

  /** A hash is only said. Ours of a log of theirs is signed by it, so the author can believe that there are two. */
  #noteExact(step: Step, log: LogKey, from: number): void {
    this.#note(log, from, true);
    if (parseDeviceKey(log)?.person !== this.#conversation.person) return;
    this.#showing.add(this.#lookup(step, log, from));
  }

  #note(log: LogKey, from: number, isExact: boolean): void {
    this.#differences.set(log, { log, from, isExact, isSigned: this.#forked.has(log) });
  }

  #lookup(step: Step, log: LogKey, n: number): string {
    this.#lookups += 1;
    const id = `${this.#link} hash ${this.#lookups}`;
    const query = { kind: 'entries', conversation: this.#conversation.id, log, from: n, limit: 1 } as const;
    step.emit({ kind: 'lookup', id, query });
    return id;
  }

  #tell(step: Step, state: CopyState): void {
    step.notify({
      kind: 'copies',
      conversation: this.#conversation.id,
      device: this.#device,
      state,
      entries: this.#compared,
      differences: [...this.#differences.values()],
    });
  }
}
