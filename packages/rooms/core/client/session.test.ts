import { parseServerFrame } from '@bothy/wire/schemas';
import { describe, expect, test } from 'vitest';
import { ClientWorld } from './testing/client-world.ts';
import { notification } from './testing/unreliable-cluster.ts';

const room = 'a2b3c4d5e6f7g2h3i4j5';
const urls = ['ws://n1/ws', 'ws://n2/ws', 'ws://n3/ws'];

function states(world: ClientWorld): string[] {
  return world.notices.flatMap((notice) => (notice.kind === 'connection' ? [notice.state] : []));
}

describe('[CL10] calls', () => {
  test('one that lost its connection is made again on the next', () => {
    const world = new ClientWorld(parseServerFrame);
    world.start();
    world.run(1_000);
    world.command('c', { kind: 'edit', requestId: 'r-1', room, target: 1, body: 'b' });
    world.cluster.closeAll(1006);
    world.run(5_000);
    expect(world.replies.get('c')).toEqual({ ok: true, value: { epoch: 1, seq: 1 } });
  });

  test('one that was too hasty waits; one that is refused is told at once', () => {
    const world = new ClientWorld(parseServerFrame);
    world.start();
    world.run(1_000);
    world.cluster.refusals.set('room.list', 'rate_limited');
    world.cluster.refusals.set('room.edit', 'administrator_unreachable');
    world.command('hasty', { kind: 'list' });
    world.command('edit', { kind: 'edit', requestId: 'r-1', room, target: 1, body: 'b' });
    world.run(500);
    expect(world.replies.get('edit')).toMatchObject({ ok: false, code: 'administrator_unreachable' });
    expect(world.replies.has('hasty')).toBe(false);
    world.cluster.refusals.clear();
    world.run(10_000);
    expect(world.replies.get('hasty')).toMatchObject({ ok: true });
  });

  test('after 30 s whoever waits is told', () => {
    const world = new ClientWorld(parseServerFrame);
    world.dead.add('ws://n1/ws');
    world.start();
    world.command('c', { kind: 'list' });
    world.run(29_000);
    expect(world.replies.has('c')).toBe(false);
    world.run(1_000);
    expect(world.replies.get('c')).toMatchObject({ ok: false, code: 'node_unreachable' });
  });
});

test('[CL11] what is not known is counted and told', () => {
  const world = new ClientWorld(parseServerFrame);
  world.enter(room);
  world.cluster.say(notification('room.applause', { room }));
  world.cluster.say('{"jsonrpc":"2.0"');
  world.cluster.say(notification('room.message', { room, body: 'no head' }));
  world.run(100);
  expect(world.notices).toContainEqual({ kind: 'unknown', method: 'room.applause', count: 1 });
  expect(world.notices.at(-1)).toMatchObject({ kind: 'malformed', count: 2 });
  world.cluster.write(room, 'goes on');
  world.run(100);
  expect(world.shown.get(room)?.items).toHaveLength(1);
});

describe('[CL12] signs of life', () => {
  test('a ping in every heartbeat', () => {
    const world = new ClientWorld(parseServerFrame);
    world.start();
    world.run(61_000);
    expect(world.cluster.calls.filter((method) => method === 'session.ping')).toHaveLength(4);
    expect(states(world)).toEqual(['connecting', 'open']);
  });

  test('a connection that has fallen silent is replaced', () => {
    const world = new ClientWorld(parseServerFrame);
    world.start();
    world.run(1_000);
    world.cluster.silence();
    world.run(26_000);
    expect(states(world).slice(0, 4)).toEqual(['connecting', 'open', 'waiting', 'connecting']);
    expect(world.outputs.some((output) => output.kind === 'close' && output.code === 3001)).toBe(true);
  });

  test('after a sleep within five seconds', () => {
    const world = new ClientWorld(parseServerFrame);
    world.start();
    world.run(1_000);
    world.cluster.silence();
    world.input({ kind: 'hint', hint: 'awake' });
    world.run(5_100);
    expect(states(world)[2]).toBe('waiting');
  });
});

describe('[CL13] close codes', () => {
  test.each([1000, 1006, 1011, 3000, 3003, 3008, 3499, 4000])('%i begins anew', (code) => {
    const world = new ClientWorld(parseServerFrame);
    world.start();
    world.run(1_000);
    world.cluster.closeAll(code);
    world.run(5_000);
    expect(states(world).at(-1)).toBe('open');
  });

  test.each([3500, 3999])('%i ends it, until the person says so', (code) => {
    const world = new ClientWorld(parseServerFrame);
    world.start();
    world.run(1_000);
    world.cluster.closeAll(code, 'No more.');
    world.run(60_000);
    expect(world.notices.at(-1)).toMatchObject({ state: 'refused', reason: { message: 'No more.' } });
    world.start();
    world.run(1_000);
    expect(states(world).at(-1)).toBe('open');
  });

  test('3501 asks for a new token, and begins anew', () => {
    const world = new ClientWorld(parseServerFrame);
    const asked: boolean[] = [];
    world.signIn = (again) => {
      asked.push(again);
      return { token: 't' };
    };
    world.start();
    world.run(1_000);
    world.cluster.closeAll(3501);
    world.run(5_000);
    expect(asked).toEqual([false, true]);
    expect(states(world).at(-1)).toBe('open');
  });
});

