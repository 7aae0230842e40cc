/** Alarms that other nodes keep, as `edge/<id>/alarms` says them: to be shown here, and to be adopted with their edge. */
import type { Alarm, AlarmId, EdgeAlarms, EdgeId } from '@bothy/wire';

/** Edges with words of others; of more, nothing is shown. */
const mostEdges = 10_000;

interface Word {
  /** 0: an earlier version said it. */
  readonly epoch: number;
  readonly alarms: ReadonlyMap<AlarmId, Alarm>;
}

/** The last word of a home. */
export interface SaidAlarms {
  readonly epoch: number;
  readonly alarms: readonly Alarm[];
}

export class ForeignAlarms {
  readonly #ofEdge = new Map<EdgeId, Word>();

  /**
   * Takes over what a home says, and gives back what that changes. What it does not name any more is over. A home of before
   * that speaks late is not heard, unless it is the one that the edge has (`isHome`): homes may begin to count again.
   */
  take({ edge, epoch = 0, alarms }: EdgeAlarms, isHome: boolean): readonly Alarm[] {
    const known = this.#ofEdge.get(edge);
    if (known === undefined && this.#ofEdge.size >= mostEdges) return [];
    if (known !== undefined && epoch < known.epoch && !isHome) return [];
    const before = known?.alarms ?? new Map<AlarmId, Alarm>();
    const now = new Map(alarms.filter((alarm) => alarm.edge === edge).map((alarm) => [alarm.id, alarm]));
    this.#ofEdge.set(edge, { epoch, alarms: now });
    const changed = [...now.values()].filter(({ id, version }) => before.get(id)?.version !== version);
    const over = [...before.values()].filter(({ id }) => !now.has(id));
    return [...changed, ...over.map(ended)];
  }

  /** This node keeps them from now on, or nobody does. Undefined: nobody has said anything. */
  release(edge: EdgeId): SaidAlarms | undefined {
    const said = this.#ofEdge.get(edge);
    this.#ofEdge.delete(edge);
    return said === undefined ? undefined : { epoch: said.epoch, alarms: [...said.alarms.values()] };
  }

  /** The home of this epoch has had the last word: what another one of it, or of before, said is over. */
  drop(edge: EdgeId, epoch: number): void {
    if ((this.#ofEdge.get(edge)?.epoch ?? 0) <= epoch) this.#ofEdge.delete(edge);
  }

  of(edge: EdgeId): readonly Alarm[] {
    return [...(this.#ofEdge.get(edge)?.alarms.values() ?? [])];
  }

  all(): readonly Alarm[] {
    return [...this.#ofEdge.values()].flatMap(({ alarms }) => [...alarms.values()]);
  }

  get(id: AlarmId): Alarm | undefined {
    return this.#ofEdge.get(id.slice(0, id.indexOf('~')))?.alarms.get(id);
  }
}

/** Its home names only what is open: what it leaves out has cleared and was acknowledged, by whom it does not say. */
function ended(alarm: Alarm): Alarm {
  return { ...alarm, active: false, acknowledged: true, version: alarm.version + 1 };
}
