import { describe, expect, test } from 'vitest';
import { entriesOf, OneMember } from '../../../testing/one-raft-member.ts';
import { RaftWorld, raftOptions } from '../../../testing/raft-world.ts';

const { electionTimeoutMs, heartbeatMs } = raftOptions;
const ask = { kind: 'requestVote', term: 1, pre: false, transfer: false, lastIndex: 0, lastTerm: 0 } as const;

describe('silence', () => {
  test('[RF7] between one and two timeouts of it make a voter ask, and not always the same', () => {
    const waits = ['a', 'b', 'c', 'd', 'e'].map((id) => {
      const world = new RaftWorld();
      world.add(id, [id, 'x', 'y']);
      return world.process(id).timers.get('election') ?? 0;
    });
    for (const wait of waits) {
      expect(wait).toBeGreaterThanOrEqual(electionTimeoutMs);
      expect(wait).toBeLessThan(2 * electionTimeoutMs);
    }
    expect(new Set(waits).size).toBe(5);
  });

  test('[RF7] a heartbeat sets no timer; the one that is set looks whether there was silence', () => {
    const one = new OneMember();
    one.append('b', {});
    one.nowMs = 900;
    one.append('b', {});
    expect(one.outputs.filter(({ kind }) => kind === 'setTimer')).toEqual([]);
    one.nowMs = 1_500;
    one.step({ kind: 'timer', key: 'election' });
    expect(one.sent).toEqual([]);
    const [again] = one.outputs;
    expect(again).toMatchObject({ kind: 'setTimer', key: 'election' });
    one.nowMs += again?.kind === 'setTimer' ? again.afterMs : 0;
    one.step({ kind: 'timer', key: 'election' });
    expect(one.sent).toHaveLength(2);
    expect(one.member.leader).toBeNull();
  });

  test('[RF7, RF46] who is no voter asks nobody, and knows no leader after ten times as long', () => {
    const one = new OneMember({ founders: [] });
    one.append('b', {});
    let silences = 0;
    while (one.member.leader !== null) {
      expect(one.timeOut()).toEqual([]);
      expect(one.outputs[0]).toMatchObject({ kind: 'setTimer', key: 'election' });
      silences += 1;
    }
    // Each is as long as the longest that a voter bears.
    expect(silences).toBeGreaterThanOrEqual(5);
    expect(silences).toBeLessThanOrEqual(10);
  });
});

describe('asking around', () => {
  test('[RF8] changes no term and writes nothing, at who asks and at who is asked', () => {
    const one = new OneMember();
    expect(one.timeOut()).toEqual([
      { ...ask, pre: true },
      { ...ask, pre: true },
    ]);
    expect(one.writes).toEqual([]);
    expect(one.member).toMatchObject({ role: 'preCandidate', term: 0 });

    const asked = new OneMember();
    expect(asked.receive('b', { ...ask, term: 7, pre: true })).toEqual([
      { kind: 'vote', term: 7, pre: true, granted: true },
    ]);
    expect(asked.writes).toEqual([]);
    expect(asked.member).toMatchObject({ term: 0, votedFor: null });
  });

  test('[RF8] goes on until a majority would vote; a refusal by a majority ends it', () => {
    const one = new OneMember({ founders: ['a', 'b', 'c', 'd', 'e'] });
    one.timeOut();
    one.receive('b', { kind: 'vote', term: 1, pre: true, granted: true });
    expect(one.member.role).toBe('preCandidate');
    // Said about another term, or by who was not asked.
    one.receive('c', { kind: 'vote', term: 2, pre: true, granted: true });
    one.receive('x', { kind: 'vote', term: 1, pre: true, granted: true });
    // An answer to something else.
    one.receive('c', { kind: 'vote', term: 0, pre: false, granted: true });
    expect(one.member.role).toBe('preCandidate');
    for (const from of ['c', 'd', 'e'])
      one.receive(from, { kind: 'vote', term: 0, pre: true, granted: false });
    expect(one.member.role).toBe('follower');
  });

  test('[RF8] a member that was cut off disturbs nobody when it is back', () => {
    const world = new RaftWorld();
    world.found('a', 'b', 'c');
    world.run(3_000);
    const leader = world.leader?.id ?? '';
    const away = leader === 'a' ? 'b' : 'a';
    world.run(20_000, ({ from, to }) => from === away || to === away);
    expect(world.member(away).term).toBe(1);
    world.run(2_000);
    expect(world.leader?.id).toBe(leader);
    expect(world.member(away)).toMatchObject({ term: 1, leader });
  });
});

