import { calm, type Scenario } from '@bothy/simulator';
import { telemetryScenario } from './telemetry-world.ts';
import type { TelemetryWorldOptions } from './telemetry-world-options.ts';

/** Everything that can be broken, for a minute and a half. */
export const roughEdgesOptions: TelemetryWorldOptions = {
  name: 'telemetry/rough-edges',
  title: 'Edges, a broker and their home nodes while everything goes wrong',
  edges: (number) => 1 + (number % 3),
  // Here a home's clock may get more than a day behind: it refuses what devices stamp, as of clocks that were never set.
  devices: () => 0,
  acknowledgeEveryMs: 8_000,
  keepsAlarms: false,
  nodes: (number) => 1 + (Math.floor(number / 3) % 2),
  hasDirectory: (number) => number % 3 > 0,
  lostNode: 0.3,
  intervalMs: (number) => [1_000, 2_000, 4_000][number % 3] ?? 1_000,
  outboxItems: (number) => (number % 4 === 0 ? 12 : 1_000_000),
  faults: {
    ...calm,
    crashEveryMs: 12_000,
    partitionEveryMs: 10_000,
    clockJumpEveryMs: 15_000,
    diskFailureEveryMs: 20_000,
    maxOutageMs: 15_000,
    // More than the day by which a stamp may be ahead.
    maxSkewMs: 40 * 3_600_000,
  },
  faultMs: 90_000,
  brokerCrashEveryMs: 40_000,
  breakEveryMs: 12_000,
  moveEveryMs: 30_000,
  offlineMs: 0,
  broker: { maxDelayMs: 80, duplicate: 0.1 },
  peaceMs: 60_000,
  phaseMs: 15_000,
  // Short, so that a run shows many of them.
  times: { resendMs: 10_000, statusMs: 10_000, homeWaitMs: 20_000 },
};

/** One edge is cut off for a day; the others go on. */
export const dayOfflineOptions: TelemetryWorldOptions = {
  ...roughEdgesOptions,
  name: 'telemetry/day-offline',
  title: 'An edge without network for a day: everything arrives once, in order, and raises no alarm',
  edges: () => 2,
  nodes: () => 1,
  lostNode: 0,
  intervalMs: () => 60_000,
  outboxItems: (number) => (number % 4 === 0 ? 500 : 1_000_000),
  faults: {
    ...calm,
    crashEveryMs: 4 * 3_600_000,
    clockJumpEveryMs: 3 * 3_600_000,
    maxSkewMs: 3_600_000,
    maxOutageMs: 600_000,
  },
  faultMs: 26 * 3_600_000,
  brokerCrashEveryMs: 10 * 3_600_000,
  breakEveryMs: 2 * 3_600_000,
  moveEveryMs: 0,
  offlineMs: 24 * 3_600_000,
  peaceMs: 300_000,
  phaseMs: 1_800_000,
  times: { resendMs: 60_000, statusMs: 120_000, homeWaitMs: 120_000 },
};

/** Nothing goes wrong: what the others must end with, and what a lab shows first. */
export const calmEdgesOptions: TelemetryWorldOptions = {
  ...roughEdgesOptions,
  name: 'telemetry/calm-edges',
  title: 'Edges and their home node on a good day',
  outboxItems: () => 1_000_000,
  faults: calm,
  lostNode: 0,
  brokerCrashEveryMs: 0,
  breakEveryMs: 0,
  moveEveryMs: 0,
  broker: { maxDelayMs: 5, duplicate: 0 },
  faultMs: 40_000,
};

/** Devices that say what they measure and nothing else: what is found of them, the nodes alone know. */
export const plainDevicesOptions: TelemetryWorldOptions = {
  ...roughEdgesOptions,
  name: 'telemetry/plain-devices',
  title:
    'Plain devices change homes, also to nodes that are off: no alarm is lost, stays for good, or is acknowledged twice',
  edges: () => 1,
  devices: () => 2,
  nodes: () => 2,
  hasDirectory: () => true,
  lostNode: 0.3,
  intervalMs: () => 1_000,
  faults: { ...calm, crashEveryMs: 12_000, diskFailureEveryMs: 30_000, maxOutageMs: 25_000 },
  moveEveryMs: 6_000,
  brokerCrashEveryMs: 0,
  breakEveryMs: 0,
  acknowledgeEveryMs: 4_000,
  keepsAlarms: true,
};

export const roughEdges: Scenario = telemetryScenario(roughEdgesOptions);
export const dayOffline: Scenario = telemetryScenario(dayOfflineOptions);
export const calmEdges: Scenario = telemetryScenario(calmEdgesOptions);
export const plainDevices: Scenario = telemetryScenario(plainDevicesOptions);

/** What `npm run soak` runs. */
export const scenarios: readonly Scenario[] = [roughEdges, dayOffline, calmEdges, plainDevices];

export { type TelemetryWorldOptions, telemetryScenario };
