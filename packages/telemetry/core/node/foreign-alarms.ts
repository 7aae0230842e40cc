/** Alarms that other nodes keep, as `edge/<id>/alarms` says them: to be shown here, and to be adopted with their edge. */
import type { Alarm, AlarmId, EdgeAlarms, EdgeId } from '@bothy/wire';

/** Edges with alarms elsewhere; of more, nothing is shown. */
const mostEdges = 10_000;

export class ForeignAlarms {
  readonly #ofEdge = new Map<EdgeId, ReadonlyMap<AlarmId, Alarm>>();

  /** Takes over what a home says, and gives back what that changes. What it does not name any more is over. */
  take({ edge, alarms }: EdgeAlarms): readonly Alarm[] {
    const before = this.#ofEdge.get(edge) ?? new Map<AlarmId, Alarm>();
    if (before.size === 0 && (alarms.length === 0 || this.#ofEdge.size >= mostEdges)) return [];
    const now = new Map(alarms.filter((alarm) => alarm.edge === edge).map((alarm) => [alarm.id, alarm]));
    if (now.size === 0) this.#ofEdge.delete(edge);
    else this.#ofEdge.set(edge, now);
    const changed = [...now.values()].filter(({ id, version }) => before.get(id)?.version !== version);
    const over = [...before.values()].filter(({ id }) => !now.has(id));
    return [...changed, ...over.map(ended)];
  }

  /** This node keeps them from now on, or nobody does. */
  release(edge: EdgeId): readonly Alarm[] {
    const alarms = this.of(edge);
    this.#ofEdge.delete(edge);
    return alarms;
  }

  of(edge: EdgeId): readonly Alarm[] {
    return [...(this.#ofEdge.get(edge)?.values() ?? [])];
  }

  all(): readonly Alarm[] {
    return [...this.#ofEdge.values()].flatMap((alarms) => [...alarms.values()]);
  }

  get(id: AlarmId): Alarm | undefined {
    return this.#ofEdge.get(id.slice(0, id.indexOf('~')))?.get(id);
  }
}

/** Its home names only what is open: what it leaves out has cleared and was acknowledged, by whom it does not say. */
function ended(alarm: Alarm): Alarm {
  return { ...alarm, active: false, acknowledged: true, version: alarm.version + 1 };
}
