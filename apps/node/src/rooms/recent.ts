/** What is under way, by key: bounded, for an answer may never come; then the oldest is given up. */
export class Recent<Value> {
  readonly #values = new Map<string, Value>();
  readonly #most: number;
  readonly #gaveUp: (value: Value) => void;

  constructor(most: number, gaveUp: (value: Value) => void = () => {}) {
    this.#most = most;
    this.#gaveUp = gaveUp;
  }

  put(key: string, value: Value): void {
    this.#values.set(key, value);
    if (this.#values.size <= this.#most) return;
    const [oldest] = this.#values.keys();
    const old = oldest === undefined ? undefined : this.take(oldest);
    if (old !== undefined) this.#gaveUp(old);
  }

  /** And forgets it. */
  take(key: string): Value | undefined {
    const value = this.#values.get(key);
    if (value !== undefined) this.#values.delete(key);
    return value;
  }

  /** Gives all up. */
  clear(): void {
    for (const value of this.#values.values()) this.#gaveUp(value);
    this.#values.clear();
  }
}
