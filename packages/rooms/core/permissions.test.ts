import { bounds } from '@bothy/rooms/core';
import type { RoomActor, RoomCommand, RoomRole } from '@bothy/wire';
import { expect, test } from 'vitest';
import { CoreStage } from './testing/core-stage.ts';
import { actor, codeOf } from './testing/stage-people.ts';

const ann = actor('ann');
const ben = actor('ben');
const cat = actor('cat');
const guest = actor('guest:gus');
const olga = actor('olga', { operator: true });

let requests = 0;
const id = (): string => {
  requests += 1;
  return `request-${requests}`;
};

/** Ann's room, with these as members. */
function scene(visibility: 'public' | 'private' = 'public', ...members: readonly RoomActor[]) {
  const stage = new CoreStage();
  const room = stage.create('n1', ann, visibility);
  const give = (who: RoomActor, command: RoomCommand): string => stage.code('n1', who, command);
  const invite = (who: RoomActor, { person, name }: RoomActor): string =>
    give(who, { kind: 'invite', requestId: id(), room, person, personName: name });
  const join = (who: RoomActor): string => give(who, { kind: 'join', requestId: id(), room, limit: 0 });
  const role = (who: RoomActor, { person }: RoomActor, given: RoomRole): string =>
    give(who, { kind: 'setRole', requestId: id(), room, person, role: given });
  const ban = (who: RoomActor, { person }: RoomActor, on = true): string =>
    give(who, { kind: 'ban', requestId: id(), room, person, on });
  const send = (who: RoomActor): string => give(who, { kind: 'send', room, messageId: id(), body: 'x' });
  for (const each of members) {
    if (visibility === 'private') invite(ann, each);
    join(each);
  }
  const rolesOf = (): Record<string, string> => {
    const all = stage
      .store('n1')
      .snapshot()
      .members.filter((each) => each.room === room);
    return Object.fromEntries(
      all.filter(({ standing }) => standing === 'member').map((m) => [m.name, m.role]),
    );
  };
  return { stage, room, give, invite, join, role, ban, send, rolesOf };
}

function everyCommand(room: string): RoomCommand[] {
  const at = { room, target: 3 };
  return [
    { kind: 'leave', requestId: id(), room },
    { kind: 'info', room },
    { kind: 'send', room, messageId: id(), body: 'x' },
    { kind: 'edit', requestId: id(), ...at, body: 'x' },
    { kind: 'react', requestId: id(), ...at, emoji: 'x', on: true },
    { kind: 'redact', requestId: id(), ...at },
    { kind: 'pin', requestId: id(), ...at, on: true },
    { kind: 'invite', requestId: id(), room, person: cat.person, personName: 'cat' },
    { kind: 'setRole', requestId: id(), room, person: cat.person, role: 'member' },
    { kind: 'ban', requestId: id(), room, person: cat.person, on: true },
    { kind: 'update', requestId: id(), room, name: 'Mine' },
    { kind: 'typing', room, active: true },
    { kind: 'markRead', room, seq: 1 },
    { kind: 'history', room, limit: 5 },
    { kind: 'history', room, limit: 5, open: true },
  ];
}

test('[RM36] who is no member is told so, and may read a public room over REST', () => {
  const { room, give } = scene();
  for (const command of everyCommand(room)) {
    const isOpen = command.kind === 'history' && command.open === true;
    expect([command.kind, give(ben, command)]).toEqual([command.kind, isOpen ? 'ok' : 'not_a_member']);
  }
});

test('[RM36] of a private room nobody learns: by no command, by a resume neither, at any node', () => {
  const stage = new CoreStage(['n1', 'n2']);
  const room = stage.create('n1', ann, 'private');
  const asked: RoomCommand[] = [
    { kind: 'join', requestId: id(), room, limit: 1 },
    { kind: 'delete', requestId: id(), room },
    ...everyCommand(room),
  ];
  // A copy of it is at n2.
  stage.close('n2', stage.join('n2', ann, room));
  for (const [node, isBanned] of [
    ['n1', false],
    ['n2', false],
    ['n1', true],
    ['n2', true],
  ] as const) {
    // Nor does who was banned before they ever heard of it.
    const ban = { kind: 'ban', requestId: id(), room, person: ben.person, on: true } as const;
    if (isBanned) expect(stage.code('n1', ann, ban)).toBe('ok');
    for (const command of asked) {
      const code = stage.code(node, ben, command);
      expect([node, command.kind, code]).toEqual([node, command.kind, 'room_not_found']);
    }
    const session = stage.open(node, ben, [{ room, epoch: 1, seq: 1 }]);
    expect(stage.shown(session)).toMatchObject([{ resumed: [{ code: 'room_not_found' }] }]);
  }
});

