/** A sensor of the configuration with everything that was left out filled in. */
import { resolve } from 'node:path';
import type { CalibrationTable, Smoothing } from '@bothy/telemetry/calibration';
import {
  type DriverOptions,
  type HostMeasure,
  hostMeasures,
  type SensorPlan,
  type SimulatedProfileName,
  simulatedProfiles,
} from '@bothy/telemetry/drivers/sensors';
import type { EdgeId } from '@bothy/wire';
import type { SensorEntry } from './sensor-schema.ts';

export interface SensorSetup {
  readonly plan: SensorPlan;
  /** What is published; without it what the sensor says. */
  readonly unit?: string | undefined;
  /** What the sensor measures in, where it does not say so itself. */
  readonly from?: string | undefined;
  readonly table?: CalibrationTable | undefined;
  readonly gain?: number | undefined;
  readonly offset?: number | undefined;
  readonly smoothing?: Smoothing | undefined;
  readonly digits?: number | undefined;
}

/** Design, section 8, and the issue: quick ones 5 s, slow ones 10 s. */
export function defaultIntervalMs(sensor: string): number {
  return sensor === 'temperature' || sensor === 'humidity' ? 5_000 : 10_000;
}

export const defaultTimeoutMs = { command: 10_000, other: 5_000 } as const;

export function sensorSetup(entry: SensorEntry, edge: EdgeId, folder: string): SensorSetup {
  const {
    name: sensor,
    kind,
    interval,
    timeout,
    unit,
    from,
    table,
    gain,
    offset,
    smooth,
    digits,
    alone,
  } = entry;
  const plan: SensorPlan = {
    sensor,
    driver: driverOptions(entry, edge, folder),
    intervalMs: interval ?? defaultIntervalMs(sensor),
    timeoutMs: timeout ?? (kind === 'command' ? defaultTimeoutMs.command : defaultTimeoutMs.other),
    ...(alone === undefined ? {} : { alone }),
  };
  return { plan, unit, from, table, gain, offset, digits, smoothing: smoothing(smooth) };
}

function smoothing(smooth: SensorEntry['smooth']): Smoothing | undefined {
  if (smooth === undefined) return undefined;
  if ('mean' in smooth) return { kind: 'mean', of: smooth.mean };
  if ('median' in smooth) return { kind: 'median', of: smooth.median };
  return { kind: 'exponential', halfLifeMs: smooth.exponential };
}

/** Paths are taken from the folder of the file that names them. */
function driverOptions(entry: SensorEntry, edge: EdgeId, folder: string): DriverOptions {
  const { name: sensor } = entry;
  switch (entry.kind) {
    case 'simulated': {
      const { kind, seed = `${edge}/${sensor}`, mean, swing, noise } = entry;
      const profile: SimulatedProfileName =
        entry.profile ?? simulatedProfiles.find((each) => each === sensor) ?? 'temperature';
      return { kind, profile, seed, mean, swing, noise };
    }
    case 'host': {
      const { kind, path, root } = entry;
      const measure: HostMeasure = entry.measure ?? hostMeasures.find((each) => each === sensor) ?? 'cpu';
      return { kind, measure, path, root };
    }
    case 'file': {
      const { kind, path, column, time, speed, loop } = entry;
      return { kind, path: resolve(folder, path), column, time, speed, loop };
    }
    case 'http': {
      const { kind, url, path, headers, ca } = entry;
      return { kind, url, path, headers, ca: ca === undefined ? undefined : resolve(folder, ca) };
    }
    case 'command': {
      const { kind, command, path, match } = entry;
      const [program = '', ...args] = command;
      return { kind, command: [program, ...args], path, match };
    }
    case 'linux-iio': {
      const { kind, device, channel, root } = entry;
      return { kind, device, channel, root };
    }
    case 'hwmon': {
      const { kind, chip, input, root } = entry;
      return { kind, chip, input, root };
    }
  }
}
