/** Drives an engine by hand in tests: a clock, its timers, its disk, and what it said. */
import type { Core } from '@bothy/protocols';
import type { Reading, Rule } from '@bothy/wire';
import { VirtualTimers } from '../backtest/virtual-timers.ts';
import type { EngineConfig, EngineInput, EngineOutput } from '../engine/messages.ts';
import type { DetectorRecord, EngineSnapshot, RuleStateRecord, RuleWrite } from '../engine/records.ts';
import { RuleEngine } from '../engine/rule-engine.ts';
import { parseRule } from '../rules/parse-rule.ts';

export type EngineMaker = (
  rules: readonly Rule[],
  snapshot: EngineSnapshot,
  config: EngineConfig,
) => Core<EngineInput, EngineOutput>;

/** Friday, 2026-11-20, 09:30 UTC. */
export const startWallMs = 1_795_167_000_000;

export function ruleOf(text: string): Rule {
  const parsed = parseRule(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error.sentence}`);
  return parsed.rule;
}

export class EngineDesk {
  readonly #make: EngineMaker;
  readonly #config: EngineConfig;
  readonly #states = new Map<string, RuleStateRecord>();
  readonly #detectors = new Map<string, DetectorRecord>();
  #timers = new VirtualTimers();
  #rules: readonly Rule[];
  engine: Core<EngineInput, EngineOutput>;
  /** Monotonic time since the start of the desk, and what our wall clock is off. */
  nowMs = 0;
  wallOffsetMs = startWallMs;
  /** `fired`, `cleared` or `repeated`, with the second and the subject. */
  readonly said: string[] = [];
  readonly sentences: string[] = [];
  /** Events that left before what they follow from was stored. */
  unstored = 0;
  refused = 0;

  constructor(
    rules: readonly string[],
    config: EngineConfig = {},
    make: EngineMaker = (...args) => new RuleEngine(...args),
  ) {
    this.#make = make;
    this.#config = config;
    this.#rules = rules.map(ruleOf);
    this.engine = make(this.#rules, this.#snapshot(), config);
    this.step({ kind: 'start' });
  }

  get now(): { monoMs: number; wallMs: number } {
    return { monoMs: this.nowMs, wallMs: this.nowMs + this.wallOffsetMs };
  }

  get stored(): readonly RuleStateRecord[] {
    return [...this.#states.values()];
  }

  /** A reading that was made now, unless told otherwise. */
  read(value: number, change: Partial<Reading> = {}): this {
    const made = { sensor: 'temperature', node: 'edge-1', stampMs: startWallMs + this.nowMs };
    const reading = { ...made, value, event: false, eventType: null, hist: false, ...change };
    return this.step({ kind: 'reading', reading });
  }

  /** Time passes; timers fire at their time. */
  wait(ms: number): this {
    const endMs = this.nowMs + ms;
    for (let due = this.#timers.take(endMs); due !== undefined; due = this.#timers.take(endMs)) {
      this.nowMs = Math.max(this.nowMs, due.dueMs);
      this.step({ kind: 'timer', key: due.key });
    }
    this.nowMs = endMs;
    return this;
  }

  rules(texts: readonly string[]): this {
    this.#rules = texts.map(ruleOf);
    return this.step({ kind: 'rules', rules: this.#rules });
  }

  /** The program ends and starts again from what was stored; the monotonic clock goes on, which no core may count on. */
  restart(rules?: readonly string[]): this {
    if (rules !== undefined) this.#rules = rules.map(ruleOf);
    this.#timers = new VirtualTimers();
    this.engine = this.#make(this.#rules, this.#snapshot(), this.#config);
    return this.step({ kind: 'start' });
  }

  step(input: EngineInput): this {
    let wrote = new Set<string>();
    for (const output of this.engine.step(input, this.now)) {
      if (output.kind === 'setTimer') this.#timers.set(output.key, this.nowMs + output.afterMs);
      else if (output.kind === 'clearTimer') this.#timers.set(output.key, Infinity);
      else if (output.kind === 'refused') this.refused = output.count;
      else if (output.kind === 'persist') {
        wrote = new Set([...wrote, ...output.writes.map((write) => this.#write(write))]);
      } else {
        const { rule, node, sensor, active, isRepeated, sentence } = output.event;
        const verb = isRepeated ? 'repeated' : active ? 'fired' : 'cleared';
        this.said.push(`${this.nowMs / 1_000} ${rule} ${node}/${sensor} ${verb}`);
        this.sentences.push(sentence);
        if (!isRepeated && !wrote.has(`${rule} ${node}/${sensor}`)) this.unstored += 1;
      }
    }
    return this;
  }

  #write(write: RuleWrite): string {
    const {
      rule = '',
      node,
      sensor,
    } = 'record' in write ? { rule: '', ...write.record } : { rule: '', ...write };
    const key = `${rule} ${node}/${sensor}`;
    // As a store does: what comes back is a copy.
    if (write.kind === 'putRuleState') this.#states.set(key, JSON.parse(JSON.stringify(write.record)));
    else if (write.kind === 'deleteRuleState') this.#states.delete(key);
    else if (write.kind === 'putDetector') this.#detectors.set(key, JSON.parse(JSON.stringify(write.record)));
    else this.#detectors.delete(key);
    return key;
  }

  #snapshot(): EngineSnapshot {
    return { states: [...this.#states.values()], detectors: [...this.#detectors.values()] };
  }
}
