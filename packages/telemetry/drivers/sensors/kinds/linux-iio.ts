/**
 * Sensors of Linux's Industrial I/O: BME280, SHT3x, SCD30, light sensors and so on, on I²C or SPI. Names and units are
 * those of the kernel's Documentation/ABI/testing/sysfs-bus-iio.
 */
import { join } from 'node:path';
import type { IioOptions } from '../driver-options.ts';
import type { SensorDriver, SensorValue } from '../sensor-driver.ts';
import { findDevice, readAttribute, readNumber } from '../sysfs.ts';

/** The channel's type, what its number is multiplied by, and the unit then. */
const channelUnits: readonly (readonly [RegExp, number, string])[] = [
  [/^temp/, 0.001, '°C'],
  [/^humidityrelative/, 0.001, '%'],
  [/^illuminance/, 1, 'lx'],
  [/^pressure/, 10, 'hPa'],
  [/^concentration/, 10_000, 'ppm'],
  [/^voltage/, 0.001, 'V'],
  [/^current/, 0.001, 'A'],
  [/^power/, 0.001, 'W'],
  [/^distance/, 1, 'm'],
];

export class IioDriver implements SensorDriver {
  readonly #options: IioOptions;
  #folder: string | undefined;

  constructor(options: IioOptions) {
    this.#options = options;
  }

  async read(): Promise<SensorValue> {
    const { device, channel, root = '/sys/bus/iio/devices' } = this.#options;
    this.#folder ??= findDevice(root, /^iio:device\d+$/, device);
    try {
      const [factor, unit] = unitOf(channel);
      const value = processed(this.#folder, channel) * factor;
      return { value, ...(unit === undefined ? {} : { unit }) };
    } catch (thrown) {
      // Plugged in again it may have another number.
      this.#folder = undefined;
      throw thrown;
    }
  }
}

/** `_input` is what the driver has worked out; otherwise (raw + offset) * scale. */
function processed(folder: string, channel: string): number {
  const at = (suffix: string): string => join(folder, `in_${channel}_${suffix}`);
  const input = readAttribute(at('input'));
  if (input !== undefined && input !== '') return readNumber(at('input'));
  const raw = readNumber(at('raw'));
  // Channels of one type may share scale and offset: in_voltage_scale serves in_voltage0_raw.
  const shared = channel.replace(/\d+$/, '').replace(/_.*$/, '');
  const attribute = (name: string, absent: number): number => {
    const text = readAttribute(at(name)) ?? readAttribute(join(folder, `in_${shared}_${name}`));
    return text === undefined || text === '' ? absent : Number(text);
  };
  return (raw + attribute('offset', 0)) * attribute('scale', 1);
}

function unitOf(channel: string): readonly [factor: number, unit?: string] {
  const found = channelUnits.find(([pattern]) => pattern.test(channel));
  return found === undefined ? [1] : [found[1], found[2]];
}
