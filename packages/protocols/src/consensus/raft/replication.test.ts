import { describe, expect, test } from 'vitest';
import { command, entriesOf, OneMember } from '../../../testing/one-raft-member.ts';
import { type Message, RaftWorld, raftOptions } from '../../../testing/raft-world.ts';

const founders = { voters: ['a', 'b', 'c'], outgoing: [], learners: [] };
const appends = (messages: readonly Message[]) =>
  messages.flatMap((message) => (message.kind === 'append' ? [message] : []));

/** Leads with what a follower had; `b` replicates, `c` is probed. */
function leader(...terms: number[]): OneMember {
  const one = new OneMember({}, { term: terms.at(-1) ?? 0, entries: entriesOf(...terms) }).lead();
  one.appended('b', one.member.lastIndex);
  return one;
}

describe('a leader', () => {
  test('[RF16] begins with an entry of its own: the founders in an empty log, nothing in any other', () => {
    const first = new OneMember().lead().member;
    expect(first.entryAt(1)?.content).toEqual({ kind: 'configuration', configuration: founders });
    const entries = [
      { index: 1, term: 1, content: { kind: 'configuration', configuration: founders } } as const,
    ];
    const next = new OneMember({}, { term: 1, entries }).lead().member;
    expect(next.entryAt(2)).toEqual({ index: 2, term: 2, content: { kind: 'nothing' } });
  });

  test('[RF17] commits what is of its own term by counting, and what is before that along with it', () => {
    // Figure 8 of the paper: an entry of term 2 is on a majority, and may be replaced still.
    const one = new OneMember({}, { term: 3, entries: entriesOf(1, 2) }).lead();
    expect(one.member.term).toBe(4);
    one.appended('b', 2);
    expect(one.member.commit).toBe(0);
    one.appended('b', 3);
    expect(one.member.commit).toBe(3);
    expect(one.outputs).toContainEqual({ kind: 'apply', entries: entriesOf(1, 2) });
  });

  test('[RF18] sends at once, and counts its own log once that is durable', () => {
    const one = leader();
    const before = one.member.commit;
    one.step({ kind: 'propose', id: 'p', command: 'x' });
    expect(one.outputs[0]).toMatchObject({ kind: 'persist' });
    expect(one.outputs.filter((output) => output.kind === 'send')).toMatchObject([{ to: 'b', early: true }]);
    one.appended('b', 2);
    expect(one.member.commit).toBe(before);
    one.durable();
    expect(one.member.commit).toBe(2);
    expect(one.outputs.map(({ kind }) => kind)).toEqual(['apply', 'proposed', 'send']);
  });

  test('[RF18] is not told by what it wrote in an earlier term', () => {
    const one = leader();
    one.step({ kind: 'propose', id: 'p', command: 'x' });
    one.append('c', { term: 2 });
    one.durable();
    expect(one.member).toMatchObject({ role: 'follower', commit: 1 });
  });

  test('[RF18] a follower lets nothing out before what it wrote', () => {
    const one = new OneMember();
    one.append('b', { entries: entriesOf(1), commit: 1 });
    expect(one.outputs.map(({ kind }) => kind)).toEqual(['persist', 'setTimer', 'apply', 'send', 'standing']);
    expect(one.outputs.filter((output) => 'early' in output)).toEqual([]);
  });

  test('[RF18] a follower answers a heartbeat while its disk is slow, by what is durable', () => {
    const one = new OneMember();
    const answer = () => one.outputs.filter((output) => output.kind === 'send');
    // The term is not on disk yet.
    one.append('b', {});
    expect(answer()).toMatchObject([{ message: { matchIndex: 0 } }]);
    expect(answer().some((output) => 'early' in output)).toBe(false);
    one.durable();
    one.append('b', { entries: entriesOf(1, 1) });
    one.durable();
    one.append('b', { previousIndex: 2, previousTerm: 1, entries: entriesOf(1, 1, 1).slice(2) });
    expect(answer()).toMatchObject([{ message: { matchIndex: 3 } }]);
    one.append('b', { previousIndex: 3, previousTerm: 1, round: 4 });
    expect(answer()).toMatchObject([{ message: { matchIndex: 2, round: 4 }, early: true }]);
    one.durable();
    one.append('b', { previousIndex: 3, previousTerm: 1, round: 5 });
    expect(answer()).toMatchObject([{ message: { matchIndex: 3, round: 5 }, early: true }]);
  });

  test('[RF18] a follower counts nothing as durable that was cut off since', () => {
    const one = new OneMember({}, { term: 1, entries: entriesOf(1) });
    const heartbeat = (previousIndex: number) =>
      one.append('c', { term: 2, previousIndex, previousTerm: 2 }).at(0);
    one.append('c', { term: 2, previousIndex: 1, previousTerm: 1 });
    one.durable();
    // Three writes: 2 and 3; the same again of another term; nothing that was ever written by that token.
    one.append('c', { term: 2, previousIndex: 1, previousTerm: 1, entries: entriesOf(1, 1, 1).slice(1) });
    one.append('c', { term: 2, previousIndex: 1, previousTerm: 1, entries: entriesOf(1, 2, 2).slice(1) });
    expect(heartbeat(3)).toMatchObject({ matchIndex: 1 });
    const [first = ''] = one.pending;
    one.step({ kind: 'durable', token: first });
    one.step({ kind: 'durable', token: 'not one of ours' });
    expect(heartbeat(3)).toMatchObject({ matchIndex: 1 });
    one.durable();
    expect(heartbeat(3)).toMatchObject({ matchIndex: 3 });
  });

  test('[RF21] sends one message to whom it does not know, then several with several entries each', () => {
    const one = leader();
    for (let at = 0; at < 12; at++) one.step({ kind: 'propose', id: `p${at}`, command: `x${at}` });
    // `b` has three single entries under way, and gets no more; `c` is probed.
    expect(one.member.progressOf('b')).toMatchObject({ state: 'replicate', match: 1, next: 5 });
    expect(one.member.progressOf('c')).toMatchObject({ state: 'probe', match: 0, next: 1 });
    const more = appends(one.appended('b', 3));
    expect(more.map(({ entries }) => entries.map(({ index }) => index))).toEqual([
      [5, 6, 7, 8],
      [9, 10, 11, 12],
    ]);
    expect(more.map(({ previousIndex }) => previousIndex)).toEqual([4, 8]);
    const probed = appends(one.appended('c', 1));
    expect(probed.map(({ entries }) => entries.length)).toEqual([4, 4, 4]);
  });

  test('[RF20] goes on where the other log may agree, by the hint', () => {
    const one = new OneMember({}, { term: 6, entries: entriesOf(1, 1, 1, 4, 4, 5, 5, 6, 6, 6) }).lead();
    const conflict = { kind: 'conflict', term: 7, round: 0, previousIndex: 10 } as const;
    // Its last entry up to there is 3/10: ours of term 3 or earlier end at 3.
    const [again] = appends(one.receive('b', { ...conflict, hintIndex: 10, hintTerm: 3 }));
    expect(again).toMatchObject({ previousIndex: 3, previousTerm: 1 });
    // Of the same probe, again.
    expect(one.receive('b', { ...conflict, hintIndex: 10, hintTerm: 3 })).toEqual([]);
    const [short] = appends(one.receive('c', { ...conflict, hintIndex: 4, hintTerm: 4 }));
    expect(short).toMatchObject({ previousIndex: 4, previousTerm: 4 });
    expect(one.member.progressOf('c')).toMatchObject({ state: 'probe', next: 5 });
  });

  test('[RF20] believes no hint that goes behind what is acknowledged', () => {
    const one = leader();
    const conflict = { kind: 'conflict', term: 1, round: 0, previousIndex: 1 } as const;
    expect(one.receive('b', { ...conflict, hintIndex: 0, hintTerm: 0 })).toEqual([]);
    expect(one.member.progressOf('b')).toMatchObject({ state: 'replicate', match: 1 });
  });

  test('[RF22] sees by the answer to a heartbeat what was lost, and sends that again', () => {
    const one = leader();
    for (const text of ['x', 'y']) one.step({ kind: 'propose', id: text, command: text });
    one.step({ kind: 'timer', key: 'heartbeat' });
    expect(appends(one.sent)).toMatchObject([
      { round: 1, previousIndex: 3, entries: [] },
      { round: 1, previousIndex: 0, entries: [] },
    ]);
    const answer = {
      kind: 'conflict',
      term: 1,
      round: 1,
      previousIndex: 3,
      hintIndex: 1,
      hintTerm: 1,
    } as const;
    expect(appends(one.receive('b', answer))).toMatchObject([
      { previousIndex: 1, entries: [{ index: 2 }, { index: 3 }] },
    ]);
    expect(one.member.progressOf('b')).toMatchObject({ state: 'probe', next: 2 });
  });

  test('[RF23] says at once what is committed, and to who is probed once it replicates', () => {
    const one = leader();
    one.step({ kind: 'propose', id: 'p', command: 'x' });
    one.durable();
    expect(appends(one.appended('b', 2))).toMatchObject([{ previousIndex: 2, entries: [], commit: 2 }]);
    expect(appends(one.appended('c', 1))).toMatchObject([
      { previousIndex: 1, entries: [{ index: 2 }], commit: 2 },
    ]);
    expect(appends(one.appended('c', 2))).toEqual([]);
  });

  test('[RF21] says nothing twice: an acknowledgement that comes again changes nothing', () => {
    const one = leader();
    one.step({ kind: 'propose', id: 'p', command: 'x' });
    one.durable();
    one.appended('b', 2);
    expect(one.appended('b', 2)).toEqual([]);
    expect(one.appended('b', 1)).toEqual([]);
    expect(one.member.progressOf('b')).toMatchObject({ match: 2, next: 3 });
  });
});

