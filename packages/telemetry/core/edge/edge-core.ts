/**
 * An edge: numbers what its sensors say, judges it by rules, keeps it until the home has it. Pure (design, section 1).
 * Rules TO1… in SPEC.md; the host's duties are in messages.ts.
 *
 *   sampled ─▶ number ─▶ persist ─┬─▶ publish live, when connected ──┐
 *                 │               └─▶ outbox ─▶ publish late, slowly ─┴─▶ home ─▶ storedUpTo ─▶ gone
 *                 └─▶ rules ─▶ events: states, said when they change and after a connection was away
 */
import type { Core, Now } from '@bothy/protocols';
import {
  type CommandAnswer,
  type EdgeControl,
  type EdgeStatus,
  edgeLimits,
  isoTime,
  leavesOf,
  type Rule,
  type SensorName,
  type SensorStatus,
  topics,
} from '@bothy/wire';
import type { EngineInput } from '../engine/messages.ts';
import { RuleEngine } from '../engine/rule-engine.ts';
import { formatRule } from '../rules/format-rule.ts';
import { EdgeClock } from './edge-clock.ts';
import { EdgeCommands } from './edge-commands.ts';
import { checkedConfig, type WholeEdgeConfig } from './edge-config.ts';
import { EdgeDelivery } from './edge-delivery.ts';
import { EdgeEvents } from './edge-events.ts';
import { fittingStatus } from './edge-status.ts';
import type { EdgeConfig, EdgeInput, EdgeOutput } from './messages.ts';
import type { EdgeSnapshot } from './records.ts';
import { sampleProblem } from './sample-problem.ts';

/** The timers of the rule engine, and of commands, among ours. */
const ruleTimer = 'rules ';
const commandTimer = 'command ';
const commandMs = 10_000;
/** What is new in a status is said this long after: much may change at once. */
const statusSoonMs = 300;
const nothing: readonly EdgeOutput[] = Object.freeze([]);

export class EdgeCore implements Core<EdgeInput, EdgeOutput> {
  readonly #config: WholeEdgeConfig;
  readonly #boot: number;
  readonly #engine: RuleEngine;
  readonly #clock = new EdgeClock();
  readonly #delivery: EdgeDelivery;
  readonly #events: EdgeEvents;
  readonly #commands: EdgeCommands;
  readonly #sensors = new Map<SensorName, SensorStatus>();
  #units = new Map<SensorName, string>();
  #resources: EdgeStatus['resources'];
  #startedAt: string | undefined;
  #isConnected = false;
  #isStatusSoon = false;
  #statuses = 0;
  /** By what for: how often something was refused. */
  readonly #refused = new Map<string, number>();
  #out: EdgeOutput[] = [];

  /**
   * Reads `snapshot.outbox` to its end. `wallMs`: our clock now, for the number of this start. Throws a
   * RangeError when the configuration cannot work.
   */
  constructor(config: EdgeConfig, snapshot: EdgeSnapshot, wallMs: number) {
    this.#config = checkedConfig(config);
    // An edge of this name may have run on another disk before, or meanwhile: its numbers must not be met again, and
    // where they are higher than ours the home takes all that we say for old.
    this.#boot = Math.max(snapshot.boot + 1, Math.floor(wallMs / 1_000));
    const { commanded } = snapshot;
    const isCommanded = commanded?.instead === textOf(this.#config.rules);
    const rules = isCommanded ? commanded.rules : this.#config.rules;
    const { edge, zoneOffset } = this.#config;
    this.#engine = new RuleEngine(this.#own(rules), snapshot.engine, { zoneOffset });
    this.#delivery = new EdgeDelivery(this.#config, snapshot, this.#boot, this.#clock);
    this.#events = new EdgeEvents(edge, this.#boot, this.#engine, snapshot.told, (sensor) =>
      this.#units.get(sensor),
    );
    this.#commands = new EdgeCommands(snapshot.answers);
  }

  get boot(): number {
    return this.#boot;
  }

