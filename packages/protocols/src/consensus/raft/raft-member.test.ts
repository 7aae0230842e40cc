import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { entriesOf, OneMember } from '../../../testing/one-raft-member.ts';
import { type Input, type Message, RaftWorld, raftOptions } from '../../../testing/raft-world.ts';
import type { RaftOptions } from './raft-messages.ts';

const configuration = { voters: ['a', 'b', 'c'], outgoing: [], learners: [] };

test('[RF4, RF5, RF6] three members elect a leader, commit, answer reads, and go on without one of them', () => {
  const world = new RaftWorld();
  world.found('a', 'b', 'c');
  world.run(3_000);
  const first = world.leader?.id ?? '';
  for (let at = 0; at < 10; at++) world.step(first, { kind: 'propose', id: `p${at}`, command: `x${at}` });
  world.step(first, { kind: 'read', id: 'r', mode: 'index' });
  world.step(first, { kind: 'read', id: 'l', mode: 'lease' });
  world.run(200);
  expect(world.answers.filter(({ result }) => result.ok)).toHaveLength(12);
  for (const { state } of world.processes.values()) expect(state).toHaveLength(10);

  world.crash(first);
  world.run(3_000);
  const second = world.leader?.id ?? '';
  expect(second).not.toBe(first);
  world.step(second, { kind: 'propose', id: 'q', command: 'y' });
  world.run(100);
  world.restart(first);
  world.run(300);
  for (const { state } of world.processes.values()) expect(state.at(-1)).toBe('y');
});

test('[RF14, RF32] one member alone leads at once, and has all of it again after a restart', () => {
  const world = new RaftWorld();
  world.found('a');
  world.step('a', { kind: 'propose', id: 'p', command: 'x' });
  world.step('a', { kind: 'read', id: 'l', mode: 'lease' });
  world.step('a', { kind: 'read', id: 'i', mode: 'index' });
  expect(world.answers.map(({ id, result }) => [id, result.ok])).toEqual([
    ['p', true],
    ['l', true],
    ['i', true],
  ]);
  world.crash('a');
  world.restart('a');
  expect(world.process('a').state).toEqual(['x']);
});

test('[RF45] a leader that is alone sets no timer, until others are to hear from it', () => {
  const world = new RaftWorld();
  world.found('a');
  expect([...world.process('a').timers.keys()]).toEqual([]);
  world.pass(60_000);
  world.step('a', { kind: 'read', id: 'l', mode: 'lease' });
  expect(world.answers).toMatchObject([{ id: 'l', result: { ok: true } }]);
  expect(world.member('a').hasLease(world.nowMs)).toBe(true);
  world.add('b');
  const change = (id: string, learners: string[]) =>
    world.step('a', { kind: 'change', id, voters: ['a'], learners });
  change('c', ['b']);
  world.run(3_000);
  expect(world.member('b')).toMatchObject({ leader: 'a', commit: 2 });
  expect([...world.process('a').timers.keys()]).toEqual(['heartbeat']);
  change('d', []);
  world.run(3_000);
  expect([...world.process('a').timers.keys()]).toEqual([]);
});

test('[RF45] nothing is written while nothing happens', () => {
  const writes: string[] = [];
  const world = new RaftWorld({}, (id, what) => {
    if (what.kind === 'persist') writes.push(id);
  });
  world.found('a', 'b', 'c');
  world.run(5_000);
  const before = writes.length;
  world.run(60_000);
  expect(writes).toHaveLength(before);
});

