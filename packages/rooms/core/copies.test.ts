import { bounds, timing } from '@bothy/rooms/core';
import type { RoomEntry, RoomSnapshot } from '@bothy/wire';
import { expect, test } from 'vitest';
import { CoreStage } from './testing/core-stage.ts';
import { actor, codeOf } from './testing/stage-people.ts';

const ann = actor('ann');
const ben = actor('ben');
const cat = actor('cat');

/** Ann at n1, which orders the room, and Ben at n2. */
function two() {
  const stage = new CoreStage(['n1', 'n2']);
  const room = stage.lobby('n1');
  const atAnn = stage.join('n1', ann, room);
  const atBen = stage.join('n2', ben, room);
  return { stage, room, atAnn, atBen };
}

function says(seq: number, body = `text ${seq}`): RoomEntry {
  const content = { kind: 'message', body } as const;
  return { epoch: 1, seq, author: ann.person, name: 'ann', sentAt: 0, key: `k${seq}`, content };
}

function deliver(
  room: string,
  entries: readonly RoomEntry[],
  change: { epoch?: number; commitSeq?: number } = {},
) {
  return {
    kind: 'deliver',
    room,
    epoch: 1,
    entries,
    commitSeq: entries.at(-1)?.seq ?? 0,
    ...change,
  } as const;
}

test('[RM10] a command for a room of another node is carried out there, and answered once', () => {
  const { stage, room, atAnn, atBen } = two();
  expect(codeOf(stage.say('n2', ben, room, 'm1'))).toBe('ok');
  expect(stage.log('n2', room)).toEqual(stage.log('n1', room));
  expect(stage.seqs(atBen, room).at(-1)).toBe(stage.seqs(atAnn, room).at(-1));
});

test('[RM10] an administrator that does not answer, or whose link ends, cannot be reached', () => {
  const { stage, room } = two();
  stage.lose = (_, to, { kind }) => to === 'n1' && kind === 'forward';
  expect(codeOf(stage.say('n2', ben, room, 'm1'))).toBe('open');
  const call = stage.lastCall;
  stage.pass(timing.forwardTimeoutMs - 1_000);
  expect(codeOf(stage.answer(call))).toBe('open');
  stage.pass(2_000);
  expect(codeOf(stage.answer(call))).toBe('administrator_unreachable');
  stage.say('n2', ben, room, 'm2');
  const next = stage.lastCall;
  stage.cut('n1', 'n2');
  expect(codeOf(stage.answer(next))).toBe('administrator_unreachable');
  expect(codeOf(stage.say('n2', ben, room, 'm3'))).toBe('administrator_unreachable');
});

test('[RM10] a node that stands still while others ask for its room keeps nobody waiting for ever', () => {
  const stage = new CoreStage(['n1', 'n2']);
  const room = stage.lobby('n1');
  stage.join('n1', ann, room);
  stage.lose = (_, to, { kind }) => to === 'n1' && kind === 'follow';
  const session = stage.open('n2', ann, [{ room, epoch: 1, seq: 2 }]);
  for (let count = 0; count < 3; count++) {
    stage.pass(4_000);
    stage.open('n2', ben, [{ room, epoch: 1, seq: 2 }]);
  }
  const opened = stage.shown(session).find(({ kind }) => kind === 'opened');
  expect(opened).toMatchObject({ resumed: [{ code: 'administrator_unreachable' }] });
});

test('[RM11] an answer to an earlier start fits nothing of this one', () => {
  const { stage, room } = two();
  stage.lose = (_, to) => to === 'n1';
  stage.say('n2', ben, room, 'old');
  // The first of either start: only their names could differ.
  const old = stage.sent.find(({ from, message }) => from === 'n2' && message.kind === 'forward');
  stage.restart('n2');
  stage.link('n1', 'n2');
  stage.say('n2', ben, room, 'new');
  const call = stage.lastCall;
  expect(old?.message.kind).toBe('forward');
  const id = old?.message.kind === 'forward' ? old.message.id : '';
  const result = { ok: true, value: { epoch: 1, seq: 77, duplicate: false } } as const;
  stage.tell('n2', 'n1', { kind: 'forwarded', id, result });
  expect(codeOf(stage.answer(call))).toBe('open');
});

test('[RM12] so many commands are on their way, and no more', () => {
  const { stage, room } = two();
  stage.lose = (_, to, { kind }) => to === 'n1' && kind === 'forward';
  const command = (id: number) => ({ kind: 'send', room, messageId: `m${id}`, body: 'x' }) as const;
  for (let count = 0; count < bounds.forwards; count++) {
    stage.step('n2', {
      kind: 'command',
      id: `f${count}`,
      session: null,
      actor: ben,
      command: command(count),
    });
  }
  expect(codeOf(stage.say('n2', ben, room, 'one more'))).toBe('rate_limited');
});

test('[RM13] an unknown room may be one of a node that cannot be asked', () => {
  const { stage } = two();
  const room = 'z'.repeat(20);
  expect(codeOf(stage.say('n2', ben, room, 'm'))).toBe('room_not_found');
  stage.cut('n1', 'n2');
  expect(codeOf(stage.say('n2', ben, room, 'm'))).toBe('administrator_unreachable');
});

