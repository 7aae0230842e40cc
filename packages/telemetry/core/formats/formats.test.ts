/** Payloads as the formats' own documentation shows them, with other numbers. */
import { checkReading } from '@bothy/wire/schemas';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type DeviceFormatName,
  type DeviceReading,
  deviceFormats,
  type FormatOutcome,
  openFormat,
} from './index.ts';

const receivedMs = Date.UTC(2026, 10, 20, 9, 30);

function take(name: DeviceFormatName, topic: string, payload: unknown): FormatOutcome {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return openFormat(name).take({ topic, payload: text, receivedMs });
}

/** `sensor value unit`, of one node at one time. */
function lines(outcome: FormatOutcome): string[] {
  if (outcome.kind !== 'readings') throw new Error(JSON.stringify(outcome));
  return outcome.readings.map(({ sensor, value, unit }) =>
    [sensor, value, unit].filter((each) => each !== undefined).join(' '),
  );
}

function first(outcome: FormatOutcome): DeviceReading | undefined {
  return outcome.kind === 'readings' ? outcome.readings[0] : undefined;
}

describe('[TF1] Tasmota', () => {
  test('a chip with several quantities, at the local time of the device', () => {
    const outcome = take('tasmota', 'tele/cellar/SENSOR', {
      Time: '2026-11-20T10:29:58',
      BME280: { Temperature: 11.4, Humidity: 71.2, DewPoint: 6.3, Pressure: 1003.8 },
      PressureUnit: 'hPa',
      TempUnit: 'C',
    });
    expect(lines(outcome)).toEqual([
      'temperature 11.4 °C',
      'humidity 71.2 %',
      'dewpoint 6.3 °C',
      'pressure 1003.8 hPa',
    ]);
    expect(first(outcome)).toMatchObject({ node: 'cellar', time: '2026-11-20T10:29:58' });
  });

  test('degrees Fahrenheit and millimetres become what rules are written in', () => {
    const payload = { AM2301: { Temperature: 72.5, Humidity: 40 }, TempUnit: 'F' };
    expect(lines(take('tasmota', 'tele/attic/SENSOR', payload))).toEqual([
      'temperature 22.5 °C',
      'humidity 40 %',
    ]);
  });

  test('two chips that measure the same are told apart', () => {
    const outcome = take('tasmota', 'tele/boiler/SENSOR', {
      Time: '2026-11-20T10:29:58',
      'DS18B20-1': { Id: '01131B123456', Temperature: 61.2 },
      'DS18B20-2': { Id: '01131B654321', Temperature: 44.9 },
      TempUnit: 'C',
    });
    expect(lines(outcome)).toEqual(['ds18b20-1.temperature 61.2 °C', 'ds18b20-2.temperature 44.9 °C']);
  });

  test('air quality, light and power; sums of days are no readings', () => {
    const outcome = take('tasmota', 'tele/plug/SENSOR', {
      MHZ19B: { Model: 'B', CarbonDioxide: 812 },
      BH1750: { Illuminance: 240 },
      ENERGY: {
        TotalStartTime: '2026-01-01T00:00:00',
        Total: 12.4,
        Today: 0.2,
        Power: 41,
        Voltage: 231,
        Current: 0.18,
      },
    });
    expect(lines(outcome)).toEqual([
      'airquality 812 ppm',
      'light 240 lx',
      'power 41 W',
      'voltage 231 V',
      'current 0.18 A',
    ]);
  });

  test('comes and goes with LWT', () => {
    const availability = { kind: 'availability', node: 'plug' };
    expect(take('tasmota', 'tele/plug/LWT', 'Online')).toEqual({ ...availability, isOnline: true });
    expect(take('tasmota', 'tele/plug/LWT', 'Offline')).toEqual({ ...availability, isOnline: false });
    expect(take('tasmota', 'tele/plug/LWT', 'on').kind).toBe('refused');
  });

  test('a device without sensors is no error', () => {
    expect(take('tasmota', 'tele/lamp/SENSOR', { Time: '2026-11-20T10:29:58', Switch1: 'ON' })).toEqual({
      kind: 'ignored',
    });
  });
});

