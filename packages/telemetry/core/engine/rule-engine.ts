/**
 * Evaluates rules on readings: the same at the edge and at the node. Pure (design, section 1). Rules TLE1… in SPEC.md.
 *
 * Time is monotonic everywhere; wall time is only compared with the hours of a rule, once a minute, and shown to people.
 * Memory is bounded by sensors and instances; readings of sensors that no rule looks at leave no trace.
 */
import type { Core, Now } from '@bothy/protocols';
import type { EdgeId, Reading, Rule, SensorName } from '@bothy/wire';
import { clearedSentence, explain } from '../explain/explain.ts';
import { type RuleState, ruleStateOf } from '../explain/rule-state.ts';
import type { EngineConfig, EngineInput, EngineOutput, FiringRule } from './messages.ts';
import { type EngineSnapshot, emptySnapshot, type RuleStateRecord, type RuleWrite } from './records.ts';
import { buriedEvent, RuleEntry, subjectKey } from './rule-entry.ts';
import { RuleInstance } from './rule-instance.ts';
import { SensorBook, type SensorEntry } from './sensor-book.ts';

const minuteMs = 60_000;
const minuteTimer = 'minute';
const checkpointTimer = 'checkpoint';
const nothing: readonly EngineOutput[] = Object.freeze([]);

export class RuleEngine implements Core<EngineInput, EngineOutput> {
  readonly #zoneOffset: (wallMs: number) => number;
  readonly #mostInstances: number;
  readonly #checkpointMs: number;
  readonly #sensors: SensorBook;
  /** State of before the start, until `start` gives it to its rule. */
  #restored: readonly RuleStateRecord[];
  #rules = new Map<string, RuleEntry>();
  /** By the name of the sensors that they look at. */
  #rulesOf = new Map<string, RuleEntry[]>();
  #byTimer = new Map<string, RuleInstance>();
  readonly #ofEdge = new Map<EdgeId, Set<RuleInstance>>();
  #refused = 0;
  #outputs: EngineOutput[] = [];

  /** Rules must be checked: `parseRule` and `checkRules` give only such; two of one name throw a RangeError. `start` is the first input. */
  constructor(rules: readonly Rule[], snapshot: EngineSnapshot = emptySnapshot, config: EngineConfig = {}) {
    this.#zoneOffset = config.zoneOffset ?? (() => 0);
    this.#mostInstances = config.mostInstances ?? 50_000;
    this.#checkpointMs = config.checkpointMs ?? 300_000;
    this.#sensors = new SensorBook(config.mostSensors ?? 20_000, snapshot.detectors);
    this.#restored = snapshot.states;
    this.#setRules(rules.map((rule) => new RuleEntry(rule)));
  }

  step(input: EngineInput, now: Now): readonly EngineOutput[] {
    switch (input.kind) {
      case 'reading':
        this.#reading(input.reading, now);
        break;
      case 'timer':
        this.#timer(input.key, now);
        break;
      case 'start':
        this.#start(now);
        break;
      case 'rules':
        this.#replaceRules(input.rules, now);
        break;
      case 'forget':
        this.#forget(input.node, input.sensor, now);
        break;
      case 'handOver':
        this.#handOver(input.node, input.firing, now);
        break;
    }
    if (this.#outputs.length === 0) return nothing;
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }

  /** How a rule stands at an edge or sensor: for `explain`, and to be shown. */
  state(rule: string, node: EdgeId, sensor: SensorName): RuleState | undefined {
    const instance = this.#rules.get(rule)?.instances.get(subjectKey(node, sensor));
    return instance === undefined
      ? undefined
      : ruleStateOf(instance, this.#sensors.get(node, sensor)?.detector);
  }

  /** What fires now. */
  get firing(): readonly { readonly rule: string; readonly node: EdgeId; readonly sensor: SensorName }[] {
    return [...this.#byTimer.values()]
      .filter((instance) => instance.isFiring)
      .map(({ rule, node, sensor }) => ({ rule: rule.rule.name, node, sensor }));
  }

  get size(): { readonly sensors: number; readonly instances: number } {
    return { sensors: this.#sensors.size, instances: this.#byTimer.size };
  }

  // --- readings and time -----------------------------------------------------

  #reading(reading: Reading, now: Now): void {
    const entry = this.#sensors.get(reading.node, reading.sensor) ?? this.#meet(reading, now);
    if (entry === undefined || !entry.clock.isLive(reading, now.monoMs)) return;
    const { value, stampMs } = reading;
    entry.unit = reading.unit;
    entry.detector?.add(value, now.monoMs);
    for (const { instance, leaves } of entry.uses) {
      for (const leaf of leaves) {
        instance.leaves[leaf]?.take(value, stampMs, now.monoMs, entry.detector);
        instance.sampled(leaf, value, stampMs, now.monoMs);
      }
      this.#advance(instance, now);
    }
  }

  #timer(key: string, now: Now): void {
    if (key === minuteTimer) return this.#minute(now);
    if (key === checkpointTimer) return this.#checkpoint();
    const instance = this.#byTimer.get(key);
    if (instance === undefined) return;
    instance.armedMs = Infinity;
    instance.tick(now.monoMs);
    this.#advance(instance, now);
  }

  #advance(instance: RuleInstance, now: Now): void {
    const verdict = instance.advance(now);
    const record = instance.unstored();
    if (record !== undefined) {
      this.#outputs.push({ kind: 'persist', writes: [{ kind: 'putRuleState', record }] });
    }
    if (verdict !== undefined) this.#tell(instance, verdict !== 'cleared', verdict === 'repeated', now);
    const { dueMs } = instance;
    // One that fires too early looks again; only what is due sooner needs a new one.
    if (dueMs >= instance.armedMs) return;
    instance.armedMs = dueMs;
    // A window may end a rounding error after it was due: time must pass before the next look.
    const afterMs = Math.max(1, dueMs - now.monoMs);
    this.#outputs.push({ kind: 'setTimer', key: instance.timerKey, afterMs });
  }

  #tell(instance: RuleInstance, active: boolean, isRepeated: boolean, now: Now, reason?: string): void {
    const { rule, node, sensor } = instance;
    const { detector, unit } = this.#sensors.get(node, sensor) ?? {};
    const state = ruleStateOf(instance, detector);
    const event = {
      rule: rule.rule.name,
      severity: rule.rule.severity,
      node,
      sensor,
      active,
      isRepeated,
      value: instance.value,
      stampMs: instance.leaves[0]?.stampMs ?? null,
      ...(unit === undefined ? {} : { unit }),
      wallMs: now.wallMs,
      sentence: reason ?? (active ? explain(state, now.monoMs).sentence : clearedSentence(state, now.monoMs)),
    };
    this.#outputs.push({ kind: 'event', event });
  }

