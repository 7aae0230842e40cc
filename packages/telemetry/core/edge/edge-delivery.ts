/**
 * How readings leave an edge: what is new at once, when there is a connection; what waited, slowly behind it, marked
 * `hist`; both again until the home has said that they are stored. Rules TO2, TO4, TO6, TO7 in SPEC.md.
 */
import type { Now } from '@bothy/protocols';
import {
  type EdgeControl,
  type EdgeId,
  type Reading,
  type SensorName,
  telemetryPayload,
  topics,
  utf8Bytes,
} from '@bothy/wire';
import type { EdgeClock } from './edge-clock.ts';
import { drainPace, type WholeEdgeConfig } from './edge-config.ts';
import { EdgeOutbox } from './edge-outbox.ts';
import type { EdgeInput, EdgeOutput, EdgePublish } from './messages.ts';
import type { EdgeAnswer, EdgeSnapshot, EdgeWrite, OutboxItem } from './records.ts';

type Sampled = Extract<EdgeInput, { readonly kind: 'sampled' }>;

export const deliveryTimers = { drain: 'drain', resend: 'resend', home: 'home' } as const;
/** Late readings that are looked up at once. */
const mostPerLookup = 100;
/** Acknowledgements of the broker that are remembered while it is not known whether there is a home. */
const mostArrived = 10_000;

export class EdgeDelivery {
  readonly waiting: EdgeOutbox;
  readonly #edge: EdgeId;
  readonly #boot: number;
  readonly #config: WholeEdgeConfig;
  readonly #clock: EdgeClock;
  readonly #pace: { readonly count: number; readonly everyMs: number };
  #isConnected = false;
  #isArmed = false;
  /** The lookup that is not answered yet. */
  #asked: string | undefined;
  #lookups = 0;
  #hasHome: boolean;
  /** Nobody says what is stored: the broker's word counts. */
  #isAlone = false;
  readonly #arrived = new Map<number, SensorName>();

  constructor(config: WholeEdgeConfig, snapshot: EdgeSnapshot, boot: number, clock: EdgeClock) {
    this.#edge = config.edge;
    this.#boot = boot;
    this.#config = config;
    this.#clock = clock;
    this.#pace = drainPace(config.drainPerSecond, mostPerLookup);
    this.#hasHome = snapshot.hasHome;
    const { outboxItems: items, outboxBytes: bytes, window } = config;
    this.waiting = new EdgeOutbox({ items, bytes, window }, snapshot, boot);
  }

