/** The four sensors of the documents' edge, simulated: for a first look, demonstrations and tests. */
import { simulatedProfiles } from '@bothy/telemetry/drivers/sensors';
import type { EdgeId } from '@bothy/wire';
import { defaultIntervalMs, defaultTimeoutMs, type SensorSetup } from './sensor-setup.ts';

export function simulatedSensors(edge: EdgeId): readonly SensorSetup[] {
  return simulatedProfiles.map((profile) => ({
    plan: {
      sensor: profile,
      driver: { kind: 'simulated', profile, seed: `${edge}/${profile}` },
      intervalMs: defaultIntervalMs(profile),
      timeoutMs: defaultTimeoutMs.other,
    },
  }));
}
