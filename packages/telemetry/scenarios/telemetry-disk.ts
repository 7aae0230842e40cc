/** What the disk of a simulated node holds: the model of its store. */
import {
  type AlarmSnapshot,
  type EngineSnapshot,
  type HomeSnapshot,
  IngestDisk,
  type IngestSnapshot,
  type StoredReading,
  type TelemetryWrite,
} from '@bothy/telemetry/core';

export interface TelemetrySnapshots {
  readonly ingest: IngestSnapshot;
  readonly homes: HomeSnapshot;
  readonly alarms: AlarmSnapshot;
  readonly engine: EngineSnapshot;
}

export class TelemetryDisk {
  readonly #ingest = new IngestDisk();
  readonly #homes = new Map<string, HomeSnapshot['homes'][number]>();
  readonly #alarms = new Map<string, AlarmSnapshot['alarms'][number]>();
  readonly #rules = new Map<string, EngineSnapshot['states'][number]>();
  readonly #readings = new Set<string>();

  /** Readings that it has, by edge, start, sensor and number. */
  get size(): number {
    return this.#readings.size;
  }

  /** Calls back for each numbered reading: its key, and whether it was there already. */
  write(write: TelemetryWrite, stored: (key: string, isKnown: boolean) => void): void {
    switch (write.kind) {
      case 'putReadings':
        for (const reading of write.readings) {
          // Of plain devices a store drops what it has, and of what they say nobody promises anything.
          if (reading.seq === null) continue;
          const key = keyOf(reading);
          stored(key, this.#readings.has(key));
          this.#readings.add(key);
        }
        return;
      case 'putRanges':
      case 'deleteRanges':
      case 'putEdge':
      case 'deleteEdge':
        return this.#ingest.write(write);
      case 'putHome':
        this.#homes.set(write.home.edge, write.home);
        return;
      case 'deleteHome':
        this.#homes.delete(write.edge);
        return;
      case 'putAlarm': {
        const { kind: _, ...record } = write;
        this.#alarms.set(record.alarm.id, record);
        return;
      }
      case 'deleteAlarm':
        this.#alarms.delete(write.id);
        return;
      case 'putRuleState': {
        const { rule, node, sensor } = write.record;
        this.#rules.set(`${rule} ${node}/${sensor}`, write.record);
        return;
      }
      case 'deleteRuleState':
        this.#rules.delete(`${write.rule} ${write.node}/${write.sensor}`);
        return;
      default:
        // History of alarms and routes: these scenarios have none, or do not look at them.
        return;
    }
  }

  snapshots(): TelemetrySnapshots {
    return {
      ingest: this.#ingest.snapshot(),
      homes: { homes: [...this.#homes.values()] },
      alarms: { alarms: [...this.#alarms.values()] },
      engine: { states: [...this.#rules.values()], detectors: [] },
    };
  }
}

function keyOf({ edge, boot, sensor, seq }: StoredReading): string {
  return `${edge}/${boot}/${sensor}/${seq}`;
}
