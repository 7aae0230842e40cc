/**
 * Checkpoint and log: what has changed since the last picture of the state is in a log, so that a start reads the
 * picture and carries out the log again (Elnozahy, Alvisi, Wang, Johnson: "A Survey of Rollback-Recovery Protocols in
 * Message-Passing Systems", ACM Computing Surveys 34(3), 2002, sections 2.1 and 4). This is the decision when a new
 * picture is worth its cost: not for every change, and before a start takes too long. Rules CP1… in SPEC.md.
 *
 *   append ──▶ log grows ── isDue ──▶ begin ──▶ picture is written ──▶ end ──▶ the log up to there may go
 *                                        └── what is appended meanwhile stays for the next ──┘
 */

export interface CheckpointOptions {
  /** Entries at which a checkpoint is due, however small: a start carries out each again. A whole number from 1. */
  readonly maxLogEntries: number;
  /** Below this size of the log none is due for its bytes; from 0. @default 0 */
  readonly minLogBytes?: number;
  /**
   * Bytes of the log, as a multiple of the last checkpoint's, at which one is due; above 0. At 1 checkpoints
   * write at most twice what the log does, whatever the state's size. @default Infinity
   */
  readonly logPerCheckpoint?: number;
}

/** What a start has found. */
export interface CheckpointStart {
  readonly logEntries: number;
  readonly logBytes: number;
  /** 0: there is none. */
  readonly checkpointBytes: number;
}

const nothing: CheckpointStart = { logEntries: 0, logBytes: 0, checkpointBytes: 0 };

export class CheckpointSchedule {
  readonly #options: Required<CheckpointOptions>;
  #logEntries: number;
  #logBytes: number;
  #checkpointBytes: number;
  /** What the log had when the checkpoint under way began. */
  #begun: { readonly entries: number; readonly bytes: number } | undefined;

  /** Throws a RangeError for a number out of its range. */
  constructor(options: CheckpointOptions, start: CheckpointStart = nothing) {
    const { maxLogEntries, minLogBytes = 0, logPerCheckpoint = Infinity } = options;
    if (!(Number.isInteger(maxLogEntries) && maxLogEntries >= 1)) {
      throw new RangeError('maxLogEntries must be a whole number from 1');
    }
    if (!(logPerCheckpoint > 0)) throw new RangeError('logPerCheckpoint must be above 0');
    checkCount('minLogBytes', minLogBytes);
    for (const [name, value] of Object.entries(start)) checkCount(name, value);
    this.#options = { maxLogEntries, minLogBytes, logPerCheckpoint };
    this.#logEntries = start.logEntries;
    this.#logBytes = start.logBytes;
    this.#checkpointBytes = start.checkpointBytes;
  }

  /** Entries that a start would carry out again. */
  get logEntries(): number {
    return this.#logEntries;
  }

  get logBytes(): number {
    return this.#logBytes;
  }

  /** So many entries of so many bytes in all are in the log now. */
  appended(entries: number, bytes: number): void {
    checkCount('entries', entries);
    checkCount('bytes', bytes);
    this.#logEntries += entries;
    this.#logBytes += bytes;
  }

  /** What a start would carry out again now, where that can be looked up instead of counted. Not while one is under way. */
  measured(entries: number, bytes: number): void {
    checkCount('entries', entries);
    checkCount('bytes', bytes);
    if (this.#begun !== undefined) return;
    this.#logEntries = entries;
    this.#logBytes = bytes;
  }

  /** Whether to `begin` now; never while one is under way, and never for an empty log. */
  get isDue(): boolean {
    if (this.#begun !== undefined || this.#logEntries === 0) return false;
    const { maxLogEntries, minLogBytes, logPerCheckpoint } = this.#options;
    if (this.#logEntries >= maxLogEntries) return true;
    if (logPerCheckpoint === Infinity || this.#logBytes < minLogBytes) return false;
    return this.#logBytes >= this.#checkpointBytes * logPerCheckpoint;
  }

  /** A picture of the state as it is now is being written. False: one is already. */
  begin(): boolean {
    if (this.#begun !== undefined) return false;
    this.#begun = { entries: this.#logEntries, bytes: this.#logBytes };
    return true;
  }

  /** It is durable, of this size: what the log had when it began may go. */
  end(checkpointBytes: number): void {
    checkCount('checkpointBytes', checkpointBytes);
    if (this.#begun === undefined) return;
    this.#logEntries -= this.#begun.entries;
    this.#logBytes -= this.#begun.bytes;
    this.#checkpointBytes = checkpointBytes;
    this.#begun = undefined;
  }

  /** It came to nothing: the last one and the whole log hold. */
  fail(): void {
    this.#begun = undefined;
  }
}

function checkCount(name: string, value: number): void {
  if (!(Number.isSafeInteger(value) && value >= 0))
    throw new RangeError(`${name} must be a whole number from 0`);
}
