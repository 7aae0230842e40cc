/** What the routes core takes in and gives out. */
import type { ClearTimer, Persist, SetTimer, TimerFired } from '@bothy/protocols';
import type { Alarm, AlarmId, AlarmRoute } from '@bothy/wire';
import type { Delivery, RouteWrite } from './records.ts';

/** What became of one attempt. */
export type AttemptResult =
  | { readonly ok: true }
  /** `isFinal`: the target will never take it, such as an address that does not exist. */
  | { readonly ok: false; readonly sentence: string; readonly isFinal?: true };

export type RouteInput =
  /** Once, first, with all alarms that are kept: what changed before it could be told is told now. */
  | { readonly kind: 'start'; readonly alarms: readonly Alarm[] }
  /** An alarm opened or changed. */
  | { readonly kind: 'alarm'; readonly alarm: Alarm }
  | { readonly kind: 'removed'; readonly alarm: AlarmId }
  /** All routes there are from now on; those of the same name go on. */
  | { readonly kind: 'routes'; readonly routes: readonly AlarmRoute[] }
  /** Whether a person has a session at this node: without one, routes to them wait. */
  | { readonly kind: 'person'; readonly name: string; readonly present: boolean }
  /** Answers `tell`. */
  | {
      readonly kind: 'attempted';
      readonly delivery: string;
      readonly attempt: number;
      readonly result: AttemptResult;
    }
  | TimerFired;

export type RouteOutput =
  /** Send this now, and say how it went by `attempted`: within a minute, or it counts as failed. */
  | { readonly kind: 'tell'; readonly delivery: Delivery; readonly attempt: number }
  /** For the history of these alarms: an input of AlarmCore as it is. */
  | {
      readonly kind: 'told';
      readonly alarms: readonly AlarmId[];
      readonly outcome: 'notified' | 'notificationFailed' | 'escalated';
      readonly text: string;
    }
  | Persist<RouteWrite>
  | SetTimer
  | ClearTimer;

export interface RouteConfig {
  /** Minutes east of UTC at a Unix time: quiet hours are local. @default 0 always */
  readonly zoneOffset?: (wallMs: number) => number;
  /** News that a route tells one by one, as they come, before it gathers. @default 3 */
  readonly atOnce?: number;
  /** For so long news are gathered then, and told together; one more may come at once for each such time that passes. @default 5000 */
  readonly gatherMs?: number;
  /** Deliveries of one route: so many at once, and one more each `perDeliveryMs`; what is over that is told later, together. @default 20 */
  readonly burst?: number;
  /** @default 30000 */
  readonly perDeliveryMs?: number;
  /** A delivery that did not arrive in this time is given up. @default 86400000 */
  readonly giveUpMs?: number;
  /** Pairs of route and alarm that are remembered; more are not told, which is said. @default 100000 */
  readonly mostMarks?: number;
}
