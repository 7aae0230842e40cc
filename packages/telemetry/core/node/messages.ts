/**
 * What monitoring at a node takes in and gives out, all of its cores together.
 *
 * The host owes it: `start` first; what the bus says, parsed, in the order of arrival, readings in batches; the store,
 * writes of one `persist` in one transaction; `publish` in order; what the cores ask of their hosts otherwise.
 */
import type { ClearTimer, Durable, Persist, SetTimer, TimerFired } from '@bothy/protocols';
import type {
  Alarm,
  AlarmCommand,
  AlarmEntry,
  AlarmId,
  AlarmRoute,
  EdgeAlarms,
  EdgeHome,
  EdgeId,
  EdgeStatus,
  ErrorCode,
  Reading,
  Rule,
  TelemetryEvent,
} from '@bothy/wire';
import type { AlarmAnswer } from '../alarms/messages.ts';
import type { HomeCommand, HomeDirectoryAnswer } from '../home/messages.ts';
import type { AcceptedReading, Publisher } from '../ingest/messages.ts';
import type { AttemptResult } from '../routes/messages.ts';
import type { Delivery } from '../routes/records.ts';
import type { TelemetryWrite } from '../store-writes.ts';

/** Who published, and whether to this node: only then it may become the home of who is new. */
export interface Source {
  readonly from: Publisher;
  /** A client of this node's own broker, or of an outside broker that all nodes share. */
  readonly isOurs: boolean;
}

export interface SourcedReading extends Source {
  readonly reading: Reading;
}

export type NodeInput =
  | { readonly kind: 'start' }
  /** The bus has a connection: what was said without one may never have arrived. */
  | { readonly kind: 'connected' }
  | { readonly kind: 'readings'; readonly readings: readonly SourcedReading[] }
  | ({ readonly kind: 'event'; readonly event: TelemetryEvent } & Source)
  | ({ readonly kind: 'status'; readonly status: EdgeStatus; readonly retained: boolean } & Source)
  /** Could not be parsed. */
  | {
      readonly kind: 'refused';
      readonly from: Publisher;
      readonly edge?: EdgeId;
      readonly reason: string;
      readonly example: string;
    }
  | { readonly kind: 'enrolled'; readonly edges: readonly EdgeId[] }
  | { readonly kind: 'ignored'; readonly edge: EdgeId; readonly count: number }
  /** What is said on `edge/+/home` and `edge/+/alarms`, our own words included. */
  | { readonly kind: 'claim'; readonly home: EdgeHome }
  | { readonly kind: 'claimGone'; readonly edge: EdgeId }
  | { readonly kind: 'alarmsHeard'; readonly alarms: EdgeAlarms }
  | { readonly kind: 'move'; readonly id: string; readonly edge: EdgeId; readonly to: string }
  | { readonly kind: 'directoryAnswered'; readonly id: string; readonly result: HomeDirectoryAnswer }
  | {
      readonly kind: 'directorySays';
      readonly whole: boolean;
      readonly homes: readonly EdgeHome[];
      readonly gone: readonly EdgeId[];
    }
  /** The node stops: what is only counted is written now. */
  | { readonly kind: 'closing' }
  /** An operator takes an edge out. */
  | { readonly kind: 'forgetEdge'; readonly edge: EdgeId; readonly by: string }
  | {
      readonly kind: 'alarmCommand';
      readonly id: string;
      readonly alarm: AlarmId;
      readonly by: string;
      readonly command: AlarmCommand;
    }
  /** The rules of this node, all of them. */
  | { readonly kind: 'rules'; readonly rules: readonly Rule[] }
  | { readonly kind: 'routes'; readonly routes: readonly AlarmRoute[] }
  | { readonly kind: 'person'; readonly name: string; readonly present: boolean }
  | {
      readonly kind: 'attempted';
      readonly delivery: string;
      readonly attempt: number;
      readonly result: AttemptResult;
    }
  | Durable
  | TimerFired;

export type NodeOutput =
  /** New readings of edges whose home this node is. */
  | { readonly kind: 'accepted'; readonly readings: readonly AcceptedReading[]; readonly early: true }
  /** Readings of edges that another node stores: to be shown. */
  | { readonly kind: 'foreign'; readonly readings: readonly Reading[]; readonly early: true }
  | { readonly kind: 'foreignStatus'; readonly status: EdgeStatus; readonly early: true }
  /** What is known of an edge changed beside its counts: its state, status or home. A view, and no promise. */
  | { readonly kind: 'edgeChanged'; readonly edge: EdgeId; readonly early: true }
  | { readonly kind: 'edgeGone'; readonly edge: EdgeId; readonly early: true }
  /** Edges that were given to this node while it was off, of whose alarms nobody has said anything since it started: for the log. */
  | { readonly kind: 'unadopted'; readonly edges: readonly EdgeId[] }
  /** An event was taken: for figures. */
  | { readonly kind: 'event'; readonly edge: EdgeId; readonly early: true }
  | { readonly kind: 'alarmChanged'; readonly alarm: Alarm; readonly entry?: AlarmEntry }
  | { readonly kind: 'alarmRemoved'; readonly alarm: AlarmId; readonly edge: EdgeId }
  | { readonly kind: 'alarmAnswer'; readonly id: string; readonly result: AlarmAnswer }
  | {
      readonly kind: 'moveAnswer';
      readonly id: string;
      readonly result:
        | { readonly ok: true; readonly home: EdgeHome }
        | { readonly ok: false; readonly code: ErrorCode; readonly message: string };
    }
  | { readonly kind: 'askDirectory'; readonly id: string; readonly command: HomeCommand }
  | { readonly kind: 'tell'; readonly delivery: Delivery; readonly attempt: number }
  /** For the log and for figures. */
  | {
      readonly kind: 'refused';
      readonly what: 'reading' | 'edge' | 'rule' | 'alarm';
      readonly subject: string;
      readonly sentence: string;
      readonly count: number;
    }
  | {
      readonly kind: 'publish';
      readonly topic: string;
      readonly payload: string;
      readonly qos: 1;
      readonly retain: boolean;
    }
  | Persist<TelemetryWrite>
  | SetTimer
  | ClearTimer;
