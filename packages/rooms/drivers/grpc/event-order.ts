/**
 * Tells events in order, and none while a method that caused it still runs: what happens within a method is told
 * right after it, and before anything that comes from outside later.
 */
export class EventOrder {
  #waiting: (() => void)[] = [];
  #stopped = false;

  /** From within a method. */
  later(tell: () => void): void {
    this.#waiting.push(tell);
    if (this.#waiting.length === 1) queueMicrotask(() => this.flush());
  }

  /** From outside: whatever waits goes first. Undefined once it has been stopped. */
  now<T>(tell: () => T): T | undefined {
    this.flush();
    return this.#stopped ? undefined : tell();
  }

  flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    if (!this.#stopped) for (const tell of waiting) tell();
  }

  /** What waits is told, and nothing after. */
  stop(): void {
    this.flush();
    this.#stopped = true;
  }
}
