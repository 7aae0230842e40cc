/**
 * What devices call what they measure, in the words and units of the design: the default rules look at `temperature` in
 * °C, `humidity` in %, `light` in lx and `airquality` in ppm of carbon dioxide. Other names stay what they are.
 */
import type { EdgeId } from '@bothy/wire';
import { telemetryLimits } from '@bothy/wire';
import { unitConversion } from '../calibration/units.ts';
import type { DeviceReading } from './device-format.ts';

const sensorOf: ReadonlyMap<string, string> = new Map([
  ['temp', 'temperature'],
  ['illuminance', 'light'],
  ['illuminance_lux', 'light'],
  ['lux', 'light'],
  ['carbondioxide', 'airquality'],
  ['carbon_dioxide', 'airquality'],
  ['co2', 'airquality'],
  ['eco2', 'airquality'],
  ['pm1', 'pm1'],
  ['pm25', 'pm2.5'],
  ['pm2_5', 'pm2.5'],
  ['atmospheric_pressure', 'pressure'],
]);

/** Units that rules and bands are written in. */
const unitOf: ReadonlyMap<string, string> = new Map([
  ['temperature', '°C'],
  ['humidity', '%'],
  ['light', 'lx'],
  ['airquality', 'ppm'],
  ['pressure', 'hPa'],
  ['pm1', 'µg/m³'],
  ['pm2.5', 'µg/m³'],
  ['pm10', 'µg/m³'],
]);

const spellings: ReadonlyMap<string, string> = new Map([
  ...['C', 'ºC', 'degC', 'Cel', '℃'].map((each) => [each, '°C'] as const),
  ...['F', 'ºF', 'degF', '℉'].map((each) => [each, '°F'] as const),
  ...['lux', 'Lux'].map((each) => [each, 'lx'] as const),
  ...['%RH', '%rh', '% RH'].map((each) => [each, '%'] as const),
  ...['ug/m3', 'ug/m³', 'µg/m3', 'μg/m³', 'μg/m3'].map((each) => [each, 'µg/m³'] as const),
  ['mb', 'mbar'],
]);

/** The first that names can have; undefined when nothing of a text is left. 64 characters at most. */
export function nameOf(text: string): string | undefined {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '');
  const name = plain.replace(/[^A-Za-z0-9_.-]+/g, '_').replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
  return name === '' ? undefined : name.slice(0, 64);
}

/** What a field or a class of a device measures. */
export function sensorName(field: string): string | undefined {
  const lower = field.toLowerCase();
  return sensorOf.get(lower) ?? nameOf(lower);
}

/** The unit that a quantity of this name comes in where a format says none. */
export function usualUnit(sensor: string): string | undefined {
  return unitOf.get(sensor);
}

/** In the unit of its quantity where it has one and this can be made of it, to a millionth. */
export function deviceReading(
  node: EdgeId,
  sensor: string,
  value: number,
  unit?: string,
  time?: string | number,
): DeviceReading {
  const spelled =
    unit === undefined ? undefined : (spellings.get(unit) ?? unit).slice(0, telemetryLimits.unitChars);
  const wanted = unitOf.get(sensor);
  const change = spelled === undefined || wanted === undefined ? undefined : unitConversion(spelled, wanted);
  const isSame = change === undefined || spelled === wanted;
  const own = isSame ? value : Math.round((value * change.gain + change.offset) * 1e6) / 1e6;
  const named = change === undefined ? spelled : wanted;
  return {
    ...{ node, sensor, value: own },
    ...(named === undefined || named === '' ? {} : { unit: named }),
    ...(time === undefined ? {} : { time }),
  };
}