  /** Numbers and keeps it, and publishes it when there is a connection. */
  take(
    { sensor, value, stampMs, unit, quality }: Sampled,
    now: Now,
    out: EdgeOutput[],
  ): { readonly reading: Reading; readonly isGivenUp: boolean } {
    const seq = this.waiting.nextSeq(sensor);
    const optional = {
      ...(unit === undefined ? {} : { unit }),
      ...(quality === undefined ? {} : { quality }),
    };
    const kept = { boot: this.#boot, sensor, seq, stampMs, value, ...optional };
    const reading = this.#readingOf(kept, false);
    const payload = JSON.stringify(telemetryPayload(this.#stamped(reading, now)));
    const bytes = utf8Bytes(payload);
    const { number, writes, isGivenUp } = this.waiting.add(sensor, stampMs, bytes);
    const item: OutboxItem = { number, ...kept, bytes };
    out.push({ kind: 'persist', writes: [{ kind: 'addItem', item }, ...writes] });
    if (this.#isConnected && this.waiting.outbox.send(number)) {
      out.push(this.#publish(payload, number, this.#boot, sensor));
    }
    return { reading, isGivenUp };
  }

  connected(out: EdgeOutput[]): void {
    const { resend, home } = deliveryTimers;
    this.#isConnected = true;
    out.push({ kind: 'setTimer', key: resend, afterMs: this.#config.resendMs });
    if (!this.#hasHome) out.push({ kind: 'setTimer', key: home, afterMs: this.#config.homeWaitMs });
    this.#arm(out);
  }

  disconnected(out: EdgeOutput[]): void {
    this.#isConnected = false;
    this.#isArmed = false;
    this.#asked = undefined;
    this.#isAlone = false;
    this.#arrived.clear();
    this.waiting.outbox.disconnected();
    for (const key of Object.values(deliveryTimers)) out.push({ kind: 'clearTimer', key });
  }

  storedUpTo({ boots }: Extract<EdgeControl, { kind: 'storedUpTo' }>, out: EdgeOutput[]): void {
    const writes: EdgeWrite[] = [];
    for (const { boot, upTo } of boots) {
      for (const [sensor, seq] of Object.entries(upTo)) {
        const write = this.waiting.storedUpTo(boot, sensor, seq);
        if (write !== undefined) writes.push(write);
      }
    }
    if (writes.length > 0) out.push({ kind: 'persist', writes });
    this.#arm(out);
  }

  /** A node is there: from now on only what it stores is let go. */
  homeHeard(out: EdgeOutput[]): void {
    if (this.#hasHome) return;
    this.#hasHome = true;
    this.#isAlone = false;
    this.#arrived.clear();
    out.push({ kind: 'persist', writes: [{ kind: 'putHasHome' }] });
    out.push({ kind: 'clearTimer', key: deliveryTimers.home });
  }

  /** The broker has it. */
  published(number: number, boot: number, sensor: SensorName, out: EdgeOutput[]): void {
    if (this.#hasHome) return;
    if (!this.#isAlone) {
      // Of earlier starts nothing is remembered: it is sent once more.
      if (boot === this.#boot && this.#arrived.size < mostArrived) this.#arrived.set(number, sensor);
      return;
    }
    this.#letGo([[number, boot, sensor]], out);
    this.#arm(out);
  }

  timer(key: string, out: EdgeOutput[]): void {
    switch (key) {
      case deliveryTimers.drain:
        this.#isArmed = false;
        return this.#drain(out);
      case deliveryTimers.resend:
        this.waiting.outbox.resend();
        out.push({ kind: 'setTimer', key, afterMs: this.#config.resendMs });
        return this.#arm(out);
      case deliveryTimers.home: {
        this.#isAlone = true;
        const arrived = [...this.#arrived];
        this.#arrived.clear();
        this.#letGo(
          arrived.map(([number, sensor]) => [number, this.#boot, sensor]),
          out,
        );
        return this.#arm(out);
      }
    }
  }

  found(id: string, items: EdgeAnswer, now: Now, out: EdgeOutput[]): void {
    // Asked before the connection ended: these wait again.
    if (id !== this.#asked) return;
    this.#asked = undefined;
    for (const item of items) {
      const { number, boot, sensor } = item;
      if (!this.waiting.outbox.has(number)) continue;
      const reading = this.#stamped(this.#readingOf(item, true), now);
      out.push(this.#publish(JSON.stringify(telemetryPayload(reading)), number, boot, sensor));
    }
    this.#arm(out);
  }

  #drain(out: EdgeOutput[]): void {
    const numbers: number[] = [];
    while (numbers.length < this.#pace.count) {
      const number = this.waiting.outbox.next();
      if (number === undefined) break;
      numbers.push(number);
    }
    if (numbers.length === 0) return;
    this.#lookups += 1;
    this.#asked = `items ${this.#lookups}`;
    out.push({ kind: 'lookup', id: this.#asked, query: { kind: 'items', numbers } });
  }

  /** Late readings are sent as long as some wait and the window has room. */
  #arm(out: EdgeOutput[]): void {
    const { waiting, inWindow } = this.waiting.outbox;
    const isIdle = !this.#isArmed && this.#asked === undefined;
    if (!this.#isConnected || !isIdle || waiting === 0 || inWindow >= this.#config.window) return;
    this.#isArmed = true;
    out.push({ kind: 'setTimer', key: deliveryTimers.drain, afterMs: this.#pace.everyMs });
  }

  #letGo(
    items: readonly (readonly [number: number, boot: number, sensor: SensorName])[],
    out: EdgeOutput[],
  ): void {
    const writes = items.flatMap(
      ([number, boot, sensor]) => this.waiting.arrived(number, boot, sensor) ?? [],
    );
    if (writes.length > 0) out.push({ kind: 'persist', writes });
  }

  #publish(payload: string, number: number, boot: number, sensor: SensorName): EdgePublish {
    const token = `item ${number} ${boot} ${sensor}`;
    return { kind: 'publish', topic: topics.reading(sensor), payload, qos: 1, retain: false, token };
  }

  #readingOf(item: Omit<OutboxItem, 'number' | 'bytes'>, hist: boolean): Reading {
    const { sensor, value, stampMs, boot, seq, unit, quality } = item;
    return {
      sensor,
      value,
      stampMs,
      node: this.#edge,
      event: false,
      eventType: null,
      boot,
      seq,
      hist,
      ...(unit === undefined ? {} : { unit }),
      ...(quality === undefined ? {} : { quality }),
    };
  }

  #stamped(reading: Reading, now: Now): Reading {
    const { stampMs, isOwn } = this.#clock.acceptable(reading.stampMs, now);
    return isOwn ? reading : { ...reading, stampMs, quality: 'clock' };
  }
}
