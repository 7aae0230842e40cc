import { describe, expect, test } from 'vitest';
import { command, OneMember } from '../../../testing/one-raft-member.ts';
import { RaftWorld, raftOptions } from '../../../testing/raft-world.ts';

/** Five members; the first three founded it, and `a` leads. */
function cluster(): RaftWorld {
  const world = new RaftWorld();
  world.found('a', 'b', 'c');
  world.add('d');
  world.add('e');
  world.elect('a');
  return world;
}
const change = (world: RaftWorld, voters: string[], learners: string[] = [], id = 'change') =>
  world.step(world.leader?.id ?? '', { kind: 'change', id, voters, learners });
const between =
  (...ids: string[]) =>
  ({ from, to }: { readonly from: string; readonly to: string }) =>
    !(ids.includes(from) && ids.includes(to));

describe('a configuration', () => {
  const learning = { voters: ['a', 'b', 'c'], outgoing: [], learners: ['d'] };

  test('[RF33] is in effect from when it is in the log until it is cut off', () => {
    const one = new OneMember();
    const { configuration } = one.member;
    const entries = [
      { index: 1, term: 1, content: command('x') },
      { index: 2, term: 1, content: { kind: 'configuration', configuration: learning } },
    ] as const;
    one.append('b', { entries });
    expect(one.member.configuration).toEqual(learning);
    expect(one.outputs.at(-1)).toMatchObject({ kind: 'standing', configuration: learning });
    const other = [{ index: 2, term: 2, content: command('y') }];
    one.append('c', { term: 2, previousIndex: 1, previousTerm: 1, entries: other });
    expect(one.member.configuration).toEqual(configuration);
    expect(one.outputs.at(-1)).toMatchObject({ kind: 'standing', configuration });
  });

  test('[RF33] stays when only what comes after it is cut off', () => {
    const one = new OneMember();
    const entries = [
      { index: 1, term: 1, content: { kind: 'configuration', configuration: learning } },
      { index: 2, term: 1, content: command('x') },
    ] as const;
    one.append('b', { entries });
    const other = [{ index: 2, term: 2, content: command('y') }];
    one.append('c', { term: 2, previousIndex: 1, previousTerm: 1, entries: other });
    expect(one.member.configuration).toEqual(learning);
  });
});

describe('a change of voters', () => {
  test('[RF34] needs a majority of both sets, then of the new one alone', () => {
    const world = cluster();
    change(world, ['a', 'd', 'e']);
    expect(world.member('a').configuration).toEqual({
      voters: ['a', 'd', 'e'],
      outgoing: ['a', 'b', 'c'],
      learners: [],
    });
    const { commit } = world.member('a');
    world.settle(between('a', 'b', 'c'));
    expect(world.member('a').commit).toBe(commit);
    world.run(raftOptions.heartbeatMs, between('a', 'd', 'e'));
    expect(world.member('a').commit).toBe(commit + 2);
    expect(world.member('a').configuration).toEqual({ voters: ['a', 'd', 'e'], outgoing: [], learners: [] });
    expect(world.answers).toEqual([
      { kind: 'proposed', id: 'change', result: { ok: true, index: commit + 2 } },
    ]);
  });

  test('[RF34] needs the old set too: with the new one alone nothing is committed, read or kept', () => {
    const world = cluster();
    change(world, ['a', 'd', 'e']);
    const { commit } = world.member('a');
    world.run(500, between('a', 'd', 'e'));
    expect(world.member('a').commit).toBe(commit);
    world.step('a', { kind: 'read', id: 'r', mode: 'index' });
    world.settle(between('a', 'd', 'e'));
    expect(world.answers).toEqual([]);
    world.run(1_000, between('a', 'd', 'e'));
    expect(world.member('a').role).toBe('follower');
    // Nor is anybody elected by one of the two sets.
    world.run(10_000, between('d', 'e', 'a'));
    expect(world.leader).toBeUndefined();
    world.run(10_000);
    expect(world.leader?.configuration.outgoing).toEqual([]);
  });

  test('[RF34] is finished by the next leader', () => {
    const world = cluster();
    change(world, ['a', 'b', 'd']);
    world.run(10, ({ message }) => message.kind === 'appended');
    world.crash('a');
    world.run(5_000);
    expect(world.leader?.configuration).toEqual({ voters: ['a', 'b', 'd'], outgoing: [], learners: [] });
    expect(world.leader?.id).not.toBe('a');
  });

  test('[RF34, RF35] a voter may become a learner, and a learner a voter', () => {
    const world = cluster();
    change(world, ['a', 'b', 'd'], ['c']);
    world.run(500);
    expect(world.member('c').configuration).toEqual({
      voters: ['a', 'b', 'd'],
      outgoing: [],
      learners: ['c'],
    });
    change(world, ['a', 'b', 'c'], ['d'], 'back');
    world.run(500);
    expect(world.answers.map(({ id, result }) => [id, result.ok])).toEqual([
      ['change', true],
      ['back', true],
    ]);
    expect(world.member('d').configuration.learners).toEqual(['d']);
  });
});

