/**
 * ESPHome: `<prefix>/sensor/<object id>/state` with a bare number, `<prefix>/binary_sensor/<object id>/state` with ON or
 * OFF, `<prefix>/status` with online or offline. https://esphome.io/components/mqtt/ A sensor is called by its object id.
 */
import {
  type DeviceFormat,
  type FormatMessage,
  type FormatOutcome,
  ignored,
  readingsOf,
  refused,
} from './device-format.ts';
import { numberOfText } from './json-payload.ts';
import { deviceReading, nameOf, sensorName, usualUnit } from './quantities.ts';

const switchWords: ReadonlyMap<string, number> = new Map([
  ['ON', 1],
  ['OFF', 0],
]);

export const esphome: DeviceFormat = {
  name: 'esphome',
  filters: ['+/sensor/+/state', '+/binary_sensor/+/state', '+/status'],
  take({ topic, payload }: FormatMessage): FormatOutcome {
    const [prefix = '', component, id = ''] = topic.split('/');
    const node = nameOf(prefix);
    if (node === undefined) return refused('the device has no name that can be used');
    if (component === 'status') {
      // Others say `<name>/status`, too.
      if (payload !== 'online' && payload !== 'offline') return ignored;
      return { kind: 'availability', node, isOnline: payload === 'online' };
    }
    const sensor = sensorName(id);
    if (sensor === undefined) return refused('the sensor has no name that can be used');
    // It has no value yet, or its chip does not answer.
    if (payload.toLowerCase() === 'nan') return ignored;
    const value = component === 'sensor' ? numberOfText(payload) : switchWords.get(payload);
    if (value === undefined)
      return refused(component === 'sensor' ? 'is no number' : 'is neither ON nor OFF');
    return readingsOf([deviceReading(node, sensor, value, usualUnit(sensor))]);
  },
};
