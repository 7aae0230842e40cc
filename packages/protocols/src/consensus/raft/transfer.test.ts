import { describe, expect, test } from 'vitest';
import { OneMember } from '../../../testing/one-raft-member.ts';
import { RaftWorld, raftOptions } from '../../../testing/raft-world.ts';

function leader(): OneMember {
  const one = new OneMember().lead();
  one.appended('b', 1);
  one.step({ kind: 'propose', id: 'p', command: 'x' });
  one.durable();
  return one;
}
const transfer = (one: OneMember, to: string) => one.step({ kind: 'transfer', id: 't', to });
const results = (one: OneMember) =>
  one.outputs.flatMap((output) => (output.kind === 'transferred' ? [output.result] : []));

describe('leadership is handed over', () => {
  test('[RF39] to who is brought up to date first, while nothing new is taken', () => {
    const one = leader();
    transfer(one, 'b');
    expect(one.outputs).toEqual([
      { kind: 'setTimer', key: 'transfer', afterMs: raftOptions.electionTimeoutMs },
    ]);
    for (const input of [
      { kind: 'propose', id: 'q', command: 'y' },
      { kind: 'change', id: 'q', voters: ['a'], learners: [] },
    ] as const) {
      one.step(input);
      expect(one.outputs).toEqual([
        { kind: 'proposed', id: 'q', result: { ok: false, refusal: 'busy', leader: 'a' } },
      ]);
    }
    transfer(one, 'c');
    expect(results(one)).toEqual([{ ok: false, refusal: 'busy' }]);
    one.appended('c', 2);
    expect(one.sent.map(({ kind }) => kind)).not.toContain('timeoutNow');
    expect(one.appended('b', 2).at(-1)).toEqual({ kind: 'timeoutNow', term: 1 });
    // Told once.
    expect(one.appended('b', 2)).toEqual([]);
  });

  test('[RF39] at once to who has everything', () => {
    const one = leader();
    one.appended('b', 2);
    transfer(one, 'b');
    expect(one.sent).toEqual([{ kind: 'timeoutNow', term: 1 }]);
  });

  test('[RF39] by who is told: a candidate at once, that says the leader wanted it', () => {
    const one = new OneMember();
    one.append('b', {});
    const asked = { kind: 'requestVote', term: 2, pre: false, transfer: true, lastIndex: 0, lastTerm: 0 };
    expect(one.receive('b', { kind: 'timeoutNow', term: 1 })).toEqual([asked, asked]);
    expect(one.writes).toEqual([{ kind: 'putVote', term: 2, votedFor: 'a' }]);
    expect(one.member.role).toBe('candidate');
  });

  test('[RF39] not by who is no voter, and not by the word of who does not lead', () => {
    const learner = new OneMember({ founders: [] });
    expect(learner.receive('b', { kind: 'timeoutNow', term: 1 })).toEqual([]);
    const one = new OneMember();
    one.append('b', {});
    expect(one.receive('c', { kind: 'timeoutNow', term: 1 })).toEqual([]);
    expect(one.member.role).toBe('follower');
  });

  test('[RF40] and that is said once the target leads', () => {
    const one = leader();
    transfer(one, 'b');
    one.receive('b', { kind: 'requestVote', term: 2, pre: false, transfer: true, lastIndex: 2, lastTerm: 1 });
    expect(results(one)).toEqual([]);
    one.append('b', { term: 2 });
    expect(results(one)).toEqual([{ ok: true }]);
    expect(one.outputs).toContainEqual({ kind: 'clearTimer', key: 'transfer' });
  });

  test('[RF40] or that another leads', () => {
    const one = leader();
    transfer(one, 'b');
    one.append('c', { term: 2 });
    expect(results(one)).toEqual([{ ok: false, refusal: 'leadershipLost' }]);
    one.step({ kind: 'timer', key: 'transfer' });
    expect(one.outputs).toEqual([]);
  });

  test('[RF40] or that it took too long: the leader goes on', () => {
    const one = leader();
    transfer(one, 'b');
    one.step({ kind: 'timer', key: 'transfer' });
    expect(results(one)).toEqual([{ ok: false, refusal: 'timedOut' }]);
    one.step({ kind: 'propose', id: 'q', command: 'y' });
    expect(one.writes).toHaveLength(1);
  });

  test('[RF40] not to who is no voter; to itself it is already', () => {
    const one = leader();
    transfer(one, 'x');
    expect(results(one)).toEqual([{ ok: false, refusal: 'invalid' }]);
    transfer(one, 'a');
    expect(results(one)).toEqual([{ ok: true }]);
  });

  test('[RF40] not while voters change', () => {
    const one = leader();
    one.appended('b', 2);
    one.step({ kind: 'change', id: 'c', voters: ['a', 'b'], learners: [] });
    transfer(one, 'b');
    expect(results(one)).toEqual([{ ok: false, refusal: 'busy' }]);
  });
});

test('[RF39, RF40] in a cluster it takes no election timeout', () => {
  const world = new RaftWorld();
  world.found('a', 'b', 'c');
  world.elect('a');
  world.step('a', { kind: 'propose', id: 'p', command: 'x' });
  world.step('a', { kind: 'transfer', id: 't', to: 'c' });
  world.settle();
  expect(world.leader).toMatchObject({ id: 'c', term: 2 });
  expect(world.answers.at(-1)).toEqual({ kind: 'transferred', id: 't', result: { ok: true } });
});
