/**
 * zigbee2mqtt: `zigbee2mqtt/<friendly name>` with a flat object, `…/availability` with a state.
 * https://www.zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html
 */
import {
  type DeviceFormat,
  type DeviceReading,
  type FormatMessage,
  type FormatOutcome,
  ignored,
  readingsOf,
  refused,
} from './device-format.ts';
import { fieldOf, jsonOf, numberOf, objectOf, textField } from './json-payload.ts';
import { deviceReading, nameOf, sensorName, usualUnit } from './quantities.ts';

const prefix = 'zigbee2mqtt/';
/** What is set, not measured. */
const setting =
  /(_calibration|_precision|_interval|_threshold|_sensitivity|_timeout|_delay)$|^(last_seen|update|elapsed)/;
const units: ReadonlyMap<string, string> = new Map([
  ['battery', '%'],
  ['linkquality', 'lqi'],
  ['power', 'W'],
  ['current', 'A'],
  ['energy', 'kWh'],
]);

export const zigbee2mqtt: DeviceFormat = {
  name: 'zigbee2mqtt',
  filters: [`${prefix}#`],
  take({ topic, payload }: FormatMessage): FormatOutcome {
    const path = topic.slice(prefix.length);
    // The bridge speaks of itself, and commands are for devices.
    if (path.startsWith('bridge/') || /\/(set|get)(\/|$)/.test(path)) return ignored;
    const isAvailability = path.endsWith('/availability');
    const node = nameOf(isAvailability ? path.slice(0, -'/availability'.length) : path);
    if (node === undefined) return refused('the device has no name that can be used');
    if (isAvailability) return availability(node, payload);
    // A device that was removed: its retained state is taken away.
    if (payload === '') return ignored;
    const object = objectOf(jsonOf(payload));
    if (object === undefined) return refused('is no JSON object');
    const time = fieldOf(object, 'last_seen');
    const known = typeof time === 'string' || typeof time === 'number' ? time : undefined;
    const readings = Object.entries(object).flatMap(([field, raw]): DeviceReading[] => {
      const value = numberOf(raw);
      const sensor = sensorName(field);
      if (value === undefined || sensor === undefined || setting.test(field)) return [];
      return [deviceReading(node, sensor, value, units.get(sensor) ?? usualUnit(sensor), known)];
    });
    return readingsOf(readings);
  },
};

/** `{"state":"online"}`, or the word alone as older versions said it. */
function availability(node: string, payload: string): FormatOutcome {
  const object = objectOf(jsonOf(payload));
  const state = object === undefined ? payload : textField(object, 'state');
  if (state !== 'online' && state !== 'offline') return refused('is neither online nor offline');
  return { kind: 'availability', node, isOnline: state === 'online' };
}
