import { deviceIdPattern, namePattern, signallingTopics, topics } from '@bothy/wire';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canPublish, canSubscribe, mayRetain, type Principal } from './access-rules.ts';

const annsDevice = 'a'.repeat(16);
const bensDevice = 'b'.repeat(16);
const ann = { name: 'ann', person: 'a'.repeat(32), device: annsDevice };
const person: Principal = { kind: 'person', ...ann };
const operator: Principal = { kind: 'operator', ...ann };
const edge: Principal = { kind: 'edge', id: 'edge-1' };
const guest: Principal = { kind: 'guest', local: true };
const farGuest: Principal = { kind: 'guest', local: false };
const everyone = [person, operator, edge, guest, farGuest];

const publishes = (who: Principal, topic: string): boolean => canPublish(who, topic).allowed;
const subscribes = (who: Principal, filter: string): boolean => canSubscribe(who, filter).allowed;

describe('subscribing', () => {
  test.each([
    ['user/ann/#', true],
    ['user/ann', true],
    ['user/ann/offer', true],
    ['user/ann/+', true],
    ['user/ben/presence/#', true],
    ['user/ben/presence', true],
    [`user/ben/presence/${bensDevice}`, true],
    ['user/ben/presence/+', true],
    ['user/ben/presence/+/deeper', false],
    ['user/ben/#', false],
    ['user/ben/+', false],
    ['user/ben/+/#', false],
    ['user/ben', false],
    ['user/ben/offer', false],
    ['user/+/presence/#', false],
    ['user/+/offer', false],
    ['user/#', false],
    ['user/+', false],
    ['user', false],
    ['user//presence/#', false],
    ['user/Ben/presence/#', false],
    ['user/ann#/x', false],
    ['+/ann/offer', false],
    ['+/+/+', false],
    ['$share/group/user/ben/offer', false],
  ])('[AC1] a person, %s: %s', (filter, allowed) => expect(subscribes(person, filter)).toBe(allowed));

  test('[AC1] no filter that is allowed matches the signalling of another person', () => {
    const level = fc.constantFrom(
      'user',
      'ann',
      'ben',
      '+',
      '#',
      'offer',
      'presence',
      bensDevice,
      '',
      '$SYS',
    );
    const filters = fc.oneof(
      fc.array(level, { minLength: 1, maxLength: 6 }).map((levels) => levels.join('/')),
      fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => `user/${levels.join('/')}`),
    );
    const signals = signallingTopics.map((topic) => topics.signalling('ben', topic));
    fc.assert(
      fc.property(filters, fc.constantFrom(...everyone), (filter, who) => {
        if (!subscribes(who, filter)) return;
        for (const signal of signals) expect([filter, matches(filter, signal)]).toEqual([filter, false]);
      }),
      { numRuns: 5_000 },
    );
  });

  test.each([
    [person, 'env/#', true],
    [person, 'env/temperature/raw', true],
    [person, 'edge/#', false],
    [person, '$SYS/#', false],
  ])('[AC3] %o, %s: %s', (who, filter, allowed) => expect(subscribes(who, filter)).toBe(allowed));

  test.each([
    ['edge/edge-1/control', true],
    ['edge/edge-1/#', false],
    ['edge/edge-2/control', false],
    ['edge/+/control', false],
    ['env/#', false],
    ['user/ann/#', false],
    ['$SYS/#', false],
  ])('[AC4] an edge, %s: %s', (filter, allowed) => expect(subscribes(edge, filter)).toBe(allowed));

  test.each([
    ['env/#', true],
    ['edge/#', true],
    ['$SYS/#', true],
    ['$SYS', false],
    ['user/ann/#', false],
    ['user/ann/presence/#', false],
    ['user/#', false],
  ])('[AC5] a guest, %s: %s', (filter, allowed) => expect(subscribes(guest, filter)).toBe(allowed));

  test('[AC5] a guest from another machine does not see who is connected', () => {
    expect(subscribes(farGuest, '$SYS/#')).toBe(false);
    expect(subscribes(farGuest, 'env/#')).toBe(true);
  });

  test.each([
    ['user/ann/#', true],
    ['user/ben/presence/#', true],
    ['user/ben/offer', false],
    ['edge/#', true],
    ['$SYS/#', true],
  ])('[AC6] an operator, %s: %s', (filter, allowed) => expect(subscribes(operator, filter)).toBe(allowed));

  test.each([
    ...['#', '+', '+/#', '+/temperature/raw', '', '\0', 'env/\0', '$refused', '/', 'other/#'],
    ...['env/#/raw', 'env/x#', 'env/+x', 'user/ann/#/offer'],
  ])('[AC7] nobody, %j', (filter) => {
    for (const who of everyone) expect(subscribes(who, filter)).toBe(false);
  });
});

