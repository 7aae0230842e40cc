import { describe, expect, test } from 'vitest';
import { command, entriesOf, OneMember } from '../../../testing/one-raft-member.ts';
import { RaftWorld, raftOptions } from '../../../testing/raft-world.ts';

const configuration = { voters: ['a', 'b', 'c'], outgoing: [], learners: [] };
const snapshotAt = (index: number, term = 1) => ({ index, term, configuration, state: `s${index}` });

describe('compact', () => {
  test('[RF29] writes the state, and drops what is before it but for a message of entries', () => {
    const one = new OneMember();
    one.append('b', { entries: entriesOf(1, 1, 1, 1, 1, 1, 1, 1), commit: 7 });
    one.step({ kind: 'compact', index: 6, state: 's6' });
    expect(one.writes).toEqual([
      { kind: 'putSnapshot', snapshot: snapshotAt(6), dropThrough: 1, dropAll: false },
    ]);
    // 2 is kept on disk for its term, and 3 to 6 are a message.
    expect(one.member).toMatchObject({ firstIndex: 3, lastIndex: 8, snapshot: snapshotAt(6) });
    expect(one.member.entryAt(2)).toBeUndefined();
    expect(one.member.termAt(2)).toBe(1);
    expect(one.member.termAt(1)).toBeUndefined();
    expect(one.member.termAt(9)).toBeUndefined();
  });

  test('[RF29] changes nothing when that is covered, and throws when it is not applied', () => {
    const one = new OneMember();
    one.append('b', { entries: entriesOf(1, 1, 1), commit: 2 });
    one.step({ kind: 'compact', index: 2, state: 's2' });
    for (const index of [2, 1, 0]) expect(one.step({ kind: 'compact', index, state: 'x' })).toEqual([]);
    for (const index of [3, 1.5, Number.NaN]) {
      expect(() => one.step({ kind: 'compact', index, state: 'x' })).toThrow(/cannot compact to/);
    }
  });

  test('[RF29] keeps who counted as of then, not as of now', () => {
    const one = new OneMember();
    const wider = { ...configuration, learners: ['d'] };
    const entries = [
      ...entriesOf(1, 1),
      { index: 3, term: 1, content: { kind: 'configuration', configuration: wider } } as const,
      { index: 4, term: 1, content: command('c4') },
    ];
    one.append('b', { entries, commit: 4 });
    one.step({ kind: 'compact', index: 2, state: 's2' });
    expect(one.member.snapshot?.configuration).toEqual(configuration);
    one.step({ kind: 'compact', index: 3, state: 's3' });
    expect(one.member.snapshot?.configuration).toEqual(wider);
    expect(one.member.configuration).toEqual(wider);
  });
});

