/** Drives an alarm core by hand in tests: a clock, its timers, its disk, and what it said. */
import type { Core } from '@bothy/protocols';
import {
  type Alarm,
  type AlarmCommand,
  type AlarmEntry,
  type AlarmId,
  alarmId,
  type TelemetryEvent,
} from '@bothy/wire';
import { AlarmCore } from '../alarms/alarm-core.ts';
import type { AlarmAnswer, AlarmConfig, AlarmInput, AlarmOutput } from '../alarms/messages.ts';
import type { AlarmRecord, AlarmSnapshot, AlarmWrite } from '../alarms/records.ts';
import { VirtualTimers } from '../backtest/virtual-timers.ts';
import { startWallMs } from './engine-desk.ts';

export type AlarmCoreMaker = (config: AlarmConfig, snapshot: AlarmSnapshot) => Core<AlarmInput, AlarmOutput>;

export const hot = alarmId('edge-1', 'temperature', 'temperature_alert_high');

export class AlarmStage {
  readonly #make: AlarmCoreMaker;
  readonly #config: AlarmConfig;
  readonly #records = new Map<AlarmId, AlarmRecord>();
  #timers = new VirtualTimers();
  core: Core<AlarmInput, AlarmOutput>;
  nowMs = 0;
  wallOffsetMs = startWallMs;
  readonly entries: AlarmEntry[] = [];
  /** One line for each line of history: second, what, which, by whom. */
  readonly said: string[] = [];
  readonly removed: AlarmId[] = [];
  refused = 0;
  /** What was said before it was stored. */
  unstored = 0;
  /** Hears every change, as RoutesCore does. */
  listener: (output: AlarmOutput) => void = () => {};
  #seq = 0;

  constructor(config: Partial<AlarmConfig> = {}, make: AlarmCoreMaker = (...args) => new AlarmCore(...args)) {
    this.#config = { node: 'hut', ...config };
    this.#make = make;
    this.core = make(this.#config, { alarms: [] });
    this.step({ kind: 'start' });
  }

  get now(): { monoMs: number; wallMs: number } {
    return { monoMs: this.nowMs, wallMs: this.nowMs + this.wallOffsetMs };
  }

  /** What is on the disk. */
  get alarms(): readonly Alarm[] {
    return [...this.#records.values()].map(({ alarm }) => alarm);
  }

  alarm(id: AlarmId = hot): Alarm | undefined {
    return this.#records.get(id)?.alarm;
  }

  /** An event of an edge that numbers, the next one unless told otherwise. */
  event(active: boolean, change: Partial<TelemetryEvent> = {}): this {
    this.#seq += 1;
    const made = { sensor: 'temperature', node: 'edge-1', stampMs: startWallMs + this.nowMs };
    const numbers = { boot: 1, seq: this.#seq };
    const verdict = { event: active, eventType: 'temperature_alert_high', hist: false };
    return this.step({
      kind: 'event',
      event: { ...made, ...numbers, value: active ? 31 : 20, ...verdict, ...change },
    });
  }

  /** An event of a device that numbers nothing. */
  plain(active: boolean, stampMs: number): this {
    const { nowMs } = this;
    const made = { sensor: 'temperature', node: 'edge-1', value: 31, stampMs: startWallMs + nowMs + stampMs };
    return this.step({
      kind: 'event',
      event: { ...made, event: active, eventType: 'temperature_alert_high', hist: false },
    });
  }

  command(command: AlarmCommand, by = 'ann', alarm: AlarmId = hot): AlarmAnswer {
    const outputs = this.give({ kind: 'command', id: 'c', alarm, by, command });
    const answer = outputs.find((output) => output.kind === 'answer');
    if (answer === undefined) throw new Error('a command was not answered');
    return answer.result;
  }

  wait(ms: number): this {
    const endMs = this.nowMs + ms;
    for (let due = this.#timers.take(endMs); due !== undefined; due = this.#timers.take(endMs)) {
      this.nowMs = Math.max(this.nowMs, due.dueMs);
      this.step({ kind: 'timer', key: due.key });
    }
    this.nowMs = endMs;
    return this;
  }

  /** The program ends and starts again from what was stored. */
  restart(awayMs = 0): this {
    this.#timers = new VirtualTimers();
    this.nowMs += awayMs;
    this.core = this.#make(this.#config, { alarms: [...this.#records.values()] });
    return this.step({ kind: 'start' });
  }

  step(input: AlarmInput): this {
    this.give(input);
    return this;
  }

  give(input: AlarmInput): readonly AlarmOutput[] {
    const outputs = this.core.step(input, this.now);
    for (const output of outputs) this.#take(output);
    for (const output of outputs) this.listener(output);
    return outputs;
  }

  #take(output: AlarmOutput): void {
    switch (output.kind) {
      case 'persist':
        for (const write of output.writes) this.#write(write);
        return;
      case 'setTimer':
        return this.#timers.set(output.key, this.nowMs + output.afterMs);
      case 'clearTimer':
        return this.#timers.set(output.key, Infinity);
      case 'refused':
        this.refused = output.count;
        return;
      case 'removed':
        this.removed.push(output.alarm);
        return;
      case 'changed': {
        const stored = JSON.stringify(this.alarm(output.alarm.id));
        if (stored !== JSON.stringify(output.alarm)) this.unstored += 1;
        const { entry } = output;
        if (entry === undefined) return;
        const by = entry.by === undefined ? '' : ` by ${entry.by}`;
        this.said.push(`${this.nowMs / 1_000} ${entry.alarm} ${entry.kind}${by}`);
        return;
      }
      case 'answer':
        return;
    }
  }

  #write(write: AlarmWrite): void {
    // As a store does: what comes back is a copy.
    if (write.kind === 'putAlarm') {
      const { alarm, last } = write;
      this.#records.set(alarm.id, JSON.parse(JSON.stringify({ alarm, last })));
    } else if (write.kind === 'addAlarmEntry') this.entries.push(write.entry);
    else this.#records.delete(write.id);
  }
}