  /** Wall time may have jumped since: hours are looked at, not waited for. */
  #minute(now: Now): void {
    const scheduled = [...this.#rules.values()].filter((rule) => rule.hasSchedule);
    for (const rule of scheduled) {
      rule.checkHours(now.wallMs, this.#zoneOffset(now.wallMs));
      for (const instance of rule.instances.values()) this.#advance(instance, now);
    }
    if (scheduled.length === 0) return;
    const afterMs = minuteMs - (((now.wallMs % minuteMs) + minuteMs) % minuteMs);
    this.#outputs.push({ kind: 'setTimer', key: minuteTimer, afterMs });
  }

  #checkpoint(): void {
    const writes = this.#sensors.checkpoint();
    if (writes.length > 0) this.#outputs.push({ kind: 'persist', writes });
    this.#armCheckpoint();
  }

  #armCheckpoint(): void {
    if (![...this.#rules.values()].some((rule) => rule.usesAnomalies)) return;
    this.#outputs.push({ kind: 'setTimer', key: checkpointTimer, afterMs: this.#checkpointMs });
  }

  // --- sensors ---------------------------------------------------------------

  /** The first reading of a sensor; undefined when no rule looks at it or no room is left. */
  #meet({ node, sensor }: Reading, now: Now): SensorEntry | undefined {
    const rules = this.#rulesFor(node, sensor);
    if (rules.length === 0) return undefined;
    const entry = this.#sensors.add(node, sensor, now);
    if (entry === undefined) return this.#refuse(node, sensor);
    this.#link(entry, rules, now);
    return entry;
  }

  #refuse(node: EdgeId, sensor: SensorName): undefined {
    this.#refused += 1;
    if (this.#refused !== 1 && this.#refused % 1_000 !== 0) return;
    const sentence = 'Rules look at as many sensors as fit: forget some, or write rules for fewer.';
    this.#outputs.push({ kind: 'refused', node, sensor, count: this.#refused, sentence });
  }

  #rulesFor(node: EdgeId, sensor: SensorName): readonly RuleEntry[] {
    const named = this.#rulesOf.get(sensor) ?? [];
    return [...named, ...(this.#rulesOf.get('*') ?? [])].filter(
      (rule) => rule.leavesFor(node, sensor).length > 0,
    );
  }

