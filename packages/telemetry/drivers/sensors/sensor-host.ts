/**
 * Reads all sensors of an edge, each at its own interval, whatever the others do. A read that is still out when the next
 * one is due is waited for; one that has not answered within its time is given up, and its driver opened anew.
 */
import type { Random } from '@bothy/protocols';
import type { Clock, Timers } from '@bothy/runtime';
import type { SensorName, SensorState } from '@bothy/wire';
import type { DriverOptions } from './driver-options.ts';
import { laneOf, sharedLane } from './driver-registry.ts';
import { IntervalGrid } from './interval-grid.ts';
import { startInline, startWorker } from './lanes/lane-thread.ts';
import { type LaneAnswer, type LaneFall, SensorLane } from './lanes/sensor-lane.ts';
import type { SensorClerk } from './sensor-clerk.ts';
import type { SensorFault, SensorValue } from './sensor-driver.ts';

export interface SensorPlan {
  /** Unique in this host. */
  readonly sensor: SensorName;
  readonly driver: DriverOptions;
  readonly intervalMs: number;
  /** A read that takes longer is given up. */
  readonly timeoutMs: number;
  /** In a worker of its own. @default false */
  readonly alone?: boolean;
}

export interface SensorHostOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  /** A value as the driver gave it. */
  readonly read: (sensor: SensorName, value: SensorValue) => void;
  /** Said when it changes. `sentence` says why it is not ok. */
  readonly changed: (sensor: SensorName, state: SensorState, sentence: string | undefined) => void;
  /** Module that opens drivers, as a URL. @default the kinds of this folder */
  readonly registry?: string;
  /** Reads all of them in this thread: 13 MB less, and nothing holds up a driver that does not give way. @default false */
  readonly inline?: boolean;
}

/** Sensors that are given a worker of their own because they took the shared one with them. */
const mostSuspects = 8;
/** How often a worker that does not answer is looked at again. */
const silentMs = 200;
/** A hung one is tried again after so many of its intervals at most, and after so long. */
const longestRestMs = 300_000;

export class SensorHost {
  readonly #options: SensorHostOptions;
  readonly #registry: string;
  readonly #lanes = new Map<string, SensorLane>();
  readonly #clerks = new Map<SensorName, SensorClerk>();
  readonly #byId = new Map<number, SensorClerk>();
  #suspects = 0;
  #ids = 0;
  #stopped = false;

  constructor(options: SensorHostOptions) {
    this.#options = options;
    this.#registry = options.registry ?? new URL('./driver-registry.ts', import.meta.url).href;
  }

