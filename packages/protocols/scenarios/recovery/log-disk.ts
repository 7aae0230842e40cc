/**
 * A disk with a log and two places for checkpoints, of which a crash may take whatever was not flushed, and of the last
 * record under way a part. `crashAfter` operations it crashes by itself.
 */
import type { Random } from '@bothy/protocols';
import type { ReadRecord } from '../../src/recovery/log-replay.ts';

export interface StoredState {
  readonly values: ReadonlyMap<string, number>;
  readonly upTo: number;
}

/** Thrown in the middle of what was being done. */
export class Crash extends Error {}

export type LogBody = readonly [key: string, value: number];
type Record = ReadRecord<LogBody>;

export class LogDisk {
  readonly #random: Random;
  #log: Record[] = [];
  #unflushed: Record[] = [];
  /** What a start reads; a new one takes its place as a whole, once it is flushed. */
  #checkpoint: StoredState | undefined;
  #written: StoredState | undefined;
  #left: number;

  constructor(random: Random, crashAfter: number) {
    this.#random = random;
    this.#left = crashAfter;
  }

  get log(): readonly Record[] {
    return this.#log;
  }

  get checkpoint(): StoredState | undefined {
    return this.#checkpoint;
  }

  append(number: number, body: LogBody): void {
    this.#operation();
    this.#unflushed.push({ kind: 'sound', number, body });
  }

  flushLog(): void {
    this.#operation();
    this.#log.push(...this.#unflushed);
    this.#unflushed = [];
  }

  writeCheckpoint(state: StoredState): void {
    this.#operation();
    this.#written = state;
  }

  /** From here on a start reads the new one. */
  renameCheckpoint(): void {
    this.#operation();
    this.#checkpoint = this.#written;
  }

  /** Takes what is up to this number off the log. */
  cutLog(upTo: number): void {
    this.#operation();
    this.#log = this.#log.filter((record) => record.kind === 'damaged' || record.number > upTo);
  }

  /** Takes the damaged end off the log, which a start does before it appends. */
  cutTorn(torn: number): void {
    this.#log = this.#log.slice(0, this.#log.length - torn);
  }

  /** The power is back, and lasts for so many operations. */
  powerUp(crashAfter: number): void {
    this.#left = crashAfter;
  }

  #operation(): void {
    this.#left -= 1;
    if (this.#left >= 0) return;
    const kept = this.#random.below(this.#unflushed.length + 1);
    const torn = this.#unflushed.length > kept && this.#random.below(2) === 0;
    this.#log.push(...this.#unflushed.slice(0, kept), ...(torn ? [{ kind: 'damaged' } as const] : []));
    this.#unflushed = [];
    this.#written = undefined;
    throw new Crash('the power is gone');
  }
}