  #link(entry: SensorEntry, rules: readonly RuleEntry[], now: Now): void {
    const { node, sensor } = entry;
    const uses = rules.flatMap((rule) => {
      const subject = rule.subjectOf(node, sensor);
      const instance = this.#instance(rule, subject.node, subject.sensor, now);
      return instance === undefined ? [] : [{ instance, leaves: rule.leavesFor(node, sensor) }];
    });
    this.#sensors.link(
      entry,
      uses,
      rules.some((rule) => rule.usesAnomalies),
    );
  }

  #instance(
    rule: RuleEntry,
    node: EdgeId,
    sensor: SensorName,
    now: Now,
    record?: RuleStateRecord,
  ): RuleInstance | undefined {
    const key = subjectKey(node, sensor);
    const known = rule.instances.get(key);
    if (known !== undefined) return known;
    if (this.#byTimer.size >= this.#mostInstances) return this.#refuse(node, sensor);
    const instance = new RuleInstance(rule, node, sensor, now.monoMs, record);
    rule.instances.set(key, instance);
    this.#byTimer.set(instance.timerKey, instance);
    this.#ofEdge.set(node, (this.#ofEdge.get(node) ?? new Set()).add(instance));
    this.#advance(instance, now);
    return instance;
  }

  #forget(node: EdgeId, sensor: SensorName | undefined, now: Now): void {
    for (const instance of [...(this.#ofEdge.get(node) ?? [])]) {
      if (sensor !== undefined && instance.sensor !== sensor) continue;
      this.#remove(instance, now, `${subjectKey(node, instance.sensor)} was taken out of the system.`);
    }
    const writes = this.#sensors.forget(node, sensor);
    if (writes.length > 0) this.#outputs.push({ kind: 'persist', writes });
    this.#relink(now);
  }

  /** What was found here is not what holds; most edges never were anywhere else, and cost nothing. */
  #handOver(node: EdgeId, firing: readonly FiringRule[], now: Now): void {
    const known = [...(this.#ofEdge.get(node) ?? [])];
    for (const instance of known) this.#remove(instance, now);
    const writes: RuleWrite[] = known.length > 0 ? [...this.#sensors.forget(node, undefined)] : [];
    for (const { rule: name, sensor } of firing) {
      const rule = this.#rules.get(name);
      const record = rule?.firingAt(node, sensor);
      if (rule === undefined || record === undefined) continue;
      const isKept = this.#instance(rule, node, sensor, now, record) !== undefined;
      if (isKept) writes.push({ kind: 'putRuleState', record });
    }
    if (writes.length > 0) this.#outputs.push({ kind: 'persist', writes });
    if (known.length === 0) return;
    this.#relink(now);
    this.#stand(now);
  }

  /** Without a reason nobody is told. */
  #remove(instance: RuleInstance, now: Now, reason?: string): void {
    const { rule, node, sensor, timerKey } = instance;
    rule.instances.delete(subjectKey(node, sensor));
    this.#byTimer.delete(timerKey);
    const ofEdge = this.#ofEdge.get(node);
    if (ofEdge?.delete(instance) === true && ofEdge.size === 0) this.#ofEdge.delete(node);
    const gone = { kind: 'deleteRuleState', rule: rule.rule.name, node, sensor } as const;
    this.#outputs.push({ kind: 'persist', writes: [gone] }, { kind: 'clearTimer', key: timerKey });
    if (instance.isFiring && reason !== undefined) this.#tell(instance, false, false, now, reason);
  }

  // --- rules -----------------------------------------------------------------

  #start(now: Now): void {
    const restored = this.#restored;
    this.#restored = [];
    this.#minute(now);
    for (const record of restored) {
      const rule = this.#rules.get(record.rule);
      if (rule?.text === record.text) this.#instance(rule, record.node, record.sensor, now, record);
      else this.#bury(record, now);
    }
    this.#stand(now);
    this.#armCheckpoint();
  }

  /** State of a rule that was changed or removed while we were away. */
  #bury(record: RuleStateRecord, now: Now): void {
    const { rule, node, sensor, isFiring } = record;
    const write = { kind: 'deleteRuleState', rule, node, sensor } as const;
    this.#outputs.push({ kind: 'persist', writes: [write] });
    const { severity = 'warning' } = this.#rules.get(rule)?.rule ?? {};
    if (isFiring) this.#outputs.push({ kind: 'event', event: buriedEvent(record, severity, now.wallMs) });
  }

  #replaceRules(rules: readonly Rule[], now: Now): void {
    const old = this.#rules;
    this.#setRules(
      rules.map((rule) => {
        const known = old.get(rule.name);
        const entry = new RuleEntry(rule);
        return known?.text === entry.text ? known : entry;
      }),
    );
    for (const rule of old.values()) {
      if (this.#rules.get(rule.rule.name) === rule) continue;
      for (const instance of [...rule.instances.values()]) {
        this.#remove(instance, now, `The rule ${rule.rule.name} was changed or removed.`);
      }
    }
    this.#minute(now);
    this.#relink(now);
    this.#stand(now);
    this.#armCheckpoint();
  }

  #setRules(entries: readonly RuleEntry[]): void {
    this.#rules = new Map(entries.map((entry) => [entry.rule.name, entry]));
    if (this.#rules.size < entries.length) throw new RangeError('two rules of one name');
    this.#rulesOf = new Map();
    for (const entry of this.#rules.values()) {
      for (const sensor of entry.sensorNames) {
        this.#rulesOf.set(sensor, [...(this.#rulesOf.get(sensor) ?? []), entry]);
      }
    }
  }

  /** Rules that name their edges stand from the start: a sensor that never speaks is stale, too. */
  #stand(now: Now): void {
    for (const rule of this.#rules.values()) {
      if (rule.scope !== 'once') continue;
      const { node, sensor } = rule.subjectOf('', '');
      this.#instance(rule, node, sensor, now);
    }
  }

  #relink(now: Now): void {
    for (const entry of this.#sensors.all()) {
      const rules = this.#rulesFor(entry.node, entry.sensor);
      if (rules.length === 0) this.#sensors.delete(entry.node, entry.sensor);
      else this.#link(entry, rules, now);
    }
  }
}
