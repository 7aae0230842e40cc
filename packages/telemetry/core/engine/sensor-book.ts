/** The sensors that rules look at: their clocks, what is usual for them, and who wants their readings. */
import type { Now } from '@bothy/protocols';
import type { EdgeId, SensorName } from '@bothy/wire';
import { AnomalyDetector, type DetectorState } from '../anomalies/anomaly-detector.ts';
import type { DetectorRecord, RuleWrite } from './records.ts';
import { subjectKey } from './rule-entry.ts';
import type { RuleInstance } from './rule-instance.ts';
import { SensorClock } from './sensor-clock.ts';

export interface SensorUse {
  readonly instance: RuleInstance;
  /** Which of its conditions, left to right. */
  readonly leaves: readonly number[];
}

export interface SensorEntry {
  readonly node: EdgeId;
  readonly sensor: SensorName;
  readonly clock: SensorClock;
  uses: readonly SensorUse[];
  detector: AnomalyDetector | undefined;
  /** That of the last reading. */
  unit: string | undefined;
}

export class SensorBook {
  readonly #most: number;
  /** By edge, then by sensor: no key is put together for a reading. */
  readonly #entries = new Map<EdgeId, Map<SensorName, SensorEntry>>();
  /** What was learnt before the start, of sensors that were not heard yet. */
  readonly #learnt: Map<string, DetectorState>;
  #size = 0;

  constructor(most: number, detectors: readonly DetectorRecord[]) {
    this.#most = most;
    const kept = detectors.slice(0, most);
    this.#learnt = new Map(kept.map(({ node, sensor, state }) => [subjectKey(node, sensor), state]));
  }

  get size(): number {
    return this.#size;
  }

  all(): readonly SensorEntry[] {
    return [...this.#entries.values()].flatMap((sensors) => [...sensors.values()]);
  }

  get(node: EdgeId, sensor: SensorName): SensorEntry | undefined {
    return this.#entries.get(node)?.get(sensor);
  }

  /** Undefined when there is no room. */
  add(node: EdgeId, sensor: SensorName, now: Now): SensorEntry | undefined {
    if (this.#size >= this.#most) return undefined;
    const entry = {
      node,
      sensor,
      clock: new SensorClock(now),
      uses: [],
      detector: undefined,
      unit: undefined,
    };
    const sensors = this.#entries.get(node) ?? new Map<SensorName, SensorEntry>();
    this.#entries.set(node, sensors.set(sensor, entry));
    this.#size += 1;
    return entry;
  }

  link(entry: SensorEntry, uses: readonly SensorUse[], usesAnomalies: boolean): void {
    entry.uses = uses;
    if (!usesAnomalies) entry.detector = undefined;
    else entry.detector ??= new AnomalyDetector(this.#takeLearnt(entry.node, entry.sensor));
  }

  delete(node: EdgeId, sensor: SensorName): void {
    const sensors = this.#entries.get(node);
    if (sensors?.delete(sensor) !== true) return;
    this.#size -= 1;
    if (sensors.size === 0) this.#entries.delete(node);
  }

  /** Also what was learnt. */
  forget(node: EdgeId, sensor: SensorName | undefined): readonly RuleWrite[] {
    const isMeant = (each: string): boolean =>
      sensor === undefined ? each.startsWith(`${node}/`) : each === subjectKey(node, sensor);
    const heard = this.all().filter((entry) => isMeant(subjectKey(entry.node, entry.sensor)));
    const unheard = [...this.#learnt.keys()].filter(isMeant);
    const writes: RuleWrite[] = unheard.map((key) => {
      this.#learnt.delete(key);
      return { kind: 'deleteDetector', node, sensor: key.slice(node.length + 1) };
    });
    for (const entry of heard) {
      this.delete(entry.node, entry.sensor);
      if (entry.detector !== undefined) {
        writes.push({ kind: 'deleteDetector', node: entry.node, sensor: entry.sensor });
      }
    }
    return writes;
  }

  /** What all detectors know now. */
  checkpoint(): readonly RuleWrite[] {
    return this.all().flatMap(({ node, sensor, detector }) =>
      detector === undefined
        ? []
        : [{ kind: 'putDetector', record: { node, sensor, state: detector.save() } }],
    );
  }

  #takeLearnt(node: EdgeId, sensor: SensorName): DetectorState | undefined {
    const key = subjectKey(node, sensor);
    const state = this.#learnt.get(key);
    this.#learnt.delete(key);
    return state;
  }
}
