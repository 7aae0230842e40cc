/** A simulated edge: the production core on the simulator's loop, with sensors that follow a script. */
import type { Core } from '@bothy/protocols';
import type { ProductOutput } from '@bothy/runtime';
import type { ClockFaults, SimProcess, Simulation } from '@bothy/simulator';
import {
  type EdgeConfig,
  EdgeCore,
  EdgeDisk,
  type EdgeInput,
  type EdgeOutput,
  type EdgeSnapshot,
  parseRule,
} from '@bothy/telemetry/core';
import type { EdgeControl, Rule } from '@bothy/wire';
import { parseEdgeControl } from '@bothy/wire/schemas';
import { type BrokerClient, Connecting, type SimBroker, type SimPublish } from './sim-broker.ts';
import type { TelemetryChecker } from './telemetry-checker.ts';

export type MakeEdgeCore = (
  config: EdgeConfig,
  snapshot: EdgeSnapshot,
  wallMs: number,
) => Core<EdgeInput, EdgeOutput>;

export function makeEdgeCore(...args: Parameters<MakeEdgeCore>): Core<EdgeInput, EdgeOutput> {
  return new EdgeCore(...args);
}

export const edgeRules: readonly Rule[] = [
  'hot danger: temperature > 30 clear below 28',
  'long_hot: temperature > 30 for 5s clear below 28 for 3s',
  'wet: humidity > 80',
].map((text) => {
  const parsed = parseRule(text);
  if (!parsed.ok) throw new Error(parsed.error.sentence);
  return parsed.rule;
});

export type SimEdgeTimes = Pick<EdgeConfig, 'resendMs' | 'statusMs' | 'homeWaitMs'>;

export interface SimEdgeOptions {
  readonly simulation: Simulation;
  readonly broker: SimBroker;
  readonly checker: TelemetryChecker;
  readonly id: string;
  readonly intervalMs: number;
  readonly outboxItems: number;
  readonly times: SimEdgeTimes;
  readonly clock: Required<ClockFaults>;
  readonly makeCore: MakeEdgeCore;
  /** What a sensor measures at a true time. */
  readonly valueAt: (sensor: string, atMs: number) => number;
}

export const edgeSensors = ['temperature', 'humidity'] as const;

export class SimEdge implements BrokerClient {
  readonly id: string;
  readonly filters: readonly string[];
  readonly process: SimProcess<EdgeInput, EdgeOutput, EdgeDisk>;
  readonly #options: SimEdgeOptions;
  readonly #connecting: Connecting;
  #will: SimPublish | undefined;

  constructor(options: SimEdgeOptions) {
    const { simulation, broker, checker, id, outboxItems, times, makeCore } = options;
    this.#options = options;
    this.id = id;
    this.filters = [`edge/${id}/control`];
    this.#connecting = new Connecting(simulation, broker, this);
    const config = { edge: id, rules: edgeRules, outboxItems, drainPerSecond: 200, window: 50, ...times };
    this.process = simulation.addProcess<EdgeInput, EdgeOutput, EdgeDisk>({
      id,
      clock: options.clock,
      createStore: () => new EdgeDisk(),
      write: (disk, write) => {
        if (write.kind === 'addItem') checker.made(id, write.item);
        const before = write.kind === 'deleteItems' ? disk.all() : [];
        disk.write(write);
        if (before.length === 0) return;
        const kept = new Set(disk.all());
        for (const item of before) if (!kept.has(item)) checker.letGo(id, item);
      },
      boot: ({ store }) => this.#boot(makeCore(config, store.snapshot(), simulation.wallMs), store),
      started: () => {
        this.process.submit({ kind: 'start' });
        for (const sensor of edgeSensors) this.#sample(sensor);
      },
      ended: () => this.#connecting.stop(),
      perform: (output) => this.#perform(output),
      ask: (question, answer) =>
        answer({ kind: 'found', id: question.id, answer: this.process.store.items(question.query.numbers) }),
    });
  }

  /** How far its wall clock is ahead of the true one, as long as nobody sets it. */
  aheadMs(atMs: number): number {
    const { skewMs, driftPpm } = this.#options.clock;
    return skewMs + (atMs * driftPpm) / 1_000_000;
  }

  get disk(): EdgeDisk {
    return this.process.store;
  }

  // --- as the broker sees it ---------------------------------------------------------

  will(): SimPublish | undefined {
    return this.#will;
  }

  connected(): void {
    this.process.submit({ kind: 'connected' });
  }

  disconnected(): void {
    this.process.submit({ kind: 'disconnected' });
    this.#connecting.lost();
  }

  message(_: string, payload: string, retained: boolean): void {
    const parsed = parseEdgeControl(payload);
    if (!parsed.ok) throw new Error(`a node says what no edge can read: ${parsed.reason}`);
    const control: EdgeControl = parsed.value;
    this.process.submit({ kind: 'control', control, retained });
  }

  // --- the world ------------------------------------------------------------------------

  /** Rules are watched where they decide, and stamps are of the clock of this process. */
  #boot(core: Core<EdgeInput, EdgeOutput>, disk: EdgeDisk): Core<EdgeInput, EdgeOutput> {
    const { checker, id } = this.#options;
    for (const rule of edgeRules)
      for (const sensor of edgeSensors) checker.fires(id, sensor, rule.name, false);
    for (const { rule, sensor, isFiring } of disk.snapshot().engine.states)
      checker.fires(id, sensor, rule, isFiring);
    return {
      step: (input, now) => {
        const given = input.kind === 'sampled' ? { ...input, stampMs: now.wallMs } : input;
        const outputs = core.step(given, now);
        for (const output of outputs) {
          if (output.kind !== 'event') continue;
          const { sensor, rule, active } = output.event;
          checker.fires(id, sensor, rule, active);
        }
        return outputs;
      },
    };
  }

  #sample(sensor: (typeof edgeSensors)[number]): void {
    const { simulation, intervalMs, valueAt } = this.#options;
    const random = simulation.random(`sampling ${this.id}`);
    const again = (): void => {
      this.process.after(intervalMs * (0.9 + random.next() * 0.2), () => {
        const value = valueAt(sensor, simulation.nowMs);
        this.process.submit({
          kind: 'sampled',
          sensor,
          value,
          stampMs: 0,
          unit: sensor === 'humidity' ? '%' : '°C',
        });
        again();
      });
    };
    this.process.submit({ kind: 'sensor', status: { sensor, kind: 'simulated', intervalMs, state: 'ok' } });
    again();
  }

  #perform(output: ProductOutput<EdgeOutput>): void {
    switch (output.kind) {
      case 'ready':
        this.#will = { ...output.will, retain: true };
        return this.#connecting.begin();
      case 'publish': {
        const { token } = output;
        const [kind, number = ''] = token?.split(' ') ?? [];
        if (kind === 'item') this.#options.checker.published(this.id, number);
        return this.#connecting.link?.publish(output, () => {
          if (token !== undefined) this.process.submit({ kind: 'published', token });
        });
      }
      case 'command':
        return this.process.after(50, () => {
          this.process.submit({ kind: 'answered', answer: { id: output.id, ok: true, sentence: 'Done.' } });
        });
      case 'event':
      case 'refused':
        return;
    }
  }
}
