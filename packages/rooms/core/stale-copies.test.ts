/** Copies that have fallen behind: what they must not say, and what becomes of those whose room is gone. */
import { timing } from '@bothy/rooms/core';
import { expect, test } from 'vitest';
import { CoreStage } from './testing/core-stage.ts';
import { actor } from './testing/stage-people.ts';

const ann = actor('ann');
const ben = actor('ben');

test('who has seen more than a copy holds is not told all of it anew while the administrator is away', () => {
  const stage = new CoreStage(['n1', 'n2']);
  const room = stage.create('n1', ann);
  stage.close('n2', stage.join('n2', ben, room));
  stage.cut('n1', 'n2');
  for (const key of ['m1', 'm2']) stage.say('n1', ann, room, key);
  const [held, seen] = [stage.log('n2', room).length, stage.log('n1', room).length];
  expect(seen).toBeGreaterThan(held);
  const session = stage.open('n2', ben);
  const join = { kind: 'join', requestId: 'j2', room, limit: 100 } as const;
  const ahead = { ...join, after: { epoch: 1, seq: seen } };
  expect(stage.code('n2', ben, ahead, session)).toBe('administrator_unreachable');
  expect(stage.seqs(session, room)).toEqual([]);
  // Who has seen less is served from what there is.
  expect(stage.code('n2', ben, { ...join, after: { epoch: 1, seq: held } }, session)).toBe('ok');
});

test.each([
  ['by a node that was away', true],
  ['by one that nobody is at, from its next link on', false],
])('a room that was deleted is not kept %s', (_, isAway) => {
  const stage = new CoreStage(['n1', 'n2']);
  stage.directory.lags = true;
  const room = stage.create('n1', ann);
  stage.close('n2', stage.join('n2', ben, room));
  stage.pass(timing.unfollowAfterMs + 1_000);
  if (isAway) stage.cut('n1', 'n2');
  stage.command('n1', ann, { kind: 'delete', requestId: 'd1', room });
  stage.pass(timing.leaveAfterMs);
  expect(stage.log('n1', room)).toEqual([]);
  expect(stage.log('n2', room)).not.toEqual([]);
  if (!isAway) stage.cut('n1', 'n2');
  // The second one hears what the first one says at once.
  stage.link('n2', 'n1');
  stage.pass(2_000);
  expect(stage.log('n2', room)).toEqual([]);
  // Nor does it come back when its node is away again.
  stage.cut('n1', 'n2');
  expect(stage.code('n2', ben, { kind: 'info', room }, stage.open('n2', ben))).toBe('room_deleted');
});

test('an administrator that starts with what it had before a deletion does not bring the room back', () => {
  const stage = new CoreStage(['n1', 'n2', 'n3']);
  const room = stage.create('n1', ann);
  stage.join('n2', ben, room);
  const old = stage.store('n1').snapshot();
  stage.command('n1', ann, { kind: 'delete', requestId: 'd1', room });
  stage.pass(timing.voteTimeoutMs);
  expect(stage.view('n2').rooms.map(({ id }) => id)).not.toContain(room);
  // What is told of it is what the old folder would tell.
  const record = old.rooms.find(({ id }) => id === room);
  if (record === undefined) throw new Error('the room was there');
  const { id, name, description, visibility, memberCount, epoch, lastSeq } = record;
  const listing = { id, name, description, visibility, memberCount, epoch, lastSeq, deleting: false };
  stage.tell('n2', 'n1', { kind: 'directory', whole: true, rooms: [listing], removed: [] });
  expect(stage.view('n2').rooms.map((each) => each.id)).not.toContain(room);
  const { message } = stage.sent.findLast(({ from }) => from === 'n2') ?? {};
  expect(message).toEqual({ kind: 'notFollowing', room, reason: 'deleted' });
  const own = stage.create('n1', ann);
  stage.tell('n1', 'n2', { kind: 'notFollowing', room: own, reason: 'unknown' });
  expect(stage.log('n1', own)).not.toEqual([]);
  stage.tell('n1', 'n2', { kind: 'notFollowing', room: own, reason: 'deleted' });
  expect(stage.log('n1', own)).toEqual([]);
  expect(stage.refused.at(-1)).toBe('fenced');
});
