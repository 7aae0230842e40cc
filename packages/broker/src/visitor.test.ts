import { expect, test } from 'vitest';
import { defaultPublishRate, PublishAllowance } from './publish-allowance.ts';
import { Visitor } from './visitor.ts';

const visitor = (): Visitor =>
  new Visitor({ kind: 'guest', local: true }, undefined, new PublishAllowance(defaultPublishRate, 0));

test('[BR11] a client has room for 4,096 filters, and gets it back', () => {
  const guest = visitor();
  for (let n = 0; n < 4_096; n += 1) {
    expect(guest.subscribeRefusal(`env/${n}/raw`)).toBeUndefined();
    guest.subscribed(`env/${n}/raw`);
  }
  expect(guest.subscribeRefusal('env/one/more')).toBe('more than 4096 subscriptions');
  expect(guest.subscribeRefusal('env/7/raw')).toBeUndefined();
  guest.unsubscribed('env/7/raw');
  expect(guest.subscribeRefusal('env/one/more')).toBeUndefined();
});

test('[BR5, BR6] topics and filters that are too long or too deep are refused', () => {
  for (const topic of [`env/${'x'.repeat(253)}`, `env${'/x'.repeat(16)}`]) {
    expect(visitor().publishRefusal(topic)).toMatch(/^longer than /);
    expect(visitor().subscribeRefusal(topic)).toMatch(/^longer than /);
  }
  expect(visitor().publishRefusal(`env/${'x'.repeat(252)}`)).toBeUndefined();
  expect(visitor().publishRefusal(`env${'/x'.repeat(15)}`)).toBeUndefined();
});

test('[BR6] what may not be subscribed to may not be read, whatever way it came', () => {
  expect(visitor().mayRead('env/temperature/raw')).toBe(true);
  expect(visitor().mayRead('user/ann/offer')).toBe(false);
  expect(visitor().mayRead('$refused')).toBe(false);
});

test('[BR14] fifty messages may wait in a row; reading once starts the count anew', () => {
  const guest = visitor();
  const next = (qos: number): string => guest.delivery(qos, true);
  expect(Array.from({ length: 50 }, () => next(1))).toEqual(Array(50).fill('send'));
  expect([next(0), next(0), next(1)]).toEqual(['miss', 'miss', 'end']);
  expect(guest.delivery(1, false)).toBe('send');
  expect(next(1)).toBe('send');
});