describe('publishing', () => {
  test.each([
    ['user/ben/offer', true],
    ['user/ben/answer', true],
    ['user/ben/iceCandidate', true],
    ['user/ben/contactRequest', true],
    ['user/ann/offer', true],
    [`user/ann/presence/${annsDevice}`, true],
    [`user/ann/presence/${bensDevice}`, false],
    [`user/ben/presence/${annsDevice}`, false],
    ['user/ann/presence', false],
    ['user/ben/other', false],
    ['user/ben/offer/deeper', false],
    ['user/ben', false],
    ['user/BEN/offer', false],
  ])('[AC2] a person, %s: %s', (topic, allowed) => expect(publishes(person, topic)).toBe(allowed));

  test('[AC2] presence is published by its own device alone', () => {
    const names = fc.stringMatching(namePattern);
    const devices = fc.stringMatching(deviceIdPattern);
    fc.assert(
      fc.property(names, devices, (name, device) => {
        const own = name === ann.name && device === annsDevice;
        expect(publishes(person, topics.presence(name, device))).toBe(own);
      }),
    );
  });

  test.each(['env/temperature/raw', 'env/event/light_low', 'edge/edge-1/status'])(
    '[AC3] a person, %s: false',
    (topic) => expect(publishes(person, topic)).toBe(false),
  );

  test.each([
    ['env/temperature/raw', true],
    ['edge/edge-1/status', true],
    ['edge/edge-1/control', false],
    ['edge/edge-2/status', false],
    ['edge/edge-1/status/deeper', false],
    ['user/ann/offer', false],
  ])('[AC4] an edge, %s: %s', (topic, allowed) => expect(publishes(edge, topic)).toBe(allowed));

  test.each([
    ['env/temperature/raw', true],
    ['edge/other/status', true],
    ['edge/edge-1/status', false],
    ['user/ann/offer', false],
    [`user/ann/presence/${annsDevice}`, false],
  ])('[AC5] a guest, while edge-1 is enrolled, %s: %s', (topic, allowed) => {
    const context = { isEnrolledEdge: (id: string) => id === 'edge-1' };
    expect(canPublish(guest, topic, context).allowed).toBe(allowed);
  });

  test.each([
    ['user/ben/offer', true],
    ['edge/edge-1/control', true],
    ['edge/edge-1/status', false],
    ['env/temperature/raw', false],
  ])('[AC6] an operator, %s: %s', (topic, allowed) => expect(publishes(operator, topic)).toBe(allowed));

  test.each([
    '$SYS/clients',
    '$refused',
    '',
    'env/+/raw',
    'env/#',
    'edge/\0',
    'other',
    '/',
    'env',
    'edge',
    'env/',
    'edge/',
  ])('[AC7] nobody, %j', (topic) => {
    for (const who of everyone) expect(publishes(who, topic)).toBe(false);
  });
});

test.each(['edge/edge-1/home', 'edge/edge-1/alarms', 'edge/other/home'])('[AC9] no client, %s', (topic) => {
  for (const who of everyone) expect(publishes(who, topic)).toBe(false);
  expect(subscribes(guest, topic)).toBe(true);
});

test.each([
  [`user/ann/presence/${annsDevice}`, true],
  ['edge/edge-1/status', true],
  ['user/ann/offer', false],
  ['user/ann/contactRequest', false],
  ['env/temperature/raw', false],
])('[AC8] %s may be retained: %s', (topic, retained) => expect(mayRetain(topic)).toBe(retained));

/** Whether a filter matches a topic, as MQTT 3.1.1 section 4.7 says, in the slowest and plainest way. */
function matches(filter: string, topic: string): boolean {
  const [wanted, ...restWanted] = filter.split('/');
  const [level, ...restLevels] = topic.split('/');
  if (wanted === '#') return restWanted.length === 0;
  if (wanted !== '+' && wanted !== level) return false;
  if (restWanted.length === 0) return restLevels.length === 0;
  if (restLevels.length === 0) return restWanted.join('/') === '#';
  return matches(restWanted.join('/'), restLevels.join('/'));
}

describe('formats of devices', () => {
  const on = { isDeviceTopic: (topic: string) => topic.startsWith('tele/') || topic.startsWith('user/') };

  test('[AC10] edges and guests publish on their topics, retained too, where the format is switched on', () => {
    for (const who of [edge, guest, farGuest]) {
      expect(canPublish(who, 'tele/plug/SENSOR', on).allowed).toBe(true);
      expect(canPublish(who, 'tele/plug/SENSOR').allowed).toBe(false);
      expect(canPublish(who, 'cmnd/plug/POWER', on).allowed).toBe(false);
    }
    for (const who of [person, operator]) expect(canPublish(who, 'tele/plug/SENSOR', on).allowed).toBe(false);
    expect([mayRetain('tele/plug/LWT', on), mayRetain('tele/plug/LWT')]).toEqual([true, false]);
    expect(mayRetain('env/temperature/raw', on)).toBe(false);
  });

  test('[AC10] guests follow what is not ours, and ours stays as it is', () => {
    for (const filter of ['tele/#', 'homeassistant/+/+/config']) {
      expect(canSubscribe(guest, filter, on).allowed).toBe(true);
      expect(canSubscribe(guest, filter).allowed).toBe(false);
      for (const who of [person, operator, edge]) expect(canSubscribe(who, filter, on).allowed).toBe(false);
    }
    for (const filter of ['#', '+/sensor/#', 'user/ann/#', '$share/x/tele/#']) {
      expect(canSubscribe(guest, filter, on).allowed).toBe(false);
    }
    for (const who of everyone) expect(canSubscribe(who, 'user/ben/offer', on).allowed).toBe(false);
    expect(canPublish(guest, 'user/ann/offer', on).allowed).toBe(false);
  });
});
