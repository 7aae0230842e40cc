export {
  type CommandOptions,
  type DriverOptions,
  type FileOptions,
  type HostMeasure,
  type HostOptions,
  type HttpOptions,
  type HwmonOptions,
  hostMeasures,
  type IioOptions,
  type SensorKind,
  type SimulatedOptions,
  type SimulatedProfileName,
  simulatedProfiles,
} from './driver-options.ts';
export { parseJsonPath } from './json-path.ts';
export { hostMeasuresHere } from './kinds/host.ts';
export type { SensorFault, SensorValue } from './sensor-driver.ts';
export { SensorHost, type SensorHostOptions, type SensorPlan } from './sensor-host.ts';
