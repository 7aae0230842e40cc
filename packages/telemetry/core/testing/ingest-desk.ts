/** Drives ingest by hand in tests: a clock, timers, a disk, and what it said. */
import type { EdgeControl, EdgeCounts, EdgeId, EdgeStatus, Reading, TelemetryEvent } from '@bothy/wire';
import { VirtualTimers } from '../backtest/virtual-timers.ts';
import { IngestCore } from '../ingest/ingest-core.ts';
import { IngestDisk } from '../ingest/ingest-disk.ts';
import type { IngestConfig, IngestInput, IngestOutput, Publisher } from '../ingest/messages.ts';

/** 2026-11-20, 09:30 UTC. */
export const ingestWallMs = 1_795_167_000_000;

export class IngestDesk {
  readonly disk = new IngestDisk();
  readonly #config: IngestConfig;
  #timers = new VirtualTimers();
  core: IngestCore;
  nowMs = 0;
  outputs: IngestOutput[] = [];
  /** `boot/sensor/seq` of what was written. */
  readonly stored: string[] = [];
  /** The number, and `late`. */
  readonly accepted: string[] = [];
  /** `rule+seq` or `rule-seq`. */
  readonly events: string[] = [];
  #told = 0;

  constructor(config: Partial<IngestConfig> = {}) {
    this.#config = { node: 'n1', ...config };
    this.core = new IngestCore(this.#config, this.disk.snapshot());
    this.step({ kind: 'start' });
  }

  step(input: IngestInput): this {
    const now = { monoMs: this.nowMs, wallMs: ingestWallMs + this.nowMs };
    for (const output of this.core.step(input, now)) {
      this.outputs.push(output);
      if (output.kind === 'setTimer') this.#timers.set(output.key, this.nowMs + output.afterMs);
      else if (output.kind === 'clearTimer') this.#timers.set(output.key, Infinity);
      else if (output.kind === 'persist') for (const write of output.writes) this.disk.write(write);
      else if (output.kind === 'event') {
        this.events.push(
          `${output.event.eventType}${output.event.event ? '+' : '-'}${output.event.seq ?? ''}`,
        );
      } else if (output.kind === 'accepted') {
        for (const { reading, isLate, isPlain } of output.readings) {
          this.accepted.push(`${isPlain ? 'plain' : reading.seq}${isLate ? ' late' : ''}`);
        }
      }
    }
    this.stored.push(...this.disk.take());
    return this;
  }

  restart(): this {
    this.core = new IngestCore(this.#config, this.disk.snapshot());
    this.#timers = new VirtualTimers();
    return this.step({ kind: 'start' });
  }

  /** One reading of edge-1 by its numbers. */
  take(change: Partial<Reading>, from: Publisher = { client: 'c' }): this {
    return this.step({ kind: 'readings', readings: [{ reading: this.#reading(change), from }] });
  }

  /** Readings of its sensor `t` in its first start, in one step. */
  read(...seqs: readonly number[]): this {
    const from = { client: 'c' };
    const readings = seqs.map((seq) => ({ reading: this.#reading({ seq }), from }));
    return this.step({ kind: 'readings', readings });
  }

  plain(reading: Reading, from: Publisher = { client: 'c' }): this {
    return this.step({ kind: 'readings', readings: [{ reading, from }] });
  }

  status(change: Partial<EdgeStatus> = {}, retained = false, from: Publisher = { client: 'c' }): this {
    const { boot = 1 } = change;
    const made = {
      v: 1,
      node: 'edge-1',
      state: 'online',
      boot,
      seq: 1,
      boots: [{ boot, last: {} }],
    } as const;
    const outbox = { waiting: 0, bytes: 0, dropped: 0, starts: 0 };
    const seq = change.seq ?? (this.core.edge('edge-1')?.status?.seq ?? 0) + 1;
    return this.step({ kind: 'status', status: { ...made, outbox, ...change, seq }, from, retained });
  }

  event(event: TelemetryEvent, from: Publisher = { client: 'c' }): this {
    return this.step({ kind: 'event', event, from });
  }

  counts(edge: EdgeId = 'edge-1'): EdgeCounts {
    const known = this.core.edge(edge);
    if (known === undefined) throw new Error(`${edge} is not known`);
    return known.counts;
  }

  /** What was said on control topics since the last time. */
  controls(): readonly EdgeControl[] {
    const said = this.outputs.slice(this.#told);
    this.#told = this.outputs.length;
    return said.flatMap((each) => (each.kind === 'publish' ? [JSON.parse(each.payload) as EdgeControl] : []));
  }

  /** Lets the time pass after which an edge is told, and returns `boot/sensor<=number` of it. */
  tell(): readonly string[] {
    this.nowMs += 200;
    for (let due = this.#timers.take(this.nowMs); due !== undefined; due = this.#timers.take(this.nowMs)) {
      this.step({ kind: 'timer', key: due.key });
    }
    return this.controls().flatMap((control) =>
      control.kind === 'storedUpTo'
        ? control.boots.flatMap(({ boot, upTo }) =>
            Object.entries(upTo).map(([sensor, number]) => `${boot}/${sensor}<=${number}`),
          )
        : [],
    );
  }

  #reading(change: Partial<Reading>): Reading {
    const made = {
      sensor: 't',
      value: 20,
      node: 'edge-1',
      stampMs: ingestWallMs + this.nowMs,
      boot: 1,
      seq: 1,
    };
    return { ...made, event: false, eventType: null, hist: false, ...change };
  }
}
