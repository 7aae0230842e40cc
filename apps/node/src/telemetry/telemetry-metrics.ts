/** Metrics of monitoring. docs/reference/metrics.md lists them all. */
import type { LiveEdge } from '@bothy/wire';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { TelemetryDesk } from './telemetry-desk.ts';
import type { TelemetryHost } from './telemetry-host.ts';
import type { TelemetryTimes } from './telemetry-times.ts';

/** Edges with lines of their own; of more, those that were heard last. */
const mostEdges = 200;
const states = ['online', 'offline', 'unknown'] as const;
const severities = ['info', 'warning', 'danger'] as const;

export function telemetryMetrics(desk: TelemetryDesk, times: TelemetryTimes, registry: Registry): void {
  const registers = [registry];
  for (const histogram of times.histograms) registry.registerMetric(histogram);

  const counter = (name: string, help: string, value: (host: TelemetryHost) => number): void => {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        if (desk.awake !== undefined) this.inc(value(desk.awake));
      },
    });
  };
  counter(
    'bothy_telemetry_readings_total',
    'New readings of edges that this node keeps',
    ({ counts }) => counts.readings,
  );
  counter(
    'bothy_telemetry_foreign_total',
    'Readings of edges that other nodes keep',
    ({ counts }) => counts.foreign,
  );
  counter(
    'bothy_telemetry_late_total',
    'Of the new readings those that came late',
    ({ counts }) => counts.late,
  );
  counter(
    'bothy_telemetry_events_total',
    'Events of edges, devices and rules of this node',
    ({ counts }) => counts.events,
  );
  counter('bothy_telemetry_told_total', 'Attempts to tell somebody of alarms', ({ counts }) => counts.told);
  counter(
    'bothy_telemetry_untold_total',
    'Of these attempts those that failed',
    ({ counts }) => counts.untold,
  );
  counter(
    'bothy_telemetry_lost_inputs_total',
    'Messages that were lost while monitoring started anew',
    ({ counts }) => counts.lostInputs,
  );
  counter(
    'bothy_telemetry_lost_publishes_total',
    'Messages to edges and nodes that the broker did not take',
    ({ counts }) => counts.lostPublishes,
  );
  counter(
    'bothy_telemetry_refused_total',
    'Readings and messages that were refused, of the last thousand clients',
    (host) => (host.ready ? host.cores.ingest.refusals().reduce((sum, { count }) => sum + count, 0) : 0),
  );

  const gauge = (name: string, help: string, value: (host: TelemetryHost) => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(desk.awake === undefined ? 0 : value(desk.awake));
      },
    });
  };
  gauge('bothy_telemetry_sensors', 'Sensors that are shown', (host) => host.desk.model.sensorCount);
  gauge('bothy_telemetry_subscribers', 'Sessions that follow sensors', (host) => host.desk.model.subscribers);
  new Gauge({
    name: 'bothy_telemetry_stored_bytes',
    help: 'The database of monitoring on the disk',
    registers,
    async collect() {
      this.set(0);
      if (desk.awake?.ready === true)
        this.set((await desk.awake.store.sizes().catch(() => noSize)).fileBytes);
    },
  });
  const labelled = <Label extends string>(
    name: string,
    help: string,
    label: Label,
    values: (host: TelemetryHost) => Iterable<readonly [string, number]>,
    always: readonly string[] = [],
  ): void => {
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers,
      collect() {
        this.reset();
        // Zeros too: a line that comes only with the first failure is no line to watch.
        for (const each of always) this.set({ [label]: each } as Record<Label, string>, 0);
        for (const [each, value] of desk.awake === undefined ? [] : values(desk.awake)) {
          this.inc({ [label]: each } as Record<Label, string>, value);
        }
      },
    });
  };
  labelled(
    'bothy_telemetry_edges',
    'Edges and devices that are known, by state',
    'state',
    (host) => host.desk.model.edges().map(({ state }) => [state, 1] as const),
    states,
  );
  labelled(
    'bothy_telemetry_alarms',
    'Alarms that are active or not acknowledged',
    'severity',
    (host) => host.openAlarms().map(({ severity }) => [severity, 1] as const),
    severities,
  );
  for (const [name, help, value] of ofEdges) {
    labelled(name, help, 'edge', (host) =>
      shownEdges(host).flatMap((edge) => {
        const figure = value(edge);
        return figure === undefined ? [] : [[edge.edge, figure] as const];
      }),
    );
  }
}

const noSize = { fileBytes: 0 };

const ofEdges: readonly (readonly [
  name: string,
  help: string,
  value: (edge: LiveEdge) => number | undefined,
])[] = [
  ['bothy_edge_online', '1 while the edge says that it is', ({ state }) => (state === 'online' ? 1 : 0)],
  ['bothy_edge_cpu_percent', 'Of one core', ({ status }) => status?.resources?.cpuPercent],
  [
    'bothy_edge_memory_bytes',
    'Memory of the process of the edge',
    ({ status }) => status?.resources?.memoryBytes,
  ],
  ['bothy_edge_loop_delay_ms', 'Delay of its event loop', ({ status }) => status?.resources?.loopDelayMs],
  ['bothy_edge_outbox_readings', 'Readings that wait in its outbox', ({ status }) => status?.outbox?.waiting],
  [
    'bothy_edge_clock_offset_ms',
    'How far our clock is ahead of its',
    ({ status }) => status?.clock?.offsetMs,
  ],
  ['bothy_edge_stored_readings', 'Readings of it that are stored', ({ counts }) => counts.stored],
  [
    'bothy_edge_missing_readings',
    'Readings that it numbered and that did not come',
    ({ counts }) => counts.missing,
  ],
  ['bothy_edge_refused_messages', 'What was refused of it', ({ counts }) => counts.refused],
];

/** Edges of ours: plain devices say nothing of themselves, and there may be thousands. */
function shownEdges({ desk }: TelemetryHost): readonly LiveEdge[] {
  const edges = desk.model.edges().filter(({ kind }) => kind === 'edge');
  return [...edges].sort((one, other) => (other.heardMs ?? 0) - (one.heardMs ?? 0)).slice(0, mostEdges);
}
