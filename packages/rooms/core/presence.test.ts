import { timing } from '@bothy/rooms/core';
import type { RoomAnswers } from '@bothy/wire';
import { expect, test } from 'vitest';
import { CoreStage } from './testing/core-stage.ts';
import { actor } from './testing/stage-people.ts';

const ann = actor('ann');
const ben = actor('ben');
const guest = actor('guest:gus');

function scene() {
  const stage = new CoreStage(['n1', 'n2', 'n3']);
  const room = stage.lobby('n1');
  stage.join('n1', ann, room);
  const session = stage.join('n2', ben, room);
  /** As Ann sees them, and as somebody at another node does. */
  const seen = (name: string, id = 'n1', who = ann): string | undefined => {
    const result = stage.command(id, who, { kind: 'info', room });
    if (result?.ok !== true) return undefined;
    return (result.value as RoomAnswers['info']).members.find((each) => each.name === name)?.presence;
  };
  return { stage, room, session, seen };
}

test('[RM26] online, away at once, and offline after a minute; at every node', () => {
  const { stage, room, session, seen } = scene();
  const cat = actor('cat');
  stage.join('n3', cat, room);
  const everywhere = () => [seen('ben'), seen('ben', 'n3', cat)];
  expect(everywhere()).toEqual(['online', 'online']);
  const second = stage.open('n3', ben, [{ room, epoch: 1, seq: 2 }]);
  stage.close('n2', session);
  expect(everywhere()).toEqual(['online', 'online']);
  stage.close('n3', second);
  expect(everywhere()).toEqual(['away', 'away']);
  stage.pass(timing.offlineAfterMs - 100);
  expect(seen('ben')).toBe('away');
  stage.pass(200);
  expect(everywhere()).toEqual(['offline', 'offline']);
  stage.pass(3_600_000);
  expect(seen('ben')).toBe('offline');
});

test('[RM27] who was lost with their node is away at once, and leaves after a minute', () => {
  const { stage, room, seen } = scene();
  const heard = stage.join('n1', actor('cat'), room);
  stage.cut('n1', 'n2');
  expect(seen('ben')).toBe('away');
  expect(stage.notices(heard, 'presence').at(-1)).toMatchObject({ person: ben.person, presence: 'away' });
  stage.pass(timing.leaveAfterMs - 100);
  expect(seen('ben')).toBe('away');
  stage.pass(200);
  expect(seen('ben')).toBeUndefined();
  expect(stage.log('n1', room).at(-1)?.content).toMatchObject({
    kind: 'left',
    person: ben.person,
    reason: 'nodeFailed',
  });
});

test('[RM27] whoever is back in time stays: at another node, or when the node itself is back', () => {
  const { stage, room, seen } = scene();
  stage.cut('n1', 'n2');
  stage.pass(50_000);
  const elsewhere = stage.open('n3', ben, [{ room, epoch: 1, seq: 2 }]);
  expect(seen('ben')).toBe('online');
  stage.pass(60_000);
  expect(seen('ben')).toBe('online');
  stage.close('n3', elsewhere);
  stage.link('n1', 'n2');
  expect(seen('ben')).toBe('online');
  stage.cut('n1', 'n2');
  stage.pass(59_000);
  stage.link('n1', 'n2');
  stage.pass(120_000);
  expect(seen('ben')).toBe('online');
});

test('[RM27] in a private room they may come back without a new invitation', () => {
  const stage = new CoreStage(['n1', 'n2']);
  const room = stage.create('n1', ann, 'private');
  const invite = { kind: 'invite', requestId: 'i', room, person: ben.person, personName: 'ben' } as const;
  stage.command('n1', ann, invite);
  stage.pass(1_100);
  stage.join('n2', ben, room);
  stage.cut('n1', 'n2');
  stage.pass(61_000);
  stage.link('n1', 'n2');
  expect(stage.log('n1', room).at(-1)?.content.kind).toBe('left');
  stage.pass(1_100);
  stage.join('n2', ben, room);
});

test.each([false, true])(
  '[RM28] a guest leaves after ten minutes without a connection; restart: %s',
  (isRestarted) => {
    const { stage, room, seen } = scene();
    const session = stage.join('n1', guest, room);
    stage.close('n1', session);
    if (isRestarted) stage.restart('n1');
    stage.pass(timing.guestLeavesAfterMs - 100);
    expect(seen('guest:gus')).toBe('offline');
    stage.pass(200);
    expect(seen('guest:gus')).toBeUndefined();
    expect(stage.log('n1', room).at(-1)?.content).toMatchObject({ reason: 'disconnected' });
  },
);

test('[RM28] a guest who is back stays', () => {
  const { stage, room, seen } = scene();
  stage.close('n1', stage.join('n1', guest, room));
  stage.pass(500_000);
  stage.open('n1', guest, [{ room, epoch: 1, seq: 4 }]);
  stage.pass(200_000);
  expect(seen('guest:gus')).toBe('online');
});
