/**
 * AirGradient: `airgradient/readings/<serial>` with the object that its local server and its cloud speak, too.
 * https://github.com/airgradienthq/arduino/blob/master/docs/local-server.md
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
import { deviceReading, nameOf } from './quantities.ts';

/** The first field that is there: what the device has corrected goes before what its chip said. */
const measured: readonly {
  readonly fields: readonly string[];
  readonly sensor: string;
  readonly unit?: string;
}[] = [
  { fields: ['rco2'], sensor: 'airquality', unit: 'ppm' },
  { fields: ['atmpCompensated', 'atmp'], sensor: 'temperature', unit: '°C' },
  { fields: ['rhumCompensated', 'rhum'], sensor: 'humidity', unit: '%' },
  { fields: ['pm01'], sensor: 'pm1', unit: 'µg/m³' },
  { fields: ['pm02Compensated', 'pm02'], sensor: 'pm2.5', unit: 'µg/m³' },
  { fields: ['pm10'], sensor: 'pm10', unit: 'µg/m³' },
  { fields: ['pm003Count'], sensor: 'pm0.3_count' },
  { fields: ['tvocIndex'], sensor: 'voc_index' },
  { fields: ['noxIndex'], sensor: 'nox_index' },
  { fields: ['wifi'], sensor: 'wifi', unit: 'dBm' },
];

export const airgradient: DeviceFormat = {
  name: 'airgradient',
  filters: ['airgradient/readings/+'],
  take({ topic, payload }: FormatMessage): FormatOutcome {
    const object = objectOf(jsonOf(payload));
    if (object === undefined) return refused('is no JSON object');
    const serial = textField(object, 'serialno') ?? topic.split('/')[2] ?? '';
    const node = nameOf(`airgradient_${serial}`);
    if (node === undefined || nameOf(serial) === undefined) return refused('has no serial number');
    const readings = measured.flatMap(({ fields, sensor, unit }): DeviceReading[] => {
      const value = fields.map((field) => fieldOf(object, field)).find((each) => typeof each === 'number');
      const number = numberOf(value);
      return number === undefined ? [] : [deviceReading(node, sensor, number, unit)];
    });
    return readingsOf(readings);
  },
};