describe('[CL14] which node', () => {
  test('after a loss the same one, and the others when it does not answer', () => {
    const world = new ClientWorld(parseServerFrame, { urls });
    world.start();
    world.run(20_000);
    world.cluster.closeAll(1006);
    world.run(5_000);
    expect(world.dialled).toEqual([urls[0], urls[0]]);
    world.dead.add(urls[0] ?? '');
    world.run(20_000);
    world.cluster.closeAll(1006);
    world.run(5_000);
    expect(world.dialled.slice(2)).toEqual([urls[0], urls[1]]);
    expect(states(world).at(-1)).toBe('open');
  });

  test('another one at once when it says that it stops, and not one that is said to be down', () => {
    const world = new ClientWorld(parseServerFrame, { urls });
    world.start();
    const nodes = urls.map((url, index) => ({ url, node: `n${index + 1}` }));
    world.input({ kind: 'nodes', nodes });
    world.run(20_000);
    world.cluster.say(notification('node.state', { node: 'n2', health: 'down' }));
    world.run(100);
    world.cluster.closeAll(3000);
    world.run(5_000);
    expect(world.dialled).toEqual([urls[0], urls[2]]);
  });

  test('nodes that were learned are tried too', () => {
    const world = new ClientWorld(parseServerFrame, { urls: urls.slice(0, 1) });
    world.start();
    world.input({ kind: 'nodes', nodes: [{ url: 'ws://n9/ws', node: 'n9' }] });
    world.run(20_000);
    world.dead.add(urls[0] ?? '');
    world.cluster.closeAll(1006);
    world.run(5_000);
    expect(world.dialled.at(-1)).toBe('ws://n9/ws');
    expect(states(world).at(-1)).toBe('open');
  });

  test('rounds in vain wait twice as long each, up to 30 s, and a crowd is spread', () => {
    const waits = (seed: string): number[] => {
      const world = new ClientWorld(parseServerFrame, { urls, seed });
      for (const url of urls) world.dead.add(url);
      world.start();
      world.run(600_000);
      const longWaits = world.notices.flatMap((notice) =>
        notice.kind === 'connection' && notice.state === 'waiting' ? [notice.retryInMs ?? 0] : [],
      );
      return longWaits.filter((_, index) => index % 3 === 2);
    };
    const one = waits('1');
    for (const [index, waitMs] of one.entries()) {
      const mostMs = Math.min(1_000 * 2 ** index, 30_000);
      expect(waitMs).toBeGreaterThanOrEqual(mostMs / 2);
      expect(waitMs).toBeLessThanOrEqual(mostMs);
    }
    expect(one.length).toBeGreaterThan(15);
    expect(waits('2')).not.toEqual(one);
  });
});

describe('[CL15] who to be', () => {
  test('a refused token is replaced once', () => {
    const world = new ClientWorld(parseServerFrame);
    const asked: boolean[] = [];
    world.signIn = (again) => {
      asked.push(again);
      return { token: 'old' };
    };
    world.cluster.refusals.set('session.open', 'unauthorized');
    world.start();
    world.run(120_000);
    expect(asked).toEqual([false, true]);
    expect(world.notices.at(-1)).toMatchObject({ state: 'refused', reason: { code: 'unauthorized' } });
  });

  test('without a token nothing is tried; a node that is busy is tried again', () => {
    const world = new ClientWorld(parseServerFrame);
    world.signIn = () => undefined;
    world.start();
    world.run(60_000);
    expect(world.notices.at(-1)).toMatchObject({ state: 'refused' });
    const busy = new ClientWorld(parseServerFrame);
    busy.cluster.refusals.set('session.open', 'rate_limited');
    busy.start();
    busy.run(2_000);
    busy.cluster.refusals.clear();
    busy.run(30_000);
    expect(states(busy).at(-1)).toBe('open');
  });
});

test('[CL16] a hint ends the wait', () => {
  const world = new ClientWorld(parseServerFrame);
  world.dead.add('ws://n1/ws');
  world.start();
  world.run(300_000);
  world.dead.clear();
  world.run(100);
  if (states(world).at(-1) === 'waiting') world.input({ kind: 'hint', hint: 'online' });
  world.run(200);
  expect(states(world).at(-1)).toBe('open');
});

test('[CL17] what a former connection brings is ignored', () => {
  const world = new ClientWorld(parseServerFrame);
  world.start();
  world.run(1_000);
  world.cluster.closeAll(1006);
  world.run(5_000);
  const before = world.outputs.length;
  world.input({ kind: 'closed', connection: 1, code: 3500, reason: '' });
  world.input({ kind: 'frame', connection: 1, frame: { kind: 'malformed', reason: 'late' } });
  world.input({ kind: 'connected', connection: 1 });
  expect(world.outputs.slice(before)).toEqual([]);
});

test('[CL18] the same inputs give the same outputs', () => {
  const run = (): string => {
    const world = new ClientWorld(parseServerFrame, { seed: '7', urls });
    world.enter(room);
    world.cluster.unreliability = { ...world.cluster.unreliability, breakConnection: 0.3, refuseForNow: 0.3 };
    for (let n = 0; n < 20; n++)
      world.command(`${n}`, { kind: 'send', room, messageId: `m-${n}`, body: 'x' });
    world.run(60_000);
    return JSON.stringify(world.outputs);
  };
  expect(run()).toBe(run());
});

test('a client that has ended answers whoever waits, and takes nothing new', () => {
  const world = new ClientWorld(parseServerFrame);
  world.command('m', { kind: 'send', room, messageId: 'm-1', body: 'x' });
  world.command('c', { kind: 'list' });
  world.input({ kind: 'stop' });
  world.command('late', { kind: 'list' });
  for (const id of ['m', 'c', 'late']) expect(world.replies.get(id)).toMatchObject({ ok: false });
  expect(world.outbox).toHaveLength(1);
});
