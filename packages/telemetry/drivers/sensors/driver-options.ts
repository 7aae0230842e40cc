/** What each kind of sensor is opened with: plain data, checked by whoever reads the configuration. */

export const hostMeasures = ['temperature', 'cpu', 'load', 'memory', 'disk'] as const;
export type HostMeasure = (typeof hostMeasures)[number];

export const simulatedProfiles = ['temperature', 'humidity', 'light', 'airquality'] as const;
export type SimulatedProfileName = (typeof simulatedProfiles)[number];

export interface SimulatedOptions {
  readonly kind: 'simulated';
  readonly profile: SimulatedProfileName;
  /** The same seed gives the same weather. */
  readonly seed: string;
  /** Instead of what the profile has. */
  readonly mean?: number | undefined;
  readonly swing?: number | undefined;
  readonly noise?: number | undefined;
}

export interface HostOptions {
  readonly kind: 'host';
  readonly measure: HostMeasure;
  /** `disk`: a folder of the file system. @default the root */
  readonly path?: string | undefined;
  /** Where the kernel shows devices. @default /sys */
  readonly root?: string | undefined;
}

export interface FileOptions {
  readonly kind: 'file';
  readonly path: string;
  /** Name in the first line, or number from 1. @default value, or else the last column */
  readonly column?: string | number | undefined;
  /** Column of times: rows then come at their own pace. Without it each read takes the next row. */
  readonly time?: string | number | undefined;
  /** With `time`: how much faster than recorded. @default 1 */
  readonly speed?: number | undefined;
  /** Begins again at the end. @default true */
  readonly loop?: boolean | undefined;
}

export interface HttpOptions {
  readonly kind: 'http';
  /** `http://` or `https://`. */
  readonly url: string;
  /** `main.temp`, `sensors[0].value`. Without it the answer is a number. */
  readonly path?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** PEM file of the authority that the server's certificate comes from. */
  readonly ca?: string | undefined;
}

export interface CommandOptions {
  readonly kind: 'command';
  /** A program and its arguments; no shell. */
  readonly command: readonly [program: string, ...args: string[]];
  /** A value within JSON that it prints. */
  readonly path?: string | undefined;
  /** A regular expression with one group. Without `path` and `match`: the first number. */
  readonly match?: string | undefined;
}

export interface IioOptions {
  readonly kind: 'linux-iio';
  /** Its `name`, such as `bme280`, or its folder, such as `iio:device0`. */
  readonly device: string;
  /** `temp`, `humidityrelative`, `pressure`, `illuminance`, `concentration_co2`, `voltage0` … */
  readonly channel: string;
  /** @default /sys/bus/iio/devices */
  readonly root?: string | undefined;
}

export interface HwmonOptions {
  readonly kind: 'hwmon';
  /** Its `name`, such as `coretemp`, or its folder, such as `hwmon2`. */
  readonly chip: string;
  /** `temp1`, `fan2`, `in0`, or a label, such as `Package id 0`. */
  readonly input: string;
  /** @default /sys/class/hwmon */
  readonly root?: string | undefined;
}

export type DriverOptions =
  | SimulatedOptions
  | HostOptions
  | FileOptions
  | HttpOptions
  | CommandOptions
  | IioOptions
  | HwmonOptions;
export type SensorKind = DriverOptions['kind'];
