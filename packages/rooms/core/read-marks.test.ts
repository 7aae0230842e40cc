import { bounds, type RoomsOutput, timing } from '@bothy/rooms/core';
import type { RoomAnswers, RoomId } from '@bothy/wire';
import { expect, test } from 'vitest';
import { CoreStage } from './testing/core-stage.ts';
import { actor } from './testing/stage-people.ts';

const ann = actor('ann');
const ben = actor('ben');

/** Ben in a room of Ann's with ten messages, who has read up to 5. */
function reading() {
  const stage = new CoreStage(['n1']);
  const room = stage.create('n1', ann);
  stage.join('n1', ben, room);
  for (let count = 0; count < 10; count++) stage.say('n1', ann, room, `m${count}`);
  const mark = (seq: number): string => stage.code('n1', ben, { kind: 'markRead', room, seq });
  mark(5);
  return { stage, room, mark };
}

function stored(stage: CoreStage, room: RoomId, person = ben.person): number | undefined {
  const { members } = stage.store('n1').snapshot();
  return members.find((each) => each.room === room && each.person === person)?.read;
}

const membersPut = (outputs: readonly RoomsOutput[]) =>
  outputs.flatMap((each) => (each.kind === 'persist' ? each.writes : []));

test('[RM60] a mark counts at once, and is stored with others two seconds later', () => {
  const { stage, room, mark } = reading();
  expect([mark(7), mark(6), mark(8)]).toEqual(['ok', 'ok', 'ok']);
  const joined = stage.command('n1', ben, { kind: 'join', requestId: 'again', room, limit: 0 });
  expect(joined?.ok === true && (joined.value as RoomAnswers['join']).read).toBe(8);
  expect(stored(stage, room)).toBe(0);
  stage.pass(timing.readMarksMs);
  expect(stored(stage, room)).toBe(8);
});

test('[RM60] a crash takes the marks of the last two seconds, an end in order none', () => {
  const { stage, room, mark } = reading();
  stage.pass(timing.readMarksMs);
  mark(9);
  stage.restart('n1');
  expect(stored(stage, room)).toBe(5);
  mark(9);
  stage.step('n1', { kind: 'stop' });
  stage.restart('n1');
  expect(stored(stage, room)).toBe(9);
});

test('[RM60] who has left is not brought back by a mark', () => {
  const { stage, room } = reading();
  stage.command('n1', ben, { kind: 'leave', requestId: 'bye', room });
  expect(membersPut(stage.step('n1', { kind: 'stop' }))).toEqual([]);
  stage.pass(timing.readMarksMs);
  expect(stored(stage, room)).toBeUndefined();
});

test('[RM60] many marks are stored before their time', () => {
  const stage = new CoreStage(['n1']);
  const room = stage.create('n1', ann);
  stage.say('n1', ann, room, 'hello');
  const people = Array.from({ length: bounds.readMarks }, (_, at) => actor(`p${at}`));
  for (const person of people) stage.join('n1', person, room);
  const last = people.pop() ?? ann;
  for (const person of people) stage.code('n1', person, { kind: 'markRead', room, seq: 2 });
  expect(stored(stage, room, people[0]?.person)).toBe(0);
  stage.code('n1', last, { kind: 'markRead', room, seq: 2 });
  expect([people[0], last].map((each) => stored(stage, room, each?.person))).toEqual([2, 2]);
});
