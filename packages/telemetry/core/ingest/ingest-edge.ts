/** What ingest knows of one edge or plain device: its numbers, its status, its counts. */
import type { Now } from '@bothy/protocols';
import {
  type EdgeCounts,
  type EdgeId,
  type EdgeStatus,
  edgeLimits,
  type Reading,
  type SensorName,
} from '@bothy/wire';
import { SteadyRun } from '../engine/steady-run.ts';
import { IngestStream } from './ingest-stream.ts';
import type { IngestedEdge } from './messages.ts';
import { NumberRanges } from './number-ranges.ts';
import type { EdgeRecord, IngestWrite, RangesRecord } from './records.ts';
import { SaidRules } from './said-rules.ts';

/** Starts that are followed at once: those that a status lists, and as many that it does not list yet. */
const mostBoots = 2 * edgeLimits.boots;
const mostClosed = 64;
/** A new delay counts for an eighth. */
const delayShare = 1 / 8;

export type Verdict = 'live' | 'late' | 'double' | 'full';

export class IngestEdge {
  readonly edge: EdgeId;
  kind: 'edge' | 'plain';
  heardMs: number;
  readonly said: SaidRules;
  /** By start, then by sensor. */
  readonly #boots = new Map<number, Map<SensorName, IngestStream>>();
  /** The last stamp of what has no numbers. */
  readonly #sensors: Map<SensorName, number>;
  /** Of those whose stamps are behind the last one. */
  readonly #setBack = new Map<SensorName, SteadyRun>();
  readonly #closed: NumberRanges;
  readonly #firstHeardMs: number;
  #status: EdgeStatus | null;
  /** Changed in place: there may be 50,000 readings in a second. */
  readonly #counts: { -readonly [Key in keyof EdgeCounts]: EdgeCounts[Key] };
  #lost: number;
  /** Streams whose `upTo` the edge should be told. */
  readonly untold = new Set<IngestStream>();
  /** Something of the record has changed. */
  isDirty = false;

  constructor(edge: EdgeId, now: Now, record?: EdgeRecord, ranges: readonly RangesRecord[] = []) {
    this.edge = edge;
    this.kind = record?.kind ?? 'plain';
    this.heardMs = record?.heardMs ?? now.wallMs;
    this.said = new SaidRules(record?.said);
    this.#firstHeardMs = record?.firstHeardMs ?? now.wallMs;
    this.#status = record?.status ?? null;
    const none = { stored: 0, missing: 0, late: 0, double: 0, refused: 0, delayMs: null };
    this.#counts = { ...(record?.counts ?? none) };
    this.#lost = record?.lost ?? 0;
    this.#sensors = new Map((record?.sensors ?? []).map((sensor) => [sensor, -Infinity]));
    this.#closed = new NumberRanges(mostClosed, record?.closed);
    for (const each of ranges) this.#put(new IngestStream(edge, each.boot, each.sensor, each));
  }

  get status(): EdgeStatus | null {
    return this.#status;
  }

  get sensorCount(): number {
    return this.#sensors.size;
  }

  knows(sensor: SensorName): boolean {
    return this.#sensors.has(sensor);
  }

  /** Only after room was made for it. */
  meet(sensor: SensorName): void {
    this.#sensors.set(sensor, -Infinity);
    this.isDirty = true;
  }

  /** Of a reading without numbers; whether the store has it already is for the store to say. */
  takePlain({ sensor, stampMs, hist }: Reading, { monoMs }: Now): Verdict {
    const isLate = hist || this.#isBehind(sensor, stampMs, monoMs);
    if (!isLate) {
      this.#sensors.set(sensor, stampMs);
      this.#setBack.delete(sensor);
    }
    this.#count(isLate);
    return isLate ? 'late' : 'live';
  }