test('[RF34, RF35] learners take one step, get everything, and count for nothing', () => {
  const world = cluster();
  change(world, ['a', 'b', 'c'], ['d', 'e']);
  const { lastIndex } = world.member('a');
  world.settle();
  expect(world.answers).toEqual([{ kind: 'proposed', id: 'change', result: { ok: true, index: lastIndex } }]);
  world.step('a', { kind: 'propose', id: 'p', command: 'x' });
  world.settle(between('a', 'd', 'e'));
  expect(world.process('d').state).toEqual([]);
  world.run(200);
  expect(world.process('d').state).toEqual(['x']);
  world.crash('a');
  world.crash('b');
  world.run(10_000);
  expect(world.leader).toBeUndefined();
});

test('[RF46] a learner that lacks nothing hears one round in ten, one that may lack something each', () => {
  const one = new OneMember().lead();
  const acknowledge = (by: string): unknown => one.appended(by, one.member.lastIndex);
  acknowledge('b');
  one.step({ kind: 'change', id: 'c', voters: ['a', 'b', 'c'], learners: ['d'] });
  one.durable();
  acknowledge('b');
  acknowledge('d');
  const heard = (): readonly [b: number, d: number] => {
    const to: string[] = [];
    for (let round = 0; round < 20; round++) {
      one.step({ kind: 'timer', key: 'heartbeat' });
      to.push(...one.outputs.flatMap((output) => (output.kind === 'send' ? [output.to] : [])));
      acknowledge('b');
    }
    return [to.filter((each) => each === 'b').length, to.filter((each) => each === 'd').length];
  };
  expect(heard()).toEqual([20, 2]);
  one.step({ kind: 'propose', id: 'p', command: 'x' });
  one.durable();
  expect(heard()).toEqual([20, 20]);
  acknowledge('d');
  expect(heard()).toEqual([20, 2]);
});

describe('a change is refused', () => {
  const answer = (one: OneMember) =>
    one.outputs.flatMap((output) => (output.kind === 'proposed' ? [output.result] : []));
  const refused = (refusal: string) => [{ ok: false, refusal, leader: 'a' }];

  test.each([
    ['no voters', [], []],
    ['a voter twice', ['a', 'a'], []],
    ['a learner who votes', ['a', 'b'], ['b']],
    ['nobody in particular', ['a', ''], []],
  ])('[RF36] that names %s', (_, voters, learners) => {
    const one = new OneMember().lead();
    one.appended('b', 1);
    one.step({ kind: 'change', id: 'c', voters, learners });
    expect(answer(one)).toEqual(refused('invalid'));
  });

  test('[RF36] before the leader has committed an entry of its term, and while another is under way', () => {
    const one = new OneMember().lead();
    const ask = () => one.step({ kind: 'change', id: 'c', voters: ['a', 'b'], learners: [] });
    ask();
    expect(answer(one)).toEqual(refused('busy'));
    one.appended('b', 1);
    ask();
    expect(answer(one)).toEqual([]);
    ask();
    expect(answer(one)).toEqual(refused('busy'));
    // The first of its two steps is committed.
    one.durable();
    one.appended('b', 2);
    expect(one.member.configuration.outgoing).toEqual([]);
    ask();
    expect(answer(one)).toEqual(refused('busy'));
  });

  test('[RF36] before that also where nothing else is under way', () => {
    const configuration = { voters: ['a', 'b', 'c'], outgoing: [], learners: [] };
    const one = new OneMember(
      {},
      { term: 1, snapshot: { index: 1, term: 1, configuration, state: 's' } },
    ).lead();
    one.step({ kind: 'change', id: 'c', voters: ['a', 'b'], learners: [] });
    expect(answer(one)).toEqual(refused('busy'));
  });

  test('[RF36] but not when it changes nothing', () => {
    const one = new OneMember().lead();
    one.appended('b', 1);
    one.step({ kind: 'change', id: 'c', voters: ['c', 'b', 'a'], learners: [] });
    expect(answer(one)).toEqual([{ ok: true, index: 1 }]);
    expect(one.writes).toEqual([]);
  });

  test('[RF41] when leadership ends first', () => {
    const one = new OneMember().lead();
    one.appended('b', 1);
    one.step({ kind: 'change', id: 'c', voters: ['a', 'b'], learners: [] });
    one.append('b', { term: 5 });
    expect(answer(one)).toEqual([{ ok: false, refusal: 'leadershipLost', leader: 'b' }]);
  });
});

