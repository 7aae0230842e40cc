/** What an edge and its home node say to each other beside readings: `edge/<id>/status` and `edge/<id>/control`. */
import type { EdgeId, SensorName } from './reading.ts';
import type { Rule, Severity } from './rule.ts';

export const edgeLimits = {
  /** A status, with all sensors of an edge in it. */
  statusBytes: 64 * 1024,
  controlBytes: 64 * 1024,
  /** Sensors of one edge. */
  sensors: 256,
  /** Starts of an edge whose numbers a status states: the present one and the oldest of those not stored whole. */
  boots: 16,
  /** Rules that a status lists as firing; of more it lists none. */
  firing: 64,
  /** Answers to commands that a status repeats. */
  answers: 8,
  sentenceChars: 300,
  /** Between two readings of a sensor: 100 ms to a day. */
  shortestIntervalMs: 100,
  longestIntervalMs: 86_400_000,
} as const;

export const sensorStates = ['ok', 'failing', 'hung', 'off'] as const;
/** `hung`: it has not answered within its time and was given up; others go on. */
export type SensorState = (typeof sensorStates)[number];

export interface SensorStatus {
  readonly sensor: SensorName;
  /** `simulated`, `host`, `file`, `http`, `command`, `linux-iio`, `hwmon`. */
  readonly kind: string;
  readonly unit?: string;
  readonly intervalMs: number;
  readonly state: SensorState;
  /** Why it is not ok, for people. */
  readonly sentence?: string;
  /** Of a simulated one: what was broken on command. */
  readonly fault?: string;
}

/** The last number that each sensor was given in one start of the edge: what a node must have to have all. */
export interface BootNumbers {
  readonly boot: number;
  readonly last: Readonly<Record<SensorName, number>>;
  /**
   * The first number that the edge still has, or will give, for each sensor: what is before it and was not stored is
   * lost for good, or is stored at an earlier home. Where it is not said: 1.
   */
  readonly first?: Readonly<Record<SensorName, number>>;
}

/** A rule of the edge that fires now. */
export interface FiringRule {
  readonly rule: string;
  readonly sensor: SensorName;
  readonly severity: Severity;
  /** The last value; null when there was none. */
  readonly value: number | null;
  /** When it fired; ISO 8601, by the clock of the edge. */
  readonly since: string;
  /** Why, for people. */
  readonly sentence: string;
}

/** `edge/<id>/status`, retained. The last will is the same with `state: 'offline'` and no more than what is required. */
export interface EdgeStatus {
  readonly v: 1;
  readonly node: EdgeId;
  readonly state: 'online' | 'offline';
  /** A durable counter of its starts. What comes of an older one than was seen is ignored. */
  readonly boot: number;
  /** Counts the statuses of this start: MQTT repeats, and what comes again is old. */
  readonly seq?: number;
  /** ISO 8601, by its own clock: when this was said. Also the first stamp of the clock comparison. */
  readonly at?: string;
  /** Names this status for the `time` that answers it. */
  readonly ping?: string;
  readonly version?: string;
  readonly startedAt?: string;
  readonly sensors?: readonly SensorStatus[];
  readonly boots?: readonly BootNumbers[];
  readonly outbox?: {
    /** Readings that wait to be stored at the node, and the bytes that they take. */
    readonly waiting: number;
    readonly bytes: number;
    /** Earlier starts of which something waits: when `boots` has as many, it has them all. */
    readonly starts?: number;
    /** Stamp of the first of them. */
    readonly oldest?: string;
    /** Readings given up because the outbox was full, since the first start. */
    readonly dropped: number;
  };
  /** How far the node's clock is ahead of ours, and how far that may be wrong. */
  readonly clock?: { readonly offsetMs: number; readonly errorMs: number };
  readonly resources?: {
    /** Of one core. */
    readonly cpuPercent: number;
    readonly memoryBytes: number;
    readonly loopDelayMs: number;
  };
  readonly answers?: readonly CommandAnswer[];
  /** How many events it has published in this start: the `seq` of the last of them. */
  readonly events?: number;
  /** What its rules say as of that event. An event may be lost between edge and home; what holds is said again here. */
  readonly firing?: readonly FiringRule[];
}

export interface CommandAnswer {
  readonly id: string;
  readonly ok: boolean;
  readonly sentence: string;
}

export const edgeFaults = ['overheat', 'lowlight', 'poorair', 'spike', 'drift', 'stuck', 'dropout'] as const;
export type EdgeFault = (typeof edgeFaults)[number];

export type EdgeCommand =
  /** Breaks a simulated sensor; without `sensor`, the one that the fault is about. */
  | { readonly name: 'fault'; readonly fault: EdgeFault; readonly sensor?: SensorName }
  /** Mends simulated sensors: one, or all. */
  | { readonly name: 'reset'; readonly sensor?: SensorName }
  | { readonly name: 'interval'; readonly sensor: SensorName; readonly intervalMs: number }
  /** Reads now, beside the interval: one sensor, or all. */
  | { readonly name: 'read'; readonly sensor?: SensorName }
  /** Replaces the rules of the edge. */
  | { readonly name: 'rules'; readonly rules: readonly Rule[] };

/** `edge/<id>/control`: from the home node, or a command of an operator. */
export type EdgeControl =
  /** Retained. All readings of these starts up to these numbers are stored; the outbox may let them go. */
  | {
      readonly kind: 'storedUpTo';
      /** The home node that has them. */
      readonly home: string;
      readonly boots: readonly {
        readonly boot: number;
        readonly upTo: Readonly<Record<SensorName, number>>;
      }[];
    }
  /** Answers a status with `ping`. Unix milliseconds: when it was said (edge), heard and answered (node). */
  | {
      readonly kind: 'time';
      readonly ping: string;
      readonly saidMs: number;
      readonly heardMs: number;
      readonly answeredMs: number;
    }
  | { readonly kind: 'command'; readonly id: string; readonly command: EdgeCommand };

/** `edge/<id>/home`, retained, said by nodes only: which of them stores and alarms for this edge. */
export interface EdgeHome {
  readonly v: 1;
  readonly edge: EdgeId;
  readonly home: string;
  /** Counts the homes of this edge. The higher one holds; of one number, that of the earlier claim, then of the lower id. */
  readonly epoch: number;
  readonly claimedMs: number;
}