/** Leads with a log whose beginning is dropped; nobody is known to have any of it. */
function leader(): OneMember {
  const entries = entriesOf(1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
  return new OneMember({}, { term: 1, snapshot: snapshotAt(9), entries: entries.slice(6) }).lead();
}

describe('a leader', () => {
  const behind = {
    kind: 'conflict',
    term: 2,
    round: 0,
    previousIndex: 10,
    hintIndex: 3,
    hintTerm: 1,
  } as const;

  test('[RF30] sends the snapshot to who needs what was dropped', () => {
    const one = leader();
    expect(one.receive('b', behind)).toEqual([
      { kind: 'snapshot', term: 2, round: 0, snapshot: snapshotAt(9) },
    ]);
    expect(one.outputs).toMatchObject([{ early: true }]);
    expect(one.member.progressOf('b')).toMatchObject({ state: 'snapshot', next: 10 });
    // What is stored before the snapshot goes out as it is.
    expect(one.receive('c', { ...behind, hintIndex: 7 })).toMatchObject([{ previousIndex: 7 }]);
  });

  test('[RF30] not again before an election timeout, and then only if it still lacks it', () => {
    const one = leader();
    one.receive('b', behind);
    const from = one.nowMs;
    const still = { ...behind, round: 1, previousIndex: 9 };
    one.step({ kind: 'timer', key: 'heartbeat' });
    one.nowMs = from + raftOptions.electionTimeoutMs - 1;
    expect(one.receive('b', still)).toEqual([]);
    // Proposals do not go there either.
    one.step({ kind: 'propose', id: 'p', command: 'x' });
    expect(one.sent).toEqual([]);
    one.nowMs = from + raftOptions.electionTimeoutMs;
    // This one was sent before the snapshot, and arrives late.
    expect(one.receive('b', { ...still, round: 0 })).toEqual([]);
    expect(one.receive('b', still)).toMatchObject([{ kind: 'snapshot' }]);
    expect(one.appended('b', 9)).toMatchObject([{ previousIndex: 9, entries: [{ index: 10 }, {}, {}] }]);
    expect(one.member.progressOf('b')).toMatchObject({ state: 'replicate', match: 9 });
  });

  test('[RF30] goes on with entries when it got so far by itself', () => {
    const one = leader();
    one.receive('b', behind);
    // Too little still, for what comes after it is dropped.
    expect(one.appended('b', 4)).toEqual([]);
    expect(one.member.progressOf('b')).toMatchObject({ state: 'snapshot', match: 4 });
    expect(one.appended('b', 8)).toMatchObject([{ kind: 'append', previousIndex: 8 }]);
  });

  test('[RF30] whose log has moved on meanwhile still asks with something it has', () => {
    const one = leader();
    one.receive('b', behind);
    for (const text of ['x', 'y', 'z', 'u', 'v', 'w']) {
      one.step({ kind: 'propose', id: text, command: text });
      one.durable();
    }
    one.appended('c', 17);
    one.appended('c', 17);
    expect(one.member.commit).toBe(17);
    one.step({ kind: 'compact', index: 17, state: 's17' });
    expect(one.member.firstIndex).toBe(14);
    one.step({ kind: 'timer', key: 'heartbeat' });
    expect(one.sent).toMatchObject([{ previousIndex: 13 }, { previousIndex: 17 }]);
    // And sends what it has when a probe would wait for what is gone.
    one.nowMs += raftOptions.electionTimeoutMs;
    expect(one.receive('b', { ...behind, round: 1, previousIndex: 13 })).toMatchObject([
      { kind: 'snapshot', snapshot: { index: 17 } },
    ]);
  });

  test('[RF30] a probe that waits for what was dropped since becomes a snapshot with the next heartbeat', () => {
    const world = new RaftWorld();
    world.found('a', 'b', 'c');
    world.elect('a');
    world.crash('c');
    for (let at = 0; at < 4; at++) world.step('a', { kind: 'propose', id: `p${at}`, command: `x${at}` });
    world.settle();
    world.restart('c');
    // It answers, is sent what it lacks, and crashes over it.
    world.fire('a', 'heartbeat');
    world.settle(({ to, message }) => to === 'c' && message.kind === 'append' && message.entries.length > 0);
    expect(world.member('a').progressOf('c')?.state).toBe('probe');
    for (let at = 0; at < 9; at++) world.step('a', { kind: 'propose', id: `q${at}`, command: `y${at}` });
    world.settle();
    world.compact('a');
    world.fire('a', 'heartbeat');
    expect(world.member('a').progressOf('c')?.state).toBe('snapshot');
    world.settle();
    expect(world.process('c').state).toHaveLength(13);
  });
});

describe('a follower', () => {
  const send = (one: OneMember, index: number, term = 1) =>
    one.receive('b', { kind: 'snapshot', term: 2, round: 3, snapshot: snapshotAt(index, term) });
  const appended = (matchIndex: number) => [{ kind: 'appended', term: 2, round: 3, matchIndex }];

  test('[RF31] takes the place of everything by it', () => {
    const one = new OneMember({ founders: ['x'] }, { term: 2, entries: entriesOf(2, 2) });
    expect(send(one, 5)).toEqual(appended(5));
    expect(one.outputs.map(({ kind }) => kind)).toEqual([
      'persist',
      'setTimer',
      'install',
      'send',
      'standing',
    ]);
    expect(one.writes).toEqual([
      { kind: 'putSnapshot', snapshot: snapshotAt(5), dropThrough: 5, dropAll: true },
    ]);
    expect(one.member).toMatchObject({ firstIndex: 6, lastIndex: 5, commit: 5, configuration });
    one.durable();
    expect(one.append('b', { term: 2, previousIndex: 5, previousTerm: 1 })).toMatchObject([
      { matchIndex: 5 },
    ]);
  });

  test('[RF18, RF31] claims nothing of it before it is on disk, nor of what was there before', () => {
    const one = new OneMember({}, { term: 2, entries: entriesOf(2, 2, 2, 2, 2) });
    send(one, 4);
    const heartbeat = () => one.append('b', { term: 2, previousIndex: 4, previousTerm: 1, round: 3 });
    expect(heartbeat()).toEqual(appended(0));
    one.durable();
    expect(heartbeat()).toEqual(appended(4));
  });

  test('[RF31] that has its last entry commits up to there, and keeps what comes after', () => {
    const one = new OneMember({}, { term: 2, entries: entriesOf(1, 1, 2) });
    expect(send(one, 2)).toEqual(appended(2));
    expect(one.writes).toEqual([]);
    expect(one.member).toMatchObject({ commit: 2, lastIndex: 3, snapshot: null });
  });

  test('[RF31] that has committed more says so, to the snapshot and to what is before its own', () => {
    const one = new OneMember({}, { term: 2, snapshot: snapshotAt(5) });
    expect(send(one, 4)).toEqual(appended(5));
    expect(one.append('b', { term: 2, previousIndex: 3, previousTerm: 1, round: 3 })).toEqual(appended(5));
    expect(one.writes).toEqual([]);
  });

  test('[RF20] whose log begins with a snapshot hints no further back', () => {
    const one = new OneMember({}, { term: 2, snapshot: snapshotAt(5, 2) });
    expect(one.append('b', { term: 2, previousIndex: 9, previousTerm: 1 })).toMatchObject([
      { kind: 'conflict', hintIndex: 5, hintTerm: 2 },
    ]);
  });
});

test('[RF32] a member starts from its snapshot, and from the entries after it', () => {
  const configured = { ...configuration, learners: ['d'] };
  const entries = [
    ...entriesOf(1, 1, 1, 1, 1),
    { index: 6, term: 1, content: { kind: 'configuration', configuration: configured } } as const,
  ];
  const one = new OneMember({}, { term: 1, snapshot: snapshotAt(4), entries: entries.slice(1) });
  expect(one.outputs[0]).toEqual({ kind: 'install', snapshot: snapshotAt(4) });
  expect(one.member).toMatchObject({ commit: 4, applied: 4, firstIndex: 3, lastIndex: 6 });
  expect(one.member.configuration).toEqual(configured);
  expect(new OneMember().outputs.some(({ kind }) => kind === 'install')).toBe(false);
});

test('[RF29, RF30, RF32] a cluster that compacts all the time loses nothing', () => {
  const world = new RaftWorld();
  world.found('a', 'b', 'c');
  world.elect('a');
  for (let at = 0; at < 60; at++) {
    const id = ['a', 'b', 'c'][at % 3] ?? '';
    if (at % 7 === 0) world.crash(id);
    const leader = world.leader?.id ?? '';
    if (leader !== '') world.step(leader, { kind: 'propose', id: `p${at}`, command: `x${at}` });
    world.run(150);
    for (const { member } of world.processes.values()) if (member !== undefined) world.compact(member.id);
    if (world.process(id).member === undefined) world.restart(id);
    world.run(at % 7 === 0 ? 3_000 : 0);
  }
  world.run(3_000);
  const states = [...world.processes.values()].map(({ state }) => state.join(' '));
  expect(new Set(states).size).toBe(1);
  const acknowledged = world.answers.flatMap(({ kind, id, result }) =>
    kind === 'proposed' && result.ok ? [id.replace('p', 'x')] : [],
  );
  expect(acknowledged.length).toBeGreaterThan(40);
  for (const each of acknowledged) expect(states[0]?.split(' ')).toContain(each);
});
