import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Reading, telemetryLimits, telemetryPayload } from '../telemetry/reading.ts';
import { parseReading, parseTelemetryEvent, type ReadingContext } from './reading-schema.ts';

const receivedMs = Date.UTC(2026, 10, 20, 9, 30, 1);
const utc: ReadingContext = { receivedMs, zoneOffset: () => 0 };
const plain = {
  sensor: 'temperature',
  value: 23.41,
  timestamp: '2026-11-20T09:30:00.000Z',
  node: 'edge-1',
  event: false,
  event_type: null,
};

function parse(change: object, context = utc) {
  return parseReading(JSON.stringify({ ...plain, ...change }), context);
}

function stampOf(timestamp: string, context = utc): string {
  const parsed = parse({ timestamp }, context);
  return parsed.ok ? new Date(parsed.value.stampMs).toISOString() : parsed.reason;
}

test('the payload of the documents is a reading, with or without what is optional', () => {
  const reading = { sensor: 'temperature', value: 23.41, stampMs: receivedMs - 1_000, node: 'edge-1' };
  const quiet = { event: false, eventType: null, hist: false };
  expect(parse({})).toEqual({ ok: true, value: { ...reading, ...quiet } });
  const short = JSON.stringify({ sensor: 'temperature', value: 23.41, node: 'edge-1' });
  expect(parseReading(short, utc)).toEqual({
    ok: true,
    value: { ...reading, ...quiet, stampMs: receivedMs },
  });
  const ours = { unit: '°C', boot: 3, seq: 17, quality: 'good' };
  expect(parse({ ...ours, hist: true })).toEqual({
    ok: true,
    value: { ...reading, ...quiet, ...ours, hist: true },
  });
  expect(parse({ unit: null, boot: null, quality: null })).toEqual(parse({}));
});

test('fields that are not known are kept, and cannot stand in for ours', () => {
  const text = `{"sensor":"t","value":1,"node":"e","battery":3.1,"__proto__":{"event":true},"at":[1]}`;
  const parsed = parseReading(text, utc);
  if (!parsed.ok) throw new Error(parsed.reason);
  expect(Object.keys(parsed.value.extra ?? {})).toEqual(['battery', 'at']);
  expect(parsed.value.event).toBe(false);
  const forged = telemetryPayload({ ...parsed.value, extra: { value: 9, event_type: 'x' } });
  expect(forged).toMatchObject({ value: 1, event_type: null });
  expect(JSON.parse(JSON.stringify(telemetryPayload(parsed.value)))).toMatchObject({ battery: 3.1, at: [1] });
});

test.each([
  ['2026-11-20T09:30:00Z', '2026-11-20T09:30:00.000Z'],
  ['2026-11-20T10:30:00.5+01:00', '2026-11-20T09:30:00.500Z'],
  ['2026-11-20T04:00:00-0530', '2026-11-20T09:30:00.000Z'],
  ['2026-11-20 09:30:00.123456', '2026-11-20T08:30:00.123Z'],
  ['2026-11-20T09:30', '2026-11-20T08:30:00.000Z'],
  ['2026-07-20T09:30:00', '2026-07-20T07:30:00.000Z'],
])('%s is %s where the clock is an hour ahead, two in summer', (timestamp, at) => {
  const month = (ms: number): number => new Date(ms).getUTCMonth();
  const zoneOffset = (localMs: number): number => (month(localMs) === 6 ? 120 : 60);
  expect(stampOf(timestamp, { receivedMs, zoneOffset })).toBe(at);
});

