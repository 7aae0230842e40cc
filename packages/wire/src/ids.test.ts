import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  bootCounter,
  bootPattern,
  deviceKey,
  directConversationId,
  formatBoot,
  namePattern,
  parseDeviceKey,
} from './ids.ts';
import { parseUserTopic, signallingTopics, topics } from './topics.ts';

const base32 = (length: number) =>
  fc.string({
    unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz234567'),
    minLength: length,
    maxLength: length,
  });
const person = base32(32);
const device = base32(16);
const name = fc.stringMatching(namePattern);

test('a device key comes back', () => {
  fc.assert(
    fc.property(person, device, (p, d) => {
      expect(parseDeviceKey(deviceKey({ person: p, device: d }))).toEqual({ person: p, device: d });
    }),
  );
  for (const text of ['', '/', 'a/b', `${'a'.repeat(32)}/`, `${'a'.repeat(32)}/${'b'.repeat(16)}/c`]) {
    expect(parseDeviceKey(text)).toBeUndefined();
  }
});

test('both persons of a conversation name it alike', () => {
  fc.assert(
    fc.property(person, person, (a, b) => {
      expect(directConversationId(a, b)).toBe(directConversationId(b, a));
    }),
  );
});

test('boots order by their counter, also as text', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 31 - 1), fc.nat(2 ** 31 - 1), base32(13), (a, b, random) => {
      const [one, other] = [formatBoot(a, random), formatBoot(b, random)];
      expect(one).toMatch(bootPattern);
      expect(bootCounter(one)).toBe(a);
      expect(Math.sign(one < other ? -1 : one > other ? 1 : 0)).toBe(Math.sign(a - b));
    }),
  );
});

test('topics come back, and nothing else is one of ours', () => {
  fc.assert(
    fc.property(name, device, fc.constantFrom(...signallingTopics), (n, d, topic) => {
      expect(parseUserTopic(topics.signalling(n, topic))).toEqual({ kind: 'signalling', name: n, topic });
      expect(parseUserTopic(topics.presence(n, d))).toEqual({ kind: 'presence', name: n, device: d });
    }),
  );
  const device16 = 'b'.repeat(16);
  for (const topic of ['', 'user', 'user/ben', 'user/Ben/offer', 'user/ben/offer/x', 'user/ben/other']) {
    expect(parseUserTopic(topic)).toBeUndefined();
  }
  expect(parseUserTopic(`user/ben/presence/${device16}/x`)).toBeUndefined();
  expect(parseUserTopic('user/+/presence/#')).toBeUndefined();
});
