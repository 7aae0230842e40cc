/** The alarms of a node, bounded: what is over longest goes first, then what cleared longest ago; what is active stays. */
import type { Alarm, AlarmId, EdgeId } from '@bothy/wire';
import { isOver } from './alarm-changes.ts';

type Shelf = 'active' | 'cleared' | 'over';

export class AlarmBook {
  readonly #most: number;
  readonly #alarms = new Map<AlarmId, Alarm>();
  /** In the order in which they came to be so. */
  readonly #shelves: Readonly<Record<Shelf, Set<AlarmId>>> = {
    active: new Set(),
    cleared: new Set(),
    over: new Set(),
  };
  readonly #byEdge = new Map<EdgeId, Set<AlarmId>>();

  constructor(most: number) {
    if (!(Number.isInteger(most) && most >= 1))
      throw new RangeError('mostAlarms must be a whole number from 1');
    this.#most = most;
  }

  get size(): number {
    return this.#alarms.size;
  }

  get(id: AlarmId): Alarm | undefined {
    return this.#alarms.get(id);
  }

  all(): readonly Alarm[] {
    return [...this.#alarms.values()];
  }

  /** Active, or waiting to be acknowledged; the oldest first. */
  open(): readonly Alarm[] {
    return [...this.#on('active'), ...this.#on('cleared')];
  }

  ofEdge(edge: EdgeId): readonly Alarm[] {
    return this.#named(this.#byEdge.get(edge) ?? []);
  }

  /** Replaces the one of its id. Not asked for its size: `makeRoom` first. */
  put(alarm: Alarm): void {
    const before = this.#alarms.get(alarm.id);
    this.#alarms.set(alarm.id, alarm);
    const shelf = shelfOf(alarm);
    if (before !== undefined && shelfOf(before) === shelf) return;
    if (before !== undefined) this.#shelves[shelfOf(before)].delete(alarm.id);
    this.#shelves[shelf].add(alarm.id);
    const ofEdge = this.#byEdge.get(alarm.edge);
    if (ofEdge === undefined) this.#byEdge.set(alarm.edge, new Set([alarm.id]));
    else ofEdge.add(alarm.id);
  }

  delete(id: AlarmId): void {
    const alarm = this.#alarms.get(id);
    if (alarm === undefined) return;
    this.#alarms.delete(id);
    this.#shelves[shelfOf(alarm)].delete(id);
    const ofEdge = this.#byEdge.get(alarm.edge);
    ofEdge?.delete(id);
    if (ofEdge?.size === 0) this.#byEdge.delete(alarm.edge);
  }

  /** What has to go before another fits: nothing, one, or undefined when all are active. */
  makeRoom(): readonly Alarm[] | undefined {
    if (this.#alarms.size < this.#most) return [];
    const [first] = [...this.#first('over'), ...this.#first('cleared')];
    return first === undefined ? undefined : [first];
  }

  #first(shelf: Shelf): readonly Alarm[] {
    for (const id of this.#shelves[shelf]) return this.#named([id]);
    return [];
  }

  #on(shelf: Shelf): readonly Alarm[] {
    return this.#named(this.#shelves[shelf]);
  }

  #named(ids: Iterable<AlarmId>): readonly Alarm[] {
    return [...ids].flatMap((id) => this.#alarms.get(id) ?? []);
  }
}

function shelfOf(alarm: Alarm): Shelf {
  if (isOver(alarm)) return 'over';
  return alarm.active ? 'active' : 'cleared';
}
