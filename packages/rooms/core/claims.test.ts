/** Rooms and the directory of the cluster: one room of a creation, and none that was buried. */
import { bounds, timing } from '@bothy/rooms/core';
import type { RoomAnswers, RoomResult } from '@bothy/wire';
import { expect, test } from 'vitest';
import { CoreStage } from './testing/core-stage.ts';
import { DirectoryModel } from './testing/directory-model.ts';
import { actor, codeOf } from './testing/stage-people.ts';

const ann = actor('ann');
const ben = actor('ben');
const tea = { kind: 'create', requestId: 'c', name: 'Tea', description: '', visibility: 'public' } as const;

const unavailable = (mayHappen: boolean) => {
  const message = 'Most nodes cannot be reached.';
  return { ok: false, code: 'directory_unavailable', message, mayHappen } as const;
};

/** The room of an answer to `create`, or what was said instead. */
function made(result: RoomResult | undefined): string {
  if (result?.ok !== true) return codeOf(result);
  return (result.value as RoomAnswers['create']).room.id;
}

/** Rooms called Tea that are stored at a node. */
function stored(stage: CoreStage, id = 'n1'): readonly string[] {
  const { rooms } = stage.store(id).snapshot();
  return rooms.flatMap((room) => (room.name === 'Tea' ? [room.id] : []));
}

function listed(stage: CoreStage, id: string): readonly string[] {
  return stage.view(id).rooms.flatMap((room) => (room.name === 'Tea' ? [room.id] : []));
}

test('[RM52] nobody is told of a room before the directory has it; then all is as ever', () => {
  const stage = new CoreStage(['n1', 'n2']);
  const session = stage.open('n1', ann);
  stage.directory.refuses = () => null;
  expect(stage.command('n1', ann, tea, session)).toBeUndefined();
  const call = stage.lastCall;
  stage.pass(5_000);
  const [room = ''] = stored(stage);
  // It is on the disk, and nowhere else, whoever guesses its name.
  expect(stage.store('n1').snapshot().intents).toEqual([{ room, intent: 'claim', epoch: 1 }]);
  expect([listed(stage, 'n1'), listed(stage, 'n2')]).toEqual([[], []]);
  const join = { kind: 'join', requestId: 'j', room, limit: 9 } as const;
  expect([stage.code('n1', ben, join), stage.code('n2', ben, join)]).toEqual([
    'room_not_found',
    'room_not_found',
  ]);
  expect(stage.shown(session).filter(({ kind }) => kind !== 'opened')).toEqual([]);
  stage.directory.refuses = () => undefined;
  stage.directory.answerAll();
  expect(made(stage.answer(call))).toBe(room);
  expect(stage.store('n1').snapshot().intents).toEqual([]);
  // The answer comes before the entries, as it always did.
  const kinds = stage.shown(session).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind !== 'notice')).toEqual(['opened', 'reply', 'entries']);
  expect(stage.seqs(session, room)).toEqual([1, 2]);
  stage.pass(1_100);
  expect([listed(stage, 'n1'), listed(stage, 'n2')]).toEqual([[room], [room]]);
});

test('[RM9] of one creation at two nodes that do not hear each other the first is the room, and the other leaves no trace', () => {
  const stage = new CoreStage(['n1', 'n2']);
  stage.cut('n1', 'n2');
  const room = made(stage.command('n1', ann, tea));
  const second = stage.command('n2', ann, tea);
  // Where it is can be said, and not yet what it looks like.
  expect(second).toMatchObject({ ok: false, code: 'administrator_unreachable' });
  expect(second?.ok === false && second.message).toContain('at the node n1');
  expect(stored(stage, 'n2')).toEqual([]);
  expect(stage.store('n2').snapshot()).toMatchObject({ tombstones: [], intents: [] });
  stage.link('n1', 'n2');
  stage.pass(1_100);
  expect(made(stage.command('n2', ann, tea))).toBe(room);
});

