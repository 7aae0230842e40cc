/**
 * One room's log as a client sees it: entries come out in order, each once. What is missing in between is asked for,
 * and what cannot be had comes out as a gap; nothing is ever hidden.
 *
 *     last = 4, then 5 ▶ shown · 4 ▶ dropped · 7 ▶ held, 6 is fetched · 6 ▶ shown with 7
 */
import type { ExponentialBackoff } from '@bothy/protocols';
import type { Author, ErrorCode, LeaveReason, RoomContent, RoomEntry } from '@bothy/wire';
import { clientBounds, passingCodes } from './config.ts';

export type Shown =
  | { readonly kind: 'entries'; readonly entries: readonly RoomEntry[] }
  | { readonly kind: 'gap'; readonly from: number; readonly to: number };

export class FollowedRoom {
  epoch: number;
  /** Everything up to here was shown, or is in a gap that was. */
  last: number;
  /** False until this session is told of it. */
  isAttached = true;
  /** The number of the request for what is missing that is on its way; 0 for none. */
  filling = 0;
  /** The node is being asked whether one is still in it. */
  isAsking = false;
  /** The person has asked to leave, and it is not answered yet: one does not come back meanwhile. */
  isLeaving = false;
  /** A wish to leave came back without a final answer: it may have been granted. */
  mayHaveLeft = false;
  /** Tries to come back since the last success. */
  rejoins: ExponentialBackoff | undefined;
  /** How the own membership ended last, as far as the log was shown. */
  lastEnd: LeaveReason | undefined;
  readonly #held = new Map<number, RoomEntry>();
  /** The node has said that entries up to here are left out. */
  #leftOutTo = 0;

  constructor(epoch: number, last: number) {
    this.epoch = epoch;
    this.last = last;
  }

  /** The last `seq` that is missing; undefined when nothing is. */
  get missingTo(): number | undefined {
    let first = Number.POSITIVE_INFINITY;
    for (const seq of this.#held.keys()) first = Math.min(first, seq);
    const to = Math.max(first === Number.POSITIVE_INFINITY ? 0 : first - 1, this.#leftOutTo);
    return to > this.last ? to : undefined;
  }

  /** Entries as they came; what can be shown comes back. */
  take(entries: readonly RoomEntry[]): Shown[] {
    const run: RoomEntry[] = [];
    for (const entry of entries) {
      if (entry.seq <= this.last) continue;
      if (entry.seq === this.last + 1) this.#push(run, entry);
      else if (this.#held.size < clientBounds.heldEntries) this.#held.set(entry.seq, entry);
      // What is not kept is fetched later, or the next gap names it.
      else this.#leftOutTo = Math.max(this.#leftOutTo, entry.seq);
    }
    this.#flush(run);
    const shown: Shown[] = run.length === 0 ? [] : [{ kind: 'entries', entries: run }];
    const to = this.missingTo;
    // Too much to fetch: it is shown as a gap, and history is there to scroll back.
    if (to !== undefined && to - this.last > clientBounds.fillEntries) shown.push(...this.skip());
    return shown;
  }

  /** The node leaves out entries up to `to`. */
  leftOut(to: number): Shown[] {
    this.#leftOutTo = Math.max(this.#leftOutTo, to);
    return this.take([]);
  }

  /** What is missing cannot be had. */
  skip(): Shown[] {
    const to = this.missingTo;
    if (to === undefined) return [];
    const gap: Shown = { kind: 'gap', from: this.last + 1, to };
    this.last = to;
    const run: RoomEntry[] = [];
    this.#flush(run);
    return run.length === 0 ? [gap] : [gap, { kind: 'entries', entries: run }];
  }

  /** The log does not know what came after `seq`. */
  reset(seq: number): void {
    this.lost();
    this.last = Math.min(this.last, seq);
  }

  /** The connection is gone: a resume brings what was held, and what was said of gaps. */
  lost(): void {
    this.#held.clear();
    this.#leftOutTo = 0;
    this.filling = 0;
    this.isAttached = false;
  }

  #push(run: RoomEntry[], entry: RoomEntry): void {
    run.push(entry);
    this.last = entry.seq;
    this.epoch = Math.max(this.epoch, entry.epoch);
  }

  #flush(run: RoomEntry[]): void {
    for (const seq of this.#held.keys()) if (seq <= this.last) this.#held.delete(seq);
    for (let next = this.#held.get(this.last + 1); next !== undefined; next = this.#held.get(this.last + 1)) {
      this.#held.delete(next.seq);
      this.#push(run, next);
    }
  }
}

/** A node that has just started does not know the rooms of all others yet: `room_not_found` is asked about again. */
export function isForNow(code: ErrorCode, { rejoins }: FollowedRoom): boolean {
  return (
    passingCodes.has(code) ||
    (code === 'room_not_found' && (rejoins?.attempts ?? 0) < clientBounds.lookedForAgain)
  );
}

/** How an entry ends a membership; undefined when it does not, or somebody else's. */
export function endOf(content: RoomContent, me: Author | undefined): LeaveReason | undefined {
  if (content.kind === 'left' && content.person === me) return content.reason;
  return content.kind === 'banned' && content.on && content.person === me ? 'banned' : undefined;
}

/** The node says that one is in the room no longer. */
export function isOut(outcome: { readonly ok: boolean; readonly code?: ErrorCode }): boolean {
  return !outcome.ok && (outcome.code === 'not_a_member' || outcome.code === 'room_not_found');
}
