/**
 * What the core of an edge takes in and gives out.
 *
 * The host, which drives it on the loop of `@bothy/runtime`, owes it:
 *
 * 1. `start` first; then `sensor` for every sensor of the configuration, before its first `sampled`.
 * 2. The store: writes of one `persist` in one transaction, `lookup` answered by `found`, all of it back at the next start.
 * 3. The broker: connect only after `ready`, with its last will and without a clean session being needed; subscribe to
 *    `edge/<id>/control`; `connected` once that is granted, `disconnected` when the connection ends. `publish` is given
 *    to the bus in order; one with a `token` is told by `published` once the broker acknowledged it, and forgotten when
 *    the connection ends. A `publish` that comes while there is no connection is dropped: the core sends it again.
 * 4. `control` for every control message, parsed by `parseEdgeControl`, retained ones too.
 * 5. `command` is done to the sensors, and answered by `answered` with its id, once, within a few seconds.
 */
import type { ClearTimer, Durable, Found, Lookup, Persist, SetTimer, TimerFired } from '@bothy/protocols';
import type {
  CommandAnswer,
  EdgeCommand,
  EdgeControl,
  EdgeId,
  EdgeStatus,
  Rule,
  SensorName,
  SensorStatus,
} from '@bothy/wire';
import type { RuleEvent } from '../engine/messages.ts';
import type { EdgeAnswer, EdgeQuery, EdgeWrite } from './records.ts';

export interface EdgeConfig {
  readonly edge: EdgeId;
  /** The rules of the configuration. A command may have replaced them since. */
  readonly rules: readonly Rule[];
  /** Of the program, for the status. */
  readonly version?: string;
  /** Minutes east of UTC at a Unix time: for the hours of rules. @default 0 always */
  readonly zoneOffset?: (wallMs: number) => number;
  /** Readings that wait; at the limit the oldest are given up and counted. @default 1000000 */
  readonly outboxItems?: number;
  /** Bytes of payload that they take. @default 268435456 */
  readonly outboxBytes?: number;
  /** Late readings that are on their way at once. @default 200 */
  readonly window?: number;
  /** Late readings that are sent in a second, so that a day's backlog does not delay what is new. @default 500 */
  readonly drainPerSecond?: number;
  /** What was sent and is not said to be stored after this long is sent again, as late. @default 30000 */
  readonly resendMs?: number;
  /**
   * Where no node has ever said what it stored, and none does for so long with a connection, there is none: from then
   * on the broker's acknowledgement lets readings go. @default 60000
   */
  readonly homeWaitMs?: number;
  /** Between two statuses; one that reports a change comes sooner. @default 30000 */
  readonly statusMs?: number;
}

export type EdgeInput =
  | { readonly kind: 'start' }
  /** A sensor as it is now: at the start, and when anything of it changes. The last value of `intervalMs` counts. */
  | { readonly kind: 'sensor'; readonly status: SensorStatus }
  /** A sensor was taken out of the configuration while the edge runs. */
  | { readonly kind: 'sensorGone'; readonly sensor: SensorName }
  /**
   * A value, calibrated and smoothed. `stampMs`: Unix milliseconds by our wall clock. Values that are no finite number
   * below 1e15, units and names that the wire refuses are answered by `refused`, and go nowhere.
   */
  | {
      readonly kind: 'sampled';
      readonly sensor: SensorName;
      readonly value: number;
      readonly stampMs: number;
      readonly unit?: string;
      readonly quality?: string;
    }
  /** About every 10 s: what the process needs, for the status. */
  | { readonly kind: 'resources'; readonly resources: NonNullable<EdgeStatus['resources']> }
  | { readonly kind: 'connected' }
  | { readonly kind: 'disconnected' }
  | { readonly kind: 'control'; readonly control: EdgeControl; readonly retained: boolean }
  /** The broker has acknowledged the publish of this token. */
  | { readonly kind: 'published'; readonly token: string }
  /** What became of a `command`. */
  | { readonly kind: 'answered'; readonly answer: CommandAnswer }
  | Found<EdgeAnswer>
  | Durable
  | TimerFired;

/** Commands that the sensors carry out; rules are the core's own. */
export type SensorCommand = Exclude<EdgeCommand, { readonly name: 'rules' }>;

export interface EdgePublish {
  readonly kind: 'publish';
  readonly topic: string;
  /** JSON. */
  readonly payload: string;
  readonly qos: 0 | 1;
  readonly retain: boolean;
  /** Given back by `published`. */
  readonly token?: string;
}

export type EdgeOutput =
  /** Once, when the number of this start is durable: connect now, with this last will (QoS 1, retained). */
  | {
      readonly kind: 'ready';
      readonly boot: number;
      readonly will: { readonly topic: string; readonly payload: string };
    }
  | EdgePublish
  | { readonly kind: 'command'; readonly id: string; readonly command: SensorCommand }
  /** A rule fired or cleared, for the log and for who watches this edge on the spot. */
  | { readonly kind: 'event'; readonly event: RuleEvent }
  /** A sample that is no reading, a rule set that does not fit, readings given up: for the log; the first of a kind and every thousandth. */
  | { readonly kind: 'refused'; readonly sentence: string; readonly count: number }
  | Persist<EdgeWrite>
  | Lookup<EdgeQuery>
  | SetTimer
  | ClearTimer;
