import { timing } from '@bothy/rooms/core';
import type { RoomAnswers, RoomId } from '@bothy/wire';
import { expect, test } from 'vitest';
import { CoreStage } from './testing/core-stage.ts';
import { actor } from './testing/stage-people.ts';

const ann = actor('ann');
const ben = actor('ben');

/** Ann's room at n1, of which n2 keeps no copy, with Ben in it. */
function elsewhere() {
  const stage = new CoreStage(['n1', 'n2']);
  const room = stage.create('n1', ann);
  stage.join('n1', ben, room);
  stage.pass(3_000);
  return { stage, room };
}

/** What Ben is told of it at n2, and how many questions that cost. */
function ask(stage: CoreStage, room: RoomId) {
  const before = stage.sent.filter(({ message }) => message.kind === 'forward').length;
  const result = stage.command('n2', ben, { kind: 'info', room });
  const questions = stage.sent.filter(({ message }) => message.kind === 'forward').length - before;
  const name = result?.ok === true ? (result.value as RoomAnswers['info']).room.name : result?.code;
  return { name, questions };
}

const update = (room: RoomId, name: string) =>
  ({ kind: 'update', requestId: `to ${name}`, room, name }) as const;

test('[RM61] what was said is said again for two seconds', () => {
  const { stage, room } = elsewhere();
  const { name, questions } = ask(stage, room);
  expect(questions).toBe(1);
  expect(ask(stage, room)).toEqual({ name, questions: 0 });
  stage.pass(timing.roomInfosMs);
  expect(ask(stage, room)).toEqual({ name, questions: 1 });
});

test('[RM61] who changes it here reads what they have written', () => {
  const { stage, room } = elsewhere();
  ask(stage, room);
  stage.command('n2', ann, update(room, 'Lake'));
  expect(ask(stage, room)).toEqual({ name: 'Lake', questions: 1 });
});

test('[RM61] a change at its administrator ends it once the room is listed anew', () => {
  const { stage, room } = elsewhere();
  stage.pass(1_000);
  ask(stage, room);
  stage.command('n1', ann, update(room, 'Lake'));
  expect(ask(stage, room).questions).toBe(0);
  stage.pass(1_100);
  expect(ask(stage, room)).toEqual({ name: 'Lake', questions: 1 });
});

test('[RM61] nothing is said again once the link has ended', () => {
  const { stage, room } = elsewhere();
  ask(stage, room);
  stage.cut('n1', 'n2');
  expect(ask(stage, room)).toEqual({ name: 'administrator_unreachable', questions: 0 });
});

test('[RM61] others are not told what somebody was told, and a refusal is kept for nobody', () => {
  const { stage, room } = elsewhere();
  ask(stage, room);
  const cat = actor('cat');
  expect(stage.code('n2', cat, { kind: 'info', room })).toBe('not_a_member');
  stage.join('n1', cat, room);
  expect(stage.code('n2', cat, { kind: 'info', room })).toBe('ok');
});
