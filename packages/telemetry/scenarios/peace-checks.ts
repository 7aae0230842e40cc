/** What holds of every edge and device once nothing is wrong any more: one home, which all agree on, and its alarms alone. */
import { checkEventual, type ReplicaObservation } from '@bothy/protocols';
import type { SimHomeDirectory } from './sim-home-directory.ts';
import type { SimNodeCores, SimTelemetryNode } from './sim-telemetry-node.ts';

export interface FoundHome {
  readonly node: SimTelemetryNode;
  readonly cores: SimNodeCores;
}

export class PeaceChecks {
  readonly #nodes: readonly SimTelemetryNode[];
  readonly #lost: SimTelemetryNode | undefined;
  readonly #directory: SimHomeDirectory | undefined;

  constructor(
    nodes: readonly SimTelemetryNode[],
    lost: SimTelemetryNode | undefined,
    directory: SimHomeDirectory | undefined,
  ) {
    this.#nodes = nodes;
    this.#lost = lost;
    this.#directory = directory;
  }

  /** The home of an edge, or what is wrong with it. */
  home(id: string): FoundHome | string {
    const homes = this.#nodes.filter(({ cores }) => cores?.home.isHome(id) === true);
    const [home] = homes;
    if (home?.cores === undefined || homes.length > 1) return `${homes.length} nodes are its home`;
    const agreed = this.#directory?.homeOf(id) ?? home.id;
    if (agreed !== home.id) return `${home.id} is its home, and the directory says ${agreed}`;
    // Whoever they heard of it from: all nodes say the same of it.
    const said = this.#nodes.flatMap((node): ReplicaObservation[] => {
      const each = node === this.#lost ? undefined : node.cores?.home.homeOf(id);
      const shown = JSON.stringify([each?.home, each?.epoch]);
      return node === this.#lost ? [] : [{ replica: node.id, atMs: 0, updates: [shown], shown }];
    });
    const verdict = checkEventual(said);
    return verdict.kind === 'violated' ? verdict.sentence : { node: home, cores: home.cores };
  }

  /** `wanted`: sensor and rule of what fires, as a run without any fault would end. */
  alarmProblem(id: string, home: SimTelemetryNode, wanted: readonly string[]): string | undefined {
    for (const node of this.#nodes) {
      if (node === this.#lost) continue;
      const active = (node.cores?.alarms.all() ?? []).filter((alarm) => alarm.edge === id && alarm.active);
      const said = active.map(({ sensor, rule }) => `${sensor}/${rule}`).sort();
      const due = node === home ? wanted : [];
      if (said.join() !== due.join()) return `${node.id} has the alarms ${said}, and it should be ${due}`;
    }
    const all = home.cores?.alarms.all() ?? [];
    return all.some(({ rule }) => rule === '') ? 'an alarm without a rule' : undefined;
  }
}