test('[RM14] an entry goes once to each node, and to each of its sessions', () => {
  const { stage, room, atBen } = two();
  const atCat = stage.join('n2', cat, room);
  const from = stage.sent.length;
  stage.say('n1', ann, room, 'm1');
  const sent = stage.sent.slice(from).filter(({ message }) => message.kind === 'deliver');
  expect(sent.map(({ to }) => to)).toEqual(['n2']);
  const last = stage.log('n1', room).length;
  expect(stage.seqs(atBen, room).filter((seq) => seq === last)).toEqual([last]);
  expect(stage.seqs(atCat, room).filter((seq) => seq === last)).toEqual([last]);
});

test('[RM15] a copy takes what follows, up to what is committed', () => {
  const { stage, room, atBen } = two();
  const last = stage.log('n2', room).length;
  stage.lose = (from, to) => from === 'n2' && to === 'n1';
  stage.tell('n2', 'n1', deliver(room, [says(last + 1), says(last + 2)], { commitSeq: last + 1 }));
  expect(stage.log('n2', room).length).toBe(last + 1);
  stage.tell('n2', 'n1', deliver(room, [says(last + 1), says(last + 2)]));
  expect(stage.log('n2', room).length).toBe(last + 2);
  const follows = (): number => stage.sent.filter(({ message }) => message.kind === 'follow').length;
  const before = follows();
  stage.tell('n2', 'n1', deliver(room, [says(last + 4)]));
  expect(stage.log('n2', room).length).toBe(last + 2);
  expect(follows()).toBe(before + 1);
  expect(stage.seqs(atBen, room).slice(-2)).toEqual([last + 1, last + 2]);
});

test('[RM15] what was lost on the way is fetched, in order', () => {
  const { stage, room, atBen } = two();
  const before = stage.log('n1', room).length;
  let count = 0;
  stage.lose = (_, to, { kind }) => to === 'n2' && kind === 'deliver' && count++ === 0;
  for (const id of ['m1', 'm2', 'm3']) stage.say('n1', ann, room, id);
  expect(stage.seqs(atBen, room).slice(-3)).toEqual([before + 1, before + 2, before + 3]);
});

test('[RM16] lower epochs are fenced, and strangers order nothing', () => {
  const { stage, room } = two();
  const last = stage.log('n2', room).length;
  stage.tell('n2', 'n1', deliver(room, [says(last + 1)], { epoch: 0 }));
  expect(stage.refused).toEqual(['fenced']);
  const snapshot: RoomSnapshot = {
    room: {
      id: room,
      name: 'Old',
      description: '',
      visibility: 'public',
      memberCount: 0,
      epoch: 0,
      lastSeq: 9,
      deleting: false,
    },
    members: [],
    pinned: [],
  };
  const old = { epoch: 0, seq: 9 };
  stage.tell('n2', 'n1', { kind: 'following', snapshot, base: old, commit: old });
  expect(stage.refused).toEqual(['fenced', 'fenced']);
  stage.tell('n1', 'n2', deliver(room, [says(last + 1)]));
  expect(stage.refused).toEqual(['fenced', 'fenced', 'forbidden']);
  expect([stage.log('n1', room).length, stage.log('n2', room).length]).toEqual([last, last]);
});

test('[RM17] a copy that lacks too much starts anew, names the gap, and lets go of who has left within it', () => {
  const stage = new CoreStage(['n1', 'n2']);
  const room = stage.create('n1', ann);
  const atBen = stage.join('n2', ben, room);
  const atCat = stage.join('n2', cat, room);
  const held = stage.log('n2', room).length;
  stage.cut('n1', 'n2');
  stage.command('n1', ann, { kind: 'ban', requestId: 'b', room, person: cat.person, on: true });
  for (let count = 0; count < bounds.followEntries; count++) stage.say('n1', ann, room, `m${count}`);
  stage.link('n1', 'n2');
  const last = stage.log('n1', room).length;
  const base = last - bounds.newCopyEntries;
  expect(stage.notices(atBen, 'gap')).toEqual([{ kind: 'gap', room, from: held + 1, to: base }]);
  const due = Array.from({ length: bounds.newCopyEntries }, (_, index) => base + 1 + index);
  expect(stage.seqs(atBen, room).filter((seq) => seq > held)).toEqual(due);
  expect(stage.seqs(atCat, room).filter((seq) => seq > held)).toEqual([]);
  expect(stage.notices(atCat, 'state').at(-1)).toMatchObject({ state: 'unavailable' });
});

test('[RM18] a refused copy asks again; one that nobody reads is followed no more', () => {
  const { stage, room, atBen } = two();
  const sent = (kind: string): number => stage.sent.filter(({ message }) => message.kind === kind).length;
  stage.tell('n2', 'n1', { kind: 'notFollowing', room, reason: 'unknown' });
  const before = sent('follow');
  stage.pass(timing.followAgainMs + 100);
  expect(sent('follow')).toBe(before + 1);
  stage.say('n1', ann, room, 'm1');
  expect(stage.log('n2', room)).toEqual(stage.log('n1', room));
  stage.close('n2', atBen);
  stage.pass(timing.unfollowAfterMs - 100);
  expect(sent('unfollow')).toBe(0);
  stage.pass(200);
  expect(sent('unfollow')).toBe(1);
});
