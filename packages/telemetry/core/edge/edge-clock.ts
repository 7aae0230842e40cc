/**
 * How far the clock of the home is ahead of ours: each status asks, a `time` on the control topic answers. Rule TO13 in
 * SPEC.md. A jump of our wall clock shows at once and spoils nothing.
 */
import { type Now, WallOffset } from '@bothy/protocols';
import { type EdgeControl, type EdgeStatus, telemetryLimits } from '@bothy/wire';

/** The end of the year 9999: what is said to be the time may be anything. */
const latestStampMs = 253_402_300_799_999;
/** Questions that wait for their answer. */
const mostPings = 4;

export class EdgeClock {
  readonly #offset = new WallOffset();
  /** When each was asked, monotonic. */
  readonly #pings = new Map<string, number>();
  #count = 0;

  /** A name for the question that a status asks now. */
  ask(boot: number, now: Now): string {
    this.#count += 1;
    const ping = `${boot}-${this.#count}`;
    this.#pings.set(ping, now.monoMs);
    const [oldest] = this.#pings.keys();
    if (this.#pings.size > mostPings && oldest !== undefined) this.#pings.delete(oldest);
    return ping;
  }

  answered({ ping, heardMs, answeredMs }: Extract<EdgeControl, { kind: 'time' }>, now: Now): void {
    const sentMs = this.#pings.get(ping);
    if (sentMs === undefined) return;
    this.#pings.delete(ping);
    this.#offset.add({ sentMs, heardMs, answeredMs, receivedMs: now.monoMs });
  }

  /** Of their wall clock from ours, whole milliseconds. */
  offset(now: Now): EdgeStatus['clock'] {
    const known = this.#offset.at(now);
    return known === undefined ? undefined : { offsetMs: known.offsetMs, errorMs: known.errorMs };
  }

  /**
   * The stamp with which a reading may go: its own, as long as the home would take it. A clock that was never set, or is
   * more than a day ahead, would make it refuse the reading for ever, and with it all that come after.
   */
  acceptable(stampMs: number, now: Now): { readonly stampMs: number; readonly isOwn: boolean } {
    const { earliestMs, futureMs } = telemetryLimits;
    const offset = this.offset(now);
    const theirNowMs = now.wallMs + (offset?.offsetMs ?? 0);
    const latestMs = offset === undefined ? Infinity : theirNowMs + futureMs - offset.errorMs;
    if (stampMs >= earliestMs && stampMs <= latestMs) return { stampMs, isOwn: true };
    const corrected = Math.min(stampMs + (offset?.offsetMs ?? 0), theirNowMs);
    return { stampMs: Math.min(Math.max(earliestMs, corrected), latestStampMs), isOwn: false };
  }
}
