/** Keyed timers on a clock that is moved by hand. */

export class VirtualTimers {
  readonly #dueMs = new Map<string, number>();
  /** Nothing is due before this: most readings need no look at the timers. */
  #soonestMs = Infinity;

  /** Replaces one of the same key. */
  set(key: string, dueMs: number): void {
    this.#dueMs.set(key, dueMs);
    this.#soonestMs = Math.min(this.#soonestMs, dueMs);
  }

  /** Takes the next one that is due by `endMs`; ties in the order in which they were set. */
  take(endMs: number): { readonly key: string; readonly dueMs: number } | undefined {
    if (this.#soonestMs > endMs) return undefined;
    let next: { key: string; dueMs: number } | undefined;
    let secondMs = Infinity;
    for (const [key, dueMs] of this.#dueMs) {
      if (next === undefined || dueMs < next.dueMs) {
        secondMs = next?.dueMs ?? Infinity;
        next = { key, dueMs };
      } else secondMs = Math.min(secondMs, dueMs);
    }
    if (next === undefined || next.dueMs > endMs) {
      this.#soonestMs = next?.dueMs ?? Infinity;
      return undefined;
    }
    this.#dueMs.delete(next.key);
    this.#soonestMs = secondMs;
    return next;
  }
}
