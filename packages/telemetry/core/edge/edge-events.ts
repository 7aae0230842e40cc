/**
 * What the home should know of the rules. Events are states that are said when they change: they are not kept in the
 * outbox, for an old one must not raise an alarm. After a connection was away, what still fires is said once, and that what
 * the home takes for firing has cleared; what came and went meanwhile is not said. Rules TO8, TO9, TO10 in SPEC.md.
 */
import type { Now, Persist } from '@bothy/protocols';
import {
  type EdgeId,
  edgeLimits,
  type FiringRule,
  isoTime,
  type SensorName,
  type Severity,
  telemetryPayload,
  topics,
} from '@bothy/wire';
import type { RuleEngine } from '../engine/rule-engine.ts';
import { explain } from '../explain/explain.ts';
import type { EdgePublish } from './messages.ts';
import type { EdgeWrite, ToldRecord } from './records.ts';

/** What an event says, as `RuleEvent` does. `value`: null when there never was one. */
export interface EventWords {
  readonly rule: string;
  readonly sensor: SensorName;
  readonly active: boolean;
  readonly severity: Severity;
  readonly value: number | null;
  readonly sentence: string;
}

export class EdgeEvents {
  readonly #edge: EdgeId;
  readonly #boot: number;
  readonly #engine: RuleEngine;
  readonly #unitOf: (sensor: SensorName) => string | undefined;
  /** What the home may take for firing. */
  readonly #told: Map<string, ToldRecord>;
  /** By what cleared, the number of the event that says so and is not acknowledged yet. */
  readonly #clearing = new Map<string, number>();
  #seq = 0;

  constructor(
    edge: EdgeId,
    boot: number,
    engine: RuleEngine,
    told: readonly ToldRecord[],
    unitOf: (sensor: SensorName) => string | undefined,
  ) {
    this.#edge = edge;
    this.#boot = boot;
    this.#engine = engine;
    this.#unitOf = unitOf;
    this.#told = new Map(told.map((record) => [keyOf(record), record]));
  }

  /** The number of the last one that was published. */
  get count(): number {
    return this.#seq;
  }

  /** An event, after what has to be durable before it leaves. */
  publish(words: EventWords, now: Now): readonly (Persist<EdgeWrite> | EdgePublish)[] {
    const { rule, sensor, active } = words;
    const key = keyOf(words);
    this.#seq += 1;
    const event = this.#event(words, now);
    if (!active) {
      this.#clearing.set(key, this.#seq);
      return [{ ...event, token: `cleared ${this.#seq} ${key}` }];
    }
    this.#clearing.delete(key);
    if (this.#told.has(key)) return [event];
    const record = { rule, sensor };
    this.#told.set(key, record);
    return [{ kind: 'persist', writes: [{ kind: 'putTold', record }] }, event];
  }

  /** The broker has it, and there is nothing to be said of this rule any more. */
  cleared(seq: number, key: string): EdgeWrite | undefined {
    const record = this.#told.get(key);
    if (this.#clearing.get(key) !== seq) return undefined;
    this.#clearing.delete(key);
    this.#told.delete(key);
    return record === undefined ? undefined : { kind: 'deleteTold', record };
  }

  disconnected(): void {
    this.#clearing.clear();
  }

  /** After a connection was made: what holds, and what does not any more. */
  state(now: Now): readonly (Persist<EdgeWrite> | EdgePublish)[] {
    const firing = this.#firing(now);
    const keys = new Set(firing.map(keyOf));
    const over = [...this.#told].filter(([key]) => !keys.has(key)).map(([, record]) => record);
    const words = over.map(({ rule, sensor }): EventWords => {
      const sentence = 'Cleared while there was no connection.';
      const value = this.#engine.state(rule, this.#edge, sensor)?.leaves[0]?.value ?? null;
      return { rule, sensor, active: false, severity: 'info', value, sentence };
    });
    return [...words, ...firing].flatMap((each) => this.publish(each, now));
  }

  /** For the status; undefined when more fire than it lists. */
  firing(now: Now): readonly FiringRule[] | undefined {
    const firing = this.#firing(now);
    if (firing.length > edgeLimits.firing) return undefined;
    return firing.map(({ rule, sensor, severity, value, sinceMs, sentence }) => {
      const since = isoTime(sinceMs ?? now.wallMs);
      return { rule, sensor, severity, value, since, sentence: sentence.slice(0, edgeLimits.sentenceChars) };
    });
  }

  #event({ rule, sensor, active, value, severity, sentence }: EventWords, now: Now): EdgePublish {
    const unit = this.#unitOf(sensor);
    const payload = telemetryPayload({
      sensor,
      // The payload demands a number. What it is worth is said by `quality`.
      value: value ?? 0,
      stampMs: now.wallMs,
      node: this.#edge,
      event: active,
      eventType: rule,
      boot: this.#boot,
      seq: this.#seq,
      hist: false,
      ...(unit === undefined ? {} : { unit }),
      ...(value === null ? { quality: 'none' } : {}),
      extra: { severity, sentence: sentence.slice(0, edgeLimits.sentenceChars) },
    });
    return {
      kind: 'publish',
      topic: topics.event(rule),
      payload: JSON.stringify(payload),
      qos: 1,
      retain: false,
    };
  }

  #firing(now: Now): readonly (EventWords & { readonly sinceMs: number | undefined })[] {
    return this.#engine.firing.flatMap(({ rule, node, sensor }) => {
      const state = this.#engine.state(rule, node, sensor);
      if (state === undefined || node !== this.#edge) return [];
      const fired = state.transitions.findLast(({ to }) => to === 'firing');
      const value = state.leaves[0]?.value ?? fired?.value ?? null;
      const { sentence } = explain(state, now.monoMs);
      const { severity } = state.rule;
      return [{ rule, sensor, active: true, severity, value, sentence, sinceMs: fired?.wallMs }];
    });
  }
}

/** Neither name has a slash. */
function keyOf({ rule, sensor }: { readonly rule: string; readonly sensor: SensorName }): string {
  return `${rule}/${sensor}`;
}