describe('candidates', () => {
  test('[RF9] ask once term and vote are written, and count their own vote once it is durable', () => {
    const one = new OneMember();
    one.timeOut();
    one.receive('b', { kind: 'vote', term: 1, pre: true, granted: true });
    const [first] = one.outputs;
    expect(first).toMatchObject({
      kind: 'persist',
      writes: [{ kind: 'putVote', term: 1, votedFor: 'a' }],
    });
    expect(one.outputs.filter((output) => 'early' in output)).toEqual([]);
    // They answer before the disk does, which a loop that holds the question back makes impossible.
    for (const from of ['b', 'c']) one.receive(from, { kind: 'vote', term: 1, pre: false, granted: true });
    expect(one.member.role).toBe('candidate');
    one.durable();
    expect(one.member).toMatchObject({ role: 'leader', leader: 'a' });
  });

  test('[RF9] that are followers again when their vote is durable do not count it', () => {
    const one = new OneMember();
    one.timeOut();
    one.receive('b', { kind: 'vote', term: 1, pre: true, granted: true });
    one.append('c', { term: 1 });
    expect(one.durable()).toEqual([]);
    expect(one.member.role).toBe('follower');
  });

  test('that lose ask again after more silence, and first around', () => {
    const one = new OneMember();
    one.timeOut();
    one.receive('b', { kind: 'vote', term: 1, pre: true, granted: true });
    for (const from of ['b', 'c']) one.receive(from, { kind: 'vote', term: 1, pre: false, granted: false });
    expect(one.member).toMatchObject({ role: 'follower', term: 1 });
    expect(one.timeOut()).toEqual([
      { ...ask, term: 2, pre: true },
      { ...ask, term: 2, pre: true },
    ]);
  });
});

describe('votes', () => {
  test('[RF10] one in a term, and written before it is said', () => {
    const one = new OneMember();
    one.receive('b', ask);
    expect(one.outputs.map(({ kind }) => kind)).toEqual(['persist', 'setTimer', 'send', 'standing']);
    expect(one.writes).toEqual([{ kind: 'putVote', term: 1, votedFor: 'b' }]);
    expect(one.sent).toEqual([{ kind: 'vote', term: 1, pre: false, granted: true }]);
    expect(one.receive('c', ask)).toEqual([{ kind: 'vote', term: 1, pre: false, granted: false }]);
    // The same one again: its answer was lost.
    expect(one.receive('b', ask)).toEqual([{ kind: 'vote', term: 1, pre: false, granted: true }]);
  });

  test('[RF10] also over a restart', () => {
    const one = new OneMember({}, { term: 1, votedFor: 'b' });
    one.nowMs = electionTimeoutMs;
    expect(one.receive('c', ask)).toEqual([{ kind: 'vote', term: 1, pre: false, granted: false }]);
    expect(one.receive('b', ask)).toEqual([{ kind: 'vote', term: 1, pre: false, granted: true }]);
  });

  test.each([
    ['an earlier last term', { lastIndex: 9, lastTerm: 1 }, false],
    ['a shorter log', { lastIndex: 2, lastTerm: 2 }, false],
    ['the same log', { lastIndex: 3, lastTerm: 2 }, true],
    ['a later last term', { lastIndex: 1, lastTerm: 3 }, true],
  ])('[RF10] none for %s is wrong', (_, log, granted) => {
    for (const pre of [true, false]) {
      const one = new OneMember({}, { term: 2, entries: entriesOf(1, 1, 2) });
      one.nowMs = electionTimeoutMs;
      expect(one.receive('b', { ...ask, ...log, term: 4, pre })).toEqual([
        { kind: 'vote', term: pre && !granted ? 2 : 4, pre, granted },
      ]);
    }
  });

  test('[RF10] a vote puts off its own asking', () => {
    const one = new OneMember({}, { term: 1 });
    one.nowMs = electionTimeoutMs;
    one.receive('b', ask);
    expect(one.member.votedFor).toBe('b');
    one.nowMs = 2 * electionTimeoutMs - 1;
    one.step({ kind: 'timer', key: 'election' });
    expect(one.member.role).toBe('follower');
  });
});

describe('a live leader', () => {
  test('[RF11] is not voted against, and its term stays', () => {
    const one = new OneMember();
    one.append('b', {});
    one.nowMs = electionTimeoutMs - 1;
    for (const pre of [true, false]) expect(one.receive('c', { ...ask, term: 5, pre })).toEqual([]);
    expect(one.member.term).toBe(1);
    expect(one.receive('c', { ...ask, term: 5, transfer: true })).toEqual([
      { kind: 'vote', term: 5, pre: false, granted: true },
    ]);
  });

  test('[RF11] nor does a leader vote against itself, but for who it told to ask', () => {
    const one = new OneMember().lead();
    expect(one.receive('c', { ...ask, term: 9, lastTerm: 8, lastIndex: 9 })).toEqual([]);
    expect(one.member.role).toBe('leader');
    one.receive('c', { ...ask, term: 9, lastTerm: 8, lastIndex: 9, transfer: true });
    expect(one.member).toMatchObject({ role: 'follower', term: 9, votedFor: 'c' });
  });

  test('[RF11] may have been heard before a restart, but not before the first start of all', () => {
    const restarted = new OneMember({}, { term: 1 });
    expect(restarted.receive('b', { ...ask, term: 2 })).toEqual([]);
    restarted.nowMs = electionTimeoutMs;
    expect(restarted.receive('b', { ...ask, term: 2 })).toHaveLength(1);
    expect(new OneMember().receive('b', ask)).toHaveLength(1);
  });

  test('[RF11] once a leader has stepped down, nobody is kept from voting by what it heard of itself', () => {
    const one = new OneMember().lead();
    one.receive('b', { kind: 'appended', term: 5, round: 0, matchIndex: 0 });
    expect(one.receive('c', { ...ask, term: 6, lastTerm: 5, lastIndex: 9 })).toEqual([
      { kind: 'vote', term: 6, pre: false, granted: true },
    ]);
  });
});