describe('a follower', () => {
  const appended = (matchIndex: number, round = 0) => ({ kind: 'appended', term: 3, round, matchIndex });

  test('[RF19] acknowledges what it has in common, and takes no more for committed', () => {
    const one = new OneMember({}, { term: 3, entries: entriesOf(1, 1, 2, 2) });
    expect(one.append('b', { term: 3, previousIndex: 1, previousTerm: 1, commit: 4, round: 5 })).toEqual([
      appended(1, 5),
    ]);
    expect(one.member).toMatchObject({ commit: 1, lastIndex: 4 });
    const entries = entriesOf(1, 1, 2);
    expect(one.append('b', { term: 3, entries, commit: 4 })).toEqual([appended(3)]);
    // It had all of them: nothing is cut off, and nothing is written.
    expect(one.member).toMatchObject({ commit: 3, lastIndex: 4 });
    expect(one.writes).toEqual([]);
  });

  test('[RF3, RF19] cuts off what contradicts, and writes from there on', () => {
    const one = new OneMember({}, { term: 3, entries: entriesOf(1, 1, 2, 2) });
    const entries = entriesOf(1, 1, 3).slice(1);
    one.append('b', { term: 3, previousIndex: 1, previousTerm: 1, entries });
    expect(one.writes).toEqual([{ kind: 'putEntries', entries: entries.slice(1) }]);
    expect(one.sent).toEqual([appended(3)]);
    expect(one.member).toMatchObject({ lastIndex: 3 });
  });

  test.each([
    ['shorter', [1, 1], 5, 4, 2, 1],
    ['of other terms', [1, 1, 2, 2, 2], 5, 4, 5, 2],
    ['of later terms at its end', [1, 1, 2, 3, 3], 4, 2, 3, 2],
    ['of later terms altogether', [3, 3], 2, 2, 0, 0],
  ])(
    '[RF20] whose log is %s says where it may agree',
    (_, terms, previousIndex, previousTerm, index, term) => {
      const one = new OneMember({}, { term: 5, entries: entriesOf(...terms) });
      expect(one.append('b', { term: 5, previousIndex, previousTerm, round: 2 })).toEqual([
        { kind: 'conflict', term: 5, round: 2, previousIndex, hintIndex: index, hintTerm: term },
      ]);
      expect(one.writes).toEqual([]);
    },
  );

  test('[RF24] never takes back what is committed', () => {
    const one = new OneMember();
    one.append('b', { entries: entriesOf(1, 1), commit: 2 });
    const entries = [{ index: 2, term: 2, content: command('other') }];
    expect(one.append('b', { term: 2, previousIndex: 1, previousTerm: 1, entries, commit: 2 })).toEqual([]);
    expect(one.member.termAt(2)).toBe(1);
  });
});

