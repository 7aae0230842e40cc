/** What the routes core keeps on disk, and what it is started with. */
import type { Alarm, AlarmId, AlarmRoute, AlarmTarget } from '@bothy/wire';

/** What a route says of an alarm. */
export type News = 'opened' | 'repeated' | 'acknowledged' | 'cleared';

export interface NewsLine {
  readonly news: News;
  /** As it was when this was made. */
  readonly alarm: Alarm;
}

/** What is told once, until it arrived or was given up. */
export interface Delivery {
  /** For ever unique, 26 characters of base32: receivers know by it what they had already. */
  readonly id: string;
  readonly route: string;
  readonly to: AlarmTarget;
  /** Unix milliseconds by the node's clock. */
  readonly madeMs: number;
  /** The worst and newest first, 15 at most. */
  readonly lines: readonly NewsLine[];
  /** Alarms that it is about and that have no line. */
  readonly more: readonly AlarmId[];
  /** Attempts that failed. */
  readonly failures: number;
}

/** What a route has told of an alarm that is not over. Key: route and alarm. */
export interface RouteMark {
  readonly route: string;
  readonly alarm: AlarmId;
  /** The opening that was told, by the alarm's `count`. */
  readonly count: number;
  readonly said: 'open' | 'acknowledged';
  /** When it was told last, Unix milliseconds. */
  readonly toldMs: number;
}

export type RouteWrite =
  /** Replaces the one of the same `delivery.id`. */
  | { readonly kind: 'putDelivery'; readonly delivery: Delivery }
  | { readonly kind: 'deleteDelivery'; readonly id: string }
  /** Replaces the one of the same route and alarm. */
  | { readonly kind: 'putMark'; readonly mark: RouteMark }
  | { readonly kind: 'deleteMark'; readonly route: string; readonly alarm: AlarmId }
  /** All there are. */
  | { readonly kind: 'putRoutes'; readonly routes: readonly AlarmRoute[] };

export interface RouteSnapshot {
  readonly routes: readonly AlarmRoute[];
  readonly deliveries: readonly Delivery[];
  readonly marks: readonly RouteMark[];
}
