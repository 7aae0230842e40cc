import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Fence, LeaseRegistry } from './lease-registry.ts';

const options = { ttlMs: 100, maxEntries: 3 };

describe('leases', () => {
  test('[LS1] who registers first holds it until the time is over', () => {
    const registry = new LeaseRegistry<string>(options);
    const lease = { key: 'k', holder: 'a', token: 1, untilMs: 100, value: 'one' };
    expect(registry.register('k', 'a', 'one', 0)).toEqual({ kind: 'granted', lease });
    expect(registry.register('k', 'b', 'two', 99)).toEqual({ kind: 'held', by: 'a', untilMs: 100 });
    expect(registry.get('k', 99)).toEqual(lease);
    expect(registry.get('k', 100)).toBeUndefined();
    expect(registry.all(100)).toEqual([]);
    expect(registry.register('k', 'b', 'two', 100)).toMatchObject({ lease: { holder: 'b', untilMs: 200 } });
  });

  test('[LS2] a renewal, and a registration by its holder, go on with the same token', () => {
    const registry = new LeaseRegistry<string>(options);
    registry.register('k', 'a', 'one', 0);
    expect(registry.renew('k', 1, 50)).toMatchObject({ token: 1, untilMs: 150, value: 'one' });
    expect(registry.register('k', 'a', 'ill', 60)).toMatchObject({ lease: { token: 1, untilMs: 160 } });
    expect(registry.get('k', 60)?.value).toBe('ill');
    expect(registry.changesSince(1)).toEqual([{ revision: 2, key: 'k', change: 'changed' }]);
    expect(registry.renew('k', 1, 160)).toBeUndefined();
    expect(registry.renew('other', 1, 0)).toBeUndefined();
  });

  test('[LS3] tokens rise, over all keys and over restarts', () => {
    const registry = new LeaseRegistry<string>({ ...options, lastToken: 7 });
    registry.register('k', 'a', '', 0);
    registry.register('l', 'b', '', 0);
    expect(registry.all(0).map(({ token }) => token)).toEqual([8, 9]);
    registry.release('k', 8, 0);
    expect(registry.register('k', 'a', '', 0)).toMatchObject({ lease: { token: 10 } });
    expect(registry.lastToken).toBe(10);
  });

  test('[LS4] what is released, or over, is nobody’s; an old token ends nothing', () => {
    const registry = new LeaseRegistry<string>(options);
    registry.register('k', 'a', '', 0);
    registry.expire(100);
    registry.register('k', 'b', '', 100);
    expect(registry.release('k', 1, 101)).toBe(false);
    expect(registry.get('k', 101)?.holder).toBe('b');
    expect(registry.release('k', 2, 101)).toBe(true);
    expect(registry.get('k', 101)).toBeUndefined();
    expect(registry.release('k', 2, 101)).toBe(false);
  });

  test('[LS5] what is over is said once, in the order of the ends', () => {
    const registry = new LeaseRegistry<string>(options);
    for (const [at, key] of ['k', 'l', 'm'].entries()) registry.register(key, 'a', '', at * 10);
    registry.renew('k', 1, 30);
    expect(registry.nextEndMs).toBe(110);
    expect(registry.expire(120).map(({ key }) => key)).toEqual(['l', 'm']);
    expect(registry.expire(120)).toEqual([]);
    expect(registry.nextEndMs).toBe(130);
    expect(registry.expire(130)).toHaveLength(1);
    expect(registry.nextEndMs).toBeUndefined();
    // Whoever registers meanwhile does not keep it from being said.
    registry.register('k', 'a', '', 200);
    registry.register('k', 'b', '', 300);
    expect(registry.expire(301).map(({ holder }) => holder)).toEqual(['a']);
    for (const atMs of [400, 500, 600, 700]) registry.register('k', 'b', '', atMs);
    expect(registry.expire(701)).toHaveLength(3);
  });

  test('[LS6] more than fit are refused until something ends', () => {
    const registry = new LeaseRegistry<string>(options);
    for (const key of ['k', 'l', 'm']) registry.register(key, 'a', '', 0);
    expect(registry.register('n', 'a', '', 50)).toEqual({ kind: 'full' });
    expect(registry.register('k', 'a', '', 50).kind).toBe('granted');
    expect(registry.register('n', 'a', '', 100).kind).toBe('granted');
    expect(registry.size).toBe(2);
  });

  test('[LS7] what has changed since is told, or that it is too long ago', () => {
    const registry = new LeaseRegistry<string>({ ...options, maxChanges: 3 });
    registry.register('k', 'a', 'one', 0);
    registry.register('k', 'a', 'one', 10);
    registry.register('k', 'a', 'two', 20);
    expect(registry.changesSince(0)).toEqual([
      { revision: 1, key: 'k', change: 'registered' },
      { revision: 2, key: 'k', change: 'changed' },
    ]);
    expect(registry.changesSince(2)).toEqual([]);
    registry.register('l', 'a', '', 20);
    registry.release('l', 2, 20);
    expect(registry.changesSince(1)?.map(({ change }) => change)).toEqual([
      'changed',
      'registered',
      'released',
    ]);
    expect(registry.changesSince(0)).toBeUndefined();
    expect(registry.changesSince(5)).toBeUndefined();
    expect(registry.revision).toBe(4);
  });

  test('[LS11] a time before the last one counts as that one: what is over stays over', () => {
    const registry = new LeaseRegistry<string>(options);
    registry.register('k', 'a', '', 100);
    expect(registry.register('l', 'a', '', 0)).toMatchObject({ lease: { untilMs: 200 } });
    expect(registry.get('k', 200)).toBeUndefined();
    expect([registry.get('k', 150), registry.all(150)]).toEqual([undefined, []]);
    expect(registry.renew('k', 1, 150)).toBeUndefined();
    expect(registry.register('l', 'b', '', 150)).toMatchObject({ lease: { holder: 'b', untilMs: 300 } });
  });

  test('[LS8] options and times out of their range throw', () => {
    for (const atMs of [Number.NaN, Infinity]) {
      const registry = new LeaseRegistry<string>(options);
      expect(() => registry.register('k', 'a', '', atMs)).toThrow(RangeError);
      expect(() => registry.get('k', atMs)).toThrow(RangeError);
    }
    for (const wrong of [
      { ttlMs: 0 },
      { ttlMs: Infinity },
      { maxEntries: 0 },
      { maxChanges: -1 },
      { lastToken: 0.5 },
    ])
      expect(() => new LeaseRegistry({ ...options, ...wrong })).toThrow(RangeError);
    expect(() => new Fence(-1)).toThrow(RangeError);
  });
});

