import { bounds } from '@bothy/rooms/core';
import { type RoomAnswers, roomLimits } from '@bothy/wire';
import { expect, test } from 'vitest';
import { CoreStage } from './testing/core-stage.ts';
import { actor, codeOf } from './testing/stage-people.ts';

const ann = actor('ann');
const ben = actor('ben');
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** Ann's room at n1 with so many messages, and Ben a member of it. */
function filled(messages: number, ids: readonly string[] = ['n1']) {
  const stage = new CoreStage(ids);
  const room = stage.create('n1', ann);
  stage.command('n1', ben, { kind: 'join', requestId: 'j', room, limit: 0 });
  for (let count = 0; count < messages; count++) stage.say('n1', ann, room, `m${count}`);
  return { stage, room, last: messages + 3 };
}

const resumed = (stage: CoreStage, session: string) => {
  const opened = stage.shown(session).find(({ kind }) => kind === 'opened');
  return opened?.kind === 'opened' ? opened.resumed : undefined;
};

test.each(['n1', 'n2'])('[RM19] at %s a join is answered first, and what follows it comes once', (id) => {
  const { stage, room, last } = filled(20, ['n1', 'n2']);
  const session = stage.open(id, ben);
  const join = { kind: 'join', requestId: 'again', room, limit: 5 } as const;
  const result = stage.command(id, ben, join, session);
  const value = result?.ok === true ? (result.value as RoomAnswers['join']) : undefined;
  expect(value?.entries.map(({ seq }) => seq)).toEqual(range(last - 4, last));
  expect(value?.complete).toBe(false);
  expect(value?.members.map(({ name }) => name).sort()).toEqual(['ann', 'ben']);
  stage.say('n1', ann, room, 'next');
  expect(stage.seqs(session, room)).toEqual([last + 1]);
  const kinds = stage.shown(session).filter((each) => each.kind === 'reply' || each.kind === 'entries');
  expect(kinds.map(({ kind }) => kind)).toEqual(['reply', 'entries']);
});

test('[RM19] what is said while the store is read is neither lost nor shown twice', () => {
  const { stage, room, last } = filled(3 * bounds.tailEntries);
  const session = stage.open('n1', ben);
  stage.answers = false;
  stage.command(
    'n1',
    ben,
    { kind: 'join', requestId: 'again', room, after: { epoch: 1, seq: 3 }, limit: 10_000 },
    session,
  );
  const call = stage.lastCall;
  let said = 0;
  while (stage.answer(call) === undefined) {
    stage.answers = false;
    const waiting = stage.asked.splice(0);
    stage.say('n1', ann, room, `meanwhile ${said++}`);
    for (const { answer } of waiting) answer();
  }
  for (const { answer } of stage.asked.splice(0)) answer();
  stage.answers = true;
  stage.say('n1', ann, room, 'after');
  const result = stage.answer(call);
  const entries = result?.ok === true ? (result.value as RoomAnswers['join']).entries : [];
  const all = [...entries.map(({ seq }) => seq), ...stage.seqs(session, room)];
  expect(entries.length).toBeGreaterThan(1_000);
  expect(all).toEqual(range(all[0] ?? 0, last + said + 1));
  expect(said).toBeGreaterThan(1);
});

test.each([
  ['n1', 0],
  ['n1', 4],
  ['n2', 4],
  ['n2', 13],
] as const)('[RM20] a resume at %s after %d shows the rest, then what is new', (id, seq) => {
  const { stage, room, last } = filled(10, ['n1', 'n2']);
  const session = stage.open(id, ben, [{ room, epoch: 1, seq }]);
  expect(resumed(stage, session)).toEqual([{ room, from: seq + 1, complete: true }]);
  expect(stage.seqs(session, room)).toEqual(range(seq + 1, last));
  stage.say('n1', ann, room, 'next');
  expect(stage.seqs(session, room)).toEqual(range(seq + 1, last + 1));
  expect(stage.shown(session)[0]?.kind).toBe('opened');
});

test('[RM20] a resume at a node whose administrator is away shows what the copy holds, and that it is away', () => {
  const { stage, room, last } = filled(10, ['n1', 'n2']);
  const first = stage.open('n2', ben, [{ room, epoch: 1, seq: 2 }]);
  expect(stage.seqs(first, room).at(-1)).toBe(last);
  stage.cut('n1', 'n2');
  const session = stage.open('n2', ben, [{ room, epoch: 1, seq: 5 }]);
  expect(stage.seqs(session, room)).toEqual(range(6, last));
  expect(stage.notices(session, 'state')).toMatchObject([{ state: 'unavailable' }]);
  stage.say('n1', ann, room, 'meanwhile');
  stage.link('n1', 'n2');
  expect(stage.seqs(session, room)).toEqual(range(6, last + 1));
  expect(stage.notices(session, 'state').at(-1)).toMatchObject({ state: 'available' });
});

test('[RM21] of more missed entries than allowed the last are shown, and the gap is named first', () => {
  const { stage, room, last } = filled(roomLimits.resumeEntries + 50);
  const session = stage.open('n1', ben, [{ room, epoch: 1, seq: 10 }]);
  const from = last - roomLimits.resumeEntries + 1;
  expect(resumed(stage, session)).toEqual([{ room, from, complete: false }]);
  expect(stage.notices(session, 'gap')).toEqual([{ kind: 'gap', room, from: 11, to: from - 1 }]);
  expect(stage.seqs(session, room)).toEqual(range(from, last));
  const kinds = stage.shown(session).map((each) => (each.kind === 'notice' ? each.notice.kind : each.kind));
  expect(kinds.slice(0, 3)).toEqual(['opened', 'gap', 'entries']);
});

