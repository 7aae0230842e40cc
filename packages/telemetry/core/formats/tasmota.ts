/**
 * Tasmota: `tele/<device>/SENSOR` with an object for each chip, `tele/<device>/LWT` with Online or Offline.
 * https://tasmota.github.io/docs/MQTT/ Times are the device's local ones, without a zone.
 */
import {
  type DeviceFormat,
  type DeviceReading,
  type FormatMessage,
  type FormatOutcome,
  readingsOf,
  refused,
} from './device-format.ts';
import { fieldOf, jsonOf, numberOf, objectOf, textField } from './json-payload.ts';
import { deviceReading, nameOf, sensorName, usualUnit } from './quantities.ts';

/** What a chip says of itself or sums up of days: no readings. */
const aside = new Set(['id', 'model', 'address', 'totalstarttime', 'period', 'total', 'today', 'yesterday']);
const units: ReadonlyMap<string, string> = new Map([
  ['power', 'W'],
  ['voltage', 'V'],
  ['current', 'A'],
  ['dewpoint', '°C'],
]);
const unitFields: ReadonlyMap<string, string> = new Map([
  ['temperature', 'TempUnit'],
  ['dewpoint', 'TempUnit'],
  ['pressure', 'PressureUnit'],
]);

interface Measured {
  readonly chip: string;
  readonly sensor: string;
  readonly value: number;
}

export const tasmota: DeviceFormat = {
  name: 'tasmota',
  filters: ['tele/+/SENSOR', 'tele/+/LWT'],
  take({ topic, payload }: FormatMessage): FormatOutcome {
    const [, device = '', kind] = topic.split('/');
    const node = nameOf(device);
    if (node === undefined) return refused('the device has no name that can be used');
    if (kind === 'LWT') {
      const isKnown = payload === 'Online' || payload === 'Offline';
      return isKnown
        ? { kind: 'availability', node, isOnline: payload === 'Online' }
        : refused('is neither Online nor Offline');
    }
    const object = objectOf(jsonOf(payload));
    if (object === undefined) return refused('is no JSON object');
    const time = textField(object, 'Time');
    const measured = Object.entries(object).flatMap(([chip, values]) => ofChip(chip, fieldsOf(values)));
    const times = Map.groupBy(measured, ({ sensor }) => sensor);
    const readings = measured.flatMap(({ chip, sensor, value }): DeviceReading[] => {
      // Two chips that measure the same are told apart; a single one has the name that rules know.
      const isAlone = times.get(sensor)?.length === 1;
      const own = isAlone ? sensor : nameOf(`${chip.toLowerCase()}.${sensor}`);
      if (own === undefined) return [];
      const unit = unitField(object, sensor) ?? units.get(sensor) ?? usualUnit(sensor);
      const { unit: named, value: converted } = deviceReading(node, sensor, value, unit);
      return [deviceReading(node, own, converted, named, time)];
    });
    return readingsOf(readings);
  },
};

function fieldsOf(values: unknown): readonly (readonly [string, unknown])[] {
  const object = objectOf(values);
  return object === undefined ? [] : Object.entries(object);
}

function ofChip(chip: string, fields: readonly (readonly [string, unknown])[]): Measured[] {
  return fields.flatMap(([field, raw]) => {
    const value = typeof raw === 'number' ? numberOf(raw) : undefined;
    const sensor = sensorName(field);
    return value === undefined || sensor === undefined || aside.has(sensor) ? [] : [{ chip, sensor, value }];
  });
}

/** `TempUnit` and `PressureUnit` stand beside the chips. */
function unitField(object: Readonly<Record<string, unknown>>, sensor: string): string | undefined {
  const name = unitFields.get(sensor);
  const unit = name === undefined ? undefined : fieldOf(object, name);
  return typeof unit === 'string' ? unit : undefined;
}