test('[RM43] an owner who was banned deletes nothing', () => {
  const { ban, give, room } = scene('public', ben);
  expect(ban(olga, ann)).toBe('ok');
  expect(give(ann, { kind: 'delete', requestId: id(), room })).toBe('not_a_member');
});

test('[RM37] who is banned neither joins nor is invited until that is lifted', () => {
  const { ban, join, invite, send, rolesOf, give, room } = scene('public', ben);
  expect(ban(ann, ben)).toBe('ok');
  expect(rolesOf()).toEqual({ ann: 'owner' });
  expect([join(ben), invite(ann, ben), send(ben)]).toEqual(['banned', 'banned', 'not_a_member']);
  expect(give(ben, { kind: 'history', room, limit: 5 })).toBe('not_a_member');
  expect(ban(ann, ben, false)).toBe('ok');
  expect(ban(ann, ben, false)).toBe('bad_request');
  expect(join(ben)).toBe('ok');
});

test('[RM38] readers read, moderators moderate, members invite where everybody may come', () => {
  const { stage, role, send, give, invite, ban, room } = scene('public', ben, cat);
  expect(role(ann, ben, 'reader')).toBe('ok');
  const target = stage.log('n1', room).length + 1;
  expect(send(cat)).toBe('ok');
  expect([send(ben), give(ben, { kind: 'history', room, limit: 5 })]).toEqual(['forbidden', 'ok']);
  expect(give(ben, { kind: 'react', requestId: id(), room, target, emoji: 'x', on: true })).toBe('forbidden');
  const pin = (who: RoomActor) => give(who, { kind: 'pin', requestId: id(), room, target, on: true });
  const update = (who: RoomActor) => give(who, { kind: 'update', requestId: id(), room, name: 'New' });
  expect([pin(cat), update(cat), ban(cat, ben)]).toEqual(['not_the_owner', 'not_the_owner', 'not_the_owner']);
  expect(invite(cat, olga)).toBe('ok');
  role(ann, cat, 'moderator');
  expect([pin(cat), update(cat), ban(cat, ben), role(cat, guest, 'member')]).toEqual([
    'ok',
    'ok',
    'ok',
    'not_a_member',
  ]);
});

test('[RM38] into a private room only who moderates invites', () => {
  const { invite, join, role } = scene('private', ben);
  expect(invite(ben, cat)).toBe('not_the_owner');
  role(ann, ben, 'moderator');
  expect([invite(ben, cat), join(cat), invite(ben, cat)]).toEqual(['ok', 'ok', 'bad_request']);
});

test('[RM39] roles are given by owners, to members; a guest owns nothing, and the last owner stays one', () => {
  const { role, ban, rolesOf } = scene('public', ben, guest);
  expect([role(ben, guest, 'moderator'), role(ann, cat, 'member')]).toEqual([
    'not_the_owner',
    'not_a_member',
  ]);
  expect([role(ann, guest, 'owner'), role(ann, ann, 'member')]).toEqual(['forbidden', 'forbidden']);
  expect(ban(ann, ann)).toBe('bad_request');
  expect(role(ann, ben, 'owner')).toBe('ok');
  expect([ban(ann, ben), role(ann, ann, 'member')]).toEqual(['forbidden', 'ok']);
  expect(rolesOf()).toEqual({ ann: 'member', ben: 'owner', 'guest:gus': 'member' });
});

