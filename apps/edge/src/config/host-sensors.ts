/** Sensors and rules of an edge that watches the machine that it runs on. */

import { type HostMeasure, hostMeasuresHere } from '@bothy/telemetry/drivers/sensors';
import { parseRule } from '@bothy/telemetry/edge-core';
import type { Rule } from '@bothy/wire';
import type { EdgeSetup } from './edge-setup.ts';
import { defaultTimeoutMs, type SensorSetup } from './sensor-setup.ts';

/** Not `temperature`, by which people and the default rules mean that of the air. */
const sensorNames: Readonly<Record<HostMeasure, string>> = {
  temperature: 'cpu-temperature',
  cpu: 'cpu',
  load: 'load',
  memory: 'memory',
  disk: 'disk',
};

/** All measures that this machine has. */
export async function hostSensors(): Promise<readonly SensorSetup[]> {
  const measures = await hostMeasuresHere();
  return measures.map((measure) => ({
    plan: {
      sensor: sensorNames[measure],
      driver: { kind: 'host', measure },
      // A disk fills slowly.
      intervalMs: measure === 'disk' ? 30_000 : 5_000,
      timeoutMs: defaultTimeoutMs.other,
    },
    digits: 1,
  }));
}

const texts = [
  'cpu_hot danger: cpu-temperature > 90 for 1m clear below 80',
  'memory_full warning: memory > 95 for 2m clear below 90',
  'disk_full danger: disk > 95 for 2m clear below 93',
] as const;

export const hostRules: readonly Rule[] = texts.map((text) => {
  const parsed = parseRule(text);
  if (!parsed.ok) throw new Error(`a rule is wrong: ${text}: ${parsed.error.sentence}`);
  return parsed.rule;
});

/** What an edge needs to watch this machine, beside its id and its broker. */
export async function hostSetup(): Promise<Pick<EdgeSetup, 'sensors' | 'rules'>> {
  return { sensors: await hostSensors(), rules: hostRules };
}
