/** What the cores of monitoring say, for dashboards and figures: shown, counted and measured. It decides nothing. */
import type { ProductOutput } from '@bothy/runtime';
import { nodeClock } from '@bothy/runtime/node';
import type { IngestedEdge, NodeOutput } from '@bothy/telemetry/core';
import type { StoredSensor, TelemetryStore } from '@bothy/telemetry/drivers/sqlite';
import { type Alarm, type EdgeId, liveLimits } from '@bothy/wire';
import { Figures } from './figures.ts';
import { LiveDesk, type LiveDeskOptions } from './live-desk.ts';
import { LiveEdges } from './live-edges.ts';
import type { TelemetryTimes } from './telemetry-times.ts';

export interface TelemetryViewOptions {
  readonly node: string;
  readonly notifier: LiveDeskOptions['notifier'];
  readonly openAlarms: () => readonly Alarm[];
  readonly ingested: (edge: EdgeId) => IngestedEdge | undefined;
  readonly homeOf: (edge: EdgeId) => string | null;
  readonly isEnrolled: (edge: EdgeId) => boolean;
  readonly times: TelemetryTimes;
}

/** Counts rise with every reading; they are shown so often. */
const countsMs = 1_000;

export class TelemetryView {
  readonly desk: LiveDesk;
  readonly edges: LiveEdges;
  readonly figures = new Figures();
  /** Each only rises. */
  readonly counts = {
    readings: 0,
    foreign: 0,
    late: 0,
    events: 0,
    told: 0,
    untold: 0,
    /** The instance was being built anew, or too busy. */
    lostInputs: 0,
    /** The broker did not take them. */
    lostPublishes: 0,
  };
  readonly #times: TelemetryTimes;
  readonly #timer: NodeJS.Timeout;

  constructor(options: TelemetryViewOptions) {
    const { node, notifier, openAlarms, ingested, homeOf, isEnrolled, times } = options;
    const { wallMs, monoMs } = nodeClock;
    this.#times = times;
    const figures = () => this.figures.shown(monoMs());
    const ticked = (delayMs: number): void => {
      this.figures.ticks.add(delayMs);
      times.tick.observe(delayMs / 1_000);
    };
    this.desk = new LiveDesk({ node, notifier, openAlarms, figures, ticked, monoMs, wallMs });
    this.edges = new LiveEdges({
      model: this.desk.model,
      node,
      ingested,
      homeOf,
      isEnrolled,
      wallMs,
      monoMs,
    });
    this.#timer = setInterval(() => {
      if (this.edges.showCounted()) this.desk.changed();
    }, countsMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.desk.stop();
  }

  /** What dashboards see before anything is heard. */
  async showStored(
    store: TelemetryStore,
    edges: readonly IngestedEdge[],
    sensors: readonly StoredSensor[],
  ): Promise<void> {
    const heardMs = new Map(edges.map((each) => [each.edge, each.heardMs]));
    for (const { edge, sensor, unit } of sensors) {
      if (!heardMs.has(edge) || this.desk.model.sensor(edge, sensor) !== undefined) continue;
      for (const [stampMs, value] of await store.recent(edge, sensor, liveLimits.recent)) {
        const reading = { edge, sensor, stampMs, value, unit, hist: true };
        this.desk.model.reading({ ...reading, heardMs: heardMs.get(edge) ?? stampMs });
      }
    }
    for (const edge of heardMs.keys()) this.edges.show(edge);
    this.desk.changed();
  }

  show(output: ProductOutput<NodeOutput>): void {
    switch (output.kind) {
      case 'accepted':
        return this.#accepted(output.readings);
      case 'foreign':
        return this.#foreign(output.readings);
      case 'foreignStatus':
        this.edges.status(output.status);
        return this.desk.changed();
      case 'edgeChanged':
        this.edges.show(output.edge);
        return this.desk.changed();
      case 'edgeGone':
        this.edges.forget(output.edge);
        return this.desk.changed();
      case 'event':
        this.figures.events.add(1, nodeClock.monoMs());
        this.counts.events += 1;
        return;
      case 'alarmChanged':
        return this.desk.alarm(output.alarm, output.entry);
    }
  }

  #accepted(readings: Extract<NodeOutput, { readonly kind: 'accepted' }>['readings']): void {
    const heardMs = nodeClock.wallMs();
    this.figures.readings.add(readings.length, nodeClock.monoMs());
    this.counts.readings += readings.length;
    for (const { reading, isLate, isPlain } of readings) {
      const { node: edge, stampMs } = reading;
      this.edges.counted(edge);
      this.desk.model.reading({ ...reading, edge, hist: isLate, heardMs });
      if (isLate) this.counts.late += 1;
      if (isLate || isPlain) continue;
      const offsetMs = this.desk.model.edgeOf(edge)?.status?.clock?.offsetMs ?? 0;
      const delayMs = Math.max(0, heardMs - (stampMs + offsetMs));
      this.figures.edges.add(delayMs);
      this.#times.edge.observe(delayMs / 1_000);
    }
    this.desk.changed();
  }

  #foreign(readings: Extract<NodeOutput, { readonly kind: 'foreign' }>['readings']): void {
    const heardMs = nodeClock.wallMs();
    this.figures.readings.add(readings.length, nodeClock.monoMs());
    this.counts.foreign += readings.length;
    for (const reading of readings) {
      this.edges.heard(reading.node);
      this.desk.model.reading({ ...reading, edge: reading.node, heardMs });
    }
    this.desk.changed();
  }
}
