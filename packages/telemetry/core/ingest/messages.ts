/**
 * What ingest, the core of a home node that stores readings, takes in and gives out.
 *
 * The host, which drives it on the loop of `@bothy/runtime`, owes it:
 *
 * 1. `start` first.
 * 2. Only what belongs to edges and devices whose home this node is (`HomeCore.isHome`), parsed by `parseReading`,
 *    `parseTelemetryEvent` and `parseEdgeStatus`; what those refuse as `refused`.
 * 3. Readings in batches: what came within a tick (10 to 50 ms), one input for all, in the order of arrival.
 * 4. The store: writes of one `persist` in one transaction. How many readings it dropped as known (plain devices) as `ignored`.
 * 5. `publish` in order, QoS 1.
 */
import type { ClearTimer, Durable, Persist, SetTimer, TimerFired } from '@bothy/protocols';
import type { EdgeCounts, EdgeId, EdgeStatus, Reading, SensorName, TelemetryEvent } from '@bothy/wire';
import type { IngestWrite } from './records.ts';

/** Who published something, as far as it is known. */
export interface Publisher {
  /** The MQTT client id; where nobody says it, the name of the bridge or broker. */
  readonly client: string;
  /** Signed in as this enrolled edge. */
  readonly edge?: EdgeId;
  /** It came over a bridge or from an outside broker: whether it may use the name of an edge was for these to check. */
  readonly unverified?: true;
}

export interface HeardReading {
  readonly reading: Reading;
  readonly from: Publisher;
}

export interface IngestConfig {
  /** The id of this node. */
  readonly node: string;
  /** (edge, sensor) pairs that are known at once. @default 20000 */
  readonly mostSensors?: number;
  /** New pairs that one client may bring within an hour. @default 1000 */
  readonly mostSensorsPerClient?: number;
  /** Clients whose refusals are counted apart; the one that was quiet longest is forgotten first. @default 1000 */
  readonly mostClients?: number;
  /** Least time between two words to an edge about what is stored. @default 200 */
  readonly tellMs?: number;
  /** How often what is only counted is written. @default 10000 */
  readonly countsMs?: number;
}

export type IngestInput =
  | { readonly kind: 'start' }
  /** 5000 at most. */
  | { readonly kind: 'readings'; readonly readings: readonly HeardReading[] }
  | { readonly kind: 'event'; readonly event: TelemetryEvent; readonly from: Publisher }
  /** `retained`: told because we subscribed, so it may be old: its `ping` is not answered. */
  | {
      readonly kind: 'status';
      readonly status: EdgeStatus;
      readonly from: Publisher;
      readonly retained: boolean;
    }
  /** Could not be parsed, or was refused by the broker. `example`: its beginning, 300 characters at most. */
  | {
      readonly kind: 'refused';
      readonly from: Publisher;
      readonly edge?: EdgeId;
      readonly reason: string;
      readonly example: string;
    }
  /** All edges that have credentials: their names may be used by nobody else. At the start, and when it changes. */
  | { readonly kind: 'enrolled'; readonly edges: readonly EdgeId[] }
  /** The store had so many readings of this plain device already: they count as double, and not as stored. */
  | { readonly kind: 'ignored'; readonly edge: EdgeId; readonly count: number }
  /**
   * This node became its home: what it gave to another one meanwhile is not lost. `active`: rules that its alarms, which
   * were taken over, have for firing; the next status says which of them do.
   */
  | {
      readonly kind: 'gained';
      readonly edge: EdgeId;
      /** Its alarms came after it: the rest is known here already. */
      readonly isLate?: true;
      readonly active: readonly { readonly rule: string; readonly sensor: SensorName }[];
    }
  /** Taken out by an operator: forgotten, until it is heard again. */
  | { readonly kind: 'forget'; readonly edge: EdgeId }
  /** The node stops: what is only counted is written now. */
  | { readonly kind: 'closing' }
  | Durable
  | TimerFired;

/** A reading that is new. */
export interface AcceptedReading {
  readonly reading: Reading;
  /** Marked `hist`, or came after later ones: shown in history only, and judged by no rule. */
  readonly isLate: boolean;
  /** Of a device that does not evaluate rules itself. */
  readonly isPlain: boolean;
}

export interface RefusalCount {
  readonly client: string;
  readonly count: number;
  readonly last: { readonly atMs: number; readonly reason: string; readonly example: string };
}

/** What is known of an edge or device: for LiveEdge. */
export interface IngestedEdge {
  readonly edge: EdgeId;
  readonly kind: 'edge' | 'plain';
  readonly state: 'online' | 'offline' | 'unknown';
  readonly status: EdgeStatus | null;
  readonly heardMs: number;
  readonly counts: EdgeCounts;
}

export type IngestOutput =
  /**
   * New readings, for the live model and, those that are plain or that a rule across edges names, for the rule engine.
   * Early: it is a view, and what is not durable yet is sent again by its edge.
   */
  | { readonly kind: 'accepted'; readonly readings: readonly AcceptedReading[]; readonly early: true }
  /**
   * For AlarmCore: an event that is not double, or one that was lost on its way and that the status of its edge makes up
   * for. `extra.severity` and `extra.sentence` are as the edge says; `quality: 'none'`: there is no value.
   */
  | { readonly kind: 'event'; readonly event: TelemetryEvent }
  /** Something of `edge(id)` changed, beside its counts. */
  | { readonly kind: 'edgeChanged'; readonly edge: EdgeId }
  /** For the log: the first of a client, and every thousandth. */
  | {
      readonly kind: 'refused';
      readonly client: string;
      readonly edge?: EdgeId;
      readonly sensor?: SensorName;
      readonly reason: string;
      readonly example: string;
      readonly count: number;
    }
  | {
      readonly kind: 'publish';
      readonly topic: string;
      readonly payload: string;
      readonly qos: 1;
      readonly retain: boolean;
    }
  | Persist<IngestWrite>
  | SetTimer
  | ClearTimer;
