/** Announcements as the documentation of Home Assistant's discovery has them, and what follows them. */
import { describe, expect, test } from 'vitest';
import { formatLimits } from '../index.ts';
import { HomeAssistantFormat } from './home-assistant-format.ts';
import { ownDiscovery, ownWithdrawal } from './own-discovery.ts';
import { parseTemplate, templateNumber } from './value-template.ts';

const format = (): { take(topic: string, payload: unknown): ReturnType<HomeAssistantFormat['take']> } => {
  const own = new HomeAssistantFormat();
  return {
    take: (topic, payload) =>
      own.take({
        topic,
        payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
        receivedMs: 0,
      }),
  };
};

const temperature = {
  name: null,
  device_class: 'temperature',
  state_topic: 'homeassistant/sensor/sensorBedroom/state',
  unit_of_measurement: '°C',
  value_template: '{{ value_json.temperature}}',
  unique_id: 'temp01ae',
  device: { identifiers: ['bedroom01ae'], name: 'Bedroom', manufacturer: 'Example sensors Ltd.' },
};
const humidity = {
  ...temperature,
  device_class: 'humidity',
  unit_of_measurement: '%',
  value_template: '{{ value_json.humidity}}',
};

describe('[TF7] a sensor that is announced is read as it was announced', () => {
  test('two sensors on one topic', () => {
    const { take } = format();
    expect(take('homeassistant/sensor/sensorBedroomT/config', temperature)).toEqual({
      ...{ kind: 'announced', node: 'Bedroom', sensor: 'temperature' },
      topics: ['homeassistant/sensor/sensorBedroom/state'],
    });
    take('homeassistant/sensor/sensorBedroomH/config', humidity);
    expect(take('homeassistant/sensor/sensorBedroom/state', { temperature: 23.2, humidity: 43.7 })).toEqual({
      kind: 'readings',
      readings: [
        { node: 'Bedroom', sensor: 'temperature', value: 23.2, unit: '°C' },
        { node: 'Bedroom', sensor: 'humidity', value: 43.7, unit: '%' },
      ],
    });
  });

  test('abbreviated, with a base topic and availability', () => {
    const { take } = format();
    const announced = take('homeassistant/sensor/hut/co2/config', {
      ...{ '~': 'hut/air', stat_t: '~/state', avty: [{ t: '~/status' }], dev_cla: 'carbon_dioxide' },
      ...{
        unit_of_meas: 'ppm',
        val_tpl: '{{ value_json.co2 | int }}',
        uniq_id: 'x1',
        dev: { ids: 'hut-air' },
      },
    });
    expect(announced).toMatchObject({
      node: 'hut-air',
      sensor: 'airquality',
      topics: ['hut/air/state', 'hut/air/status'],
    });
    expect(take('hut/air/state', { co2: 811.6 })).toEqual({
      kind: 'readings',
      readings: [{ node: 'hut-air', sensor: 'airquality', value: 811, unit: 'ppm' }],
    });
    expect(take('hut/air/status', 'offline')).toEqual({
      kind: 'availability',
      node: 'hut-air',
      isOnline: false,
    });
    expect(take('hut/air/status', 'online')).toMatchObject({ isOnline: true });
  });

  test('a binary sensor says its own words', () => {
    const { take } = format();
    const config = { state_topic: 'door', payload_on: 'open', payload_off: 'shut', device_class: 'door' };
    take('homeassistant/binary_sensor/porch/config', config);
    expect(take('door', 'open')).toMatchObject({ readings: [{ node: 'porch', sensor: 'door', value: 1 }] });
    expect(take('door', 'shut')).toMatchObject({ readings: [{ value: 0 }] });
    expect(take('door', 'ajar').kind).toBe('refused');
  });

  test('a second sensor of one kind keeps its own name; one that is announced again is the same', () => {
    const { take } = format();
    const topic = 'homeassistant/sensor/hut/north/config';
    expect(take(topic, temperature)).toMatchObject({ sensor: 'temperature' });
    expect(
      take('homeassistant/sensor/hut/south/config', { ...temperature, state_topic: 'south' }),
    ).toMatchObject({ sensor: 'south' });
    expect(take(topic, { ...temperature, state_topic: 'elsewhere' })).toMatchObject({
      sensor: 'temperature',
    });
    expect(take('homeassistant/sensor/sensorBedroom/state', { temperature: 1 })).toEqual({ kind: 'ignored' });
    expect(take('elsewhere', { temperature: 1 }).kind).toBe('readings');
  });

  test('an empty announcement takes it back; other components are not asked', () => {
    const { take } = format();
    take('homeassistant/sensor/a/config', temperature);
    expect(take('homeassistant/sensor/a/config', '')).toEqual({
      kind: 'withdrawn',
      node: 'Bedroom',
      sensor: 'temperature',
    });
    expect(take('homeassistant/sensor/sensorBedroom/state', { temperature: 1 })).toEqual({ kind: 'ignored' });
    expect(take('homeassistant/light/a/config', { schema: 'json' })).toEqual({ kind: 'ignored' });
  });

  test('degrees Fahrenheit become degrees Celsius, and silence is no error', () => {
    const { take } = format();
    take('homeassistant/sensor/a/config', { ...temperature, unit_of_measurement: '°F' });
    expect(take(temperature.state_topic, { temperature: '50' })).toMatchObject({
      readings: [{ value: 10, unit: '°C' }],
    });
    expect(take(temperature.state_topic, 'unavailable')).toEqual({ kind: 'ignored' });
    expect(take(temperature.state_topic, { humidity: 3 }).kind).toBe('refused');
  });
});

