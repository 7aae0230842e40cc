/**
 * The sessions that outlive their connection, and since when their clients are away.
 *
 * The time counted is the node's running time, added up over its runs: a clock that is set right years forward must
 * not end every session, and who could not come because the node was off is not late.
 */
import { keyOf } from './kept-records.ts';
import type { SessionJournal } from './session-journal.ts';

export interface SessionRegisterOptions {
  readonly sessionExpiryMs: number;
  readonly isConnected: (clientId: string) => boolean;
  readonly monoMs: () => number;
  readonly journal?: SessionJournal | undefined;
}

export class SessionRegister {
  readonly #options: SessionRegisterOptions;
  /** When each was last seen, in running time; the one that subscribed, came or went last at the end. */
  readonly #lastSeenMs = new Map<string, number>();
  readonly #startedMs: number;
  #ranBeforeMs = 0;

  constructor(options: SessionRegisterOptions) {
    this.#options = options;
    this.#startedMs = options.monoMs();
  }

  get size(): number {
    return this.#lastSeenMs.size;
  }

  get clientIds(): readonly string[] {
    return [...this.#lastSeenMs.keys()];
  }

  /** Those whose clients are away now. */
  get away(): number {
    return [...this.#lastSeenMs.keys()].filter((clientId) => !this.#options.isConnected(clientId)).length;
  }

  /** Goes on counting from an earlier run's time. */
  startAt(ranMs: number): void {
    this.#ranBeforeMs = ranMs;
  }

  restore(clientId: string, awaySinceMs: number): void {
    this.#lastSeenMs.set(clientId, awaySinceMs);
    // A run that broke off kept its time some minutes ago, and this session later.
    this.#ranBeforeMs = Math.max(this.#ranBeforeMs, awaySinceMs);
  }

  /** Notes a new session, or that its client subscribes. */
  add(clientId: string): void {
    this.#lastSeenMs.delete(clientId);
    const awaySinceMs = this.#ranMs();
    this.#lastSeenMs.set(clientId, awaySinceMs);
    this.#options.journal?.put('session', keyOf(clientId), { clientId, awaySinceMs });
  }

  /** Notes that its client came or went, if there is a session. */
  touch(clientId: string): void {
    if (this.#lastSeenMs.has(clientId)) this.add(clientId);
  }

  remove(clientId: string): void {
    if (this.#lastSeenMs.delete(clientId)) this.#options.journal?.remove('session', keyOf(clientId));
  }

  isExpired(clientId: string): boolean {
    const lastSeenMs = this.#lastSeenMs.get(clientId);
    const { sessionExpiryMs, isConnected } = this.#options;
    return lastSeenMs !== undefined && this.#ranMs() - lastSeenMs > sessionExpiryMs && !isConnected(clientId);
  }

  expired(): string[] {
    return [...this.#lastSeenMs.keys()].filter((clientId) => this.isExpired(clientId));
  }

  longestAway(): string | undefined {
    return [...this.#lastSeenMs.keys()].find((clientId) => !this.#options.isConnected(clientId));
  }

  /** Writes the running time down, and who is connected now: their sessions begin to age when this run ends. */
  keepTime(): void {
    this.#options.journal?.put('clock', keyOf('ranMs'), { ranMs: this.#ranMs() });
    const connected = [...this.#lastSeenMs.keys()].filter((clientId) => this.#options.isConnected(clientId));
    for (const clientId of connected) this.add(clientId);
  }

  #ranMs(): number {
    return this.#ranBeforeMs + this.#options.monoMs() - this.#startedMs;
  }
}
