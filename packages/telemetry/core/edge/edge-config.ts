/** The configuration of an edge's core, whole and checked. */
import { telemetryLimits, telemetryNamePattern } from '@bothy/wire';
import type { EdgeConfig } from './messages.ts';

export interface WholeEdgeConfig extends EdgeConfig {
  readonly version: string;
  readonly zoneOffset: (wallMs: number) => number;
  readonly outboxItems: number;
  readonly outboxBytes: number;
  readonly window: number;
  readonly drainPerSecond: number;
  readonly resendMs: number;
  readonly homeWaitMs: number;
  readonly statusMs: number;
}

/** Throws a RangeError for what cannot work: the host checks what people wrote before. */
export function checkedConfig(config: EdgeConfig): WholeEdgeConfig {
  const whole = {
    version: '',
    zoneOffset: () => 0,
    outboxItems: 1_000_000,
    outboxBytes: 268_435_456,
    window: 200,
    drainPerSecond: 500,
    resendMs: 30_000,
    homeWaitMs: 60_000,
    statusMs: 30_000,
    ...config,
  };
  if (!telemetryNamePattern.test(whole.edge)) throw new RangeError(`not the name of an edge: ${whole.edge}`);
  const least = {
    outboxItems: 1,
    // One payload must fit.
    outboxBytes: telemetryLimits.payloadBytes,
    window: 1,
    drainPerSecond: 1,
    resendMs: 1_000,
    homeWaitMs: 1_000,
    statusMs: 1_000,
  } as const;
  for (const name of Object.keys(least) as (keyof typeof least)[]) {
    const value = whole[name];
    if (!(Number.isInteger(value) && value >= least[name] && value < 2 ** 31 * 1_024)) {
      throw new RangeError(`${name} must be a whole number from ${least[name]}: ${value}`);
    }
  }
  return { ...whole, version: whole.version.slice(0, 40) };
}

/** How a late reading is paced: so many at once, so far apart. */
export function drainPace(
  perSecond: number,
  mostAtOnce: number,
): { readonly count: number; readonly everyMs: number } {
  const count = Math.max(1, Math.min(mostAtOnce, Math.floor(perSecond / 10)));
  return { count, everyMs: (count / perSecond) * 1_000 };
}
