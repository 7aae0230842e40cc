/** A simulated node: the production cores of monitoring on the simulator's loop, at a broker that all nodes share. */
import type { Core, Now } from '@bothy/protocols';
import type { ProductOutput } from '@bothy/runtime';
import type { SimProcess, Simulation } from '@bothy/simulator';
import {
  AlarmCore,
  DirectoryHomeCore,
  ForeignAlarms,
  HomeCore,
  IngestCore,
  NodeCore,
  type NodeInput,
  type NodeOutput,
  RuleEngine,
} from '@bothy/telemetry/core';
import { parseTelemetryTopic } from '@bothy/wire';
import {
  parseEdgeAlarms,
  parseEdgeControl,
  parseEdgeHome,
  parseEdgeStatus,
  parseReading,
  parseTelemetryEvent,
} from '@bothy/wire/schemas';
import type { DeviceAlarms } from './device-alarms.ts';
import { type BrokerClient, Connecting, type SimBroker } from './sim-broker.ts';
import { edgeRules } from './sim-edge.ts';
import type { SimHomeDirectory } from './sim-home-directory.ts';
import type { TelemetryChecker } from './telemetry-checker.ts';
import { TelemetryDisk, type TelemetrySnapshots } from './telemetry-disk.ts';

/** What the bus says is parsed inside the step: only there the clock of the process is known. */
export type SimNodeInput =
  | NodeInput
  | { readonly kind: 'mqtt'; readonly topic: string; readonly payload: string; readonly retained: boolean };

export interface SimNodeCores {
  readonly core: Core<NodeInput, NodeOutput>;
  readonly home: HomeCore | DirectoryHomeCore;
  readonly ingest: IngestCore;
  readonly alarms: AlarmCore;
}

export type MakeNodeCores = (
  node: string,
  snapshots: TelemetrySnapshots,
  claims: 'directory' | 'topic',
) => SimNodeCores;

export function makeNodeCores(...[node, snapshots, claims]: Parameters<MakeNodeCores>): SimNodeCores {
  const Homes = claims === 'directory' ? DirectoryHomeCore : HomeCore;
  const home = new Homes({ node }, snapshots.homes);
  const ingest = new IngestCore({ node }, snapshots.ingest);
  const alarms = new AlarmCore({ node, offlineMs: 60_000 }, snapshots.alarms);
  const plainRules = new RuleEngine(edgeRules, snapshots.engine);
  const namedRules = new RuleEngine([]);
  // Nobody is told of alarms here.
  const routes = { step: () => [] };
  const core = new NodeCore(
    node,
    { home, ingest, alarms, routes, plainRules, namedRules },
    new ForeignAlarms(),
  );
  return { core, home, ingest, alarms };
}

/** By its name. */
export function isDevice(edge: string): boolean {
  return edge.startsWith('device-');
}

export interface SimTelemetryNodeOptions {
  readonly simulation: Simulation;
  readonly broker: SimBroker;
  readonly checker: TelemetryChecker;
  readonly devices: DeviceAlarms;
  readonly id: string;
  readonly makeCores: MakeNodeCores;
  /** The broker is part of it: it comes and goes with this node. */
  readonly hasBroker: boolean;
  /** Undefined: the nodes share the broker and nothing else. */
  readonly directory: SimHomeDirectory | undefined;
}

export class SimTelemetryNode implements BrokerClient {
  readonly id: string;
  readonly filters = ['env/+/raw', 'env/event/+', 'edge/+/status', 'edge/+/home', 'edge/+/alarms'];
  readonly process: SimProcess<SimNodeInput, NodeOutput, TelemetryDisk>;
  readonly #options: SimTelemetryNodeOptions;
  readonly #connecting: Connecting;
  #cores: SimNodeCores | undefined;
  refused = 0;
  moves = 0;
  /** Edges that came here without a word of their alarms. */
  unadopted = 0;