  /** Older than the last one, and not because the clock of the device, or ours for one that has none, was set back. */
  #isBehind(sensor: SensorName, stampMs: number, monoMs: number): boolean {
    if (stampMs >= (this.#sensors.get(sensor) ?? -Infinity)) return false;
    const run = this.#setBack.get(sensor) ?? new SteadyRun();
    this.#setBack.set(sensor, run);
    return !run.add(stampMs, monoMs);
  }

  /** Of one with numbers. `stream` is what has to be stored with it. */
  take(
    { sensor, hist }: Reading,
    boot: number,
    seq: number,
    writes: IngestWrite[],
  ): { readonly verdict: Verdict; readonly stream?: IngestStream } {
    this.kind = 'edge';
    let stream = this.#boots.get(boot)?.get(sensor);
    if (stream === undefined) {
      if (this.#closed.has(boot)) return this.#double();
      if (!this.#makeRoom(boot, writes)) return { verdict: 'full' };
      stream = this.#put(new IngestStream(this.edge, boot, sensor));
      this.#base(stream, seq);
    }
    const before = stream.highest;
    const added = stream.add(seq);
    // It is told again that it is stored: the word may have been lost.
    this.untold.add(stream);
    if (added === 'known') return this.#double();
    if (added === 'full') return { verdict: 'full' };
    const isLate = hist || seq < before || boot < (this.#status?.boot ?? 0);
    this.#count(isLate);
    return { verdict: isLate ? 'late' : 'live', stream };
  }

  /**
   * Takes a status, unless it is an old one. Returns the streams of which it says something new; `writes` is added what of
   * the disk changes beside these and the record.
   */
  takeStatus(status: EdgeStatus, writes: IngestWrite[]): readonly IngestStream[] | 'old' {
    const known = this.#status;
    if (known !== null && isOld(status, known)) return 'old';
    this.kind = 'edge';
    this.isDirty = true;
    if (status.state === 'offline') {
      const sameBoot = known?.boot === status.boot ? known : {};
      this.#status = { ...sameBoot, ...status };
      return [];
    }
    this.#status = status;
    const changed: IngestStream[] = [];
    for (const { boot, last, first = {} } of status.boots ?? []) {
      // It gives readings of it, whatever we thought: better one double than none at all.
      if (this.#closed.has(boot)) this.#closed.delete(boot);
      for (const stream of this.#boots.get(boot)?.values() ?? []) this.untold.add(stream);
      for (const [sensor, end] of Object.entries(last)) {
        const from = firstOf(first, sensor);
        const stream = this.#boots.get(boot)?.get(sensor) ?? this.#expect(boot, sensor, from, end, writes);
        if (stream?.stated(from, end) === true) changed.push(stream);
        if (stream !== undefined) this.#takeLost(stream);
      }
    }
    this.#closeWhole(status, writes);
    return changed;
  }

  /** Returns what has to be stored. */
  gained(): readonly IngestStream[] {
    const streams = [...this.#boots.values()].flatMap((each) => [...each.values()]);
    for (const stream of streams) stream.unbase();
    return streams;
  }

  /** By the clock of the edge, corrected by what it knows of ours. */
  delayed({ stampMs }: Reading, now: Now): void {
    const offsetMs = this.#status?.clock?.offsetMs ?? 0;
    const delayMs = Math.max(0, now.wallMs - stampMs - offsetMs);
    const before = this.#counts.delayMs ?? delayMs;
    this.#counts.delayMs = before + (delayMs - before) * delayShare;
  }

  ignored(count: number): void {
    this.#counts.stored = Math.max(0, this.#counts.stored - count);
    this.#counts.double += count;
    this.isDirty = true;
  }

  refused(reason: string, example: string, atMs: number): void {
    this.#counts.refused += 1;
    this.#counts.lastRefused = { atMs, reason, example };
    this.isDirty = true;
  }

  view(): IngestedEdge {
    const { edge, kind, heardMs } = this;
    const state = this.#status?.state ?? 'unknown';
    return { edge, kind, state, status: this.#status, heardMs, counts: this.counts() };
  }

  counts(): EdgeCounts {
    let missing = this.#lost;
    for (const streams of this.#boots.values())
      for (const stream of streams.values()) missing += stream.missing;
    const { delayMs } = this.#counts;
    return { ...this.#counts, missing, delayMs: delayMs === null ? null : Math.round(delayMs * 10) / 10 };
  }

  record(): EdgeRecord {
    const { edge, kind, heardMs } = this;
    return {
      ...{
        edge,
        kind,
        status: this.#status,
        firstHeardMs: this.#firstHeardMs,
        heardMs,
        counts: this.counts(),
      },
      ...{
        sensors: [...this.#sensors.keys()],
        lost: this.#lost,
        said: this.said.all(),
        closed: this.#closed.all(),
      },
    };
  }

  #double(): { readonly verdict: 'double' } {
    this.#counts.double += 1;
    this.isDirty = true;
    return { verdict: 'double' };
  }

  #count(isLate: boolean): void {
    this.#counts.stored += 1;
    if (isLate) this.#counts.late += 1;
    this.isDirty = true;
  }

  #put(stream: IngestStream): IngestStream {
    const streams = this.#boots.get(stream.boot) ?? new Map<SensorName, IngestStream>();
    this.#boots.set(stream.boot, streams.set(stream.sensor, stream));
    return stream;
  }

  /** Something waits at the edge of which nothing has come yet: it is missing from now on. */
  #expect(
    boot: number,
    sensor: SensorName,
    first: number,
    last: number,
    writes: IngestWrite[],
  ): IngestStream | undefined {
    // A sensor that was never heard of is met by its first reading.
    if (first > last || !this.knows(sensor) || !this.#makeRoom(boot, writes)) return undefined;
    return this.#put(new IngestStream(this.edge, boot, sensor));
  }

  /** Where its edge begins, as far as the last status says it. */
  #base(stream: IngestStream, seq: number): void {
    const { boot, sensor } = stream;
    const status = this.#status;
    const listed = status?.boots?.find((each) => each.boot === boot);
    if (listed !== undefined && Object.hasOwn(listed.last, sensor)) {
      stream.stated(firstOf(listed.first ?? {}, sensor), listed.last[sensor] ?? 0);
    } else if (status?.boot === boot && listed !== undefined) stream.stated(1, 0);
    // Nothing of an earlier start waits at the edge, so nobody waits for what is before it.
    else if (status !== null && boot < status.boot && isComplete(status)) stream.stated(seq, seq);
  }

  /** Earlier starts of which nothing waits at the edge are over. */
  #closeWhole(status: EdgeStatus, writes: IngestWrite[]): void {
    if (!isComplete(status)) return;
    const listed = new Set((status.boots ?? []).map(({ boot }) => boot));
    for (const boot of [...this.#boots.keys()]) {
      if (boot < status.boot && !listed.has(boot)) this.#close(boot, writes);
    }
  }

  #close(boot: number, writes: IngestWrite[]): void {
    for (const stream of this.#boots.get(boot)?.values() ?? []) {
      this.#takeLost(stream);
      this.#lost += stream.missing;
      this.untold.delete(stream);
    }
    this.#boots.delete(boot);
    // Where no room is left, the lowest are forgotten: they are so old that nothing comes of them.
    if (this.#closed.add(boot) === 'full') {
      this.#closed.dropUpTo(this.#closed.first?.[1] ?? 0);
      this.#closed.add(boot);
    }
    writes.push({ kind: 'deleteRanges', edge: this.edge, boot });
    this.isDirty = true;
  }

  #makeRoom(boot: number, writes: IngestWrite[]): boolean {
    if (this.#boots.has(boot) || this.#boots.size < mostBoots) return true;
    const listed = new Set((this.#status?.boots ?? []).map((each) => each.boot));
    const lowest = Math.min(...[...this.#boots.keys()].filter((each) => !listed.has(each)));
    if (lowest >= boot) return false;
    this.#close(lowest, writes);
    return true;
  }

  #takeLost(stream: IngestStream): void {
    this.#lost += stream.lost;
    stream.lost = 0;
  }
}

function isOld(status: EdgeStatus, known: EdgeStatus): boolean {
  if (status.boot !== known.boot) return status.boot < known.boot;
  // The last will has no number, and is the last of its connection.
  return status.seq !== undefined && known.seq !== undefined && status.seq <= known.seq;
}

/** Where nothing is said: 1. A sensor may be called `constructor`. */
function firstOf(first: Readonly<Record<SensorName, number>>, sensor: SensorName): number {
  return Object.hasOwn(first, sensor) ? (first[sensor] ?? 1) : 1;
}

/** Whether it lists every earlier start of which something waits. */
function isComplete({ boots, outbox }: EdgeStatus): boolean {
  return boots !== undefined && outbox?.starts !== undefined && boots.length - 1 >= outbox.starts;
}
