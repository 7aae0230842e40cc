/**
 * Long work in small steps, so that a commit never waits for more than one of them. Two lanes take turns: questions, and
 * what is sealed and dropped. Each does one piece of work after the other, in the order in which they came.
 */

export interface Work<Result> {
  /** Each `yield` is a place where others may go on. */
  readonly steps: () => Generator<void, Result>;
  readonly done: (result: Result) => void;
  readonly failed: (thrown: unknown) => void;
}

/** Steps that follow each other before others have their turn. */
const turnMs = 4;

export class StepLane {
  readonly #queue: { readonly id: number | undefined; readonly work: Work<unknown> }[] = [];
  #running:
    | { readonly id: number | undefined; readonly work: Work<unknown>; readonly steps: Iterator<void> }
    | undefined;
  #isScheduled = false;

  add<Result>(work: Work<Result>, id?: number): void {
    this.#queue.push({ id, work: work as Work<unknown> });
    this.#schedule();
  }

  get isIdle(): boolean {
    return this.#running === undefined && this.#queue.length === 0;
  }

  /** Neither done nor failed is called. */
  cancel(id: number): void {
    if (this.#running?.id === id) {
      this.#running.steps.return?.();
      this.#running = undefined;
      return;
    }
    const at = this.#queue.findIndex((each) => each.id === id);
    if (at !== -1) this.#queue.splice(at, 1);
  }

  /** Leaves everything. */
  stop(): void {
    this.#queue.length = 0;
    this.#running?.steps.return?.();
    this.#running = undefined;
  }

  #schedule(): void {
    if (this.#isScheduled || this.isIdle) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#turn();
      this.#schedule();
    });
  }

  #turn(): void {
    const endMs = performance.now() + turnMs;
    do {
      const next = this.#queue[0];
      if (this.#running === undefined && next !== undefined) {
        this.#queue.shift();
        this.#running = { ...next, steps: next.work.steps() };
      }
      const running = this.#running;
      if (running === undefined) return;
      try {
        const { done, value } = running.steps.next() as IteratorResult<void, unknown>;
        if (done !== true) continue;
        this.#running = undefined;
        running.work.done(value);
      } catch (thrown) {
        this.#running = undefined;
        running.work.failed(thrown);
      }
    } while (performance.now() < endMs);
  }
}
