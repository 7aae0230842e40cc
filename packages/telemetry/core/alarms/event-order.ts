/**
 * Which event is news. QoS 1 delivers twice and late: an old "it cleared" must not clear what fired since, and an old
 * "it fired" must not open what is over. Rules TAL5, TAL6 in SPEC.md.
 *
 * Our edges number: the higher boot, then the higher number, then the later stamp is the later event. A device that
 * numbers nothing is judged by its clock as its readings are. At the very same place both verdicts are possible, once
 * each: hours of a rule end without a new reading.
 */
import type { Now } from '@bothy/protocols';
import type { TelemetryEvent } from '@bothy/wire';
import { SensorClock } from '../engine/sensor-clock.ts';
import type { EventOrder } from './records.ts';

/** `late`: from before a failure of the network; `old`: something later was heard; `same`: it was heard already. */
export type EventVerdict = 'news' | 'same' | 'old' | 'late';

export class EventClock {
  #last: EventOrder | null;
  readonly #clock: SensorClock;

  constructor(last: EventOrder | null, now: Now) {
    this.#last = last;
    this.#clock = new SensorClock(now);
    // What was heard before a restart counts, as far as its stamp is not far from now.
    if (last !== null && last.boot === null) this.#clock.isLive(blank(last.stampMs), now.monoMs);
  }

  get last(): EventOrder | null {
    return this.#last;
  }

  judge(event: TelemetryEvent, monoMs: number): EventVerdict {
    if (event.hist) return 'late';
    const seen = event.event ? 'fired' : 'cleared';
    const { stampMs } = event;
    const boot = event.seq === undefined ? null : (event.boot ?? null);
    const seq = boot === null ? null : (event.seq ?? null);
    const order = this.#compare(boot, seq, stampMs);
    if (order < 0) return 'old';
    if (order === 0 && this.#last !== null) {
      if (this.#last.seen === seen || this.#last.seen === 'both') return 'same';
      this.#last = { ...this.#last, seen: 'both' };
      return 'news';
    }
    if (boot === null && !this.#clock.isLive(event, monoMs)) return 'late';
    this.#last = { boot, seq, stampMs, seen };
    return 'news';
  }

  /** Below 0: before the last one; 0: at its place; above: after it, as far as numbers can tell. */
  #compare(boot: number | null, seq: number | null, stampMs: number): number {
    const last = this.#last;
    if (last === null) return 1;
    if (boot === null || last.boot === null) return boot === null && stampMs === last.stampMs ? 0 : 1;
    return boot - last.boot || (seq ?? 0) - (last.seq ?? 0) || stampMs - last.stampMs;
  }
}

function blank(stampMs: number) {
  return { sensor: '', node: '', value: 0, stampMs, event: true, eventType: null, hist: false };
}
