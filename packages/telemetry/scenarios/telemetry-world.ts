/**
 * Edges, nodes and the broker between them, while everything goes wrong; then the faults end, and nothing may be lost,
 * double, half told, or alarmed for nothing.
 */
import { injectFaults, type Scenario, type ScenarioResult, Simulation } from '@bothy/simulator';
import type { EdgeStatus } from '@bothy/wire';
import { DeviceAlarms } from './device-alarms.ts';
import { PeaceChecks } from './peace-checks.ts';
import { SimBroker } from './sim-broker.ts';
import { SimDevice } from './sim-device.ts';
import { edgeRules, edgeSensors, type MakeEdgeCore, makeEdgeCore, SimEdge } from './sim-edge.ts';
import { SimHomeDirectory } from './sim-home-directory.ts';
import { type MakeNodeCores, makeNodeCores, SimTelemetryNode } from './sim-telemetry-node.ts';
import { TelemetryChecker } from './telemetry-checker.ts';
import type { TelemetryWorldOptions } from './telemetry-world-options.ts';

export function telemetryScenario(
  options: TelemetryWorldOptions,
  makeEdge: MakeEdgeCore = makeEdgeCore,
  makeNode: MakeNodeCores = makeNodeCores,
): Scenario {
  return {
    name: options.name,
    title: options.title,
    run: (seed) => new TelemetryWorld(seed, options, makeEdge, makeNode).run(),
  };
}

class TelemetryWorld {
  readonly #options: TelemetryWorldOptions;
  readonly #simulation: Simulation;
  readonly #broker: SimBroker;
  readonly #checker: TelemetryChecker;
  readonly #edges: readonly SimEdge[];
  readonly #devices: readonly SimDevice[];
  readonly #deviceAlarms = new DeviceAlarms();
  readonly #nodes: readonly SimTelemetryNode[];
  readonly #directory: SimHomeDirectory | undefined;
  #lost: SimTelemetryNode | undefined;
  /** From then on sensors stay as they are. */
  #settledFromMs = Infinity;
  readonly #phases = new Map<string, boolean>();
  readonly #isRoomy: boolean;