describe('who is left out', () => {
  test('[RF37] leads until that is committed, without counting itself, and tells who has most to take over', () => {
    const world = cluster();
    change(world, ['b', 'c', 'd']);
    world.run(50, between('a', 'b', 'c'));
    // Joint, and `d` is not heard of: two of the new set are enough, and `a` is not one of them.
    const { term } = world.member('a');
    world.settle(between('a', 'b'));
    expect(world.member('a').role).toBe('follower');
    expect(world.network).toEqual([]);
    world.run(100);
    expect(world.leader?.id).toBe('b');
    expect(world.leader?.term).toBe(term + 1);
  });

  test('[RF37] does not count itself', () => {
    const one = new OneMember().lead();
    one.appended('b', 1);
    one.step({ kind: 'change', id: 'c', voters: ['b', 'c'], learners: [] });
    one.durable();
    one.appended('b', 2);
    one.appended('c', 2);
    one.durable();
    // The new set alone is appended: `b` is one of two.
    expect(one.member.configuration).toEqual({ voters: ['b', 'c'], outgoing: [], learners: [] });
    const { lastIndex } = one.member;
    one.appended('b', lastIndex);
    expect(one.member).toMatchObject({ role: 'leader', commit: 2 });
    one.appended('c', lastIndex);
    expect(one.member).toMatchObject({ role: 'follower', commit: lastIndex });
    expect(one.outputs).toContainEqual({
      kind: 'send',
      to: 'b',
      message: { kind: 'timeoutNow', term: 1 },
      early: true,
    });
  });

  test('[RF38] is sent the entry that says so, and that it is committed, then nothing more', () => {
    const world = cluster();
    change(world, ['a', 'b']);
    world.run(500);
    expect(world.member('c').configuration).toEqual({ voters: ['a', 'b'], outgoing: [], learners: [] });
    expect(world.member('c').commit).toBe(world.member('a').commit);
    expect(world.member('a').progressOf('c')).toBeUndefined();
    world.run(10_000, ({ from }) => {
      expect(from).not.toBe('c');
      return false;
    });
  });

  test('[RF8, RF38] disturbs nobody when it did not hear of it', () => {
    const world = cluster();
    change(world, ['a', 'b']);
    world.run(500, between('a', 'b'));
    const { term } = world.member('a');
    world.run(10_000);
    expect(world.member('a')).toMatchObject({ role: 'leader', term });
  });
});

test('[RF37] the last voter of all that leaves others behind hands over to one of them', () => {
  const world = new RaftWorld();
  world.found('a');
  world.add('b');
  change(world, ['a'], ['b']);
  world.run(300);
  change(world, ['b']);
  world.run(300);
  expect(world.leader?.id).toBe('b');
  world.step('b', { kind: 'propose', id: 'p', command: 'x' });
  expect(world.process('b').state).toEqual(['x']);
});
