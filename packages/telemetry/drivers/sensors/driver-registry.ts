/** Opens a driver by its kind. Each is loaded when it is first needed, in the worker that runs it. */
import type { DriverOptions } from './driver-options.ts';
import type { DriverWorld, SensorDriver } from './sensor-driver.ts';

/** Rejects with an Error whose message is a sentence, when the options cannot work on this machine. */
export async function openDriver(options: DriverOptions, world: DriverWorld): Promise<SensorDriver> {
  switch (options.kind) {
    case 'simulated':
      return new (await import('./kinds/simulated.ts')).SimulatedDriver(options, world);
    case 'host':
      return new (await import('./kinds/host.ts')).HostDriver(options);
    case 'file':
      return new (await import('./kinds/file.ts')).FileDriver(options, world);
    case 'http':
      return new (await import('./kinds/http.ts')).HttpDriver(options);
    case 'command':
      return new (await import('./kinds/command.ts')).CommandDriver(options);
    case 'linux-iio':
      return new (await import('./kinds/linux-iio.ts')).IioDriver(options);
    case 'hwmon':
      return new (await import('./kinds/hwmon.ts')).HwmonDriver(options);
  }
}

/**
 * Which sensors fail together: those of one lane share a worker. A read of the kernel's files may hang in the kernel,
 * where nothing can end it, so each device has a lane of its own; all others give way while they wait.
 */
export function laneOf(options: DriverOptions): string {
  if (options.kind === 'linux-iio') return `iio ${options.device}`;
  if (options.kind === 'hwmon') return `hwmon ${options.chip}`;
  return sharedLane;
}

export const sharedLane = 'shared';
