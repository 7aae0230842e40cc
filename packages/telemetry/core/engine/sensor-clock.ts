/**
 * Tells live readings from late ones. Only live ones are judged: a reading from before the network failed must not fire
 * an alarm now. Rules TLE7, TLE8 in SPEC.md.
 *
 * A reading is live when it is not marked `hist`, comes after the last live one (by boot and number, else by stamp) and,
 * without numbers, arrived about as fast as its fastest predecessors. Stamps are compared with the monotonic clock, so a
 * jump of our wall clock changes nothing. When the device's clock jumps, its readings look late; once three in a row
 * advance as fast as time does they are taken for live, which a burst out of a buffer never is.
 */
import type { Now } from '@bothy/protocols';
import type { Reading } from '@bothy/wire';
import { SteadyRun } from './steady-run.ts';

/** How much slower than its fastest a reading may come. */
const lateMs = 60_000;

export class SensorClock {
  /** Monotonic time minus stamp of the readings that came fastest. */
  #offsetMs: number;
  #stampMs = -Infinity;
  #boot = -1;
  #seq = -1;
  readonly #run = new SteadyRun();

  /** Until a reading says more, the device's clock is taken to agree with ours. */
  constructor({ monoMs, wallMs }: Now) {
    this.#offsetMs = monoMs - wallMs;
  }

  isLive(reading: Reading, monoMs: number): boolean {
    if (reading.hist) return false;
    if (!this.#isNext(reading, monoMs) && !this.#run.add(reading.stampMs, monoMs)) return false;
    const offsetMs = monoMs - reading.stampMs;
    // Follows a device whose clock is slow, a hundredth at a time.
    if (this.#run.hasBegun || offsetMs < this.#offsetMs) this.#offsetMs = offsetMs;
    else this.#offsetMs += (offsetMs - this.#offsetMs) / 100;
    this.#run.end();
    this.#stampMs = reading.stampMs;
    this.#boot = reading.boot ?? -1;
    this.#seq = reading.seq ?? -1;
    return true;
  }

  #isNext({ boot, seq, stampMs }: Reading, monoMs: number): boolean {
    if (boot !== undefined && seq !== undefined) {
      const isNext = boot > this.#boot || (boot === this.#boot && seq > this.#seq);
      if (isNext) this.#run.end();
      return isNext;
    }
    const isNext = stampMs > this.#stampMs && monoMs - stampMs - this.#offsetMs <= lateMs;
    if (isNext) this.#run.end();
    return isNext;
  }
}
