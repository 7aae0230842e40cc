/** One rule at one edge or sensor: its conditions, its phase, and what it remembers for those who ask why. */
import type { Now } from '@bothy/protocols';
import type { Condition, EdgeId, SensorName } from '@bothy/wire';
import { leavesOf } from '@bothy/wire';
import { type LeafState, leafState } from './leaf-state.ts';
import type { RuleStateRecord } from './records.ts';
import type { RuleEntry } from './rule-entry.ts';
import { type Sample, SampleRing } from './sample-ring.ts';
import { mostTransitions, type Phase, type Transition } from './transitions.ts';

/** What `advance` found. */
export type Verdict = 'fired' | 'cleared' | 'repeated' | undefined;

type Truth = () => boolean | undefined;

export class RuleInstance {
  readonly rule: RuleEntry;
  readonly node: EdgeId;
  readonly sensor: SensorName;
  readonly timerKey: string;
  readonly leaves: readonly LeafState[];
  readonly #truth: Truth;
  readonly #samples = new SampleRing();
  #transitions: readonly Transition[];
  #phase: Phase;
  #sinceMs: number;
  #saidMs: number;
  /** What was stored last, as bits; -1: nothing yet. */
  #stored = -1;
  /** When the timer that is set will fire. */
  armedMs = Infinity;

  constructor(rule: RuleEntry, node: EdgeId, sensor: SensorName, monoMs: number, record?: RuleStateRecord) {
    this.rule = rule;
    this.node = node;
    this.sensor = sensor;
    this.timerKey = `rule ${rule.rule.name} ${node}/${sensor}`;
    this.leaves = leavesOf(rule.rule.when).map((leaf, i) =>
      leafState(leaf, monoMs, record?.latches[i] ?? false),
    );
    this.#truth = compile(rule.rule.when, this.leaves.values());
    this.#phase = record?.isFiring === true ? 'firing' : 'idle';
    this.#transitions = record?.transitions.slice(-mostTransitions) ?? [];
    this.#sinceMs = monoMs;
    this.#saidMs = monoMs;
    if (record !== undefined) this.#stored = this.#essence();
  }

  get phase(): Phase {
    return this.#phase;
  }

  get isFiring(): boolean {
    return this.#phase === 'firing' || this.#phase === 'clearing';
  }

  get sinceMs(): number {
    return this.#sinceMs;
  }

  get transitions(): readonly Transition[] {
    return this.#transitions;
  }

  get samples(): readonly Sample[] {
    return this.#samples.all();
  }

  /** Of the sensor that events name. */
  get value(): number | null {
    return this.leaves[0]?.value ?? null;
  }

  sampled(leaf: number, value: number, stampMs: number, monoMs: number): void {
    this.#samples.add(leaf, value, stampMs, monoMs);
  }

  /** Moves through the phases as far as the conditions and the time allow; at most one event. */
  advance(now: Now): Verdict {
    const { forMs = 0, clearForMs = 0, repeatMs = Infinity } = this.rule.rule;
    const holds = this.rule.isOpen ? this.#truth() : false;
    const before = this.#phase;
    if (this.#phase === 'idle' && holds === true) this.#enter('pending', now, forMs > 0 || this.rule.isQuiet);
    if (this.#phase === 'pending') {
      if (holds === false) this.#enter('idle', now, forMs > 0 || this.rule.isQuiet);
      else if (holds === true && now.monoMs - this.#sinceMs >= forMs && !this.rule.isQuiet) {
        this.#saidMs = now.monoMs;
        this.#enter('firing', now, true);
        return 'fired';
      }
    }
    if (before === 'firing' && holds === false) this.#enter('clearing', now, clearForMs > 0);
    if (this.#phase === 'clearing') {
      if (holds === true) this.#enter('firing', now, true);
      else if (holds === false && now.monoMs - this.#sinceMs >= clearForMs) {
        this.#enter('idle', now, true);
        return 'cleared';
      }
    }
    if (!this.isFiring || this.rule.isQuiet || now.monoMs - this.#saidMs < repeatMs) return undefined;
    this.#saidMs = now.monoMs;
    return 'repeated';
  }

  /** When time alone may change something; Infinity: never. */
  get dueMs(): number {
    const { forMs = 0, clearForMs = 0, repeatMs } = this.rule.rule;
    let dueMs = Infinity;
    for (const leaf of this.leaves) if (leaf.dueMs < dueMs) dueMs = leaf.dueMs;
    if (this.#phase === 'pending' && !this.rule.isQuiet) dueMs = Math.min(dueMs, this.#sinceMs + forMs);
    if (this.#phase === 'clearing') dueMs = Math.min(dueMs, this.#sinceMs + clearForMs);
    if (this.isFiring && repeatMs !== undefined && !this.rule.isQuiet)
      dueMs = Math.min(dueMs, this.#saidMs + repeatMs);
    return dueMs;
  }

  tick(monoMs: number): void {
    for (const leaf of this.leaves) leaf.tick(monoMs);
  }

  /** What has to be stored now, or undefined when nothing that a restart needs has changed. */
  unstored(): RuleStateRecord | undefined {
    const essence = this.#essence();
    if (essence === this.#stored) return undefined;
    this.#stored = essence;
    return {
      rule: this.rule.rule.name,
      text: this.rule.text,
      node: this.node,
      sensor: this.sensor,
      isFiring: this.isFiring,
      latches: this.leaves.map((leaf) => leaf.latch),
      transitions: this.#transitions,
    };
  }

  /** What a restart needs, one bit each: there are 16 conditions at most. */
  #essence(): number {
    let bits = this.isFiring ? 1 : 0;
    for (const leaf of this.leaves) bits = bits * 2 + (leaf.latch ? 1 : 0);
    return bits;
  }

  /** Passing through a phase that lasts no time is not worth a line. */
  #enter(to: Phase, { monoMs, wallMs }: Now, isTold: boolean): void {
    this.#phase = to;
    this.#sinceMs = monoMs;
    if (isTold)
      this.#transitions = [...this.#transitions, { to, wallMs, value: this.value }].slice(-mostTransitions);
  }
}

/** Kleene's three-valued logic: what is unknown decides nothing that the rest does not. */
function compile(condition: Condition, leaves: Iterator<LeafState>): Truth {
  if (!('of' in condition)) {
    const leaf = leaves.next().value as LeafState;
    return () => leaf.truth;
  }
  const parts = condition.of.map((part) => compile(part, leaves));
  const deciding = condition.kind === 'any';
  return () => {
    let isKnown = true;
    for (const part of parts) {
      const truth = part();
      if (truth === deciding) return deciding;
      if (truth === undefined) isKnown = false;
    }
    return isKnown ? !deciding : undefined;
  };
}
