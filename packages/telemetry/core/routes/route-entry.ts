/**
 * One route: what it has told of which alarm, and what is to be told when. It looks at how an alarm stands and at what
 * was said of it last, never at single changes: what was missed while it could not speak is seen anyway.
 *
 *   nothing said ──opened──▶ open ──acknowledged──▶ acknowledged ──cleared──▶ nothing said
 *                             │ └─repeated─┐                                      ▲
 *                             │ ▲──────────┘                                      │
 *                             └──────────────────cleared──────────────────────────┘
 */
import type { Now, TokenBucket } from '@bothy/protocols';
import type { Alarm, AlarmId, AlarmRoute } from '@bothy/wire';
import { isWithin } from '../engine/week-hours.ts';
import { monoOf } from './ages.ts';
import type { Attempts } from './attempts.ts';
import type { News, RouteMark } from './records.ts';
import { matches } from './route-matching.ts';

/** An alarm, and when by the monotonic clock it opened the last time. */
export interface Watched {
  readonly alarm: Alarm;
  readonly openedMonoMs: number;
}

interface Told {
  readonly mark: RouteMark;
  readonly toldMonoMs: number;
}

export class RouteEntry {
  route: AlarmRoute;
  readonly told = new Map<AlarmId, Told>();
  /** When something is to be told of an alarm; Infinity while it may not speak. */
  readonly waiting = new Map<AlarmId, number>();
  /** Deliveries in the long run, and in a few seconds. */
  readonly rate: TokenBucket;
  readonly pace: TokenBucket;
  /** What is being told. */
  delivery: Attempts | undefined;
  /** Nothing is told before: what comes meanwhile is told together. */
  freeMs = -Infinity;
  /** When the timer that is set fires. */
  armedMs = Infinity;
  #isQuiet = false;

  constructor(route: AlarmRoute, rate: TokenBucket, pace: TokenBucket) {
    this.route = route;
    this.rate = rate;
    this.pace = pace;
  }

  get timerKey(): string {
    return `route ${this.route.name}`;
  }

  /** Whether its quiet hours began or ended. */
  checkHours(wallMs: number, zoneMinutes: number): boolean {
    const { quiet } = this.route;
    const isQuiet = quiet !== undefined && isWithin(quiet, wallMs, zoneMinutes);
    if (isQuiet === this.#isQuiet) return false;
    this.#isQuiet = isQuiet;
    return true;
  }

  restore(mark: RouteMark, now: Now): void {
    this.told.set(mark.alarm, { mark, toldMonoMs: monoOf(mark.toldMs, now) });
  }

  /** What to say of an alarm next, and when; undefined: nothing. */
  next({ alarm, openedMonoMs }: Watched): { readonly news: News; readonly dueMs: number } | undefined {
    const { afterMs = 0, repeatMs, tellsEnd = true } = this.route;
    const told = this.told.get(alarm.id);
    const speaks = this.#speaks(alarm);
    if (alarm.active && !alarm.acknowledged) {
      if (!matches(this.route, alarm)) return undefined;
      if (told?.mark.said !== 'open' || told.mark.count !== alarm.count) {
        return { news: 'opened', dueMs: speaks ? openedMonoMs + afterMs : Infinity };
      }
      if (repeatMs === undefined) return undefined;
      return { news: 'repeated', dueMs: speaks ? told.toldMonoMs + repeatMs : Infinity };
    }
    if (told === undefined || !tellsEnd) return undefined;
    if (alarm.active && told.mark.said === 'acknowledged') return undefined;
    return { news: alarm.active ? 'acknowledged' : 'cleared', dueMs: speaks ? -Infinity : Infinity };
  }

  /** Notes what was said; undefined: there is nothing left to remember. */
  say({ alarm }: Watched, news: News, now: Now): RouteMark | undefined {
    if (news === 'cleared') {
      this.told.delete(alarm.id);
      return undefined;
    }
    const said = news === 'acknowledged' ? 'acknowledged' : 'open';
    const mark = {
      route: this.route.name,
      alarm: alarm.id,
      count: alarm.count,
      said,
      toldMs: now.wallMs,
    } as const;
    this.told.set(alarm.id, { mark, toldMonoMs: now.monoMs });
    return mark;
  }

  /** It has arrived only now: repeats count from here. */
  arrived(ids: readonly AlarmId[], now: Now): readonly RouteMark[] {
    if (this.route.repeatMs === undefined) return [];
    return ids.flatMap((id) => {
      const told = this.told.get(id);
      if (told === undefined || told.toldMonoMs === now.monoMs) return [];
      const mark = { ...told.mark, toldMs: now.wallMs };
      this.told.set(id, { mark, toldMonoMs: now.monoMs });
      return [mark];
    });
  }

  /** It was told, and its end will not be: nothing is left to remember of it. */
  isSettled(alarm: Alarm): boolean {
    return !alarm.active && this.told.has(alarm.id) && this.route.tellsEnd === false;
  }

  #speaks(alarm: Alarm): boolean {
    if (alarm.shelvedUntilMs !== undefined) return false;
    return !this.#isQuiet || (alarm.severity === 'danger' && this.route.quietDanger !== true);
  }
}