test('[RF20] as many round trips as terms differ, at most', () => {
  const terms = (...of: number[]) => ({
    term: 20,
    votedFor: null,
    snapshot: null,
    entries: entriesOf(...of),
  });
  const world = new RaftWorld();
  const ids = ['a', 'b', 'c'];
  // 40 entries of 8 terms that nobody else has.
  world.add('a', ids, terms(1, ...Array.from({ length: 60 }, () => 20)));
  world.add('b', ids, terms(1, ...Array.from({ length: 60 }, () => 20)));
  world.add('c', ids, terms(1, ...Array.from({ length: 40 }, (_, at) => 2 + Math.floor(at / 5))));
  let conflicts = 0;
  world.elect('a', ({ message }) => {
    if (message.kind === 'conflict') conflicts += 1;
    return false;
  });
  expect(world.process('c').state).toHaveLength(61);
  expect(conflicts).toBeLessThanOrEqual(9);
});

test('[RF21, RF22] with many proposals and lost messages, everybody gets everything', () => {
  const world = new RaftWorld({ maxWaiting: 500 });
  world.found('a', 'b', 'c');
  world.elect('a');
  let count = 0;
  for (let at = 0; at < 300; at++) {
    world.step('a', { kind: 'propose', id: `p${at}`, command: `x${at}` });
    if (at % 10 === 0) world.run(raftOptions.heartbeatMs, () => ++count % 3 === 0);
  }
  world.run(2_000);
  for (const { state } of world.processes.values()) expect(state).toHaveLength(300);
});
