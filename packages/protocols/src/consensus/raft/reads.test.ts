import { describe, expect, test } from 'vitest';
import { OneMember } from '../../../testing/one-raft-member.ts';
import { raftOptions } from '../../../testing/raft-world.ts';

const leaseMs = raftOptions.electionTimeoutMs / raftOptions.clockDrift;

/** Leads, and what it leads with is committed. */
function leader(): OneMember {
  const one = new OneMember().lead();
  one.appended('b', 1);
  return one;
}

const read = (one: OneMember, id: string, mode: 'index' | 'lease' = 'index') =>
  one.step({ kind: 'read', id, mode });
const readable = (one: OneMember) =>
  one.outputs.flatMap((output) =>
    output.kind === 'readable' ? [[output.id, output.result.ok && output.result.index]] : [],
  );
const rounds = (one: OneMember) =>
  one.sent.flatMap((message) => (message.kind === 'append' ? [message.round] : []));

describe('a read by index', () => {
  test('[RF25] is answered once a majority has answered a round that began after it came', () => {
    const one = leader();
    one.step({ kind: 'timer', key: 'heartbeat' });
    read(one, 'r');
    expect(rounds(one)).toEqual([2, 2]);
    one.appended('b', 1, 1);
    expect(readable(one)).toEqual([]);
    // Does not fit, and is heard all the same.
    one.receive('c', { kind: 'conflict', term: 1, round: 2, previousIndex: 0, hintIndex: 0, hintTerm: 0 });
    expect(readable(one)).toEqual([['r', 1]]);
  });

  test('[RF25] waits for what was committed when it came to be applied, also by earlier leaders', () => {
    const one = new OneMember().lead();
    read(one, 'r');
    // This is the same leader still; but what earlier ones committed it does not know before its first entry is.
    one.receive('b', { kind: 'conflict', term: 1, round: 1, previousIndex: 0, hintIndex: 0, hintTerm: 0 });
    expect(readable(one)).toEqual([]);
    one.appended('b', 1, 1);
    expect(readable(one)).toEqual([['r', 1]]);
  });

  test('[RF25] is answered at once where one alone is the majority', () => {
    const one = new OneMember({ founders: ['a'] });
    one.durable();
    one.durable();
    read(one, 'r');
    expect(readable(one)).toEqual([['r', 1]]);
  });

  test('[RF26] shares the next round with others that came while one was under way', () => {
    const one = leader();
    read(one, 'r1');
    expect(rounds(one)).toEqual([1, 1]);
    for (const id of ['r2', 'r3']) {
      read(one, id);
      expect(one.sent).toEqual([]);
    }
    one.appended('b', 1, 1);
    expect(readable(one)).toEqual([['r1', 1]]);
    expect(rounds(one)).toEqual([2, 2]);
    one.appended('c', 1, 2);
    expect(readable(one)).toEqual([
      ['r2', 1],
      ['r3', 1],
    ]);
  });

  test('[RF26] a heartbeat begins the next round, too', () => {
    const one = leader();
    read(one, 'r1');
    read(one, 'r2');
    one.step({ kind: 'timer', key: 'heartbeat' });
    one.appended('b', 1, 2);
    expect(readable(one)).toEqual([
      ['r1', 1],
      ['r2', 1],
    ]);
    expect(one.sent).toEqual([]);
  });
});

describe('a read by lease', () => {
  test('[RF27] asks nobody for as long as the lease runs, and like the other after that', () => {
    const one = leader();
    const from = one.nowMs;
    one.step({ kind: 'timer', key: 'heartbeat' });
    one.nowMs = from + 300;
    one.appended('b', 1, 1);
    one.nowMs = from + leaseMs - 1;
    expect(one.member.hasLease(one.nowMs)).toBe(true);
    read(one, 'r1', 'lease');
    expect(readable(one)).toEqual([['r1', 1]]);
    expect(one.sent).toEqual([]);
    // From when the round began, not from when it was answered.
    one.nowMs = from + leaseMs;
    expect(one.member.hasLease(one.nowMs)).toBe(false);
    read(one, 'r2', 'lease');
    expect(readable(one)).toEqual([]);
    expect(rounds(one)).toEqual([2, 2]);
  });

  test('[RF27] waits for what is committed like any other', () => {
    const one = new OneMember().lead();
    one.step({ kind: 'timer', key: 'heartbeat' });
    one.receive('b', { kind: 'conflict', term: 1, round: 1, previousIndex: 0, hintIndex: 0, hintTerm: 0 });
    read(one, 'r', 'lease');
    expect(readable(one)).toEqual([]);
    one.appended('b', 1, 1);
    expect(readable(one)).toEqual([['r', 1]]);
  });

  test('[RF27] nobody else has one', () => {
    expect(new OneMember().member.hasLease(0)).toBe(false);
  });

  test('[RF28] finds none once leadership is being handed over, also when that fails', () => {
    const one = leader();
    one.step({ kind: 'timer', key: 'heartbeat' });
    one.appended('b', 1, 1);
    one.step({ kind: 'transfer', id: 't', to: 'b' });
    expect(one.member.hasLease(one.nowMs)).toBe(false);
    one.step({ kind: 'timer', key: 'transfer' });
    one.step({ kind: 'timer', key: 'heartbeat' });
    one.appended('b', 1, 2);
    read(one, 'r', 'lease');
    expect(readable(one)).toEqual([]);
    one.appended('b', 1, 3);
    expect(readable(one)).toEqual([['r', 1]]);
  });
});