test.each(['n1', 'n2'])('[RM22] a place that %s does not know is answered with the last common one', (id) => {
  const { stage, room, last } = filled(10, ['n1', 'n2']);
  const ahead = stage.open(id, ben, [{ room, epoch: 1, seq: last + 1 }]);
  expect(resumed(stage, ahead)).toEqual([{ room, reset: { commonSeq: last } }]);
  const other = stage.open(id, ben, [{ room, epoch: 7, seq: 3 }]);
  expect(resumed(stage, other)).toEqual([{ room, reset: { commonSeq: 0 } }]);
  stage.say('n1', ann, room, 'after');
  expect(stage.seqs(ahead, room)).toEqual([]);
});

test('[RM22] a copy that cannot ask does not take back what it has not seen', () => {
  const { stage, room, last } = filled(10, ['n1', 'n2']);
  stage.open('n2', ben, [{ room, epoch: 1, seq: 2 }]);
  stage.cut('n1', 'n2');
  const session = stage.open('n2', ben, [{ room, epoch: 1, seq: last + 3 }]);
  expect(resumed(stage, session)).toMatchObject([{ code: 'administrator_unreachable' }]);
});

test('[RM22] to join from there, to read from there or to have read up to there is refused', () => {
  const { stage, room } = filled(10);
  const after = { epoch: 1, seq: 500 };
  expect(stage.code('n1', ben, { kind: 'join', requestId: 'again', room, after, limit: 4 })).toBe(
    'bad_request',
  );
  expect(stage.code('n1', ben, { kind: 'history', room, after: 500, limit: 5 })).toBe('bad_request');
  expect(stage.code('n1', ben, { kind: 'markRead', room, seq: 500 })).toBe('bad_request');
});

test('[RM23] history: so much, in order, and complete when nothing is left', () => {
  const { stage, room, last } = filled(40, ['n1', 'n2']);
  stage.open('n2', ben, [{ room, epoch: 1, seq: 30 }]);
  const read = (id: string, query: { before?: number; after?: number; limit: number }) => {
    const result = stage.command(id, ben, { kind: 'history', room, ...query });
    if (result?.ok !== true) return [codeOf(result)];
    const { entries, complete } = result.value as RoomAnswers['history'];
    return [entries[0]?.seq, entries.at(-1)?.seq, complete];
  };
  for (const id of ['n1', 'n2']) {
    expect(read(id, { limit: 5 })).toEqual([last - 4, last, false]);
    expect(read(id, { before: 6, limit: 5 })).toEqual([1, 5, true]);
    expect(read(id, { before: 7, limit: 5 })).toEqual([2, 6, false]);
    expect(read(id, { after: last - 5, limit: 5 })).toEqual([last - 4, last, true]);
    expect(read(id, { after: 3, limit: 5 })).toEqual([4, 8, false]);
    expect(read(id, { after: last, limit: 5 })).toEqual([undefined, undefined, true]);
    expect(read(id, { before: 1, limit: 5 })[0]).toBeUndefined();
  }
});

test('[RM24] who is banned while a room is read for them gets nothing that follows', () => {
  const { stage, room } = filled(2 * bounds.tailEntries + 100);
  const joining = stage.open('n1', ben);
  stage.answers = false;
  stage.command(
    'n1',
    ben,
    { kind: 'join', requestId: 'again', room, after: { epoch: 1, seq: 3 }, limit: 9_000 },
    joining,
  );
  const call = stage.lastCall;
  const resuming = stage.open('n1', ben, [{ room, epoch: 1, seq: 900 }]);
  const waiting = stage.asked.splice(0);
  stage.answers = true;
  stage.command('n1', ann, { kind: 'ban', requestId: 'b', room, person: ben.person, on: true });
  for (const { answer } of waiting) answer();
  expect(codeOf(stage.answer(call))).toBe('not_a_member');
  stage.say('n1', ann, room, 'a secret');
  const last = stage.log('n1', room).length;
  for (const session of [joining, resuming]) expect(stage.seqs(session, room)).not.toContain(last);
});

test('[RM24] a copy that catches up shows who was banned their ban, and no more', () => {
  const { stage, room, last } = filled(5, ['n1', 'n2']);
  const session = stage.open('n2', ben, [{ room, epoch: 1, seq: 4 }]);
  stage.cut('n1', 'n2');
  stage.command('n1', ann, { kind: 'ban', requestId: 'b', room, person: ben.person, on: true });
  stage.say('n1', ann, room, 'a secret');
  stage.link('n1', 'n2');
  expect(stage.seqs(session, room)).toEqual(range(5, last + 2));
});

test('[RM25] a resume says how things stand when it is answered', () => {
  const { stage, room } = filled(5, ['n1', 'n2', 'n3']);
  const other = stage.lobby('n3');
  stage.command('n3', ben, { kind: 'join', requestId: 'j', room: other, limit: 0 });
  stage.close('n2', stage.open('n2', ben, [{ room, epoch: 1, seq: 4 }]));
  stage.cut('n1', 'n2');
  stage.command('n1', ann, { kind: 'ban', requestId: 'b', room, person: ben.person, on: true });
  stage.lose = (_, to, { kind }) => to === 'n3' && kind === 'follow';
  // The first room is served from the copy, the second is waited for; meanwhile the first is known better.
  const session = stage.open('n2', ben, [
    { room, epoch: 1, seq: 8 },
    { room: other, epoch: 1, seq: 1 },
  ]);
  expect(resumed(stage, session)).toBeUndefined();
  stage.link('n1', 'n2');
  stage.open('n2', ann, [{ room, epoch: 1, seq: 4 }]);
  stage.pass(11_000);
  expect(resumed(stage, session)).toMatchObject([
    { code: 'not_a_member' },
    { code: 'administrator_unreachable' },
  ]);
});