describe('refused, with a reason for who sent it', () => {
  test.each([
    ['value', '23.4', /value must be a number/],
    ['value', null, /value must be a number/],
    ['value', true, /value must be a number/],
    ['value', 1e16, /value must be a number/],
    ['sensor', 'a/b', /sensor must be a name/],
    ['sensor', 'x'.repeat(65), /sensor must be a name/],
    ['node', '', /node must be/],
    ['event', 'True', /event must be true or false/],
    ['event_type', 7, /event_type must be/],
    ['seq', -1, /seq must be a whole number/],
    ['seq', 1.5, /seq must be a whole number/],
    ['hist', 1, /hist must be/],
    ['unit', 'x'.repeat(33), /unit must be/],
    ['timestamp', 1_700_000_000, /timestamp must be a time/],
    ['timestamp', 'yesterday', /is not a time/],
    ['timestamp', '2026-02-30T00:00:00Z', /does not exist/],
    ['timestamp', '2026-11-20T24:30:00Z', /does not exist/],
    ['timestamp', '2026-11-20T09:30:00+25:00', /zone that does not exist/],
    ['timestamp', '1970-01-01T00:00:07Z', /clock of this device was never set/],
    ['timestamp', '2000-01-01T00:00:07Z', /clock of this device was never set/],
    ['timestamp', '2027-11-20T09:30:00Z', /more than a day ahead/],
  ])('%s %j', (field, value, reason) => {
    const parsed = parse({ [field]: value });
    expect(parsed.ok ? 'taken' : parsed.reason).toMatch(reason);
  });

  test.each([
    ['', 'not JSON'],
    ['23.4', 'not a JSON object'],
    ['[]', 'not a JSON object'],
    ['{"sensor":"t","value":NaN,"node":"e"}', 'not JSON'],
    ['{"sensor":"t","node":"e"}', /value must be/],
    ['{"sensor":"t","value":1e999,"node":"e"}', /value must be/],
  ])('%s', (text, reason) => {
    const parsed = parseReading(text, utc);
    expect(parsed.ok ? 'taken' : parsed.reason).toMatch(reason);
  });

  test('a payload that is too large, and one with too many fields', () => {
    expect(parse({ note: 'x'.repeat(telemetryLimits.payloadBytes) })).toEqual({
      ok: false,
      reason: 'larger than 4096 bytes',
    });
    const many = Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`f${i}`, i]));
    expect(parse(many)).toMatchObject({ ok: false, reason: expect.stringMatching(/more than 32 fields/) });
  });

  test('an event without a type', () => {
    expect(parseTelemetryEvent(JSON.stringify(plain), utc)).toMatchObject({ ok: false });
    const named = { ...plain, event: true, event_type: 'temperature_alert' };
    expect(parseTelemetryEvent(JSON.stringify(named), utc)).toMatchObject({
      ok: true,
      value: { event: true, eventType: 'temperature_alert' },
    });
  });
});

test('what is written is read as it was', () => {
  const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,20}$/);
  const whole = fc.nat(1e9);
  const reading: fc.Arbitrary<Reading> = fc.record(
    {
      sensor: name,
      value: fc.double({ min: -1e15, max: 1e15, noNaN: true }).filter((value) => !Object.is(value, -0)),
      stampMs: fc.integer({ min: telemetryLimits.earliestMs, max: receivedMs }),
      node: name,
      event: fc.boolean(),
      eventType: fc.option(name),
      unit: fc.string({ maxLength: 10 }),
      boot: whole,
      seq: whole,
      hist: fc.boolean(),
      quality: name,
      extra: fc.dictionary(
        fc.stringMatching(/^x[a-z]{1,8}$/),
        fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown),
        { minKeys: 1, maxKeys: 5 },
      ),
    },
    { requiredKeys: ['sensor', 'value', 'stampMs', 'node', 'event', 'eventType', 'hist'] },
  );
  fc.assert(
    fc.property(reading, (value) => {
      const text = JSON.stringify(telemetryPayload(value));
      if (text.length > 1_300) return;
      expect(parseReading(text, utc)).toEqual({ ok: true, value });
    }),
    { seed: 5, numRuns: 300 },
  );
});

test('nothing throws, whatever is sent', () => {
  const fields = fc.record(
    { sensor: fc.anything(), value: fc.anything(), timestamp: fc.string(), node: fc.anything() },
    { requiredKeys: [] },
  );
  const text = fc.oneof(
    fc.json(),
    fc.string(),
    fields.map((each) => JSON.stringify(each, (_, v: unknown) => (typeof v === 'bigint' ? 0 : v)) ?? ''),
  );
  fc.assert(
    fc.property(text, (payload) => {
      expect(parseReading(payload, utc).ok).toBeTypeOf('boolean');
    }),
    { seed: 5, numRuns: 500 },
  );
});
