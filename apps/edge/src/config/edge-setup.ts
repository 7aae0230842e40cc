/** What an edge is started with, whole: flags, then variables, then the file, then defaults. */
import { hostname } from 'node:os';
import { defaultRules } from '@bothy/telemetry/edge-core';
import { type EdgeId, type Rule, telemetryNamePattern } from '@bothy/wire';
import type { EdgeLogLevel } from './edge-schema.ts';
import type { SensorSetup } from './sensor-setup.ts';

export interface BrokerSetup {
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** PEM. */
  readonly ca?: string | undefined;
}

export interface EdgeSetup {
  readonly id: EdgeId;
  readonly broker: BrokerSetup;
  /** Signed in as this enrolled edge. */
  readonly enrolled: boolean;
  /** Its file there is called after its id, so that several edges may share the folder. */
  readonly dataFolder: string;
  readonly logLevel: EdgeLogLevel;
  readonly sensors: readonly SensorSetup[];
  readonly rules: readonly Rule[];
  readonly outboxItems?: number | undefined;
  readonly outboxBytes?: number | undefined;
  readonly drainPerSecond?: number | undefined;
}

export const edgeDefaults = {
  broker: 'mqtt://127.0.0.1:1883',
  data: './.bothy',
  log: 'info',
  rules: defaultRules,
} as const;

/** The host's name, made to fit. */
export function defaultEdgeId(): EdgeId {
  const name = hostname()
    .replaceAll(/[^A-Za-z0-9_.-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 64);
  return telemetryNamePattern.test(name) ? name : 'edge';
}