describe('terms', () => {
  test('[RF12] a later one makes a follower, and is written first', () => {
    for (const message of [
      { kind: 'appended', term: 9, round: 0, matchIndex: 0 },
      { kind: 'conflict', term: 9, round: 0, previousIndex: 0, hintIndex: 0, hintTerm: 0 },
      { kind: 'vote', term: 9, pre: false, granted: true },
      { kind: 'vote', term: 9, pre: true, granted: false },
    ] as const) {
      const one = new OneMember().lead();
      one.receive('b', message);
      expect(one.outputs[0]).toMatchObject({
        kind: 'persist',
        writes: [{ kind: 'putVote', term: 9, votedFor: null }],
      });
      expect(one.member).toMatchObject({ role: 'follower', term: 9, leader: null });
    }
  });

  test('[RF12] who speaks in an earlier one is told', () => {
    const one = new OneMember({}, { term: 4, entries: entriesOf(2) });
    one.nowMs = electionTimeoutMs;
    expect(one.append('b', { term: 3, round: 8 })).toEqual([
      { kind: 'conflict', term: 4, round: 8, previousIndex: 1, hintIndex: 1, hintTerm: 2 },
    ]);
    expect(one.receive('b', { ...ask, term: 3, lastTerm: 2, lastIndex: 9 })).toEqual([
      { kind: 'vote', term: 4, pre: false, granted: false },
    ]);
    expect(one.receive('b', { kind: 'timeoutNow', term: 3 })).toEqual([]);
    expect(one.appended('b', 0)).toEqual([]);
  });
});

test('[RF13] a leader that no majority answers steps down after an election timeout, and not before', () => {
  const one = new OneMember({ founders: ['a', 'b', 'c', 'd', 'e'] });
  one.timeOut();
  for (const pre of [true, false]) {
    for (const from of ['b', 'c']) one.receive(from, { kind: 'vote', term: 1, pre, granted: true });
    one.durable();
  }
  expect(one.member.role).toBe('leader');
  const from = one.nowMs;
  one.nowMs = from + 500;
  for (const id of ['b', 'c']) one.appended(id, 0);
  one.nowMs = from + 800;
  // One more is no majority.
  one.appended('d', 0);
  one.nowMs = from + 1_499;
  one.step({ kind: 'timer', key: 'heartbeat' });
  expect(one.member.role).toBe('leader');
  expect(one.outputs).toContainEqual({ kind: 'setTimer', key: 'heartbeat', afterMs: heartbeatMs });
  one.nowMs = from + 1_500;
  one.step({ kind: 'timer', key: 'heartbeat' });
  expect(one.member).toMatchObject({ role: 'follower', term: 1, leader: null });
  expect(one.sent).toEqual([]);
});

test('[RF14] one that alone is a majority leads at once', () => {
  const one = new OneMember({ founders: ['a'] });
  expect(one.member.role).toBe('candidate');
  one.durable();
  expect(one.member.role).toBe('leader');
});

test('[RF14] one among learners does too', () => {
  const configuration = { voters: ['a'], outgoing: [], learners: ['b'] };
  const snapshot = { index: 3, term: 1, configuration, state: 's' };
  const one = new OneMember({}, { term: 1, snapshot });
  one.durable();
  expect(one.member.role).toBe('leader');
});

test('[RF15] one that an uncommitted change leaves out asks for votes, and does not count itself', () => {
  const configuration = { voters: ['b'], outgoing: [], learners: ['a', 'c'] };
  const entries = [
    ...entriesOf(1),
    { index: 2, term: 1, content: { kind: 'configuration', configuration } },
  ] as const;
  const one = new OneMember({}, { term: 1, entries });
  expect(one.timeOut()).toEqual([{ ...ask, term: 2, pre: true, lastIndex: 2, lastTerm: 1 }]);
  expect(one.member.role).toBe('preCandidate');
  one.receive('b', { kind: 'vote', term: 2, pre: true, granted: true });
  one.durable();
  expect(one.member.role).toBe('candidate');
  one.receive('b', { kind: 'vote', term: 2, pre: false, granted: true });
  expect(one.member.role).toBe('leader');
  // Committed, it is out.
  one.durable();
  one.appended('b', 3);
  expect(one.member).toMatchObject({ role: 'follower', commit: 3 });
  expect(one.timeOut()).toEqual([]);
});

test('a term that cannot be counted on from is stayed in', () => {
  const one = new OneMember({}, { term: 2 ** 52 - 1 });
  expect(one.timeOut()).toEqual([]);
  expect(one.outputs).toMatchObject([{ kind: 'setTimer', key: 'election' }]);
  one.append('b', { term: 2 ** 52 - 1 });
  expect(one.receive('b', { kind: 'timeoutNow', term: 2 ** 52 - 1 })).toEqual([]);
});
