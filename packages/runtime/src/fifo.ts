/** First in, first out. Memory follows what waits, not what has passed through. */

/** Below this many passed items, moving the rest is not worth the time. */
const leastPassed = 1_024;

export class Fifo<Item> {
  #items: (Item | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  /** The oldest, left in place; undefined when there is none. */
  peek(): Item | undefined {
    return this.#items[this.#head];
  }

  /** Takes the oldest; undefined when there is none. */
  shift(): Item | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head += 1;
    if (this.length === 0) this.clear();
    else if (this.#head >= leastPassed && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  clear(): void {
    // A queue that is often empty keeps its array; one that was long gives it back.
    if (this.#items.length > leastPassed) this.#items = [];
    else this.#items.length = 0;
    this.#head = 0;
  }
}
