/** Two greenhouses for a demonstration: one warm and damp, one that is cool at night. Their sensors are simulated. */
import type { SimulatedProfileName } from '@bothy/telemetry/drivers/sensors';
import { type EdgeSetup, edgeDefaults } from './edge-setup.ts';
import { defaultIntervalMs, defaultTimeoutMs, type SensorSetup } from './sensor-setup.ts';

type Climate = Readonly<Record<SimulatedProfileName, { readonly mean: number; readonly swing: number }>>;

const climates: Readonly<Record<string, Climate>> = {
  'greenhouse-1': {
    temperature: { mean: 24, swing: 3 },
    humidity: { mean: 66, swing: -7 },
    light: { mean: 900, swing: 450 },
    airquality: { mean: 640, swing: 80 },
  },
  'greenhouse-2': {
    temperature: { mean: 19, swing: 2.5 },
    humidity: { mean: 58, swing: -5 },
    light: { mean: 700, swing: 350 },
    airquality: { mean: 560, swing: 60 },
  },
};

export const demoGreenhouses: readonly Pick<EdgeSetup, 'id' | 'sensors' | 'rules'>[] = Object.entries(
  climates,
).map(([id, climate]) => ({ id, sensors: sensorsOf(id, climate), rules: edgeDefaults.rules }));

function sensorsOf(edge: string, climate: Climate): readonly SensorSetup[] {
  return Object.entries(climate).map(([sensor, { mean, swing }]) => {
    const profile = sensor as SimulatedProfileName;
    return {
      plan: {
        sensor,
        driver: { kind: 'simulated', profile, seed: `${edge}/${sensor}`, mean, swing },
        intervalMs: defaultIntervalMs(sensor),
        timeoutMs: defaultTimeoutMs.other,
      },
    };
  });
}
