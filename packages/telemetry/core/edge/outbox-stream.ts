/** What waits of one start and sensor: without a hole, for items go from the front only. */
import type { SensorName } from '@bothy/wire';
import { NumberQueue } from './number-queue.ts';

/** Stamps are remembered of one item in so many: they are for people. */
const marksApart = 32;

export class OutboxStream {
  readonly boot: number;
  readonly sensor: SensorName;
  /** The last `seq` that was given. */
  last = 0;
  /** Their numbers in the outbox. */
  readonly #numbers = new NumberQueue();
  #marks: { readonly seq: number; readonly stampMs: number }[] = [];

  constructor(boot: number, sensor: SensorName) {
    this.boot = boot;
    this.sensor = sensor;
  }

  get size(): number {
    return this.#numbers.length;
  }

  /** The `seq` of the first that waits; when none does, of the next that will be given. */
  get first(): number {
    return this.last - this.#numbers.length + 1;
  }

  /** The outbox number of the first. */
  get firstNumber(): number | undefined {
    return this.#numbers.first;
  }

  /** Roughly the stamp of the first; undefined when none waits. */
  get oldestMs(): number | undefined {
    return this.size === 0 ? undefined : this.#marks[0]?.stampMs;
  }

  push(number: number, seq: number, stampMs: number): void {
    if (this.size > 0 && seq !== this.last + 1) throw new Error(`a hole in the outbox before ${seq}`);
    this.last = seq;
    this.#numbers.push(number);
    const mark = this.#marks.at(-1);
    if (mark === undefined || this.size === 1 || seq >= mark.seq + marksApart) {
      if (this.size === 1) this.#marks = [];
      this.#marks.push({ seq, stampMs });
    }
  }

  /** Takes the first out. */
  shift(): number | undefined {
    const number = this.#numbers.shift();
    const next = this.#marks[1];
    if (next !== undefined && next.seq <= this.first) this.#marks.shift();
    return number;
  }
}
