/**
 * SenML as JSON (RFC 8428), on `senml/#`: a list of records, in which base fields hold from the record that has them on.
 * A name is base name and name together; its last part is the sensor, all before it the device.
 */
import {
  type DeviceFormat,
  type DeviceReading,
  type FormatMessage,
  type FormatOutcome,
  readingsOf,
  refused,
} from './device-format.ts';
import { fieldOf, type JsonObject, jsonOf, numberOf, objectOf, textField } from './json-payload.ts';
import { deviceReading, nameOf, sensorName } from './quantities.ts';

/** Section 4.5.3: below this, a time counts from now. */
const relativeBelow = 2 ** 28;
/** Section 4.4: the version of this specification. */
const version = 10;

interface Base {
  readonly name: string;
  readonly time: number;
  readonly unit: string | undefined;
  readonly value: number;
  readonly sum: number;
}

export const senml: DeviceFormat = {
  name: 'senml',
  filters: ['senml/#'],
  take({ topic, payload, receivedMs }: FormatMessage): FormatOutcome {
    const list = jsonOf(payload);
    if (!Array.isArray(list)) return refused('is no list of SenML records');
    let base: Base = { name: '', time: 0, unit: undefined, value: 0, sum: 0 };
    const readings: DeviceReading[] = [];
    for (const element of list) {
      const record = objectOf(element);
      if (record === undefined) return refused('has a record that is no object');
      const must = Object.keys(record).find((label) => label.endsWith('_'));
      // Section 4.4: who does not know such a field must not use the record.
      if (must !== undefined)
        return refused(`has the field ${must.slice(0, 32)}, which has to be understood`);
      if ((numberField(record, 'bver') ?? version) > version)
        return refused('is of a later version of SenML');
      base = nextBase(base, record);
      const reading = readingOf(base, record, topic, receivedMs);
      if (reading === 'nameless') return refused('has a value without a name that can be used');
      if (reading !== undefined) readings.push(reading);
    }
    return readingsOf(readings);
  },
};

function numberField(record: JsonObject, field: string): number | undefined {
  const value = fieldOf(record, field);
  return typeof value === 'number' ? numberOf(value) : undefined;
}

function nextBase(base: Base, record: JsonObject): Base {
  return {
    name: textField(record, 'bn') ?? base.name,
    time: numberField(record, 'bt') ?? base.time,
    unit: textField(record, 'bu') ?? base.unit,
    value: numberField(record, 'bv') ?? base.value,
    sum: numberField(record, 'bs') ?? base.sum,
  };
}

/** Undefined: texts and data are no readings. */
function readingOf(
  base: Base,
  record: JsonObject,
  topic: string,
  receivedMs: number,
): DeviceReading | 'nameless' | undefined {
  const value = recordValue(base, record);
  if (value === undefined) return undefined;
  const named = splitName(`${base.name}${textField(record, 'n') ?? ''}`, topic);
  if (named === undefined) return 'nameless';
  const seconds = base.time + (numberField(record, 't') ?? 0);
  const unit = textField(record, 'u') ?? base.unit;
  const atMs = seconds < relativeBelow ? receivedMs + seconds * 1_000 : seconds * 1_000;
  return deviceReading(named.node, named.sensor, value, unit, Math.round(atMs));
}

function recordValue(base: Base, record: JsonObject): number | undefined {
  const flag = fieldOf(record, 'vb');
  if (typeof flag === 'boolean') return flag ? 1 : 0;
  const value = numberField(record, 'v');
  if (value !== undefined) return numberOf(base.value + value);
  const sum = numberField(record, 's');
  return sum === undefined ? undefined : numberOf(base.sum + sum);
}

/** `urn:dev:ow:10e2073a01080063:temperature`; a name of one part is a sensor of whoever the topic ends with. */
function splitName(
  name: string,
  topic: string,
): { readonly node: string; readonly sensor: string } | undefined {
  const parts = name.split(/[:/]/).filter((part) => part !== '');
  const last = parts.pop();
  const sensor = last === undefined ? undefined : sensorName(last);
  const device = parts.length > 0 ? parts : topic.split('/').slice(-1);
  // What all names of devices begin with says nothing.
  const own = device[0] === 'urn' && device[1] === 'dev' ? device.slice(2) : device;
  const node = nameOf(own.join('_'));
  return sensor === undefined || node === undefined ? undefined : { node, sensor };
}