describe('who waits', () => {
  test('[RF41] is told when too much does', () => {
    const one = new OneMember({ maxWaiting: 2 }).lead();
    one.appended('b', 1);
    one.step({ kind: 'propose', id: 'p', command: 'x' });
    one.step({ kind: 'read', id: 'r', mode: 'index' });
    const result = { ok: false, refusal: 'overloaded', leader: 'a' };
    one.step({ kind: 'propose', id: 'q', command: 'y' });
    expect(one.outputs).toEqual([{ kind: 'proposed', id: 'q', result }]);
    one.step({ kind: 'read', id: 's', mode: 'index' });
    expect(one.outputs).toEqual([{ kind: 'readable', id: 's', result }]);
    one.appended('b', 1, 1);
    expect(one.outputs).toEqual([{ kind: 'readable', id: 'r', result: { ok: true, index: 1 } }]);
    one.step({ kind: 'propose', id: 'q', command: 'y' });
    expect(one.writes).toHaveLength(1);
  });

  test('[RF41] is told when leadership ends, and elsewhere who leads', () => {
    const one = new OneMember().lead();
    one.step({ kind: 'propose', id: 'p', command: 'x' });
    one.step({ kind: 'read', id: 'r', mode: 'index' });
    one.append('b', { term: 2 });
    const answers = () => one.outputs.filter(({ kind }) => kind === 'proposed' || kind === 'readable');
    expect(answers()).toEqual([
      { kind: 'proposed', id: 'p', result: { ok: false, refusal: 'leadershipLost', leader: 'b' } },
      { kind: 'readable', id: 'r', result: { ok: false, refusal: 'leadershipLost', leader: 'b' } },
    ]);
    const notLeader = { ok: false, refusal: 'notLeader', leader: 'b' };
    one.step({ kind: 'propose', id: 'q', command: 'y' });
    expect(one.outputs).toEqual([{ kind: 'proposed', id: 'q', result: notLeader }]);
    one.step({ kind: 'change', id: 'q', voters: ['a'], learners: [] });
    expect(one.outputs).toEqual([{ kind: 'proposed', id: 'q', result: notLeader }]);
    one.step({ kind: 'read', id: 'q', mode: 'lease' });
    expect(one.outputs).toEqual([{ kind: 'readable', id: 'q', result: notLeader }]);
    one.step({ kind: 'transfer', id: 'q', to: 'b' });
    expect(one.outputs).toEqual([
      { kind: 'transferred', id: 'q', result: { ok: false, refusal: 'notLeader' } },
    ]);
  });
});