describe('[TF2] zigbee2mqtt', () => {
  test('a climate sensor with its battery and link', () => {
    const payload = {
      temperature: 19.87,
      humidity: 48.1,
      pressure: 1011.2,
      battery: 97,
      voltage: 2995,
      linkquality: 120,
    };
    const outcome = take('zigbee2mqtt', 'zigbee2mqtt/living room', payload);
    expect(lines(outcome)).toEqual([
      ...['temperature 19.87 °C', 'humidity 48.1 %', 'pressure 1011.2 hPa', 'battery 97 %'],
      ...['voltage 2995', 'linkquality 120 lqi'],
    ]);
    expect(first(outcome)).toMatchObject({ node: 'living_room' });
  });

  test('contacts and leaks are 1 and 0; names may have levels; what is set is not measured', () => {
    const payload = {
      contact: true,
      water_leak: false,
      illuminance: 30,
      temperature_calibration: 0.5,
      last_seen: '2026-11-20T09:29:00.000Z',
      update: { state: 'idle' },
    };
    const outcome = take('zigbee2mqtt', 'zigbee2mqtt/hut/door', payload);
    expect(lines(outcome)).toEqual(['contact 1', 'water_leak 0', 'light 30 lx']);
    expect(first(outcome)).toMatchObject({ node: 'hut_door', time: '2026-11-20T09:29:00.000Z' });
  });

  test('availability in both of its forms; bridge and commands are not ours', () => {
    const online = { kind: 'availability', node: 'door', isOnline: true };
    expect(take('zigbee2mqtt', 'zigbee2mqtt/door/availability', { state: 'online' })).toEqual(online);
    expect(take('zigbee2mqtt', 'zigbee2mqtt/door/availability', 'offline')).toEqual({
      ...online,
      isOnline: false,
    });
    expect(take('zigbee2mqtt', 'zigbee2mqtt/bridge/info', { version: '2.1' })).toEqual({ kind: 'ignored' });
    expect(take('zigbee2mqtt', 'zigbee2mqtt/lamp/set', { brightness: 3 })).toEqual({ kind: 'ignored' });
  });
});

describe('[TF3] ESPHome', () => {
  test('a bare number; what it does not know yet is nothing', () => {
    const outcome = take('esphome', 'greenhouse/sensor/temperature/state', '23.41');
    expect(first(outcome)).toEqual({ node: 'greenhouse', sensor: 'temperature', value: 23.41, unit: '°C' });
    expect(lines(take('esphome', 'hall/sensor/bme280_dew_point/state', '-1.5'))).toEqual([
      'bme280_dew_point -1.5',
    ]);
    expect(take('esphome', 'greenhouse/sensor/temperature/state', 'nan')).toEqual({ kind: 'ignored' });
    expect(take('esphome', 'greenhouse/sensor/temperature/state', 'warm').kind).toBe('refused');
  });

  test('binary sensors and the status of a device', () => {
    expect(lines(take('esphome', 'hall/binary_sensor/motion/state', 'ON'))).toEqual(['motion 1']);
    expect(take('esphome', 'hall/status', 'offline')).toEqual({
      kind: 'availability',
      node: 'hall',
      isOnline: false,
    });
    expect(take('esphome', 'hall/status', '{"else":1}')).toEqual({ kind: 'ignored' });
  });
});

describe('[TF4] AirGradient', () => {
  test('what the device has corrected goes before what its chips said', () => {
    const payload = {
      ...{ wifi: -52, serialno: '84fce602549c', rco2: 487, pm01: 4, pm02: 6, pm10: 7, pm003Count: 442 },
      ...{
        atmp: 25.87,
        atmpCompensated: 24.47,
        rhum: 43,
        rhumCompensated: 49,
        tvocIndex: 100,
        tvocRaw: 33051,
      },
      ...{
        noxIndex: 1,
        noxRaw: 16307,
        boot: 6,
        bootCount: 6,
        ledMode: 'pm',
        firmware: '3.1.3',
        model: 'I-9PSL',
      },
    };
    const outcome = take('airgradient', 'airgradient/readings/84fce602549c', payload);
    expect(lines(outcome)).toEqual([
      ...['airquality 487 ppm', 'temperature 24.47 °C', 'humidity 49 %', 'pm1 4 µg/m³', 'pm2.5 6 µg/m³'],
      ...['pm10 7 µg/m³', 'pm0.3_count 442', 'voc_index 100', 'nox_index 1', 'wifi -52 dBm'],
    ]);
    expect(first(outcome)?.node).toBe('airgradient_84fce602549c');
  });
});

