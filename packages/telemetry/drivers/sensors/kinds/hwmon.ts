/**
 * Chips that watch the hardware: temperatures, fans, voltages. Names and units are those of the kernel's
 * Documentation/hwmon/sysfs-interface.rst.
 */
import { join } from 'node:path';
import type { HwmonOptions } from '../driver-options.ts';
import type { SensorDriver, SensorValue } from '../sensor-driver.ts';
import { findDevice, foldersIn, readAttribute, readNumber } from '../sysfs.ts';

const inputUnits: readonly (readonly [RegExp, number, string])[] = [
  [/^temp\d+$/, 0.001, '°C'],
  [/^fan\d+$/, 1, 'rpm'],
  [/^in\d+$/, 0.001, 'V'],
  [/^curr\d+$/, 0.001, 'A'],
  [/^power\d+$/, 0.000_001, 'W'],
  [/^energy\d+$/, 0.000_001 / 3_600_000, 'kWh'],
  [/^humidity\d+$/, 0.001, '%'],
];

export class HwmonDriver implements SensorDriver {
  readonly #options: HwmonOptions;
  #found: { readonly folder: string; readonly input: string } | undefined;

  constructor(options: HwmonOptions) {
    this.#options = options;
  }

  async read(): Promise<SensorValue> {
    const { chip, input: wanted, root = '/sys/class/hwmon' } = this.#options;
    if (this.#found === undefined) {
      const folder = findDevice(root, /^hwmon\d+$/, chip);
      this.#found = { folder, input: inputOf(folder, wanted) };
    }
    const { folder, input } = this.#found;
    try {
      const [, factor = 1, unit] = inputUnits.find(([pattern]) => pattern.test(input)) ?? [];
      const value = readNumber(join(folder, `${input}_input`)) * factor;
      return { value, ...(unit === undefined ? {} : { unit }) };
    } catch (thrown) {
      // Numbers of chips change when drivers are loaded in another order.
      this.#found = undefined;
      throw thrown;
    }
  }
}

/** `temp1` itself, or the input with this label. Throws a sentence. */
function inputOf(folder: string, wanted: string): string {
  const inputs = foldersIn(folder).flatMap((file) => /^(.+)_input$/.exec(file)?.[1] ?? []);
  const found = inputs.find(
    (input) => input === wanted || readAttribute(join(folder, `${input}_label`)) === wanted,
  );
  if (found !== undefined) return found;
  throw new Error(
    `${folder} has no ${wanted}. It has ${inputs.sort().slice(0, 24).join(', ') || 'no inputs'}.`,
  );
}
