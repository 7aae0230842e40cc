/** What is known of one sensor while it is read: when it is due, whether a read is out, how it is. */

import type { TimerHandle } from '@bothy/runtime';
import type { SensorState } from '@bothy/wire';
import type { IntervalGrid } from './interval-grid.ts';
import type { SensorLane } from './lanes/sensor-lane.ts';
import type { SensorPlan } from './sensor-host.ts';

export interface SensorClerk {
  readonly id: number;
  readonly plan: SensorPlan;
  readonly grid: IntervalGrid;
  lane: SensorLane;
  /** The read that is out, and the timer that gives it up. */
  out: SensorRead | undefined;
  due: TimerHandle;
  turns: number;
  /** Reads in a row that were given up; after each the next one waits longer. */
  givenUp: number;
  /** Ticks that are passed over because of that. */
  skips: number;
  state: SensorState;
  sentence: string | undefined;
}

export interface SensorRead {
  readonly turn: number;
  readonly deadline: TimerHandle;
  /** Its time is over, and its worker was asked whether it is there. */
  readonly asked: boolean;
}
