/** What ingest keeps, in memory: the model of the store, for tests, simulation and the lab. */
import type { EdgeRecord, IngestSnapshot, IngestWrite, RangesRecord, StoredReading } from './records.ts';

export class IngestDisk {
  readonly edges = new Map<string, EdgeRecord>();
  readonly ranges = new Map<string, RangesRecord>();
  #taken: StoredReading[] = [];

  write(write: IngestWrite): void {
    switch (write.kind) {
      case 'putReadings':
        this.#taken.push(...write.readings);
        return;
      case 'putRanges': {
        const { kind: _, ...record } = write;
        this.ranges.set(`${record.edge}/${record.boot}/${record.sensor}`, record);
        return;
      }
      case 'deleteRanges':
        this.#deleteRanges(({ edge, boot }) => edge === write.edge && boot === write.boot);
        return;
      case 'putEdge':
        this.edges.set(write.record.edge, write.record);
        return;
      case 'deleteEdge':
        this.edges.delete(write.edge);
        this.#deleteRanges(({ edge }) => edge === write.edge);
        return;
    }
  }

  /** What was written since the last time, as `boot/sensor/seq`. */
  take(): readonly string[] {
    const taken = this.#taken.map(({ boot, sensor, seq }) => `${boot ?? '-'}/${sensor}/${seq ?? '-'}`);
    this.#taken = [];
    return taken;
  }

  snapshot(): IngestSnapshot {
    return { edges: [...this.edges.values()], ranges: [...this.ranges.values()] };
  }

  #deleteRanges(isMeant: (record: RangesRecord) => boolean): void {
    for (const [key, record] of this.ranges) if (isMeant(record)) this.ranges.delete(key);
  }
}