test('[RM9] who knows of the winner is answered with it at once', () => {
  const stage = new CoreStage(['n1', 'n2']);
  stage.directory.refuses = (node) => (node === 'n2' ? null : undefined);
  expect(stage.command('n2', ann, tea)).toBeUndefined();
  const call = stage.lastCall;
  const room = made(stage.command('n1', ann, tea));
  stage.pass(1_100);
  stage.directory.refuses = () => undefined;
  stage.directory.answerAll();
  expect(made(stage.answer(call))).toBe(room);
  expect(stored(stage, 'n2')).toEqual([]);
});

test('[RM52] what cannot have been claimed is gone at once, and its request is as new', () => {
  const stage = new CoreStage();
  stage.directory.refuses = () => unavailable(false);
  const result = stage.command('n1', ann, tea);
  expect(result).toMatchObject({ code: 'directory_unavailable', message: 'Most nodes cannot be reached.' });
  expect(stage.store('n1').snapshot()).toMatchObject({ tombstones: [], intents: [] });
  expect(stored(stage)).toEqual([]);
  stage.directory.refuses = () => undefined;
  const room = made(stage.command('n1', ann, tea));
  expect(stored(stage)).toEqual([room]);
});

test('[RM53] what may have been claimed is asked again until that is known, and is no second room', () => {
  const stage = new CoreStage();
  stage.directory.refuses = () => unavailable(true);
  const result = stage.command('n1', ann, tea);
  expect(result).toMatchObject({ code: 'directory_unavailable' });
  expect(result?.ok === false && result.message).toContain('same requestId');
  const [room] = stored(stage);
  // Asked again it is the same one, and it is not given up any more, whatever is refused.
  stage.directory.refuses = () => unavailable(false);
  expect(codeOf(stage.command('n1', ann, tea))).toBe('directory_unavailable');
  expect(stored(stage)).toEqual([room]);
  expect(listed(stage, 'n1')).toEqual([]);
  stage.directory.refuses = () => undefined;
  stage.pass(timing.directoryAgainMs);
  expect(listed(stage, 'n1')).toEqual([room]);
  expect(made(stage.command('n1', ann, tea))).toBe(room);
});

test('[RM53] what the directory says of a room before its answer counts', () => {
  const stage = new CoreStage();
  stage.directory.refuses = () => unavailable(true);
  stage.command('n1', ann, tea);
  const [room = ''] = stored(stage);
  const { rooms } = stage.directory.of('n1');
  stage.step('n1', { kind: 'directorySays', whole: false, rooms: [...rooms.values()], buried: [] });
  expect(listed(stage, 'n1')).toEqual([room]);
});

test('[RM53] a room whose caller went with the start that made it is claimed by the next one', () => {
  const stage = new CoreStage(['n1', 'n2']);
  stage.directory.refuses = () => null;
  stage.command('n1', ann, tea, stage.open('n1', ann));
  const [room] = stored(stage);
  stage.directory.refuses = () => unavailable(false);
  stage.restart('n1');
  stage.pass(60_000);
  expect([stored(stage), listed(stage, 'n1')]).toEqual([[room], []]);
  stage.directory.refuses = () => undefined;
  stage.pass(timing.directoryAgainMs);
  expect(listed(stage, 'n1')).toEqual([room]);
  expect(made(stage.command('n1', ann, tea))).toBe(room);
  expect(stage.say('n1', ann, room ?? '', 'm')).toMatchObject({ ok: true });
  // A guest who made it and is not there does not stay for ever.
  expect(stage.store('n1').snapshot().intents).toEqual([]);
});

test('[RM53] a creation that another node has won meanwhile goes at the next start', () => {
  const stage = new CoreStage(['n1', 'n2']);
  stage.directory.refuses = () => null;
  stage.command('n1', ann, tea);
  stage.directory.refuses = () => undefined;
  const room = made(stage.command('n2', ann, tea));
  stage.restart('n1');
  expect([stored(stage), stored(stage, 'n2')]).toEqual([[], [room]]);
});

