/** Drives an edge's core by hand in tests: a clock, timers, a disk, and a broker that writes down what it is told. */
import type { CommandAnswer, EdgeControl, EdgeStatus, Rule, TelemetryPayload } from '@bothy/wire';
import { VirtualTimers } from '../backtest/virtual-timers.ts';
import { EdgeCore } from '../edge/edge-core.ts';
import { EdgeDisk } from '../edge/edge-disk.ts';
import type { EdgeConfig, EdgeInput, EdgeOutput, EdgePublish } from '../edge/messages.ts';
import { parseRule } from '../rules/parse-rule.ts';

export const edgeStartWallMs = 1_795_167_000_000;

export function edgeRule(text: string): Rule {
  const parsed = parseRule(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error.sentence}`);
  return parsed.rule;
}

export class EdgeDesk {
  readonly disk = new EdgeDisk();
  readonly config: EdgeConfig;
  #timers = new VirtualTimers();
  #lookups: { readonly id: string; readonly numbers: readonly number[] }[] = [];
  core: EdgeCore;
  nowMs = 0;
  wallOffsetMs = edgeStartWallMs;
  /** Everything that left, since `take`. */
  published: EdgePublish[] = [];
  outputs: EdgeOutput[] = [];

  constructor(config: Partial<EdgeConfig> = {}) {
    this.config = { edge: 'edge-1', rules: [edgeRule('hot: temperature > 30 clear below 28')], ...config };
    this.core = new EdgeCore(this.config, this.disk.snapshot(), this.now.wallMs);
    this.step({ kind: 'start' });
  }

  get now(): { readonly monoMs: number; readonly wallMs: number } {
    return { monoMs: this.nowMs, wallMs: this.nowMs + this.wallOffsetMs };
  }

  step(input: EdgeInput): this {
    for (const output of this.core.step(input, this.now)) {
      this.outputs.push(output);
      if (output.kind === 'setTimer') this.#timers.set(output.key, this.nowMs + output.afterMs);
      else if (output.kind === 'clearTimer') this.#timers.set(output.key, Infinity);
      else if (output.kind === 'persist') for (const write of output.writes) this.disk.write(write);
      else if (output.kind === 'publish') this.published.push(output);
      else if (output.kind === 'lookup') {
        this.#lookups.push({ id: output.id, numbers: output.query.numbers });
      }
    }
    for (let asked = this.#lookups.shift(); asked !== undefined; asked = this.#lookups.shift()) {
      this.step({ kind: 'found', id: asked.id, answer: this.disk.items(asked.numbers) });
    }
    return this;
  }

  wait(ms: number): this {
    const endMs = this.nowMs + ms;
    for (let due = this.#timers.take(endMs); due !== undefined; due = this.#timers.take(endMs)) {
      if (due.dueMs === Infinity) break;
      this.nowMs = Math.max(this.nowMs, due.dueMs);
      this.step({ kind: 'timer', key: due.key });
    }
    this.nowMs = endMs;
    return this;
  }

  /** Ends the program, with the connection, and starts it again from the disk. */
  restart(config: Partial<EdgeConfig> = {}): this {
    this.#timers = new VirtualTimers();
    this.core = new EdgeCore({ ...this.config, ...config }, this.disk.snapshot(), this.now.wallMs);
    return this.step({ kind: 'start' });
  }

  sample(value: number, sensor = 'temperature', stampMs = this.now.wallMs): this {
    return this.step({ kind: 'sampled', sensor, value, stampMs });
  }

  control(control: EdgeControl, retained = false): this {
    return this.step({ kind: 'control', control, retained });
  }

  stored(upTo: Readonly<Record<string, number>>, boot = this.core.boot): this {
    return this.control({ kind: 'storedUpTo', home: 'n1', boots: [{ boot, upTo }] });
  }

  /** The broker acknowledges everything that was published. */
  acknowledge(): this {
    for (const { token } of this.take()) if (token !== undefined) this.step({ kind: 'published', token });
    return this;
  }

  /** What was published since the last time. */
  take(): readonly EdgePublish[] {
    const { published } = this;
    this.published = [];
    return published;
  }

  /** Readings among it: the number, with `h` when it is marked late. */
  readings(): readonly string[] {
    return this.take().flatMap(({ topic, payload }) => {
      if (!topic.endsWith('/raw')) return [];
      const { seq, hist } = JSON.parse(payload) as TelemetryPayload;
      return [`${seq}${hist === true ? 'h' : ''}`];
    });
  }

  /** Events among it: `hot+` when it says that it fires, `hot-` that it cleared. */
  events(): readonly string[] {
    return this.take().flatMap(({ topic, payload }) => {
      if (!topic.startsWith('env/event/')) return [];
      const { event_type: type, event } = JSON.parse(payload) as TelemetryPayload;
      return [`${type}${event ? '+' : '-'}`];
    });
  }

  statuses(): readonly EdgeStatus[] {
    return this.take().flatMap(({ topic, payload }) =>
      topic.endsWith('/status') ? [JSON.parse(payload) as EdgeStatus] : [],
    );
  }

  answers(): readonly CommandAnswer[] {
    return this.core.status(this.now).answers ?? [];
  }
}