  constructor(options: SimTelemetryNodeOptions) {
    const { simulation, broker, checker, id, makeCores, directory } = options;
    this.#options = options;
    this.id = id;
    this.#connecting = new Connecting(simulation, broker, this);
    this.process = simulation.addProcess<SimNodeInput, NodeOutput, TelemetryDisk>({
      id,
      createStore: () => new TelemetryDisk(),
      write: (disk, write) => disk.write(write, (key, isKnown) => checker.stored(id, key, isKnown)),
      boot: ({ store }) => {
        const cores = makeCores(id, store.snapshots(), directory === undefined ? 'topic' : 'directory');
        this.#cores = cores;
        return { step: (input, now) => this.#step(cores.core, input, now) };
      },
      started: () => {
        if (this.hasBroker) broker.start();
        this.process.submit({ kind: 'start' });
        directory?.started(this);
        this.#connecting.begin();
      },
      ended: () => {
        if (this.hasBroker) broker.crash();
        this.#connecting.stop();
      },
      perform: (output) => this.#perform(output),
      ask: () => {},
    });
  }

  get hasBroker(): boolean {
    return this.#options.hasBroker;
  }

  /** Undefined while it is down. */
  get cores(): SimNodeCores | undefined {
    return this.process.alive ? this.#cores : undefined;
  }

  move(edge: string, to: string): void {
    this.moves += 1;
    this.process.submit({ kind: 'move', id: `move ${this.moves}`, edge, to });
  }

  /** An operator sees an alarm of a plain device here. */
  acknowledge(pick: (count: number) => number): void {
    const open = (this.cores?.alarms.open() ?? []).filter(
      ({ edge, acknowledged }) => isDevice(edge) && !acknowledged,
    );
    const alarm = open[pick(open.length)]?.id;
    if (alarm === undefined) return;
    const command = { name: 'acknowledge' } as const;
    this.process.submit({ kind: 'alarmCommand', id: alarm, alarm, by: 'ann', command });
  }

  // --- as the broker sees it -----------------------------------------------------------

  will(): undefined {
    return undefined;
  }

  connected(): void {
    this.process.submit({ kind: 'connected' });
  }

  disconnected(): void {
    this.#connecting.lost();
  }

  message(topic: string, payload: string, retained: boolean): void {
    this.process.submit({ kind: 'mqtt', topic, payload, retained });
  }

  // --- the world -----------------------------------------------------------------------

  #step(core: Core<NodeInput, NodeOutput>, input: SimNodeInput, now: Now): readonly NodeOutput[] {
    const given = input.kind === 'mqtt' ? this.#parsed(input, now) : input;
    return given === undefined ? [] : core.step(given, now);
  }

  #parsed(
    { topic, payload, retained }: Extract<SimNodeInput, { kind: 'mqtt' }>,
    now: Now,
  ): NodeInput | undefined {
    const about = parseTelemetryTopic(topic);
    const context = { receivedMs: now.wallMs, zoneOffset: () => 0 };
    const source = { from: { client: 'broker', unverified: true }, isOurs: !retained } as const;
    const refuse = (reason: string): undefined => {
      // Nobody sends anything else than edges do: only their clocks are wrong.
      if (!reason.startsWith('timestamp')) throw new Error(`${topic} ${payload}: ${reason}`);
      this.refused += 1;
    };
    switch (about?.kind) {
      case 'reading': {
        const reading = parseReading(payload, context);
        if (!reading.ok) return refuse(reading.reason);
        return { kind: 'readings', readings: [{ reading: reading.value, ...source }] };
      }
      case 'event': {
        const event = parseTelemetryEvent(payload, context);
        return event.ok ? { kind: 'event', event: event.value, ...source } : refuse(event.reason);
      }
      case 'status': {
        const status = parseEdgeStatus(payload, about);
        return status.ok
          ? { kind: 'status', status: status.value, retained, ...source }
          : refuse(status.reason);
      }
      case 'home': {
        const home = parseEdgeHome(payload, about);
        return home.ok ? { kind: 'claim', home: home.value } : refuse(home.reason);
      }
      case 'alarms': {
        const alarms = parseEdgeAlarms(payload, about.edge);
        return alarms.ok ? { kind: 'alarmsHeard', alarms: alarms.value } : refuse(alarms.reason);
      }
      default:
        return undefined;
    }
  }

  #perform(output: ProductOutput<NodeOutput>): void {
    const { checker, devices } = this.#options;
    switch (output.kind) {
      case 'accepted':
        for (const { reading, isLate } of output.readings) {
          const { node, boot, sensor, seq } = reading;
          if (seq === undefined) continue;
          checker.accepted(this.id, `${node}/${boot}/${sensor}/${seq}`, isLate);
        }
        return;
      case 'alarmChanged': {
        const { alarm, entry } = output;
        if (entry?.kind !== 'opened' || alarm.home !== this.id) return;
        if (isDevice(alarm.edge)) return devices.opened(alarm);
        if (alarm.rule !== 'edge_offline') {
          checker.opened(this.id, alarm.edge, alarm.sensor, alarm.rule);
        }
        return;
      }
      case 'alarmAnswer':
        if (output.result.ok) devices.acknowledged(output.result.alarm);
        return;
      case 'unadopted':
        this.unadopted += output.edges.length;
        return;
      case 'publish': {
        const about = parseTelemetryTopic(output.topic);
        if (about?.kind === 'control') {
          const parsed = parseEdgeControl(output.payload);
          if (parsed.ok && parsed.value.kind === 'storedUpTo')
            checker.toldStored(this.id, about.edge, parsed.value);
        }
        return this.#connecting.link?.publish(output, () => {});
      }
      case 'askDirectory':
        return this.#options.directory?.ask(this, output);
      default:
        return;
    }
  }
}
