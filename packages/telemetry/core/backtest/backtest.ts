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
  const { mostAlarms = 10_000, mostReadings = 20_000_000 } = options;
  const run = new BacktestRun(rule, options.zoneOffset);
  let [count, alarms, outOfOrder, isComplete] = [0, 0, 0, true];
  for (const reading of readings) {
    if (alarms >= mostAlarms || count >= mostReadings) {
      isComplete = false;
      break;
    }
    count += 1;
    if (reading.stampMs < run.nowMs) outOfOrder += 1;
    else {
      run.read(reading);
      for (const alarm of run.takeCleared()) {
        alarms += 1;
        yield alarm;
      }
    }
  }
  if (isComplete && options.endMs !== undefined) run.runTo(options.endMs);
  for (const alarm of [...run.takeCleared(), ...run.open.values()].slice(0, mostAlarms - alarms)) {
    alarms += 1;
    yield alarm;
  }
  return { readings: count, alarms, outOfOrder, isComplete };
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
