/** What this process needs: shown on the edge's page. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '@bothy/runtime';
import type { EdgeStatus } from '@bothy/wire';

type Resources = NonNullable<EdgeStatus['resources']>;

/** Coarse: a finer one wakes an idle processor for nothing. */
const resolutionMs = 100;

export class OwnResources {
  readonly #clock: Clock;
  readonly #delay = monitorEventLoopDelay({ resolution: resolutionMs });
  #lastMs: number;
  #lastCpu = process.cpuUsage();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#lastMs = clock.monoMs();
    this.#delay.enable();
  }

  /** Since the last call. */
  measure(): Resources {
    const nowMs = this.#clock.monoMs();
    const cpu = process.cpuUsage(this.#lastCpu);
    const passedMs = Math.max(1, nowMs - this.#lastMs);
    // The histogram holds waits, of which the resolution is meant.
    const loopDelayMs = Math.max(0, this.#delay.percentile(99) / 1e6 - resolutionMs);
    this.#lastMs = nowMs;
    this.#lastCpu = process.cpuUsage();
    this.#delay.reset();
    return {
      cpuPercent: Math.round((cpu.user + cpu.system) / 10 / passedMs) / 1,
      memoryBytes: process.memoryUsage.rss(),
      loopDelayMs: Number.isFinite(loopDelayMs) ? Math.round(loopDelayMs) : 0,
    };
  }

  stop(): void {
    this.#delay.disable();
  }
}
