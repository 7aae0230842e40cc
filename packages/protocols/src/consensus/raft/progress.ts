/**
 * What a leader knows of one other member.
 *
 *   probe ──fits──▶ replicate        one message at a time, until it is known where its log agrees with ours;
 *     ▲ └─needs what is dropped─┐    then many, ahead of their acknowledgements
 *     └──does not fit, lost──── snapshot ──has it──▶ replicate
 */
import type { MemberId } from './raft-messages.ts';

export type ProgressState = 'probe' | 'replicate' | 'snapshot';

export class Progress {
  readonly id: MemberId;
  state: ProgressState = 'probe';
  /** Up to here its log is durable and equal to ours. */
  match = 0;
  /** Sent next; in `replicate` ahead of what is acknowledged. */
  next: number;
  /** A probe with entries is under way: no more until it is answered, or a heartbeat is. */
  isPaused = false;
  /** The greatest round that it has answered. */
  round = 0;
  /** How far it was told that is committed, since it replicates. */
  told = 0;
  /** When it last answered. */
  heardMs: number;
  /** When the snapshot was sent, and in which round. */
  snapshotMs = 0;
  snapshotRound = 0;
  /** The last index of each message with entries that is under way, the oldest first. */
  #inFlight: number[] = [];

  constructor(id: MemberId, next: number, nowMs: number) {
    this.id = id;
    this.next = next;
    this.heardMs = nowMs;
  }

  maySend(maxInFlight: number): boolean {
    if (this.state === 'probe') return !this.isPaused;
    return this.state === 'replicate' && this.#inFlight.length < maxInFlight;
  }

  /** Entries up to `last` were sent. */
  sent(last: number): void {
    if (this.state === 'probe') {
      this.isPaused = true;
      return;
    }
    this.next = last + 1;
    this.#inFlight.push(last);
  }

  acknowledged(match: number): void {
    if (match > this.match) this.match = match;
    if (this.next <= this.match) this.next = this.match + 1;
    while (this.#inFlight.length > 0 && (this.#inFlight[0] ?? 0) <= match) this.#inFlight.shift();
  }

  toReplicate(): void {
    this.#become('replicate', this.match + 1);
  }

  toProbe(next: number): void {
    this.#become('probe', Math.max(next, this.match + 1));
  }

  toSnapshot(index: number, nowMs: number, round: number): void {
    this.#become('snapshot', index + 1);
    this.snapshotMs = nowMs;
    this.snapshotRound = round;
  }

  #become(state: ProgressState, next: number): void {
    this.state = state;
    this.next = next;
    this.isPaused = false;
    this.told = 0;
    this.#inFlight = [];
  }
}