test('[LS9] a fence admits no token lower than one that it has admitted', () => {
  const fence = new Fence(3);
  expect(fence.admits(2)).toBe(false);
  expect([3, 5, 5, 4, 0.5, 6].map((token) => fence.admits(token))).toEqual([
    true,
    true,
    true,
    false,
    false,
    true,
  ]);
  expect(fence.highest).toBe(6);
});

test('[LS10, LS11] of one key never two hold a lease, and of two holders the later has the higher token', () => {
  const step = fc.record({
    key: fc.constantFrom('k', 'l'),
    holder: fc.constantFrom('a', 'b', 'c'),
    act: fc.constantFrom('register' as const, 'renew' as const, 'release' as const),
    afterMs: fc.integer({ min: 0, max: 80 }),
    // The caller's clock goes back for a moment: nothing may come of it.
    backMs: fc.constantFrom(0, 0, 0, 50),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const registry = new LeaseRegistry<string>(options);
      // The obvious one: a list of who was granted what until when.
      const model = new Map<string, { holder: string; token: number; untilMs: number }>();
      const tokens = new Map<string, number>();
      let nowMs = 0;
      for (const { key, holder, act, afterMs, backMs } of steps) {
        nowMs += afterMs;
        expect(registry.all(nowMs)).toHaveLength(
          [...model.values()].filter((each) => each.untilMs > nowMs).length,
        );
        const saidMs = nowMs - backMs;
        const held = model.get(key);
        const live = held !== undefined && held.untilMs > nowMs ? held : undefined;
        const token = tokens.get(`${key} ${holder}`) ?? 0;
        if (act === 'register') {
          const answer = registry.register(key, holder, '', saidMs);
          expect(answer.kind).toBe(live === undefined || live.holder === holder ? 'granted' : 'held');
          if (answer.kind !== 'granted') continue;
          if (live === undefined) expect(answer.lease.token).toBeGreaterThan(held?.token ?? 0);
          else expect(answer.lease.token).toBe(live.token);
          tokens.set(`${key} ${holder}`, answer.lease.token);
          model.set(key, { holder, token: answer.lease.token, untilMs: nowMs + options.ttlMs });
        } else if (act === 'renew') {
          const isOurs = live !== undefined && live.token === token;
          expect(registry.renew(key, token, saidMs) !== undefined).toBe(isOurs);
          if (isOurs) model.set(key, { ...live, untilMs: nowMs + options.ttlMs });
        } else {
          const isOurs = live !== undefined && live.token === token;
          expect(registry.release(key, token, saidMs)).toBe(isOurs);
          if (isOurs) model.set(key, { ...live, untilMs: nowMs });
        }
        for (const each of ['k', 'l']) {
          const expected = model.get(each);
          const isLive = expected !== undefined && expected.untilMs > nowMs;
          expect(registry.get(each, nowMs)?.token).toBe(isLive ? expected.token : undefined);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('[LS1, LS3, LS9] a holder that sleeps past the end of its lease', async () => {
  const registry = new LeaseRegistry<string>({ ttlMs: 10_000, maxEntries: 10 });
  const fence = new Fence();
  const lines: string[] = [];
  const say = (second: number, line: string): number =>
    lines.push(`${String(second).padStart(2)} s  ${line}`);
  const register = (second: number, holder: string): void => {
    const answer = registry.register('printer', holder, '', second * 1_000);
    if (answer.kind === 'granted') {
      const { token, untilMs } = answer.lease;
      say(second, `${holder} holds the printer until ${untilMs / 1_000} s, token ${token}`);
    } else if (answer.kind === 'held')
      say(second, `${holder} is told: ${answer.by} has it until ${answer.untilMs / 1_000} s`);
  };
  const print = (second: number, holder: string, token: number): number =>
    say(
      second,
      `${holder} prints with token ${token}: ${fence.admits(token) ? 'done' : 'refused by the printer'}`,
    );
  register(0, 'ann');
  print(1, 'ann', 1);
  register(2, 'ben');
  say(
    3,
    `ann renews: ${registry.renew('printer', 1, 3_000) === undefined ? 'too late' : 'until 13 s'}, and falls asleep`,
  );
  register(13, 'ben');
  print(14, 'ben', 2);
  print(15, 'ann', 1);
  say(16, `ann renews: ${registry.renew('printer', 1, 16_000) === undefined ? 'too late' : 'granted'}`);
  register(17, 'ann');
  registry.release('printer', 2, 18_000);
  say(18, 'ben lets go');
  register(19, 'ann');
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../testdata/lease.txt');
});
