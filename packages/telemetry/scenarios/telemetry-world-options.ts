/** What a simulated world of monitoring is made of, and what goes wrong there. */
import type { FaultProfile } from '@bothy/simulator';
import type { SimEdgeTimes } from './sim-edge.ts';

export interface TelemetryWorldOptions {
  readonly name: string;
  readonly title: string;
  /** By a number of the seed's own. */
  readonly edges: (number: number) => number;
  /** Plain devices. */
  readonly devices: (number: number) => number;
  /** Mean time between acknowledgements of their alarms. */
  readonly acknowledgeEveryMs: number;
  /** Whether what was said to an operator and is retained outlives everything here, so that no alarm of a device may be lost. */
  readonly keepsAlarms: boolean;
  readonly nodes: (number: number) => number;
  /** Whether the nodes share a directory, or the broker and nothing else. */
  readonly hasDirectory: (number: number) => boolean;
  /** Chance that one of two nodes is lost for good in the end, and an operator makes the cluster forget it. */
  readonly lostNode: number;
  readonly intervalMs: (number: number) => number;
  readonly outboxItems: (number: number) => number;
  readonly faults: FaultProfile;
  readonly faultMs: number;
  /** Mean time between crashes of the broker, and between connections that break; 0: none. */
  readonly brokerCrashEveryMs: number;
  readonly breakEveryMs: number;
  /** Mean time between moves of an edge to another home. */
  readonly moveEveryMs: number;
  /** The first edge has no network for this long, in the middle of it. */
  readonly offlineMs: number;
  readonly broker: { readonly maxDelayMs: number; readonly duplicate: number };
  readonly peaceMs: number;
  /** A sensor is hot or cool for this long at a time. */
  readonly phaseMs: number;
  readonly times: SimEdgeTimes;
}