test('[RM58] one that gave way is buried in the directory, for what was asked earlier may come through later', () => {
  const stage = new CoreStage(['n1', 'n2']);
  stage.directory.refuses = () => null;
  stage.command('n1', ann, tea);
  const [loser = ''] = stored(stage);
  stage.directory.refuses = () => undefined;
  const winner = made(stage.command('n2', ann, tea));
  stage.restart('n1');
  const { buried } = stage.directory.of('n1');
  expect([buried.has(loser), buried.has(winner)]).toEqual([true, false]);
  expect(stage.store('n1').snapshot().intents).toEqual([]);
  expect(stored(stage, 'n2')).toEqual([winner]);
});

test('[RM53] all who ask for a room that is being made are answered, and one is in it', () => {
  const stage = new CoreStage();
  stage.directory.refuses = () => null;
  const sessions = [0, 1].map(() => stage.open('n1', ann));
  const calls = sessions.map((session) => {
    stage.command('n1', ann, tea, session);
    return stage.lastCall;
  });
  for (let count = 0; count < bounds.draftOrigins - 2; count++) stage.command('n1', ann, tea);
  expect(codeOf(stage.command('n1', ann, tea))).toBe('rate_limited');
  stage.directory.refuses = () => undefined;
  stage.directory.answerAll();
  expect(calls.map((call) => made(stage.answer(call)))).toEqual([0, 1].map(() => stored(stage)[0]));
  expect(sessions.map((session) => stage.seqs(session, stored(stage)[0] ?? ''))).toEqual([[1, 2], []]);
});

test('[RM54] the room that a node offers is there at once, and claimed when that can be', () => {
  const stage = new CoreStage([]);
  expect(stage.directory.asked).toEqual([]);
  const alone = new CoreStage(['n1']);
  const { rooms } = alone.directory.of('n1');
  expect([...rooms.keys()]).toEqual([alone.lobby()]);
  expect(alone.store('n1').snapshot().intents).toEqual([]);
});

test('[RM54] rooms of older data are there at once, and are claimed a few at a time', () => {
  const count = bounds.directoryAsks + 3;
  const ids = Array.from({ length: count }, (_, index) => `old${index}`.padEnd(20, 'x'));
  const words = { description: '', visibility: 'public', administrator: 'n1', createdBy: '' } as const;
  const stage = new CoreStage(['n1'], (_, store) => {
    for (const id of ids) {
      const sizes = { epoch: 1, base: 0, lastSeq: 0, memberCount: 0, pinned: [] };
      store.write({ kind: 'putRoom', room: { id, name: 'Tea', ...words, ...sizes } });
    }
  });
  expect([...stage.directory.of('n1').rooms.keys()].sort()).toEqual([...ids].sort());
  // At the next start the directory has them all.
  const before = stage.directory.asked.length;
  stage.restart('n1');
  expect(stage.directory.asked.length).toBe(before);
  // Another directory knows none.
  stage.directory.refuses = () => null;
  stage.directory.of = () => new DirectoryModel();
  stage.directory.tellWhole('n1');
  expect(stage.directory.waiting.length).toBe(bounds.directoryAsks);
  expect(listed(stage, 'n1').length).toBe(count);
});

test('[RM54] one that is taken by another stays: people use it', () => {
  const stage = new CoreStage(['n1']);
  const room = made(stage.command('n1', ann, tea));
  const other = new DirectoryModel();
  const creation = room.slice(0, 16);
  other.do({ kind: 'claimRoom', claim: { room: 'z'.repeat(20), administrator: 'n9', epoch: 1, creation } });
  stage.directory.of = () => other;
  stage.directory.tellWhole('n1');
  expect(listed(stage, 'n1')).toEqual([room]);
});

