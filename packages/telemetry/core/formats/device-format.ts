/**
 * Formats that devices speak already. Each is asked for what it subscribes to, and makes readings of what comes: pure,
 * bounded, and never surprised. What it gives is checked once more like every other reading, by the schema of the wire.
 */
import type { EdgeId, SensorName } from '@bothy/wire';

export const deviceFormats = [
  'homeassistant',
  'tasmota',
  'zigbee2mqtt',
  'esphome',
  'airgradient',
  'senml',
] as const;
export type DeviceFormatName = (typeof deviceFormats)[number];

export const formatLimits = {
  /** One payload; a discovery of Home Assistant with a large device in it has some kilobytes. */
  payloadChars: 16 * 1_024,
  /** Values of one payload. */
  readings: 64,
  /** Sensors that were announced by Home Assistant's discovery; more are refused. */
  announced: 10_000,
} as const;

export interface FormatMessage {
  readonly topic: string;
  /** UTF-8, as text. */
  readonly payload: string;
  /** Our wall clock when it came, Unix milliseconds. */
  readonly receivedMs: number;
}

/** A reading without numbers and events, of a device that knows neither. */
export interface DeviceReading {
  readonly node: EdgeId;
  readonly sensor: SensorName;
  readonly value: number;
  readonly unit?: string;
  /** As the device wrote it, maybe without a zone, or Unix milliseconds. Absent: the time when it came. */
  readonly time?: string | number;
}

export type FormatOutcome =
  | { readonly kind: 'readings'; readonly readings: readonly DeviceReading[] }
  | { readonly kind: 'availability'; readonly node: EdgeId; readonly isOnline: boolean }
  /** A sensor that was described: from now on the format wants this topic, too. */
  | {
      readonly kind: 'announced';
      readonly node: EdgeId;
      readonly sensor: SensorName;
      readonly topics: readonly string[];
    }
  | { readonly kind: 'withdrawn'; readonly node: EdgeId; readonly sensor: SensorName }
  /** Of this format, and about nothing that is measured. */
  | { readonly kind: 'ignored' }
  /** For people: "… is not JSON". */
  | { readonly kind: 'refused'; readonly reason: string };

export interface DeviceFormat {
  readonly name: DeviceFormatName;
  /** MQTT filters that it wants from the beginning. */
  readonly filters: readonly string[];
  take(message: FormatMessage): FormatOutcome;
}

export const ignored: FormatOutcome = { kind: 'ignored' };

export function refused(reason: string): FormatOutcome {
  return { kind: 'refused', reason };
}

/** Nothing at all is no error: a status without numbers. More than fit are refused. */
export function readingsOf(readings: readonly DeviceReading[]): FormatOutcome {
  if (readings.length === 0) return ignored;
  const { readings: most } = formatLimits;
  return readings.length > most ? refused(`has more than ${most} values`) : { kind: 'readings', readings };
}
