/** What a proposed rule would have done with stored history: the engine of the live rules, on a clock made of stamps. */
import type { EdgeId, Reading, Rule, SensorName } from '@bothy/wire';
import type { EngineInput, RuleEvent } from '../engine/messages.ts';
import { emptySnapshot } from '../engine/records.ts';
import { RuleEngine } from '../engine/rule-engine.ts';
import { VirtualTimers } from './virtual-timers.ts';

export interface BacktestAlarm {
  readonly node: EdgeId;
  readonly sensor: SensorName;
  readonly firedMs: number;
  /** Null: it fired to the end. */
  readonly clearedMs: number | null;
  /** The reading at which it fired. */
  readonly value: number | null;
  readonly sentence: string;
}

export interface BacktestSummary {
  readonly readings: number;
  readonly alarms: number;
  /** Readings that were older than one before. */
  readonly outOfOrder: number;
  /** False: a limit was met, and the rest was not looked at. */
  readonly isComplete: boolean;
}

export interface BacktestOptions {
  /** Until when silence counts. @default the last stamp */
  readonly endMs?: number;
  readonly zoneOffset?: (wallMs: number) => number;
  /** @default 10000 */
  readonly mostAlarms?: number;
  /** @default 20000000 */
  readonly mostReadings?: number;
}

/**
 * Yields each alarm when it has cleared, then those that stand at the end; gives back the figures. `readings` are in the
 * order of their stamps, over all sensors. Nothing is kept but the state of the rule: history may be of any length.
 */
export function* backtest(
  rule: Rule,
  readings: Iterable<Reading>,
  options: BacktestOptions = {},
): Generator<BacktestAlarm, BacktestSummary> {
  const run = new Backtest(rule, options);
  for (const reading of readings) {
    if (!run.take(reading)) break;
    yield* run.taken();
  }
  run.end();
  yield* run.taken();
  return run.summary;
}

/** The same, reading by reading, for history that is read in pieces. */
export class Backtest {
  readonly #options: Required<Pick<BacktestOptions, 'mostAlarms' | 'mostReadings'>> & BacktestOptions;
  readonly #run: BacktestRun;
  #readings = 0;
  #alarms = 0;
  #outOfOrder = 0;
  #isComplete = true;
  #taken: BacktestAlarm[] = [];

  constructor(rule: Rule, options: BacktestOptions = {}) {
    this.#options = { mostAlarms: 10_000, mostReadings: 20_000_000, ...options };
    this.#run = new BacktestRun(rule, options.zoneOffset);
  }

  /** False when a limit is met, and this reading was not looked at. */
  take(reading: Reading): boolean {
    const { mostAlarms, mostReadings } = this.#options;
    if (this.#alarms >= mostAlarms || this.#readings >= mostReadings) {
      this.#isComplete = false;
      return false;
    }
    this.#readings += 1;
    if (reading.stampMs < this.#run.nowMs) this.#outOfOrder += 1;
    else {
      this.#run.read(reading);
      this.#keep(this.#run.takeCleared());
    }
    return true;
  }

  /** There is no more: what stands is told. */
  end(): void {
    const { endMs, mostAlarms } = this.#options;
    if (this.#isComplete && endMs !== undefined) this.#run.runTo(endMs);
    const last = [...this.#run.takeCleared(), ...this.#run.open.values()];
    this.#keep(last.slice(0, mostAlarms - this.#alarms));
  }

  /** Alarms that were found since the last call. */
  taken(): readonly BacktestAlarm[] {
    const taken = this.#taken;
    this.#taken = [];
    return taken;
  }

  get summary(): BacktestSummary {
    return {
      readings: this.#readings,
      alarms: this.#alarms,
      outOfOrder: this.#outOfOrder,
      isComplete: this.#isComplete,
    };
  }

  #keep(alarms: readonly BacktestAlarm[]): void {
    this.#alarms += alarms.length;
    this.#taken.push(...alarms);
  }
}

class BacktestRun {
  readonly #engine: RuleEngine;
  readonly #timers = new VirtualTimers();
  readonly open = new Map<string, BacktestAlarm>();
  #cleared: BacktestAlarm[] = [];
  nowMs = -Infinity;

  constructor(rule: Rule, zoneOffset: ((wallMs: number) => number) | undefined) {
    const config = { checkpointMs: Infinity, ...(zoneOffset === undefined ? {} : { zoneOffset }) };
    this.#engine = new RuleEngine([rule], emptySnapshot, config);
  }

  /** History is judged as if it were live: `hist` and numbers told how it travelled. */
  read(reading: Reading): void {
    if (this.nowMs === -Infinity) {
      this.nowMs = reading.stampMs;
      this.#step({ kind: 'start' });
    }
    this.runTo(reading.stampMs);
    const { boot: _, seq: __, ...plain } = reading;
    this.#step({ kind: 'reading', reading: { ...plain, hist: false } });
  }

  runTo(endMs: number): void {
    if (this.nowMs === -Infinity) return;
    for (let due = this.#timers.take(endMs); due !== undefined; due = this.#timers.take(endMs)) {
      this.nowMs = Math.max(this.nowMs, due.dueMs);
      this.#step({ kind: 'timer', key: due.key });
    }
    this.nowMs = Math.max(this.nowMs, endMs);
  }

  takeCleared(): readonly BacktestAlarm[] {
    const cleared = this.#cleared;
    if (cleared.length > 0) this.#cleared = [];
    return cleared;
  }

  #step(input: EngineInput): void {
    for (const output of this.#engine.step(input, { monoMs: this.nowMs, wallMs: this.nowMs })) {
      if (output.kind === 'setTimer') this.#timers.set(output.key, this.nowMs + output.afterMs);
      else if (output.kind === 'event') this.#event(output.event);
    }
  }

  #event({ node, sensor, active, isRepeated, value, sentence }: RuleEvent): void {
    const key = `${node}/${sensor}`;
    if (active) {
      if (isRepeated) return;
      this.open.set(key, { node, sensor, firedMs: this.nowMs, clearedMs: null, value, sentence });
      return;
    }
    const alarm = this.open.get(key);
    if (alarm === undefined) return;
    this.open.delete(key);
    this.#cleared.push({ ...alarm, clearedMs: this.nowMs });
  }
}
