/**
 * Readings in a row whose stamps advance as fast as time does: they are made now, whatever the clock says that stamps them.
 * What comes out of a buffer comes faster, so it never looks like that.
 */

const steadyReadings = 3;
const steadyForMs = 1_000;
/** What readings of a steady device may be off: a second, or a quarter of the time. */
const steadyErrorMs = 1_000;
const steadyErrorShare = 0.25;

interface Run {
  readonly stampMs: number;
  readonly monoMs: number;
  count: number;
  lastStampMs: number;
}

export class SteadyRun {
  #run: Run | undefined;

  get hasBegun(): boolean {
    return this.#run !== undefined;
  }

  /** Another reading that looks late. True: by now it is one of so many that they are not. */
  add(stampMs: number, monoMs: number): boolean {
    const run = this.#run;
    if (run === undefined || stampMs <= run.lastStampMs) return this.#begin(stampMs, monoMs);
    run.count += 1;
    run.lastStampMs = stampMs;
    const passedMs = monoMs - run.monoMs;
    const errorMs = Math.abs(stampMs - run.stampMs - passedMs);
    if (errorMs > Math.max(steadyErrorMs, steadyErrorShare * passedMs)) return this.#begin(stampMs, monoMs);
    return run.count >= steadyReadings && passedMs >= steadyForMs;
  }

  /** One came that does not look late. */
  end(): void {
    this.#run = undefined;
  }

  #begin(stampMs: number, monoMs: number): false {
    this.#run = { stampMs, monoMs, count: 1, lastStampMs: stampMs };
    return false;
  }
}