  /** What it would say of itself now, beside its question for the time. */
  status(now: Now): EdgeStatus {
    const { version, edge } = this.#config;
    const clock = this.#clock.offset(now);
    const firing = this.#events.firing(now);
    return {
      v: 1,
      node: edge,
      state: 'online',
      boot: this.#boot,
      at: isoTime(now.wallMs),
      ...(version === '' ? {} : { version }),
      ...(this.#startedAt === undefined ? {} : { startedAt: this.#startedAt }),
      sensors: [...this.#sensors.values()],
      boots: this.#delivery.waiting.boots(edgeLimits.boots),
      outbox: this.#delivery.waiting.depth,
      ...(clock === undefined ? {} : { clock }),
      ...(this.#resources === undefined ? {} : { resources: this.#resources }),
      answers: this.#commands.answers,
      events: this.#events.count,
      ...(firing === undefined ? {} : { firing }),
    };
  }

  step(input: EdgeInput, now: Now): readonly EdgeOutput[] {
    this.#take(input, now);
    if (this.#out.length === 0) return nothing;
    const outputs = this.#out;
    this.#out = [];
    return outputs;
  }

  #take(input: EdgeInput, now: Now): void {
    switch (input.kind) {
      case 'sampled':
        return this.#sampled(input, now);
      case 'published':
        return this.#published(input.token);
      case 'timer':
        return this.#timer(input.key, now);
      case 'found':
        return this.#delivery.found(input.id, input.answer, now, this.#out);
      case 'durable':
        return;
      case 'start':
        return this.#start(now);
      case 'sensor':
        return this.#sensor(input.status);
      case 'sensorGone':
        return this.#sensorGone(input.sensor, now);
      case 'resources':
        this.#resources = input.resources;
        return;
      case 'connected':
        return this.#connected(now);
      case 'disconnected':
        return this.#disconnected();
      case 'control':
        return this.#control(input.control, input.retained, now);
      case 'answered':
        return this.#answer(input.answer);
    }
  }

  // --- sensors and rules -------------------------------------------------------

  #start(now: Now): void {
    const { edge } = this.#config;
    const will = { v: 1, node: edge, state: 'offline', boot: this.#boot } as const;
    this.#startedAt = isoTime(now.wallMs);
    this.#out.push({ kind: 'persist', writes: [{ kind: 'putBoot', boot: this.#boot }] });
    this.#out.push({
      kind: 'ready',
      boot: this.#boot,
      will: { topic: topics.edge(edge, 'status'), payload: JSON.stringify(will) },
    });
    this.#judge({ kind: 'start' }, now);
  }

  #sampled(input: Extract<EdgeInput, { kind: 'sampled' }>, now: Now): void {
    const { sensor, unit } = input;
    const problem = sampleProblem(input);
    if (problem !== undefined) return this.#refuse(sensor.slice(0, 80), problem);
    if (!this.#delivery.waiting.hasRoomFor(sensor)) {
      return this.#refuse('sensors', `An edge has ${edgeLimits.sensors} sensors at most.`);
    }
    if (unit !== undefined) this.#units.set(sensor, unit);
    const { reading, isGivenUp } = this.#delivery.take(input, now, this.#out);
    if (isGivenUp) this.#refuse('outbox', 'The outbox is full: the oldest readings are given up.');
    this.#judge({ kind: 'reading', reading }, now);
  }