describe('[TF5] SenML', () => {
  test('base fields hold from their record on, and times add up', () => {
    const records = [
      {
        bn: 'urn:dev:ow:10e2073a01080063:',
        bt: 1_795_166_000,
        bu: 'A',
        bver: 5,
        n: 'voltage',
        u: 'V',
        v: 120.1,
      },
      { n: 'current', t: -5, v: 1.2 },
      { n: 'current', t: -4, v: 1.3 },
    ];
    const outcome = take('senml', 'senml/any', records);
    expect(lines(outcome)).toEqual(['voltage 120.1 V', 'current 1.2 A', 'current 1.3 A']);
    if (outcome.kind !== 'readings') throw new Error('no readings');
    expect(outcome.readings.map(({ node }) => node)).toEqual(Array(3).fill('ow_10e2073a01080063'));
    expect(outcome.readings.map(({ time }) => time)).toEqual([
      1_795_166_000_000, 1_795_165_995_000, 1_795_165_996_000,
    ]);
  });

  test('a time that is small counts from now; base value, truth and sum; texts are no readings', () => {
    const records = [
      { bn: 'hut/', bv: 20, n: 'temperature', u: 'Cel', v: 0.5, t: -10 },
      { n: 'open', vb: true },
      { n: 'label', vs: 'north' },
      { n: 'energy', u: 'J', s: 7 },
    ];
    const outcome = take('senml', 'senml/hut', records);
    expect(lines(outcome)).toEqual(['temperature 20.5 °C', 'open 1', 'energy 7 J']);
    expect(first(outcome)).toMatchObject({ node: 'hut', time: receivedMs - 10_000 });
  });

  test('one that has to be understood and is not, and a later version, are refused whole', () => {
    expect(
      take('senml', 'senml/x', [
        { n: 'a', v: 1 },
        { n: 'b', v: 2, pos_: 3 },
      ]).kind,
    ).toBe('refused');
    expect(take('senml', 'senml/x', [{ bver: 11, n: 'a', v: 1 }]).kind).toBe('refused');
    expect(first(take('senml', 'senml/shed', [{ n: 'temperature', u: 'Cel', v: 1 }]))?.node).toBe('shed');
  });
});

test('[TF6] whatever comes is read or refused with a reason; what is read is a reading of the wire', () => {
  const word = fc.constantFrom(
    'temperature',
    'bn',
    'n',
    'v',
    'Time',
    'AM2301',
    'state',
    '__proto__',
    'constructor',
    'state_topic',
    'stat_t',
    '~',
  );
  const json = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      fc.jsonValue(),
      fc.dictionary(word, tie('any')),
      fc.array(tie('any'), { maxLength: 3 }),
    ),
  })).any;
  const numbers = fc.dictionary(word, fc.oneof(fc.double(), fc.integer(), fc.boolean()));
  const payload = fc.oneof(
    fc
      .oneof(numbers, fc.dictionary(word, numbers), fc.array(numbers), json)
      .map((value) => JSON.stringify(value)),
    fc.oneof(fc.double().map(String), fc.string(), fc.constant('x'.repeat(20_000))),
  );
  const part = fc.oneof(
    fc.constantFrom('tele', 'SENSOR', 'zigbee2mqtt', 'sensor', 'state', 'homeassistant', 'config', 'ß/ü', ''),
    fc.string({ maxLength: 5 }),
  );
  const proper = ['tele/x/SENSOR', 'zigbee2mqtt/x', 'a/sensor/b/state', 'airgradient/readings/1', 'senml/x'];
  const topic = fc.oneof(
    fc.constantFrom(...proper, 'homeassistant/sensor/a/config'),
    fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/')),
  );
  let read = 0;
  fc.assert(
    fc.property(fc.constantFrom(...deviceFormats), topic, payload, (name, topic, payload) => {
      const outcome = openFormat(name).take({ topic, payload, receivedMs });
      if (outcome.kind === 'refused') expect(outcome.reason).not.toBe('');
      if (outcome.kind !== 'readings') return;
      read += 1;
      for (const { time, ...reading } of outcome.readings) {
        expect(checkReading(reading, { receivedMs, zoneOffset: () => 0 })).toMatchObject({ ok: true });
        if (typeof time === 'number') expect(Number.isFinite(time)).toBe(true);
      }
    }),
    { numRuns: 2_000 },
  );
  // Payloads that are all refused would show nothing.
  expect(read).toBeGreaterThan(20);
});

test('[TF6] more values than a payload may have are refused', () => {
  const many = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`x${i}`, i]));
  expect(take('zigbee2mqtt', 'zigbee2mqtt/x', many)).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('64'),
  });
});
