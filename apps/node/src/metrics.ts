/** Metrics in Prometheus' text format. */
import type { BridgeCounts, BrokerCounts, NodeBroker } from '@bothy/broker';
import type { RoomSocketCounts } from '@bothy/rooms/drivers/websocket';
import type { NodeHealth } from '@bothy/wire';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { DirectoryHost } from './directory/directory-host.ts';
import { directoryMetrics } from './directory/directory-metrics.ts';
import type { OtlpExport } from './rooms/otlp-export.ts';
import type { RoomsHost } from './rooms/rooms-host.ts';

/** Every count of the broker has a metric: a new one that lacks its line here does not type-check. */
const brokerCounters: Readonly<Record<keyof BrokerCounts, readonly [name: string, help: string]>> = {
  connects: ['connects', 'Clients that signed in, guests included'],
  published: ['published', 'Messages that clients published'],
  forwarded: ['forwarded', 'Messages on their way to single clients'],
  receivedPackets: ['received_packets', 'Packets of MQTT that came from clients'],
  receivedBytes: ['received_bytes', 'Bytes that came from MQTT clients'],
  refusedConnects: ['refused_connects', 'Connections refused'],
  refusedPublishes: ['refused_publishes', 'Publishes dropped by the access rules'],
  refusedSubscribes: ['refused_subscribes', 'Subscriptions refused'],
  oversizedPublishes: ['oversized_publishes', 'Publishes dropped for their size'],
  hastyPublishes: ['hasty_publishes', 'Publishes dropped because a client publishes faster than one may'],
  oversizedPackets: ['oversized_packets', 'Connections ended because a packet announced far too much'],
  slowClients: ['slow_clients', 'Connections ended because the client did not read'],
  droppedMessages: ['dropped_messages', 'Messages dropped because a limit was full or a client did not read'],
  expiredSessions: ['expired_sessions', 'Sessions ended because their clients were away too long'],
};

const bridgeCounters: Readonly<Record<keyof BridgeCounts, readonly [name: string, help: string]>> = {
  received: ['received', 'Messages of other nodes that were published here'],
  doubles: ['doubles', 'Messages of other nodes that came a second time'],
  refused: ['refused', 'Messages of other nodes on topics that are none of ours'],
  stale: ['stale', 'Retained states that were older than the one that stands'],
  dropped: ['dropped', 'Messages for other nodes that were dropped at a limit'],
  takeovers: ['takeovers', 'Connections ended because their device is at another node'],
};

export interface NodeMetricsOptions {
  readonly broker: NodeBroker;
  readonly rooms: RoomsHost;
  readonly directory: DirectoryHost;
  /** What became of spans; undefined where no collector is told of. */
  readonly spans?: OtlpExport['counts'] | undefined;
}

/** docs/reference/metrics.md lists them all. */
export function nodeMetrics({ broker, rooms, directory, spans }: NodeMetricsOptions): Registry {
  const registry = new Registry();
  const registers = [registry];
  // Its timer of 10 ms would wake an idle node a hundred times a second.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  new Gauge({
    name: 'bothy_mqtt_clients',
    help: 'MQTT clients connected now',
    registers,
    collect() {
      this.set(broker.connectedClients);
    },
  });
  for (const key of Object.keys(brokerCounters) as (keyof BrokerCounts)[]) {
    const [name, help] = brokerCounters[key];
    new Counter({
      name: `bothy_mqtt_${name}_total`,
      help,
      registers,
      collect() {
        // The broker counts; this only shows.
        this.reset();
        this.inc(broker.counts[key]);
      },
    });
  }
  for (const key of Object.keys(bridgeCounters) as (keyof BridgeCounts)[]) {
    const [name, help] = bridgeCounters[key];
    new Counter({
      name: `bothy_bridge_${name}_total`,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(broker.bridge?.counts[key] ?? 0);
      },
    });
  }
  roomMetrics(rooms, registers);
  directoryMetrics(directory, registers);
  traceMetrics(spans, registers);
  return registry;
}

const socketCounters: Readonly<Record<keyof RoomSocketCounts, readonly [name: string, help: string]>> = {
  sessionsOpened: ['sessions_opened', 'Sessions that clients opened'],
  frames: ['frames', 'Frames that clients sent'],
  notifications: ['notifications', 'Requests without an id, which are not answered'],
  slowCloses: ['slow_closes', 'Clients let go because too much waited for them to read'],
  silentCloses: ['silent_closes', 'Clients let go because nothing came from them'],
  brokenFrames: ['broken_frames', 'Frames that ended their connection'],
  deliveries: ['deliveries', 'Entries written, once for each session'],
  sentBytes: ['sent_bytes', 'Bytes written to clients'],
};

function roomMetrics(rooms: RoomsHost, registers: Registry[]): void {
  const { sockets } = rooms;
  for (const key of Object.keys(socketCounters) as (keyof RoomSocketCounts)[]) {
    const [name, help] = socketCounters[key];
    new Counter({
      name: `bothy_rooms_${name}_total`,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(sockets.counts[key]);
      },
    });
  }
  const counted = (
    name: string,
    help: string,
    label: 'code' | 'kind',
    counts: () => ReadonlyMap<string, number>,
  ): void => {
    new Counter({
      name,
      help,
      labelNames: [label],
      registers,
      collect() {
        this.reset();
        for (const [value, count] of counts()) this.inc({ [label]: value }, count);
      },
    });
  };
  counted('bothy_rooms_refusals_total', 'Calls of clients refused, by code', 'code', () => sockets.refusals);
  const refused = 'What other nodes sent and was refused';
  counted('bothy_cluster_refusals_total', refused, 'code', () => rooms.refusals);
  counted('bothy_cluster_messages_total', 'Messages to other nodes', 'kind', () => rooms.sentToNodes);
  const gauge = (name: string, help: string, value: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  };
  gauge('bothy_rooms_connections', 'Clients connected to /ws now', () => sockets.connections);
  gauge(
    'bothy_rooms_messages_per_second',
    'Entries in the last second',
    () => rooms.view?.messagesPerSecond ?? 0,
  );
  new Gauge({
    name: 'bothy_cluster_nodes',
    help: 'Other nodes, by how well they are heard',
    labelNames: ['health'],
    registers,
    collect() {
      // Zeros too: a line that comes only with the first failure is no line to watch.
      for (const health of healths) this.set({ health }, 0);
      for (const { health } of rooms.view?.nodes ?? []) this.inc({ health });
    },
  });
  new Gauge({
    name: 'bothy_cluster_clock_offset_seconds',
    help: 'How far the clock of another node is ahead of this one',
    labelNames: ['node'],
    registers,
    collect() {
      this.reset();
      for (const { id, clock } of rooms.view?.nodes ?? []) {
        if (clock !== null) this.set({ node: id }, clock.offsetMs / 1_000);
      }
    },
  });
  for (const registry of registers) for (const each of rooms.times.histograms) registry.registerMetric(each);
}

const healths: readonly NodeHealth[] = ['up', 'suspected', 'down'];

function traceMetrics(counts: OtlpExport['counts'] | undefined, registers: Registry[]): void {
  new Counter({
    name: 'bothy_trace_spans_total',
    help: 'Spans for the collector, by what became of them',
    labelNames: ['outcome'],
    registers,
    collect() {
      this.reset();
      for (const outcome of ['exported', 'lost'] as const) this.inc({ outcome }, counts?.[outcome] ?? 0);
    },
  });
}