test('[RM40] an operator stands above owners, and makes nobody a member or an owner who cannot be one', () => {
  const { role, ban, send, join, rolesOf } = scene('public', ben, guest);
  expect(send(olga)).toBe('not_a_member');
  expect(role(olga, cat, 'owner')).toBe('not_a_member');
  expect([role(olga, guest, 'owner'), role(olga, ann, 'reader')]).toEqual(['forbidden', 'forbidden']);
  ban(ann, cat);
  expect(role(olga, cat, 'member')).toBe('not_a_member');
  expect(role(olga, ben, 'moderator')).toBe('ok');
  expect([ban(olga, ann), join(ann)]).toEqual(['ok', 'banned']);
  expect(rolesOf()).toEqual({ ben: 'owner', 'guest:gus': 'member' });
});

test('[RM41] when the last owner leaves, a moderator is next, then a member with a key', () => {
  const leave = ({ give, room }: ReturnType<typeof scene>, who: RoomActor) =>
    give(who, { kind: 'leave', requestId: id(), room });
  const one = scene('public', guest, cat, ben);
  one.role(ann, ben, 'moderator');
  leave(one, ann);
  expect(one.rolesOf()).toEqual({ 'guest:gus': 'member', cat: 'member', ben: 'owner' });
  leave(one, ben);
  expect(one.rolesOf()).toEqual({ 'guest:gus': 'member', cat: 'owner' });
  leave(one, cat);
  expect(one.rolesOf()).toEqual({ 'guest:gus': 'member' });
});

test('[RM42] a room that is full takes nobody more', () => {
  const room = 'f'.repeat(20);
  const stage = new CoreStage(['n1'], (_, store) => {
    const words = {
      name: 'Full',
      description: '',
      visibility: 'public',
      administrator: 'n1',
      createdBy: '',
    } as const;
    const memberCount = bounds.membersPerRoom;
    store.write({
      kind: 'putRoom',
      room: { id: room, ...words, epoch: 1, base: 0, lastSeq: 0, memberCount, pinned: [] },
    });
    for (let count = 0; count < bounds.membersPerRoom; count++) {
      const { person, name } = actor(`m${count}`);
      const standing = {
        standing: 'member',
        role: count === 0 ? 'owner' : 'member',
        verified: true,
        read: 0,
      } as const;
      store.write({ kind: 'putMember', member: { room, person, name, ...standing } });
    }
  });
  const join = (who: RoomActor) => stage.code('n1', who, { kind: 'join', requestId: id(), room, limit: 0 });
  const invite = { kind: 'invite', requestId: id(), room, person: ben.person, personName: 'ben' } as const;
  expect([join(ann), join(actor('m5')), stage.code('n1', actor('m0'), invite)]).toEqual([
    'limit_reached',
    'ok',
    'limit_reached',
  ]);
  stage.command('n1', actor('m5'), { kind: 'leave', requestId: id(), room });
  expect([join(ann), join(ben)]).toEqual(['ok', 'limit_reached']);
});

test('[RM42] so many pins, and so many rooms', () => {
  const { stage, room, give, send } = scene();
  const first = stage.log('n1', room).length + 1;
  for (let count = 0; count <= bounds.pinned; count++) send(ann);
  const pin = (target: number, on = true) => give(ann, { kind: 'pin', requestId: id(), room, target, on });
  for (let count = 0; count < bounds.pinned; count++) expect(pin(first + count)).toBe('ok');
  expect([pin(first + bounds.pinned), pin(first, false), pin(first + bounds.pinned)]).toEqual([
    'limit_reached',
    'ok',
    'ok',
  ]);
  const full = new CoreStage(['n1'], (_, store) => {
    const words = { description: '', visibility: 'public', administrator: 'n1', createdBy: '' } as const;
    for (let count = 0; count < bounds.roomsPerNode; count++) {
      const name = `Room ${count}`;
      const place = { epoch: 1, base: 0, lastSeq: 0, memberCount: 0, pinned: [] };
      store.write({
        kind: 'putRoom',
        room: { id: String(count).padStart(20, 'r'), name, ...words, ...place },
      });
    }
  });
  const create = {
    kind: 'create',
    requestId: 'c',
    name: 'Tea',
    description: '',
    visibility: 'public',
  } as const;
  expect(codeOf(full.command('n1', ann, create))).toBe('limit_reached');
});