test('[RM55] a deletion ends in the directory, however often that is asked, over restarts', () => {
  const stage = new CoreStage(['n1', 'n2']);
  const room = stage.create('n1', ann);
  stage.directory.refuses = () => unavailable(false);
  expect(codeOf(stage.command('n1', ann, { kind: 'delete', requestId: 'd', room }))).toBe('ok');
  expect(stage.store('n1').snapshot().intents).toEqual([{ room, intent: 'bury', epoch: 1 }]);
  stage.restart('n1');
  stage.pass(30_000);
  expect(stage.directory.of('n1').buried.has(room)).toBe(false);
  stage.directory.refuses = () => undefined;
  stage.pass(timing.directoryAgainMs);
  expect(stage.directory.of('n1').buried.has(room)).toBe(true);
  expect(stage.store('n1').snapshot().intents).toEqual([]);
});

test('[RM55] a claim that comes through after the deletion is followed by a burial', () => {
  const stage = new CoreStage();
  const room = stage.create('n1', ann);
  stage.command('n1', ann, { kind: 'delete', requestId: 'd', room });
  const directory = new DirectoryModel();
  stage.directory.of = () => directory;
  const claim = { room, administrator: 'n1', epoch: 1, creation: room.slice(0, 16) };
  directory.do({ kind: 'claimRoom', claim });
  stage.step('n1', { kind: 'directorySays', whole: false, rooms: [claim], buried: [] });
  expect(directory.buried.has(room)).toBe(true);
});

test('[RM56] what the directory has buried is buried here: a copy, and an own room of an old data folder', () => {
  const stage = new CoreStage(['n1', 'n2']);
  const room = stage.create('n1', ann);
  const session = stage.join('n2', ben, room);
  stage.directory.of('n1').do({ kind: 'buryRoom', room, epoch: 1 });
  const asked = stage.directory.asked.length;
  stage.cut('n1', 'n2');
  for (const id of ['n1', 'n2']) stage.restart(id);
  for (const id of ['n1', 'n2']) {
    expect(stage.log(id, room)).toEqual([]);
    expect(codeOf(stage.say(id, ann, room, 'm'))).toBe('room_deleted');
  }
  // It knows: nobody has to tell it.
  expect(stage.directory.asked.length).toBe(asked);
  expect(stage.shown(session).length).toBeGreaterThan(0);
});

test('[RM56] who is in a room hears from the directory that it is gone', () => {
  const stage = new CoreStage(['n1', 'n2']);
  const room = stage.create('n1', ann);
  const session = stage.join('n2', ben, room);
  stage.step('n2', { kind: 'directorySays', whole: false, rooms: [], buried: [room] });
  expect(stage.notices(session, 'state')).toMatchObject([{ room, state: 'deleted' }]);
});

test('[RM56] a room of which the directory says that it was deleted before it was claimed is not made', () => {
  const stage = new CoreStage();
  stage.directory.refuses = () => unavailable(true);
  stage.command('n1', ann, tea);
  const [room = ''] = stored(stage);
  stage.directory.refuses = () => null;
  stage.command('n1', ann, tea);
  const call = stage.lastCall;
  stage.directory.of('n1').do({ kind: 'buryRoom', room, epoch: 1 });
  stage.directory.refuses = () => undefined;
  stage.directory.answerAll();
  expect(codeOf(stage.answer(call))).toBe('room_deleted');
  expect([stored(stage), stage.store('n1').snapshot().intents]).toEqual([[], []]);
});

test('[RM57] rooms that wait for the directory are bounded, and what is full is said', () => {
  const stage = new CoreStage();
  stage.directory.refuses = () => null;
  for (let count = 0; count < bounds.drafts; count++)
    stage.command('n1', ann, { ...tea, requestId: `c${count}` });
  expect(codeOf(stage.command('n1', ann, tea))).toBe('rate_limited');
  const full = new CoreStage();
  full.directory.of('n1').do = () => ({ kind: 'full', sentence: 'No more rooms fit.' });
  const result = full.command('n1', ann, tea);
  expect(result).toEqual({ ok: false, code: 'limit_reached', message: 'No more rooms fit.' });
  expect(stored(full)).toEqual([]);
});
