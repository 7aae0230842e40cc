/**
 * Our sensors as Home Assistant finds them: a retained announcement for each. All edges publish one kind of sensor on
 * one topic, so the template keeps what it was when another edge speaks.
 */
import type { LiveSensor } from '@bothy/wire';

/** Who announces; by this we know our own again. */
export const ownOrigin = 'Bothy';

export interface OwnDiscovery {
  readonly topic: string;
  /** Empty: the sensor is taken back. */
  readonly payload: string;
}

/** What Home Assistant calls these, and the units that it allows for them; a sensor with another has no class there. */
const classes: ReadonlyMap<string, { readonly name: string; readonly units: readonly string[] }> = new Map([
  ['temperature', { name: 'temperature', units: ['°C', '°F', 'K'] }],
  ['humidity', { name: 'humidity', units: ['%'] }],
  ['light', { name: 'illuminance', units: ['lx'] }],
  ['airquality', { name: 'carbon_dioxide', units: ['ppm'] }],
  [
    'pressure',
    { name: 'atmospheric_pressure', units: ['hPa', 'mbar', 'Pa', 'kPa', 'bar', 'mmHg', 'inHg', 'psi'] },
  ],
  ['pm2.5', { name: 'pm25', units: ['µg/m³'] }],
  ['pm1', { name: 'pm1', units: ['µg/m³'] }],
  ['pm10', { name: 'pm10', units: ['µg/m³'] }],
]);

export function ownDiscovery(
  { edge, sensor, unit }: Pick<LiveSensor, 'edge' | 'sensor' | 'unit'>,
  kind: 'edge' | 'plain',
  prefix = 'homeassistant',
): OwnDiscovery {
  const known = classes.get(sensor);
  const isAllowed = unit !== undefined && known?.units.includes(unit) === true;
  const config = {
    name: sensor,
    unique_id: `bothy_${edge}_${sensor}`,
    state_topic: `env/${sensor}/raw`,
    value_template: `{{ value_json.value if value_json.node == '${edge}' else this.state }}`,
    state_class: 'measurement',
    ...(isAllowed ? { device_class: known?.name } : {}),
    ...(unit === undefined ? {} : { unit_of_measurement: unit }),
    // A plain device says nothing of its health.
    ...(kind === 'plain' ? {} : availabilityOf(edge)),
    device: { identifiers: [`bothy_${edge}`], name: edge, manufacturer: 'Bothy' },
    origin: { name: ownOrigin },
  };
  return { topic: topicOf(edge, sensor, prefix), payload: JSON.stringify(config) };
}

/** Takes a sensor back that is gone. */
export function ownWithdrawal(edge: string, sensor: string, prefix = 'homeassistant'): OwnDiscovery {
  return { topic: topicOf(edge, sensor, prefix), payload: '' };
}

function availabilityOf(edge: string): object {
  return { availability_topic: `edge/${edge}/status`, availability_template: '{{ value_json.state }}' };
}

/** Ids of a discovery have no dot. */
function topicOf(edge: string, sensor: string, prefix: string): string {
  return `${prefix}/sensor/bothy_${plain(edge)}/${plain(sensor)}/config`;
}

function plain(name: string): string {
  return name.replaceAll('.', '_');
}
