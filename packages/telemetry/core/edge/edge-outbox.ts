/**
 * The readings of an edge that no home has yet. Each has a place in one outbox, which bounds and sends them, and a number
 * within its start and sensor, which is what edge and home talk about. Rules TO1, TO2, TO5 in SPEC.md.
 */
import { Outbox } from '@bothy/protocols';
import { type BootNumbers, type EdgeStatus, edgeLimits, isoTime, type SensorName } from '@bothy/wire';
import { OutboxStream } from './outbox-stream.ts';
import type { EdgeSnapshot, EdgeWrite } from './records.ts';

export interface EdgeOutboxOptions {
  readonly items: number;
  readonly bytes: number;
  readonly window: number;
}

export class EdgeOutbox {
  readonly outbox: Outbox;
  readonly #boot: number;
  /** By start, the oldest first, then by sensor. Of earlier starts only those of which something waits. */
  readonly #boots = new Map<number, Map<SensorName, OutboxStream>>();
  #dropped: number;

  constructor(options: EdgeOutboxOptions, snapshot: EdgeSnapshot, boot: number) {
    this.#boot = boot;
    this.#dropped = snapshot.dropped;
    const { items: mostItems, bytes: mostBytes, window } = options;
    const items = this.#restored(snapshot.outbox);
    this.outbox = new Outbox({ mostItems, mostBytes, window }, { items, lastNumber: snapshot.lastNumber });
    this.#boots.set(boot, new Map());
  }

  get dropped(): number {
    return this.#dropped;
  }

  nextSeq(sensor: SensorName): number {
    return (this.#boots.get(this.#boot)?.get(sensor)?.last ?? 0) + 1;
  }

  /** Takes the next number of this sensor. What was given up for it is in `writes`, with the count. */
  add(
    sensor: SensorName,
    stampMs: number,
    bytes: number,
  ): { readonly number: number; readonly writes: EdgeWrite[]; readonly isGivenUp: boolean } {
    const seq = this.nextSeq(sensor);
    const { number, givenUp } = this.outbox.add(bytes);
    this.#stream(this.#boot, sensor).push(number, seq, stampMs);
    const writes: EdgeWrite[] = [];
    if (givenUp.length === 0) return { number, writes, isGivenUp: false };
    // How far each stream went.
    const ends = new Map<OutboxStream, number>();
    for (const each of givenUp) {
      const stream = this.#withFirst(each);
      // Passed over with the one before it, when several of a sensor go at once.
      if (stream === undefined) continue;
      stream.shift();
      this.#skipGone(stream);
      ends.set(stream, stream.first - 1);
    }
    for (const [{ boot, sensor: of }, upTo] of ends)
      writes.push({ kind: 'deleteItems', boot, sensor: of, upTo });
    this.#dropped += givenUp.length;
    writes.push({ kind: 'putDropped', dropped: this.#dropped });
    this.#prune();
    return { number, writes, isGivenUp: true };
  }

  /** All of a start and sensor up to this one are stored. */
  storedUpTo(boot: number, sensor: SensorName, upTo: number): EdgeWrite | undefined {
    const stream = this.#boots.get(boot)?.get(sensor);
    if (stream === undefined || stream.size === 0 || upTo < stream.first) return undefined;
    const end = Math.min(upTo, stream.last);
    while (stream.size > 0 && stream.first <= end) this.outbox.confirm(stream.shift() ?? 0);
    this.#skipGone(stream);
    this.#prune();
    return { kind: 'deleteItems', boot, sensor, upTo: end };
  }

  /** One has arrived where nobody says up to which. It goes from the disk once all before it have. */
  arrived(number: number, boot: number, sensor: SensorName): EdgeWrite | undefined {
    const stream = this.#boots.get(boot)?.get(sensor);
    this.outbox.confirm(number);
    const before = stream?.first ?? 0;
    if (stream !== undefined) this.#skipGone(stream);
    if (stream === undefined || stream.first === before) return undefined;
    this.#prune();
    return { kind: 'deleteItems', boot, sensor, upTo: stream.first - 1 };
  }

  /** For the status: this start, and the oldest of those that are not stored whole. */
  boots(most: number): readonly BootNumbers[] {
    const older = [...this.#boots].filter(([boot]) => boot !== this.#boot).slice(0, most - 1);
    const own = this.#boots.get(this.#boot) ?? new Map<SensorName, OutboxStream>();
    return [...older, [this.#boot, own] as const].map(([boot, streams]) => ({
      boot,
      last: Object.fromEntries([...streams].map(([sensor, { last }]) => [sensor, last])),
      first: Object.fromEntries([...streams].map(([sensor, { first }]) => [sensor, first])),
    }));
  }

  /** For the status. */
  get depth(): NonNullable<EdgeStatus['outbox']> {
    const { size: waiting, bytes } = this.outbox;
    let oldestMs = Infinity;
    for (const streams of this.#boots.values()) {
      for (const { oldestMs: each = Infinity } of streams.values()) oldestMs = Math.min(oldestMs, each);
    }
    const oldest = oldestMs < Infinity ? { oldest: isoTime(oldestMs) } : {};
    return { waiting, bytes, starts: this.#boots.size - 1, ...oldest, dropped: this.#dropped };
  }

  /** Whether a sensor of this start may be numbered. */
  hasRoomFor(sensor: SensorName): boolean {
    const own = this.#boots.get(this.#boot);
    return own === undefined || own.has(sensor) || own.size < edgeLimits.sensors;
  }

  /** Those that arrived before the first did. */
  #skipGone(stream: OutboxStream): void {
    while (stream.firstNumber !== undefined && !this.outbox.has(stream.firstNumber)) stream.shift();
  }

  *#restored(items: EdgeSnapshot['outbox']): Generator<{ number: number; bytes: number }> {
    for (const { number, boot, sensor, seq, stampMs, bytes } of items) {
      this.#stream(boot, sensor).push(number, seq, stampMs);
      yield { number, bytes };
    }
  }

  #stream(boot: number, sensor: SensorName): OutboxStream {
    const streams = this.#boots.get(boot) ?? new Map<SensorName, OutboxStream>();
    this.#boots.set(boot, streams);
    const stream = streams.get(sensor) ?? new OutboxStream(boot, sensor);
    streams.set(sensor, stream);
    return stream;
  }

  /** Whose first it is; of what is oldest, every number is the first of its stream. */
  #withFirst(number: number): OutboxStream | undefined {
    for (const streams of this.#boots.values()) {
      for (const stream of streams.values()) if (stream.firstNumber === number) return stream;
    }
    return undefined;
  }

  #prune(): void {
    for (const [boot, streams] of this.#boots) {
      if (boot === this.#boot) continue;
      for (const [sensor, { size }] of streams) if (size === 0) streams.delete(sensor);
      if (streams.size === 0) this.#boots.delete(boot);
    }
  }
}
