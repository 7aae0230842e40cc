import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InvalidationFollower, InvalidationSender } from './invalidations.ts';

test('[CI1] invalidations are numbered one by one, a long list in several', () => {
  const sender = new InvalidationSender<string>('boot', 2);
  expect(sender.changed(['a', 'b', 'c']).map(({ number, keys }) => [number, keys])).toEqual([
    [1, ['a', 'b']],
    [2, ['c']],
  ]);
  expect(sender.changed([])).toEqual([]);
  expect(sender.heartbeat()).toEqual({ boot: 'boot', number: 2, keys: [] });
  for (const wrong of [0, 1.5, Number.NaN])
    expect(() => new InvalidationSender('x', wrong)).toThrow(RangeError);
});

test('[CI2] what follows is dropped key by key, and what is known already is ignored', () => {
  const follower = new InvalidationFollower<string>();
  expect(follower.heard({ boot: '1', number: 4, keys: [] })).toEqual({ kind: 'dropAll' });
  expect(follower.heard({ boot: '1', number: 5, keys: ['a'] })).toEqual({ kind: 'drop', keys: ['a'] });
  expect(follower.heard({ boot: '1', number: 5, keys: ['a'] })).toEqual({ kind: 'ignored' });
  expect(follower.heard({ boot: '1', number: 5, keys: [] })).toEqual({ kind: 'ignored' });
  expect(follower.heard({ boot: '1', number: 4, keys: [] })).toEqual({ kind: 'ignored' });
});

test('[CI3] a gap drops everything of that node, and a heartbeat shows one at the end', () => {
  const follower = new InvalidationFollower<string>();
  follower.heard({ boot: '1', number: 1, keys: ['a'] });
  expect(follower.heard({ boot: '1', number: 3, keys: ['c'] })).toEqual({ kind: 'dropAll' });
  expect(follower.heard({ boot: '1', number: 2, keys: ['b'] })).toEqual({ kind: 'ignored' });
  expect(follower.heard({ boot: '1', number: 4, keys: [] })).toEqual({ kind: 'dropAll' });
  expect(follower.heard({ boot: '1', number: 5, keys: ['e'] })).toEqual({ kind: 'drop', keys: ['e'] });
});

test('[CI4] another start of the sender drops everything of that node', () => {
  const follower = new InvalidationFollower<string>();
  follower.heard({ boot: '1', number: 7, keys: ['a'] });
  expect(follower.heard({ boot: '2', number: 8, keys: ['a'] })).toEqual({ kind: 'dropAll' });
});

test('[CI5] a sender that cannot be heard is followed no more, and nothing of it is to be kept', () => {
  const follower = new InvalidationFollower<string>();
  expect([follower.isFollowing, follower.lost()]).toEqual([false, { kind: 'ignored' }]);
  follower.heard({ boot: '1', number: 1, keys: ['a'] });
  expect(follower.isFollowing).toBe(true);
  expect([follower.lost(), follower.isFollowing]).toEqual([{ kind: 'dropAll' }, false]);
  expect(follower.heard({ boot: '1', number: 2, keys: ['b'] })).toEqual({ kind: 'dropAll' });
});

test('[CI6] a number that is none changes nothing', () => {
  const follower = new InvalidationFollower<string>();
  for (const number of [-1, 1.5, Number.NaN]) {
    expect(follower.heard({ boot: '1', number, keys: [] })).toEqual({ kind: 'ignored' });
  }
  expect(follower.isFollowing).toBe(false);
});

test('[CI7] whatever is lost, doubled or overtaken, after one heartbeat nothing old is cached', () => {
  let old = 0;
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          what: fc.constantFrom(
            'write',
            'write',
            'read',
            'read',
            'deliver',
            'deliver',
            'double',
            'lose',
            'restart',
            'cut',
          ),
          key: fc.nat(3),
          at: fc.nat(2),
        }),
        { minLength: 50, maxLength: 100 },
      ),
      (steps) => {
        let boot = 0;
        let sender = new InvalidationSender<number>('0', 2);
        const follower = new InvalidationFollower<number>();
        const store = new Map<number, number>();
        const cache = new Map<number, number | undefined>();
        let wire: ReturnType<typeof sender.heartbeat>[] = [];
        const deliver = (message: ReturnType<typeof sender.heartbeat>): void => {
          const heard = follower.heard(message);
          if (heard.kind === 'dropAll') cache.clear();
          if (heard.kind === 'drop') for (const key of heard.keys) cache.delete(key);
        };
        for (const [version, { what, key, at }] of steps.entries()) {
          const message = wire[at];
          if (what === 'write') {
            store.set(key, version);
            wire.push(...sender.changed([key]));
          } else if (what === 'read') {
            // Read from the sender itself, which is only kept while it is followed.
            if (follower.isFollowing && !cache.has(key)) cache.set(key, store.get(key));
          } else if (what === 'restart') {
            boot += 1;
            sender = new InvalidationSender<number>(String(boot), 2);
            // A connection to what is gone ends, and what was on it with it.
            wire = [];
          } else if (what === 'cut') {
            if (follower.lost().kind === 'dropAll') cache.clear();
          } else if (message !== undefined) {
            if (what !== 'double') wire.splice(at, 1);
            if (what !== 'lose') deliver(message);
          }
          for (const [each, cached] of cache) if (cached !== store.get(each)) old += 1;
        }
        deliver(sender.heartbeat());
        for (const [each, cached] of cache) expect(cached).toBe(store.get(each));
      },
    ),
    { seed: 16, numRuns: 1_000 },
  );
  expect(old).toBeGreaterThan(1_000);
});