  #sensor(status: SensorStatus): void {
    const { sensor, sentence, unit } = status;
    if (!this.#sensors.has(sensor) && this.#sensors.size >= edgeLimits.sensors) {
      return this.#refuse('sensors', `An edge has ${edgeLimits.sensors} sensors at most.`);
    }
    const short = sentence === undefined ? {} : { sentence: sentence.slice(0, edgeLimits.sentenceChars) };
    this.#sensors.set(sensor, { ...status, ...short });
    if (unit !== undefined) this.#units.set(sensor, unit);
    this.#statusSoon();
  }

  #sensorGone(sensor: SensorName, now: Now): void {
    this.#sensors.delete(sensor);
    this.#judge({ kind: 'forget', node: this.#config.edge, sensor }, now);
    this.#statusSoon();
  }

  #judge(input: EngineInput, now: Now): void {
    for (const output of this.#engine.step(input, now)) {
      switch (output.kind) {
        case 'setTimer':
        case 'clearTimer':
          this.#out.push({ ...output, key: `${ruleTimer}${output.key}` });
          break;
        case 'persist':
          this.#out.push(output);
          break;
        case 'refused':
          this.#out.push({ kind: 'refused', sentence: output.sentence, count: output.count });
          break;
        case 'event':
          this.#out.push(output);
          if (this.#isConnected) this.#out.push(...this.#events.publish(output.event, now));
          this.#statusSoon();
          break;
      }
    }
  }

  /** Those that are about sensors of this edge: what names another one is for the nodes. */
  #own(rules: readonly Rule[]): readonly Rule[] {
    const { edge } = this.#config;
    return rules.filter(({ when }) => leavesOf(when).every(({ node = edge }) => node === edge));
  }

  // --- the connection ----------------------------------------------------------

  #connected(now: Now): void {
    this.#isConnected = true;
    // First what numbers there are, so that the home knows what to wait for.
    this.#sayStatus(now);
    this.#out.push(...this.#events.state(now));
    this.#delivery.connected(this.#out);
  }

  #disconnected(): void {
    this.#isConnected = false;
    this.#isStatusSoon = false;
    this.#events.disconnected();
    this.#delivery.disconnected(this.#out);
    this.#out.push({ kind: 'clearTimer', key: 'status' }, { kind: 'clearTimer', key: 'statusSoon' });
  }

  #published(token: string): void {
    const [kind, number, rest = '', sensor = ''] = token.split(' ');
    if (kind === 'item') return this.#delivery.published(Number(number), Number(rest), sensor, this.#out);
    if (kind !== 'cleared') return;
    const write = this.#events.cleared(Number(number), rest);
    if (write !== undefined) this.#out.push({ kind: 'persist', writes: [write] });
  }

  #timer(key: string, now: Now): void {
    if (key.startsWith(ruleTimer))
      return this.#judge({ kind: 'timer', key: key.slice(ruleTimer.length) }, now);
    if (key.startsWith(commandTimer)) {
      const id = key.slice(commandTimer.length);
      return this.#answer({ id, ok: false, sentence: 'The sensors did not answer in time.' });
    }
    if (key === 'status' || key === 'statusSoon') return this.#sayStatus(now);
    this.#delivery.timer(key, this.#out);
  }

  #statusSoon(): void {
    if (!this.#isConnected || this.#isStatusSoon) return;
    this.#isStatusSoon = true;
    this.#out.push({ kind: 'setTimer', key: 'statusSoon', afterMs: statusSoonMs });
  }

  #sayStatus(now: Now): void {
    if (!this.#isConnected) return;
    this.#isStatusSoon = false;
    this.#statuses += 1;
    const seq = this.#statuses;
    const payload = fittingStatus({ ...this.status(now), seq, ping: this.#clock.ask(this.#boot, now) });
    const topic = topics.edge(this.#config.edge, 'status');
    this.#out.push({ kind: 'publish', topic, payload, qos: 1, retain: true });
    this.#out.push({ kind: 'setTimer', key: 'status', afterMs: this.#config.statusMs });
  }

  // --- what the home and operators say -----------------------------------------

  #control(control: EdgeControl, retained: boolean, now: Now): void {
    switch (control.kind) {
      case 'storedUpTo':
        this.#delivery.homeHeard(this.#out);
        return this.#delivery.storedUpTo(control, this.#out);
      case 'time':
        this.#delivery.homeHeard(this.#out);
        return this.#clock.answered(control, now);
      case 'command':
        // One that was kept by the broker would be done again at every connection.
        return retained ? undefined : this.#command(control, now);
    }
  }

  #command({ id, command }: Extract<EdgeControl, { kind: 'command' }>, now: Now): void {
    const taken = this.#commands.take(id);
    if (taken === 'known') return this.#statusSoon();
    if (taken === 'full') return this.#refuse('commands', 'More commands came than the sensors carry out.');
    if (command.name !== 'rules') {
      this.#out.push({ kind: 'setTimer', key: `${commandTimer}${id}`, afterMs: commandMs });
      this.#out.push({ kind: 'command', id, command });
      return;
    }
    const { rules } = command;
    const own = this.#own(rules);
    const commanded = { instead: textOf(this.#config.rules), rules };
    this.#out.push({ kind: 'persist', writes: [{ kind: 'putRules', commanded }] });
    this.#judge({ kind: 'rules', rules: own }, now);
    const others = rules.length - own.length;
    const rest = others === 0 ? '' : `; ${others} name sensors of other edges, and are left to the nodes`;
    this.#answer({ id, ok: true, sentence: `${own.length} rules hold from now on${rest}.` });
  }

  #answer(answer: CommandAnswer): void {
    const write = this.#commands.answer(answer);
    if (write === undefined) return;
    this.#out.push({ kind: 'clearTimer', key: `${commandTimer}${answer.id}` });
    this.#out.push({ kind: 'persist', writes: [write] });
    this.#statusSoon();
  }

  #refuse(about: string, sentence: string): void {
    // Names come from sensors: what is counted apart is bounded.
    const key = this.#refused.size < edgeLimits.sensors || this.#refused.has(about) ? about : 'others';
    const count = (this.#refused.get(key) ?? 0) + 1;
    this.#refused.set(key, count);
    if (count === 1 || count % 1_000 === 0) this.#out.push({ kind: 'refused', sentence, count });
  }
}

function textOf(rules: readonly Rule[]): string {
  return rules.map(formatRule).join('\n');
}
