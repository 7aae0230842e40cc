import { describe, expect, test } from 'vitest';
import { isLoopback, parseConfig } from './config.ts';

const refused = (sentence: RegExp) =>
  expect.objectContaining({ code: 'configuration_invalid', message: expect.stringMatching(sentence) });

describe('addresses', () => {
  test.each([
    ['9000', { host: '127.0.0.1', port: 9000 }],
    ['0', { host: '127.0.0.1', port: 0 }],
    ['127.0.0.1:9000', { host: '127.0.0.1', port: 9000 }],
    ['localhost:65535', { host: 'localhost', port: 65_535 }],
    ['[::1]:9000', { host: '::1', port: 9000 }],
  ])('%s', (text, address) => {
    expect(parseConfig({ http: text }, {}).http).toEqual(address);
    expect(parseConfig({ mqtt: text }, {}).mqtt).toEqual(address);
  });

  test.each(['', 'x', '65536', '99999', '-1', '127.0.0.1', ':9000', '::1:9000', 'a:b:1', '1.5', '80 '])(
    '"%s" is refused with a sentence that names the flag',
    (text) => {
      expect(() => parseConfig({ http: text }, {})).toThrow(refused(/^--http is ".*"; it must be /));
      expect(() => parseConfig({ mqtt: text }, {})).toThrow(refused(/^--mqtt is ".*"; it must be /));
    },
  );
});

test('without flags and variables everything has its default, on this machine only', () => {
  expect(parseConfig({}, {})).toMatchObject({
    id: expect.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/),
    http: { host: '127.0.0.1', port: 8080 },
    mqtt: { host: '127.0.0.1', port: 1883 },
    data: './.bothy',
    insecure: false,
    allowGuests: false,
    registration: 'open',
    sessionDays: 7,
    publishRate: 1_000,
  });
});

test('what the broker keeps and takes can be set', () => {
  const flags = { 'session-days': '30', 'publish-rate': '50' };
  expect(parseConfig(flags, {})).toMatchObject({ sessionDays: 30, publishRate: 50 });
  expect(parseConfig({}, { BOTHY_PUBLISH_RATE: '2' }).publishRate).toBe(2);
});

describe('the collector of traces', () => {
  const base = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };
  const whole = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example/in' };
  test.each([
    ['http://127.0.0.1:4318', {}, 'http://127.0.0.1:4318/v1/traces'],
    ['https://traces.example/otlp/v1/traces', {}, 'https://traces.example/otlp/v1/traces'],
    [undefined, {}, undefined],
    [undefined, base, 'http://127.0.0.1:4318/v1/traces'],
    [undefined, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c.example/otlp/' }, 'http://c.example/otlp/v1/traces'],
    [undefined, { ...base, ...whole }, 'https://traces.example/in'],
    ['http://own.example', { ...base, ...whole }, 'http://own.example/v1/traces'],
    ['', base, undefined],
  ])('%s with %j is %s', (otlp, environment, url) => {
    expect(parseConfig({ otlp }, environment).otlp).toBe(url);
  });

  test.each(['4318', '127.0.0.1:4318', 'grpc://127.0.0.1:4317', 'http://'])('"%s" is refused', (otlp) => {
    expect(() => parseConfig({ otlp }, {})).toThrow(refused(/^--otlp is ".*"; it must be the address/));
  });
});

test('the log takes what the configuration says', () => {
  expect(parseConfig({}, {}).logLevels).toMatchObject({ http: 'info', rooms: 'info' });
  const { logLevels } = parseConfig({}, { BOTHY_LOG_LEVEL: 'warn,rooms=debug' });
  expect(logLevels).toMatchObject({ http: 'warn', rooms: 'debug' });
  expect(() => parseConfig({ 'log-level': 'rooms=loud' }, {})).toThrow(
    refused(/^--log-level is ".*areas: node, /),
  );
});

test('a flag goes before a variable, and a variable before a default', () => {
  const environment = {
    BOTHY_ID: 'hut',
    BOTHY_HTTP: '9000',
    BOTHY_MQTT: '9001',
    BOTHY_ALLOW_GUESTS: 'true',
    BOTHY_REGISTRATION: 'closed',
  };
  expect(parseConfig({ http: '9100', registration: 'open' }, environment)).toMatchObject({
    id: 'hut',
    http: { port: 9100 },
    mqtt: { port: 9001 },
    allowGuests: true,
    registration: 'open',
  });
});

test.each(['0.0.0.0:8080', '192.0.2.7:8080', '[::]:8080', 'hut.example:8080', '128.0.0.1:8080'])(
  '%s can be reached by others, and demands --lan or --insecure',
  (text) => {
    const sentence = (flag: string) => refused(new RegExp(`^--${flag} binds .* --insecure `));
    expect(() => parseConfig({ http: text }, {})).toThrow(sentence('http'));
    expect(() => parseConfig({ mqtt: text }, {})).toThrow(sentence('mqtt'));
    expect(parseConfig({ http: text, insecure: '' }, {}).insecure).toBe(true);
  },
);

test('--lan binds everything on the ports of TLS; a bare port stays reachable, a host is kept', () => {
  const everywhere = { host: '0.0.0.0' };
  expect(parseConfig({ lan: '' }, {})).toMatchObject({
    http: { ...everywhere, port: 8443 },
    mqtt: { ...everywhere, port: 8883 },
    guide: { ...everywhere, port: 8080 },
    allowGuests: false,
  });
  const chosen = parseConfig({ http: '9443', mqtt: '127.0.0.1:9883' }, { BOTHY_LAN: '1' });
  expect(chosen).toMatchObject({
    http: { ...everywhere, port: 9443 },
    mqtt: { host: '127.0.0.1', port: 9883 },
  });
});

test.each([
  ['127.0.0.1', true],
  ['127.1.2.3', true],
  ['::1', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['127.evil.example', false],
  ['localhost.example', false],
])('whether only this machine reaches %s: %s', (host, loopback) => expect(isLoopback(host)).toBe(loopback));

test.each([
  [{ id: 'not an id' }, /--id is "not an id"/],
  [{ id: '' }, /--id is ""/],
  [{ id: 'x'.repeat(64) }, /--id is "x+"/],
  [{ registration: 'sometimes' }, /--registration is "sometimes"; it must be open, invite or closed/],
  [{ insecure: 'perhaps' }, /--insecure is "perhaps"; it must be true or false/],
  [{ 'session-days': '0' }, /--session-days is "0"; it must be a whole number from 1 to 365/],
  [{ 'session-days': '1.5' }, /--session-days/],
  [{ 'publish-rate': '100001' }, /--publish-rate is "100001"/],
  [{ 'publish-rate': '1e3' }, /--publish-rate/],
  [{ 'allow-guests': 'no' }, /--allow-guests is "no"/],
])('%o is refused', (flags, sentence) => {
  expect(() => parseConfig(flags, {})).toThrow(refused(sentence));
});