describe('[TF8] templates', () => {
  test.each([
    ['{{ value }}', ' 21.5 ', 21.5],
    ['{{value|float}}', '3', 3],
    ["{{ value_json['AM2301'].Temperature | round(1) }}", '{"AM2301":{"Temperature":21.84}}', 21.8],
    ['{{ value_json.list[1].t }}', '{"list":[1,{"t":7}]}', 7],
    ['{{ value_json.t | float / 10 }}', '{"t":215}', 21.5],
    ['{{ (value_json.t) }}', '{"t":1}', 'not understood'],
    ['{{ value_json.t | default(0) }}', '{}', 0],
    ['{{ value_json.t | int }}', '{"t":"3.9"}', 3],
    ['{{ value_json.on }}', '{"on":true}', 1],
    ['{{ value_json.t }}', '{"t":"warm"}', undefined],
    ['{{ value_json.constructor }}', '{}', undefined],
    ['{% if value %}1{% endif %}', '1', 'not understood'],
    ['{{ states("sensor.x") }}', '1', 'not understood'],
    ['{{ value / 0 }}', '1', 'not understood'],
  ])('%s of %s', (text, payload, expected) => {
    const template = parseTemplate(text);
    expect(template === undefined ? 'not understood' : templateNumber(template, payload)).toBe(expected);
  });

  test('one that is not understood is refused when it is announced, with what would be', () => {
    const { take } = format();
    const config = { ...temperature, value_template: '{% set x = 1 %}' };
    const refusal = { kind: 'refused', reason: expect.stringContaining('{{ value_json.name }}') };
    expect(take('homeassistant/sensor/a/config', config)).toEqual(refusal);
  });
});

test('[TF9] announcements are bounded, and none can listen to more than a topic', () => {
  const { take } = format();
  expect(take('homeassistant/sensor/a/config', { ...temperature, state_topic: '#' }).kind).toBe('refused');
  expect(take('homeassistant/sensor/a/config', { ...temperature, state_topic: 'a/+/b' }).kind).toBe(
    'refused',
  );
  expect(take('homeassistant/sensor/a/config', '[]').kind).toBe('refused');
  for (let i = 0; i < formatLimits.announced; i++) {
    const device = { name: `d${i}` };
    expect(take(`homeassistant/sensor/d${i}/config`, { ...temperature, device }).kind).toBe('announced');
  }
  expect(take('homeassistant/sensor/more/config', temperature)).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('10000'),
  });
  // One that is known may change.
  expect(take('homeassistant/sensor/d1/config', { ...temperature, device: { name: 'd1' } }).kind).toBe(
    'announced',
  );
});

describe('[TF10] our own sensors are announced to Home Assistant', () => {
  test('with class, unit and availability, for the readings of this edge alone', () => {
    const { topic, payload } = ownDiscovery({ edge: 'edge-1', sensor: 'airquality', unit: 'ppm' }, 'edge');
    expect(topic).toBe('homeassistant/sensor/bothy_edge-1/airquality/config');
    expect(JSON.parse(payload)).toEqual({
      ...{ name: 'airquality', unique_id: 'bothy_edge-1_airquality', state_topic: 'env/airquality/raw' },
      value_template: "{{ value_json.value if value_json.node == 'edge-1' else this.state }}",
      ...{ state_class: 'measurement', device_class: 'carbon_dioxide', unit_of_measurement: 'ppm' },
      ...{ availability_topic: 'edge/edge-1/status', availability_template: '{{ value_json.state }}' },
      device: { identifiers: ['bothy_edge-1'], name: 'edge-1', manufacturer: 'Bothy' },
      origin: { name: 'Bothy' },
    });
  });

  test('a plain device has no availability, an odd unit no class; a topic has no dots; gone is empty', () => {
    const { topic, payload } = ownDiscovery({ edge: 'a.b', sensor: 'pm2.5', unit: 'mg/m³' }, 'plain', 'ha');
    expect(topic).toBe('ha/sensor/bothy_a_b/pm2_5/config');
    expect(Object.keys(JSON.parse(payload) as object)).not.toContain('device_class');
    expect(Object.keys(JSON.parse(payload) as object)).not.toContain('availability_topic');
    expect(format().take('homeassistant/sensor/x/y/config', payload)).toEqual({ kind: 'ignored' });
    expect(ownWithdrawal('a.b', 'pm2.5', 'ha')).toEqual({ topic, payload: '' });
  });
});
