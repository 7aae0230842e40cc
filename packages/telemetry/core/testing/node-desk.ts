/** The cores of a node together, with a clock that tests move, a store that is done at once, and what they say. */
import { seededRandom } from '@bothy/protocols';
import type { EdgeStatus, Reading, Rule, TelemetryEvent } from '@bothy/wire';
import { AlarmCore } from '../alarms/alarm-core.ts';
import { VirtualTimers } from '../backtest/virtual-timers.ts';
import { emptySnapshot } from '../engine/records.ts';
import { RuleEngine } from '../engine/rule-engine.ts';
import { HomeCore } from '../home/home-core.ts';
import { IngestCore } from '../ingest/ingest-core.ts';
import { ForeignAlarms } from '../node/foreign-alarms.ts';
import type { NodeInput, NodeOutput } from '../node/messages.ts';
import { isNamedRule, NodeCore } from '../node/node-core.ts';
import { RoutesCore } from '../routes/routes-core.ts';
import { parseRule } from '../rules/parse-rule.ts';

export const startWallMs = 1_700_000_000_000;

type OutputOf<Kind> = Extract<NodeOutput, { readonly kind: Kind }>;

export class NodeDesk {
  nowMs = 0;
  readonly home: HomeCore;
  readonly ingest: IngestCore;
  readonly alarms: AlarmCore;
  readonly foreign = new ForeignAlarms();
  readonly outputs: NodeOutput[] = [];
  readonly #core: NodeCore;
  readonly #timers = new VirtualTimers();

  constructor(rules: readonly string[] = [], settleMs = 0, node = 'n1') {
    const parsed = rules.map(ruleOf);
    this.home = new HomeCore({ node, settleMs });
    this.ingest = new IngestCore({ node });
    this.alarms = new AlarmCore({ node });
    const cores = {
      home: this.home,
      ingest: this.ingest,
      alarms: this.alarms,
      routes: new RoutesCore({}, undefined, seededRandom('routes')),
      plainRules: new RuleEngine(
        parsed.filter((rule) => !isNamedRule(rule)),
        emptySnapshot,
      ),
      namedRules: new RuleEngine(parsed.filter(isNamedRule), emptySnapshot),
    };
    this.#core = new NodeCore(node, cores, this.foreign);
    this.give({ kind: 'start' });
    this.give({ kind: 'rules', rules: parsed });
  }

  give(input: NodeInput): this {
    const durable: string[] = [];
    for (const output of this.#core.step(input, { monoMs: this.nowMs, wallMs: startWallMs + this.nowMs })) {
      this.outputs.push(output);
      if (output.kind === 'setTimer') this.#timers.set(output.key, this.nowMs + output.afterMs);
      if (output.kind === 'clearTimer') this.#timers.set(output.key, Number.POSITIVE_INFINITY);
      if (output.kind === 'persist' && output.token !== undefined) durable.push(output.token);
    }
    for (const token of durable) this.give({ kind: 'durable', token });
    return this;
  }

  wait(ms: number): this {
    const endMs = this.nowMs + ms;
    for (let due = this.#timers.take(endMs); due !== undefined; due = this.#timers.take(endMs)) {
      this.nowMs = Math.max(this.nowMs, due.dueMs);
      this.give({ kind: 'timer', key: due.key });
    }
    this.nowMs = endMs;
    return this;
  }

  /** A reading that was made now, of a client of this node. */
  read(node: string, sensor: string, value: number, more: Partial<Reading> = {}, isOurs = true): this {
    const stampMs = startWallMs + this.nowMs;
    const reading = { node, sensor, value, stampMs, event: false, eventType: null, hist: false, ...more };
    return this.give({
      kind: 'readings',
      readings: [{ reading, from: { client: `client of ${node}` }, isOurs }],
    });
  }

  event(
    node: string,
    eventType: string,
    active: boolean,
    more: Partial<TelemetryEvent> = {},
    isOurs = true,
  ): this {
    const stampMs = startWallMs + this.nowMs;
    const event = {
      node,
      sensor: 'temperature',
      value: 40,
      stampMs,
      event: active,
      eventType,
      hist: false,
      ...more,
    };
    return this.give({ kind: 'event', event, from: { client: `client of ${node}` }, isOurs });
  }

  status(status: Partial<EdgeStatus> & { readonly node: string }, isOurs = true): this {
    const whole: EdgeStatus = { v: 1, state: 'online', boot: 1, ...status };
    return this.give({ kind: 'status', status: whole, retained: false, from: { client: 'c' }, isOurs });
  }

  /** What was said of a kind, since the last time. */
  take<Kind extends NodeOutput['kind']>(kind: Kind): readonly OutputOf<Kind>[] {
    const found = this.outputs.filter((output): output is OutputOf<Kind> => output.kind === kind);
    for (const output of found) this.outputs.splice(this.outputs.indexOf(output), 1);
    return found;
  }

  /** Sensors and values of what was stored. */
  stored(): readonly string[] {
    return this.take('persist').flatMap(({ writes }) =>
      writes.flatMap((write) =>
        write.kind === 'putReadings'
          ? write.readings.map((each) => `${each.edge}/${each.sensor} ${each.value}`)
          : [],
      ),
    );
  }
}

export function ruleOf(text: string): Rule {
  const parsed = parseRule(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error.sentence}`);
  return parsed.rule;
}
