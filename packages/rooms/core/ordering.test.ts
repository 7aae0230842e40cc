import { bounds } from '@bothy/rooms/core';
import type { RoomAnswers, RoomResult } from '@bothy/wire';
import { expect, test } from 'vitest';
import { CoreStage } from './testing/core-stage.ts';
import { DirectoryModel } from './testing/directory-model.ts';
import { actor, codeOf } from './testing/stage-people.ts';

const ann = actor('ann');
const ben = actor('ben');
const operator = actor('olga', { operator: true });

function placed(result: ReturnType<CoreStage['say']>): RoomAnswers['send'] {
  if (result?.ok !== true) throw new Error(codeOf(result));
  return result.value as RoomAnswers['send'];
}

/** A room with so many messages of Ann's that its beginning is in the store alone. */
function longRoom(stage: CoreStage): string {
  const room = stage.create('n1', ann);
  for (let count = 0; count < 2 * bounds.tailEntries + 50; count++) stage.say('n1', ann, room, `m${count}`);
  return room;
}

test('[RM1] entries are numbered in the order of the commands, whatever the clock says', () => {
  const stage = new CoreStage();
  const room = stage.create('n1', ann);
  stage.command('n1', ben, { kind: 'join', requestId: 'j', room, limit: 10 });
  for (const [index, wrongMs] of [0, 3_600_000, -3_600_000].entries()) {
    stage.wallMs = 1_700_000_000_000 + wrongMs;
    expect(placed(stage.say('n1', index === 1 ? ben : ann, room, `m${index}`)).seq).toBe(4 + index);
  }
  const log = stage.log('n1', room);
  expect(log.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(log.slice(3).map(({ sentAt }) => sentAt - 1_700_000_000_000)).toEqual([0, 3_600_000, -3_600_000]);
});

test('[RM2] the write comes first, and nothing that follows from it is early', () => {
  const stage = new CoreStage(['n1', 'n2']);
  const room = stage.lobby();
  stage.join('n2', ben, room);
  stage.join('n1', ann, room);
  stage.say('n1', ann, room, 'm1');
  const kinds = stage.outputs.map(({ kind }) => kind);
  for (const kind of ['reply', 'deliver', 'send'] as const) {
    expect(kinds.indexOf('persist')).toBeLessThan(kinds.indexOf(kind));
  }
  expect(stage.outputs.some((output) => 'early' in output)).toBe(false);
});

test('[RM3] a message that is sent again has the same place: at once, after a restart, from far back, and after leaving', () => {
  const stage = new CoreStage();
  const room = longRoom(stage);
  const again = (id: string) => placed(stage.say('n1', ann, room, id));
  expect(again('m0')).toEqual({ epoch: 1, seq: 3, duplicate: true });
  expect(again('m2000').duplicate).toBe(true);
  stage.restart('n1');
  expect(again('m0').seq).toBe(3);
  const last = stage.log('n1', room).length;
  stage.command('n1', ben, { kind: 'join', requestId: 'j', room, limit: 1 });
  expect(stage.code('n1', ann, { kind: 'leave', requestId: 'l', room })).toBe('ok');
  expect(again('m0')).toEqual({ epoch: 1, seq: 3, duplicate: true });
  // The answer to the leaving was lost.
  expect(stage.code('n1', ann, { kind: 'leave', requestId: 'l', room })).toBe('ok');
  expect(codeOf(stage.say('n1', ann, room, 'new'))).toBe('not_a_member');
  // Ben came, Ann left, and Ben owns it.
  expect(stage.log('n1', room).length).toBe(last + 3);
});

test('[RM4] a known id with another content is refused', () => {
  const stage = new CoreStage();
  const room = longRoom(stage);
  const last = stage.log('n1', room).length;
  expect(codeOf(stage.say('n1', ann, room, 'm0', 'another'))).toBe('message_id_reused');
  expect(codeOf(stage.say('n1', ann, room, 'm2000', 'another'))).toBe('message_id_reused');
  expect(stage.code('n1', ann, { kind: 'pin', requestId: 'm0', room, target: 3, on: true })).toBe(
    'message_id_reused',
  );
  expect(stage.log('n1', room).length).toBe(last);
  // Ids are each author's own.
  stage.command('n1', ben, { kind: 'join', requestId: 'j', room, limit: 1 });
  expect(placed(stage.say('n1', ben, room, 'm0', 'mine')).duplicate).toBe(false);
});

test('[RM5] a command waits for the store, the next of its room behind it, and other rooms go on', () => {
  const stage = new CoreStage();
  const room = longRoom(stage);
  const other = stage.create('n1', ann);
  stage.answers = false;
  stage.say('n1', ann, room, 'a');
  const first = stage.lastCall;
  stage.say('n1', ann, room, 'b');
  const second = stage.lastCall;
  expect(codeOf(stage.say('n1', ann, other, 'c'))).toBe('ok');
  const [one, two] = stage.asked;
  two?.answer();
  expect([stage.answer(first), stage.answer(second)]).toEqual([undefined, undefined]);
  one?.answer();
  expect(placed(stage.answer(second)).seq).toBe(placed(stage.answer(first)).seq + 1);
});

test('[RM5] what was written after the store was asked counts as well', () => {
  const stage = new CoreStage();
  const room = longRoom(stage);
  stage.answers = false;
  stage.say('n1', ann, room, 'same');
  const first = stage.lastCall;
  stage.say('n1', ann, room, 'same');
  const second = stage.lastCall;
  for (const { answer } of stage.asked) answer();
  expect(placed(stage.answer(first)).duplicate).toBe(false);
  expect(placed(stage.answer(second))).toEqual({ ...placed(stage.answer(first)), duplicate: true });
});

test('[RM6] a full queue refuses, and carries out what waits', () => {
  const stage = new CoreStage();
  const room = longRoom(stage);
  const before = stage.log('n1', room).length;
  stage.answers = false;
  for (let count = 0; count < bounds.queuePerRoom; count++) stage.say('n1', ann, room, `w${count}`);
  expect(codeOf(stage.say('n1', ann, room, 'one more'))).toBe('rate_limited');
  for (const { answer } of stage.asked) answer();
  expect(stage.log('n1', room).length).toBe(before + bounds.queuePerRoom);
});

test('[RM7] who may change what', () => {
  const stage = new CoreStage();
  const room = stage.create('n1', ann);
  stage.command('n1', ben, { kind: 'join', requestId: 'j', room, limit: 1 });
  const { seq: target } = placed(stage.say('n1', ben, room, 'm1'));
  const base = { room, target };
  expect(stage.code('n1', ann, { kind: 'edit', requestId: 'e1', ...base, body: 'x' })).toBe('forbidden');
  expect(stage.code('n1', ben, { kind: 'edit', requestId: 'e2', ...base, body: 'x' })).toBe('ok');
  const ofAnn = placed(stage.say('n1', ann, room, 'm2')).seq;
  expect(stage.code('n1', ben, { kind: 'redact', requestId: 'r1', room, target: ofAnn })).toBe(
    'not_the_owner',
  );
  // The owner moderates.
  expect(stage.code('n1', ann, { kind: 'redact', requestId: 'r2', ...base })).toBe('ok');
  for (const none of [target, 1, 999]) {
    const at = { room, target: none };
    expect(stage.code('n1', ben, { kind: 'edit', requestId: `e${none}`, ...at, body: 'y' })).toBe(
      'target_not_found',
    );
    const react = { kind: 'react', requestId: `x${none}`, ...at, emoji: '👍', on: true } as const;
    expect(stage.code('n1', ben, react)).toBe('target_not_found');
  }
  const reply = { kind: 'send', room, messageId: 'm3', body: 'so?', replyTo: 999 } as const;
  expect(stage.code('n1', ben, reply)).toBe('target_not_found');
});

test('[RM8] a redaction forgets the text, its edits and its pin, on every disk and in memory', () => {
  const stage = new CoreStage(['n1', 'n2']);
  const room = stage.create('n1', ann);
  stage.join('n2', ben, room);
  const { seq: target } = placed(stage.say('n1', ann, room, 'm1', 'a secret'));
  stage.command('n1', ann, { kind: 'edit', requestId: 'e1', room, target, body: 'a secret still' });
  stage.command('n1', ann, { kind: 'pin', requestId: 'p1', room, target, on: true });
  // The copy has its edits in the store alone.
  stage.restart('n2');
  stage.link('n1', 'n2');
  const session = stage.join('n2', ben, room);
  stage.command('n1', ann, { kind: 'redact', requestId: 'r1', room, target });
  for (const id of ['n1', 'n2']) {
    expect(JSON.stringify(stage.log(id, room))).not.toContain('secret');
    const query = { kind: 'history', room, limit: 50 } as const;
    const history = stage.command(id, id === 'n1' ? ann : ben, query, id === 'n1' ? null : session);
    expect(codeOf(history)).toBe('ok');
    expect(JSON.stringify(history)).not.toContain('secret');
    const record = stage
      .store(id)
      .snapshot()
      .rooms.find((each) => each.id === room);
    expect(record?.pinned).toEqual([]);
  }
});

test('[RM8] the files of a message that is taken away go at every node, and are in no entry any more', () => {
  const stage = new CoreStage(['n1', 'n2']);
  const room = stage.create('n1', ann);
  stage.join('n2', ben, room);
  const attachments = ['a', 'b'].map((letter) => {
    return { file: letter.repeat(26), node: 'n2', name: `${letter}.txt`, type: 'text/plain', sizeBytes: 1 };
  });
  const send = { kind: 'send', room, messageId: 'm1', body: '', attachments } as const;
  const { seq: target } = placed(stage.command('n2', ben, send));
  const files = attachments.map(({ file }) => file);
  const dropped = () =>
    stage.dropped.splice(0).map(({ node, files: gone, author }) => ({ node, gone, author }));
  // The copy knows of them from its store alone.
  stage.restart('n2');
  stage.link('n1', 'n2');
  stage.join('n2', ben, room);
  expect(dropped()).toEqual([]);
  stage.command('n1', ann, { kind: 'redact', requestId: 'r1', room, target });
  const gone = ['n1', 'n2'].map((node) => ({ node, gone: files, author: ben.person }));
  expect(dropped()).toEqual(gone);
  for (const id of ['n1', 'n2']) expect(JSON.stringify(stage.log(id, room))).not.toContain('aaaa');
  // What was sent is known still.
  expect(placed(stage.command('n2', ben, send))).toMatchObject({ seq: target, duplicate: true });
  expect(codeOf(stage.command('n2', ben, { ...send, body: 'x' }))).toBe('ok');
  // From memory alone, and nothing is told twice.
  const { seq: other } = placed(stage.command('n1', ann, { ...send, messageId: 'm2' }));
  stage.command('n1', ann, { kind: 'redact', requestId: 'r2', room, target: other });
  expect(dropped().map(({ node }) => node)).toEqual(['n1', 'n2']);
  stage.command('n1', ann, { kind: 'redact', requestId: 'r2', room, target: other });
  expect(dropped()).toEqual([]);
});

test('[RM4] leaving is asked for again under its id; under the same one nobody leaves twice', () => {
  const stage = new CoreStage();
  const room = stage.create('n1', ann);
  stage.join('n1', ben, room);
  const leave = (requestId: string): string => stage.code('n1', ben, { kind: 'leave', requestId, room });
  expect([leave('l'), leave('l')]).toEqual(['ok', 'ok']);
  stage.join('n1', ben, room);
  expect([leave('l'), leave('l-2')]).toEqual(['message_id_reused', 'ok']);
});

const tea = { kind: 'create', requestId: 'c', name: 'Tea', description: '', visibility: 'private' } as const;

test('[RM9] a creation asked for again is the same room', () => {
  const stage = new CoreStage();
  const first = stage.command('n1', ann, tea);
  stage.restart('n1');
  const second = stage.command('n1', ann, tea);
  expect(first?.ok && second?.ok && 'room' in first.value && 'room' in second.value).toBe(true);
  expect(stage.store('n1').snapshot().rooms.length).toBe(2);
  stage.command('n1', operator, tea);
  expect(stage.store('n1').snapshot().rooms.length).toBe(3);
});

/** The room of an answer to `create`. */
function made(result: RoomResult | undefined): string {
  if (result?.ok !== true || !('room' in result.value) || typeof result.value.room === 'string')
    return codeOf(result);
  return result.value.room.id;
}

test('[RM9] a creation asked for again at another node is the same room, at both deleted when it was', () => {
  const stage = new CoreStage(['n1', 'n2']);
  const room = made(stage.command('n1', ann, tea));
  stage.pass(1_100);
  expect(made(stage.command('n2', ann, tea))).toBe(room);
  // Where a copy is kept, and its administrator has gone.
  stage.join('n2', ann, room);
  stage.cut('n1', 'n2');
  expect(made(stage.command('n2', ann, tea))).toBe(room);
  stage.restart('n2');
  expect(made(stage.command('n2', ann, tea))).toBe(room);
  expect(made(stage.command('n2', ben, tea))).not.toBe(room);
  stage.link('n1', 'n2');
  stage.command('n1', ann, { kind: 'delete', requestId: 'd', room });
  for (const id of ['n1', 'n2']) expect(made(stage.command(id, ann, tea))).toBe('room_deleted');
});

/** Ann's client asked both nodes while they did not hear each other. */
function twins() {
  const stage = new CoreStage(['n1', 'n2']);
  stage.cut('n1', 'n2');
  // They have not met: each has a directory of its own.
  const own = new Map(['n1', 'n2'].map((id) => [id, new DirectoryModel()]));
  const shared = stage.directory.of('n1');
  stage.directory.of = (id) => own.get(id) ?? shared;
  const rooms = ['n1', 'n2'].map((id) => made(stage.command(id, ann, tea)));
  const left = (): string[] =>
    ['n1', 'n2'].filter((id, index) => stage.log(id, rooms[index] ?? '').length > 0);
  const meet = (): void => {
    for (const { rooms: claims } of own.values())
      for (const each of claims) shared.rooms.set(each[0], each[1]);
    own.clear();
    stage.link('n1', 'n2');
    stage.pass(1_100);
  };
  return { stage, rooms, left, meet };
}

test('[RM50] of two rooms of one creation one goes when the nodes hear each other', () => {
  const { stage, rooms, left, meet } = twins();
  const [one = '', other = ''] = rooms;
  expect(one).not.toBe(other);
  expect(left()).toEqual(['n1', 'n2']);
  const session = stage.open('n1', ann, [{ room: one, epoch: 1, seq: 2 }]);
  meet();
  const [lower = ''] = [one, other].sort();
  const kept = lower === one ? 'n1' : 'n2';
  expect(left()).toEqual([kept]);
  expect(stage.notices(session, 'state').map((each) => 'state' in each && each.state)).toEqual(
    kept === 'n1' ? [] : ['deleted'],
  );
  for (const id of ['n1', 'n2']) expect(made(stage.command(id, ann, tea))).toBe(lower);
});

test('[RM50] what was used stays, and both where both were', () => {
  for (const used of [['n1'], ['n2'], ['n1', 'n2']]) {
    const { stage, rooms, left, meet } = twins();
    for (const id of used) stage.say(id, ann, rooms[id === 'n1' ? 0 : 1] ?? '', 'm');
    meet();
    expect(left()).toEqual(used);
  }
});