  constructor(seed: string, options: TelemetryWorldOptions, makeEdge: MakeEdgeCore, makeNode: MakeNodeCores) {
    this.#options = options;
    const { name } = options;
    const simulation = new Simulation({ seed, scenario: name, invariantEvery: 'event' });
    this.#simulation = simulation;
    const random = simulation.random('world');
    const number = random.below(1_000);
    const nodes = options.nodes(number);
    // The one node has its own broker, as it does by default, or uses an outside one.
    const isEmbedded = nodes === 1 && random.below(2) === 0;
    const kind = {
      keepsRetained: random.below(3) > 0 || options.keepsAlarms,
      ...(isEmbedded ? { host: 'n1' } : {}),
    };
    const broker = new SimBroker(simulation, { ...options.broker, ...kind });
    const checker = new TelemetryChecker(simulation);
    this.#broker = broker;
    this.#checker = checker;
    const outboxItems = options.outboxItems(number);
    this.#isRoomy = outboxItems >= 100_000;
    const parts = { simulation, broker, checker };
    this.#directory = options.hasDirectory(random.below(1_000))
      ? new SimHomeDirectory(simulation, () => this.#nodes.filter((each) => each !== this.#lost))
      : undefined;
    const shared = {
      ...parts,
      devices: this.#deviceAlarms,
      makeCores: makeNode,
      hasBroker: isEmbedded,
      directory: this.#directory,
    };
    this.#nodes = numbered(nodes, 'n').map((id) => new SimTelemetryNode({ ...shared, id }));
    this.#edges = numbered(options.edges(number), 'edge-').map((id) => {
      if (this.#isRoomy) checker.roomy.add(id);
      return new SimEdge({
        ...{
          ...parts,
          id,
          outboxItems,
          makeCore: makeEdge,
          times: options.times,
          intervalMs: options.intervalMs(number),
        },
        // A minute and a half off, and as fast or slow as quartz may be.
        clock: { skewMs: random.below(180_000) - 90_000, driftPpm: random.below(200) - 100 },
        valueAt: (sensor, atMs) => this.#valueAt(id, sensor, atMs),
      });
    });
    this.#devices = numbered(options.devices(number), 'device-').map((id, at) => {
      const aheadMs = at % 2 === 0 ? random.below(20_000) - 10_000 : undefined;
      const valueAt = (sensor: string, atMs: number) => this.#valueAt(id, sensor, atMs);
      return new SimDevice({
        simulation,
        broker,
        id,
        aheadMs,
        valueAt,
        intervalMs: options.intervalMs(number),
      });
    });
  }

  run(): ScenarioResult {
    const { faults, faultMs, offlineMs, peaceMs } = this.#options;
    const simulation = this.#simulation;
    simulation.run(10_000);
    injectFaults(simulation, faults, faultMs);
    this.#again('broker crashes', this.#options.brokerCrashEveryMs, () => this.#crashBroker());
    this.#again('breaks', this.#options.breakEveryMs, () => this.#broker.breakOne());
    this.#again('moves', this.#options.moveEveryMs, () => this.#move());
    this.#again('acknowledgements', this.#options.acknowledgeEveryMs, () => this.#acknowledge());
    if (offlineMs > 0) simulation.after(faultMs / 24, () => this.#takeOffline(offlineMs));
    simulation.run(faultMs);
    this.#settledFromMs = simulation.nowMs;
    if (simulation.random('lost node').next() < this.#options.lostNode) this.#loseForGood();
    simulation.run(peaceMs);
    this.#checkPeace();
    return this.#result();
  }

  // --- faults -----------------------------------------------------------------------

  /** With its node, where it is part of one. */
  #crashBroker(): void {
    const broker = this.#broker;
    const host = this.#nodes.find(({ hasBroker }) => hasBroker);
    if (host === undefined) broker.crash();
    else host.process.crash();
    this.#simulation.after(5_000, () => (host === undefined ? broker.start() : host.process.start()));
  }

  #takeOffline(forMs: number): void {
    const [edge] = this.#edges;
    if (edge === undefined) return;
    const heal = this.#simulation.network.partition([edge.id], [this.#broker.id]);
    this.#simulation.note(`${edge.id} is offline`);
    this.#simulation.after(forMs, () => {
      this.#simulation.note(`${edge.id} is online`);
      heal();
    });
  }

  /** What it alone had is lost with it; its edges go on at the other one. */
  #loseForGood(): void {
    const [left, lost] = this.#nodes;
    const directory = this.#directory;
    if (left === undefined || lost === undefined || directory === undefined) return;
    // Who is out for a while is back first.
    this.#simulation.run(this.#options.faults.maxOutageMs);
    lost.process.crash();
    this.#simulation.after(10_000, () => {
      this.#lost = lost;
      directory.order({ kind: 'removeNode', node: lost.id, nodes: [left.id], atMs: 1_700_000_000_000 });
    });
  }

  #acknowledge(): void {
    const random = this.#simulation.random('acknowledgements/which');
    this.#nodes[random.below(this.#nodes.length)]?.acknowledge((count) => random.below(Math.max(1, count)));
  }

  #move(): void {
    const random = this.#simulation.random('moves/who');
    const edges = [...this.#edges, ...this.#devices];
    const edge = edges[random.below(edges.length)];
    const [at, to] = [0, 1].map(() => this.#nodes[random.below(this.#nodes.length)]);
    if (edge !== undefined && to !== undefined) at?.move(edge.id, to.id);
  }

  /** At random times with this mean distance, until the faults end. */
  #again(kind: string, meanMs: number, act: () => void): void {
    if (meanMs <= 0) return;
    const random = this.#simulation.random(kind);
    const endMs = this.#simulation.nowMs + this.#options.faultMs;
    const next = (): void => {
      const delayMs = 1 + random.next() * 2 * meanMs;
      if (this.#simulation.nowMs + delayMs >= endMs) return;
      this.#simulation.after(delayMs, () => {
        act();
        next();
      });
    };
    next();
  }

  #valueAt(edge: string, sensor: string, atMs: number): number {
    const phase = atMs >= this.#settledFromMs ? 'last' : Math.floor(atMs / this.#options.phaseMs);
    const noise = this.#simulation.random(`noise ${edge} ${sensor}`).next();
    const high = this.#isHigh(`${edge} ${sensor} ${phase}`);
    return sensor === 'humidity' ? (high ? 85 : 60) + noise : (high ? 32 : 20) + noise;
  }

  #isHigh(key: string): boolean {
    const known = this.#phases.get(key);
    if (known !== undefined) return known;
    const isHigh = this.#simulation.random(`phases ${key}`).below(3) === 0;
    this.#phases.set(key, isHigh);
    return isHigh;
  }

  // --- peace ---------------------------------------------------------------------------

  #checkPeace(): void {
    const simulation = this.#simulation;
    const answers = this.#directory?.problem();
    if (answers !== undefined) simulation.fail('linearizable', answers);
    const peace = new PeaceChecks(this.#nodes, this.#lost, this.#directory);
    for (const edge of this.#edges) {
      const problem = this.#edgeProblem(edge) ?? this.#homeProblem(edge, peace);
      if (problem !== undefined) simulation.fail('peace', `${edge.id}: ${problem}`);
    }
    for (const device of this.#devices) {
      const problem = this.#deviceProblem(device, peace);
      if (problem !== undefined) simulation.fail('peace', `${device.id}: ${problem}`);
    }
  }

  #edgeProblem({ id, disk }: SimEdge): string | undefined {
    // What was made just now may still be on its way.
    const waiting = disk.all().length;
    if (waiting > 2 * edgeSensors.length) return `${waiting} readings wait, and nothing is wrong any more`;
    const kept = new Set(disk.all().map(({ boot, sensor, seq }) => `${id}/${boot}/${sensor}/${seq}`));
    const lost = this.#checker.lost(id).filter(({ key }) => !kept.has(key));
    const silently = lost.find(({ isGivenUp }) => !isGivenUp);
    if (silently !== undefined) return `${silently.key} is nowhere`;
    const { dropped } = disk.snapshot();
    if (lost.length > dropped) return `${lost.length} readings are lost, and it owns up to ${dropped}`;
    return undefined;
  }

  #homeProblem(edge: SimEdge, peace: PeaceChecks): string | undefined {
    const { id } = edge;
    const home = peace.home(id);
    if (typeof home === 'string') return home;
    const known = home.cores.ingest.edge(id);
    if (known?.state !== 'online') return `its home takes it for ${known?.state}`;
    const problem = this.#clockProblem(edge, known.status) ?? this.#countProblem(id, known.counts.missing);
    return problem ?? peace.alarmProblem(id, home.node, this.#wantedAlarms(id));
  }

  #deviceProblem({ id }: SimDevice, peace: PeaceChecks): string | undefined {
    const home = peace.home(id);
    if (typeof home === 'string') return home;
    const wanted = this.#wantedAlarms(id).filter((each) => each.startsWith('temperature'));
    const problem = peace.alarmProblem(id, home.node, wanted);
    if (problem !== undefined || !this.#options.keepsAlarms) return problem;
    return this.#deviceAlarms.problem(id, home.cores.alarms.all());
  }

  #clockProblem(edge: SimEdge, status: EdgeStatus | null): string | undefined {
    if (status?.clock === undefined) return 'it does not know the clock of its home';
    // Clocks that were set meanwhile are known to nobody but themselves.
    if (this.#options.faults.clockJumpEveryMs > 0) return undefined;
    const { offsetMs, errorMs } = status.clock;
    const trueMs = -edge.aheadMs(this.#simulation.nowMs);
    // The status is some seconds old: clocks have gone on by a millisecond.
    if (Math.abs(offsetMs - trueMs) <= errorMs + 2) return undefined;
    return `it takes its home for ${offsetMs} ms ahead, ${errorMs} off at most, and it is ${trueMs}`;
  }

  /** Where nothing was given up and nobody moved, nothing is missing. */
  #countProblem(id: string, missing: number): string | undefined {
    const given = this.#checker.lost(id).length;
    const hasMoved = this.#nodes.length > 1;
    // Numbers of this moment may be on their way.
    if (hasMoved || missing <= given + 2 * edgeSensors.length) return undefined;
    return `its home misses ${missing}, and ${given} were given up`;
  }

  /** Of the last phase: what a run without any fault ends with. */
  #wantedAlarms(edge: string): readonly string[] {
    return edgeRules
      .flatMap(({ name }) => {
        const sensor = name === 'wet' ? 'humidity' : 'temperature';
        return this.#isHigh(`${edge} ${sensor} last`) ? [`${sensor}/${name}`] : [];
      })
      .sort();
  }

  #result(): ScenarioResult {
    const { trace, processes } = this.#simulation;
    const boots = processes.reduce((sum, { bootCount }) => sum + bootCount, 0);
    const refused = this.#nodes.reduce((sum, each) => sum + each.refused, 0);
    const moves = this.#nodes.reduce((sum, each) => sum + each.moves, 0);
    const { doubled, wills, broken } = this.#broker.counts;
    const lostNodes = this.#lost === undefined ? 0 : 1;
    const counts = {
      lostNodes,
      ...this.#directory?.counts,
      boots,
      refused,
      moves,
      doubled,
      wills,
      broken,
      unadopted: this.#nodes.reduce((sum, each) => sum + each.unadopted, 0),
      deviceReadings: this.#devices.reduce((sum, { counts }) => sum + counts.said + counts.late, 0),
      ...this.#deviceAlarms.counts,
      ...this.#checker.counts,
    };
    return { traceHash: trace.hash, traceLines: trace.count, tail: trace.tail(50), counts };
  }
}

function numbered(count: number, prefix: string): readonly string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}${at + 1}`);
}