describe('what others send', () => {
  const huge = Number.MAX_SAFE_INTEGER;
  const snapshot = { index: 5, term: 1, configuration, state: 's' };
  const append = {
    kind: 'append',
    term: 2,
    round: 0,
    previousIndex: 0,
    previousTerm: 0,
    entries: [],
    commit: 0,
  } as const;
  const configured = (voters: string[]) => [
    {
      index: 1,
      term: 1,
      content: { kind: 'configuration', configuration: { ...configuration, voters } },
    } as const,
  ];
  const impossible: readonly Message[] = [
    { kind: 'timeoutNow', term: -1 },
    { kind: 'timeoutNow', term: Number.NaN },
    { kind: 'vote', term: 1.5, pre: false, granted: true },
    { kind: 'requestVote', term: huge, pre: false, transfer: true, lastIndex: 0, lastTerm: 0 },
    { kind: 'requestVote', term: 2, pre: false, transfer: true, lastIndex: -1, lastTerm: 0 },
    {
      kind: 'requestVote',
      term: 2,
      pre: false,
      transfer: true,
      lastIndex: 0,
      lastTerm: Number.POSITIVE_INFINITY,
    },
    { kind: 'requestVote', term: 2, pre: false, transfer: true, lastIndex: 0, lastTerm: 2 },
    { ...append, round: -1 },
    { ...append, commit: huge },
    { ...append, previousIndex: 0.5 },
    { ...append, previousTerm: -2 },
    { ...append, previousTerm: 3 },
    { ...append, entries: entriesOf(3) },
    { ...append, entries: entriesOf(2, 1) },
    { ...append, entries: entriesOf(1, 1).slice(1) },
    { ...append, entries: entriesOf(Number.NaN) },
    { ...append, entries: configured([]) },
    { ...append, entries: configured(['b', 'a']) },
    { ...append, entries: configured(['a', 'a']) },
    { kind: 'appended', term: 2, round: 0, matchIndex: -1 },
    { kind: 'appended', term: 2, round: huge, matchIndex: 0 },
    { kind: 'conflict', term: 2, round: -1, previousIndex: 0, hintIndex: 0, hintTerm: 0 },
    { kind: 'conflict', term: 2, round: 0, previousIndex: -1, hintIndex: 0, hintTerm: 0 },
    { kind: 'conflict', term: 2, round: 0, previousIndex: 0, hintIndex: -1, hintTerm: 0 },
    { kind: 'conflict', term: 2, round: 0, previousIndex: 0, hintIndex: 0, hintTerm: -1 },
    { kind: 'snapshot', term: 2, round: -1, snapshot },
    { kind: 'snapshot', term: 2, round: 0, snapshot: { ...snapshot, index: 0 } },
    { kind: 'snapshot', term: 2, round: 0, snapshot: { ...snapshot, index: -3 } },
    { kind: 'snapshot', term: 2, round: 0, snapshot: { ...snapshot, term: -3 } },
    { kind: 'snapshot', term: 2, round: 0, snapshot: { ...snapshot, term: 3 } },
    {
      kind: 'snapshot',
      term: 2,
      round: 0,
      snapshot: { ...snapshot, configuration: { ...configuration, learners: ['e', 'd'] } },
    },
    { kind: 'fromTheFuture', term: 2 } as unknown as Message,
  ];

  test.each(impossible.map((message) => [JSON.stringify(message), message] as const))(
    '[RF42] is dropped when it cannot be: %s',
    (_, message) => {
      const one = new OneMember();
      one.append('b', { term: 1 });
      expect(one.receive('b', message)).toEqual([]);
      expect(one.outputs).toEqual([]);
      expect(one.member.term).toBe(1);
    },
  );

  test('[RF42] is dropped when it comes from oneself, from nobody, or answers who never asked', () => {
    const one = new OneMember().lead();
    for (const from of ['a', '', 'x']) {
      for (const message of [
        { kind: 'appended', term: 9, round: 0, matchIndex: 1 },
        { kind: 'appended', term: 1, round: 0, matchIndex: 1 },
      ] as const) {
        expect(one.receive(from, message)).toEqual([]);
        expect(one.member).toMatchObject({ role: 'leader', term: 1, commit: 0 });
      }
    }
    // Learners of no change, and votes that nobody needs any more.
    one.receive('b', { kind: 'vote', term: 1, pre: false, granted: true });
    expect(one.outputs).toEqual([]);
    const follower = new OneMember({}, { term: 1 });
    expect(follower.receive('b', { kind: 'appended', term: 1, round: 0, matchIndex: 1 })).toEqual([]);
  });

  test('[RF42] is dropped when it acknowledges what was never sent', () => {
    const one = new OneMember().lead();
    expect(one.appended('b', 2)).toEqual([]);
    expect(one.appended('b', 1, 1)).toEqual([]);
    one.receive('b', { kind: 'conflict', term: 1, round: 7, previousIndex: 0, hintIndex: 0, hintTerm: 0 });
    expect(one.outputs).toEqual([]);
    expect(one.member).toMatchObject({ commit: 0 });
    expect(one.member.progressOf('b')).toMatchObject({ state: 'probe', match: 0 });
  });

  test('[RF1, RF42] is dropped when a second leader of a term says it', () => {
    const one = new OneMember();
    one.append('b', {});
    expect(one.append('c', { entries: entriesOf(1) })).toEqual([]);
    expect(one.member).toMatchObject({ leader: 'b', lastIndex: 0 });
    const leading = new OneMember().lead();
    expect(leading.append('c', {})).toEqual([]);
    expect(leading.member.role).toBe('leader');
  });

  test('[RF42] never throws, whatever it is', () => {
    const number = fc.oneof(
      fc.nat({ max: 6 }),
      fc.constantFrom(-1, 0.5, Number.NaN, huge, 2 ** 52 - 1, Number.POSITIVE_INFINITY),
    );
    const ids = fc.subarray(['a', 'b', 'c', 'd']);
    const anyConfiguration = fc.record({ voters: ids, outgoing: ids, learners: ids });
    const content = fc.oneof(
      fc.constant({ kind: 'nothing' } as const),
      fc.constant({ kind: 'command', command: 'x' } as const),
      anyConfiguration.map((each) => ({ kind: 'configuration', configuration: each }) as const),
    );
    const entries = fc.array(fc.record({ index: number, term: number, content }), { maxLength: 3 });
    const kinds = ['requestVote', 'vote', 'append', 'appended', 'conflict', 'snapshot', 'timeoutNow'];
    const message = fc.record({
      kind: fc.constantFrom(...kinds),
      term: number,
      pre: fc.boolean(),
      transfer: fc.boolean(),
      granted: fc.boolean(),
      lastIndex: number,
      lastTerm: number,
      round: number,
      previousIndex: number,
      previousTerm: number,
      entries,
      commit: number,
      matchIndex: number,
      hintIndex: number,
      hintTerm: number,
      snapshot: fc.record({
        index: number,
        term: number,
        configuration: anyConfiguration,
        state: fc.constant('s'),
      }),
    });
    const input = fc.oneof(
      { weight: 12, arbitrary: fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), message) },
      { weight: 3, arbitrary: fc.constantFrom('election', 'heartbeat', 'transfer', 'other') },
    );
    fc.assert(
      fc.property(fc.array(input, { maxLength: 60 }), fc.boolean(), (inputs, leads) => {
        const one = new OneMember();
        if (leads) one.lead();
        for (const each of inputs) {
          const given: Input =
            typeof each === 'string'
              ? { kind: 'timer', key: each }
              : { kind: 'message', from: each[0], message: each[1] as unknown as Message };
          one.nowMs += 300;
          one.step(given);
          one.durable();
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('what it is made of', () => {
  const make = (options: Partial<RaftOptions>) => () => new OneMember(options);

  test.each([
    ['id', ''],
    ['electionTimeoutMs', 0],
    ['electionTimeoutMs', Number.POSITIVE_INFINITY],
    ['heartbeatMs', 0],
    ['heartbeatMs', raftOptions.electionTimeoutMs],
    ['clockDrift', 0.99],
    ['clockDrift', Number.POSITIVE_INFINITY],
    ['maxEntriesPerMessage', 0],
    ['maxInFlight', 1.5],
    ['maxWaiting', Number.NaN],
  ])('[RF43] throws for %s of %s', (name, value) => {
    expect(make({ [name]: value })).toThrow(RangeError);
    expect(make({ [name]: value })).toThrow(name);
  });

  const snapshot = { index: 3, term: 2, configuration, state: 's' };
  test.each([
    ['a gap', { term: 2, entries: entriesOf(1, 1, 1).filter(({ index }) => index !== 2) }],
    ['a gap at the beginning', { term: 2, entries: entriesOf(1, 1).slice(1) }],
    ['terms that fall', { term: 2, entries: entriesOf(2, 1) }],
    ['an entry of a later term than the stored one', { term: 1, entries: entriesOf(2) }],
    ['a snapshot of a later term than the stored one', { term: 1, snapshot }],
    ['entries that end before the snapshot does', { term: 2, snapshot, entries: entriesOf(1, 1) }],
  ])('[RF43] throws when %s is stored', (_, stored) => {
    expect(() => new OneMember({}, stored)).toThrow(Error);
  });
});

test('[RF44] how it stands is said at a start and at every change, and only then', () => {
  const one = new OneMember();
  const standing = () => one.outputs.filter(({ kind }) => kind === 'standing');
  expect(standing()).toEqual([{ kind: 'standing', role: 'follower', term: 0, leader: null, configuration }]);
  one.append('b', {});
  expect(standing()).toMatchObject([{ role: 'follower', term: 1, leader: 'b' }]);
  one.append('b', {});
  expect(one.outputs.map(({ kind }) => kind)).toEqual(['send']);
  one.timeOut();
  expect(standing()).toMatchObject([{ role: 'preCandidate', term: 1, leader: null }]);
});

test('timers of others, and writes that nobody counts, change nothing', () => {
  const one = new OneMember();
  for (const key of ['heartbeat', 'transfer', 'other']) expect(one.step({ kind: 'timer', key })).toEqual([]);
  expect(one.step({ kind: 'durable', token: '17' })).toEqual([]);
  expect(one.lead().step({ kind: 'timer', key: 'election' })).toEqual([]);
  expect(one.member).toMatchObject({ id: 'a', role: 'leader' });
});