  /** Its first read is as soon as its worker is there. */
  add(plan: SensorPlan): void {
    if (this.#clerks.has(plan.sensor)) throw new Error(`two sensors of the name ${plan.sensor}`);
    this.#ids += 1;
    const lane = this.#lane(plan.alone === true ? `alone ${plan.sensor}` : laneOf(plan.driver));
    const nowMs = this.#options.clock.monoMs();
    const clerk: SensorClerk = {
      id: this.#ids,
      plan,
      lane,
      grid: new IntervalGrid(nowMs + plan.intervalMs, plan.intervalMs),
      out: undefined,
      due: undefined,
      ...{ turns: 0, givenUp: 0, skips: 0, state: 'ok', sentence: undefined },
    };
    this.#clerks.set(plan.sensor, clerk);
    this.#byId.set(clerk.id, clerk);
    lane.open(clerk.id, plan.driver);
    this.#read(clerk);
    this.#schedule(clerk);
  }

  /** Reads now, beside the interval. False when there is no such sensor. */
  readNow(sensor: SensorName): boolean {
    const clerk = this.#clerks.get(sensor);
    if (clerk === undefined) return false;
    clerk.skips = 0;
    this.#read(clerk);
    return true;
  }

  /** False when there is no such sensor. */
  setInterval(sensor: SensorName, intervalMs: number): boolean {
    const clerk = this.#clerks.get(sensor);
    if (clerk === undefined) return false;
    clerk.grid.change(intervalMs, this.#options.clock.monoMs());
    this.#options.timers.clear(clerk.due);
    this.#schedule(clerk);
    return true;
  }

  /** Whether it is one that can be broken and mended. */
  async break(sensor: SensorName, fault: SensorFault): Promise<boolean> {
    const clerk = this.#clerks.get(sensor);
    return clerk === undefined ? false : await clerk.lane.break(clerk.id, fault);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const clerk of this.#clerks.values()) {
      this.#options.timers.clear(clerk.due);
      this.#clearRead(clerk);
    }
    await Promise.all([...this.#lanes.values()].map((lane) => lane.stop()));
  }

  #lane(name: string): SensorLane {
    const known = this.#lanes.get(name);
    if (known !== undefined) return known;
    const { clock, timers, random, inline = false } = this.#options;
    const lane: SensorLane = new SensorLane({
      ...{ registry: this.#registry, clock, timers, random },
      startThread: inline ? startInline : startWorker,
      ready: () => this.#laneReady(lane),
      answered: (answer) => this.#answered(answer),
      down: (fall) => this.#laneDown(lane, name, fall),
    });
    this.#lanes.set(name, lane);
    return lane;
  }

  #schedule(clerk: SensorClerk): void {
    const { clock, timers } = this.#options;
    clerk.due = timers.set(Math.max(0, clerk.grid.dueMs - clock.monoMs()), () => {
      const nowMs = clock.monoMs();
      // Timers may call early.
      if (nowMs >= clerk.grid.dueMs) {
        clerk.grid.advance(nowMs);
        if (clerk.skips > 0) clerk.skips -= 1;
        else this.#read(clerk);
      }
      this.#schedule(clerk);
    });
  }

  #read(clerk: SensorClerk): void {
    if (clerk.out !== undefined || !clerk.lane.up) return;
    clerk.turns += 1;
    const turn = clerk.turns;
    const deadline = this.#options.timers.set(clerk.plan.timeoutMs, () => this.#giveUp(clerk, turn));
    clerk.out = { turn, deadline, asked: false };
    clerk.lane.read(clerk.id, turn);
  }

  #giveUp(clerk: SensorClerk, turn: number): void {
    if (clerk.out?.turn !== turn) return;
    if (!clerk.out.asked || clerk.lane.silent) {
      // Perhaps another one keeps their worker busy: that is found out soon, and this one is not to blame.
      clerk.lane.ask();
      const deadline = this.#options.timers.set(silentMs, () => this.#giveUp(clerk, turn));
      clerk.out = { turn, deadline, asked: true };
      return;
    }
    clerk.out = undefined;
    clerk.lane.giveUp(clerk.id, turn);
    // A driver that never answers leaves something behind each time: less and less often.
    const restMs = Math.min(longestRestMs, clerk.grid.intervalMs * 2 ** clerk.givenUp);
    clerk.givenUp += 1;
    clerk.skips = Math.floor(restMs / clerk.grid.intervalMs);
    this.#set(clerk, 'hung', `It has not answered within ${clerk.plan.timeoutMs / 1_000} s.`);
  }

  #answered(answer: LaneAnswer): void {
    const clerk = this.#byId.get(answer.id);
    // What was given up may answer all the same.
    if (this.#stopped || clerk === undefined || clerk.out?.turn !== answer.turn) return;
    this.#clearRead(clerk);
    clerk.givenUp = 0;
    if (answer.kind === 'failed') return this.#set(clerk, 'failing', answer.sentence);
    this.#set(clerk, 'ok', undefined);
    if (answer.value !== undefined) this.#options.read(clerk.plan.sensor, answer.value);
  }

  #laneReady(lane: SensorLane): void {
    for (const clerk of this.#clerks.values()) {
      // Those that were never read do not wait for their first interval.
      if (clerk.lane === lane && clerk.turns === 0) this.#read(clerk);
    }
  }

  #laneDown(lane: SensorLane, name: string, { culprit: id, state, sentence }: LaneFall): void {
    for (const clerk of this.#clerks.values()) if (clerk.lane === lane) this.#clearRead(clerk);
    const culprit = id === undefined ? undefined : this.#byId.get(id);
    if (culprit === undefined) return;
    this.#set(culprit, state, sentence);
    if (name !== sharedLane) return;
    // From now on it can only harm itself.
    lane.close(culprit.id);
    if (this.#suspects === mostSuspects) {
      this.#options.timers.clear(culprit.due);
      return this.#set(culprit, 'off', `${sentence} Too many do: it is switched off until a restart.`);
    }
    this.#suspects += 1;
    culprit.lane = this.#lane(`alone ${culprit.plan.sensor}`);
    culprit.lane.open(culprit.id, culprit.plan.driver);
  }

  #clearRead(clerk: SensorClerk): void {
    this.#options.timers.clear(clerk.out?.deadline);
    clerk.out = undefined;
  }

  #set(clerk: SensorClerk, state: SensorState, sentence: string | undefined): void {
    if (clerk.state === state && clerk.sentence === sentence) return;
    clerk.state = state;
    clerk.sentence = sentence;
    this.#options.changed(clerk.plan.sensor, state, sentence);
  }
}
