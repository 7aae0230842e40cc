/** A bounded queue of tasks that run one after the other, in the order in which they were added. */

export type Task = () => void | Promise<void>;

export class SerialQueue {
  readonly #limit: number;
  readonly #failed: (error: unknown) => void;
  #waiting: Task[] = [];
  #running = false;
  #idle: (() => void)[] = [];

  /** `failed` is told what a task threw; the tasks behind it run all the same. */
  constructor(limit: number, failed: (error: unknown) => void) {
    this.#limit = limit;
    this.#failed = failed;
  }

  /** Tasks that wait, the one that runs not included. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Adds a task; false, and nothing happens, when so many wait already. */
  add(task: Task): boolean {
    if (this.#waiting.length >= this.#limit) return false;
    this.#waiting.push(task);
    if (!this.#running) void this.#run();
    return true;
  }

  /** Drops the task that waits longest; false when none waits. */
  dropOldest(): boolean {
    return this.#waiting.shift() !== undefined;
  }

  /** Drops every task that waits; the one that runs ends by itself. */
  clear(): void {
    this.#waiting = [];
  }

  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void> {
    if (!this.#running) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let task = this.#waiting.shift(); task !== undefined; task = this.#waiting.shift()) {
      try {
        // A task without a promise does not wait, so what needs no waiting keeps its order and its speed.
        const pending = task();
        if (pending !== undefined) await pending;
      } catch (thrown) {
        this.#failed(thrown);
      }
    }
    this.#running = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
