import { timing } from '@bothy/rooms/core';
import type { DeletionOutcome } from '@bothy/wire';
import { expect, test } from 'vitest';
import { CoreStage } from './testing/core-stage.ts';
import { actor, codeOf } from './testing/stage-people.ts';

const ann = actor('ann');
const ben = actor('ben');
const cat = actor('cat');
const olga = actor('olga', { operator: true });

/** Ann's room at n1, with members at n2 and n3. */
function scene() {
  const stage = new CoreStage(['n1', 'n2', 'n3']);
  // Whether a room is gone they hear from each other, before the directory says so.
  stage.directory.lags = true;
  const room = stage.create('n1', ann);
  const atBen = stage.join('n2', ben, room);
  const atCat = stage.join('n3', cat, room);
  const order = (who = ann, requestId = 'd', id = 'n1') => {
    stage.command(id, who, { kind: 'delete', requestId, room });
    return stage.lastCall;
  };
  const outcome = (call: string): DeletionOutcome | string => {
    const result = stage.answer(call);
    return result?.ok === true ? (result.value as DeletionOutcome) : codeOf(result);
  };
  const holders = (): string[] => ['n1', 'n2', 'n3'].filter((id) => stage.log(id, room).length > 0);
  /** Loses what participants say in a deletion, or what they are told. */
  const lose = (from: string | null, to: string | null, kind: string): void => {
    stage.lose = (one, other, message) => {
      const isThis = (from ?? one) === one && (to ?? other) === other;
      return isThis && message.kind === 'commit' && message.message.kind === kind;
    };
  };
  return { stage, room, order, outcome, holders, lose, atBen, atCat };
}

test('[RM43] owners and operators delete; nobody else', () => {
  const { order, outcome, holders } = scene();
  expect(outcome(order(ben, 'x'))).toBe('not_the_owner');
  expect(outcome(order(cat, 'y', 'n3'))).toBe('not_the_owner');
  expect(outcome(order(actor('dan'), 'z'))).toBe('not_a_member');
  expect(outcome(order(olga, 'd', 'n2'))).toMatchObject({
    outcome: 'committed',
    votes: { n2: 'ready', n3: 'ready' },
  });
  expect(holders()).toEqual([]);
});

test('[RM43] undecided, the room takes nothing new, at no node', () => {
  const { stage, room, order, outcome, lose } = scene();
  lose('n3', null, 'vote');
  const call = order();
  expect(outcome(call)).toBe('open');
  const join = { kind: 'join', requestId: 'j', room, limit: 1 } as const;
  expect(codeOf(stage.say('n1', ann, room, 'm'))).toBe('room_busy');
  expect(codeOf(stage.say('n2', ben, room, 'm'))).toBe('room_busy');
  expect(stage.code('n1', olga, join)).toBe('room_busy');
  expect(stage.code('n2', ben, { kind: 'history', room, limit: 5 })).toBe('ok');
});

test('[RM44] silence aborts, and the room goes on everywhere', () => {
  const { stage, room, order, outcome, holders, lose } = scene();
  lose('n3', null, 'vote');
  const call = order();
  stage.pass(timing.voteTimeoutMs - 100);
  expect(outcome(call)).toBe('open');
  stage.pass(200);
  expect(outcome(call)).toMatchObject({ outcome: 'aborted', votes: { n3: 'silent' } });
  stage.lose = () => false;
  stage.pass(5_000);
  expect(codeOf(stage.say('n3', cat, room, 'm'))).toBe('ok');
  expect(codeOf(stage.say('n2', ben, room, 'm'))).toBe('ok');
  expect(holders()).toEqual(['n1', 'n2', 'n3']);
});

test('[RM44] who has a command under way, or is catching up, votes against it in the end', () => {
  for (const kind of ['forwarded', 'following'] as const) {
    const { stage, room, order, outcome } = scene();
    stage.lose = (_, to, message) => to === 'n2' && message.kind === kind;
    if (kind === 'forwarded') stage.say('n2', ben, room, 'm');
    else {
      stage.cut('n1', 'n2');
      stage.link('n1', 'n2');
    }
    const call = order();
    expect(outcome(call)).toBe('open');
    stage.pass(3_000);
    expect([kind, outcome(call)]).toMatchObject([kind, { outcome: 'aborted', votes: { n2: 'abort' } }]);
  }
});

test('[RM44] what is under way may end first', () => {
  const { stage, room, order, outcome } = scene();
  stage.lose = (_, to, { kind }) => to === 'n2' && kind === 'forwarded';
  stage.say('n2', ben, room, 'm');
  const forward = stage.sent.findLast(({ to, message }) => to === 'n2' && message.kind === 'forwarded');
  const call = order();
  stage.lose = () => false;
  if (forward !== undefined) stage.tell('n2', 'n1', forward.message);
  stage.pass(1_500);
  expect(outcome(call)).toMatchObject({ outcome: 'committed' });
});

test('[RM45] decided, it is gone everywhere, and everybody is told', () => {
  const { stage, room, order, holders, atBen, atCat } = scene();
  order();
  expect(holders()).toEqual([]);
  for (const session of [atBen, atCat]) {
    expect(stage.notices(session, 'state').at(-1)).toMatchObject({ state: 'deleted' });
  }
  for (const id of ['n1', 'n2', 'n3']) {
    expect(codeOf(stage.say(id, ann, room, 'm'))).toBe('room_deleted');
    const session = stage.open(id, ann, [{ room, epoch: 1, seq: 1 }]);
    expect(stage.shown(session)).toMatchObject([{ resumed: [{ code: 'room_deleted' }] }]);
    stage.restart(id);
    expect(codeOf(stage.say(id, ann, room, 'm'))).toBe('room_deleted');
  }
});

test('[RM45] a node that was away for long does not bring it back', () => {
  const { stage, room, order, outcome } = scene();
  stage.cut('n1', 'n2');
  stage.pass(timing.leaveAfterMs + 1_000);
  const call = order();
  expect(outcome(call)).toMatchObject({ outcome: 'committed', votes: { n3: 'ready' } });
  stage.restart('n2');
  const session = stage.open('n2', ben, [{ room, epoch: 1, seq: 1 }]);
  expect(stage.log('n2', room).length).toBeGreaterThan(0);
  stage.link('n1', 'n2');
  const again = stage.open('n2', ben, [{ room, epoch: 1, seq: 1 }]);
  expect(stage.shown(again)).toMatchObject([{ resumed: [{ code: 'room_deleted' }] }]);
  expect(stage.notices(session, 'state').at(-1)).toMatchObject({ state: 'deleted' });
  expect(stage.log('n2', room)).toEqual([]);
  const entries = [
    {
      epoch: 1,
      seq: 1,
      author: ann.person,
      name: 'ann',
      sentAt: 0,
      key: 'k',
      content: { kind: 'message', body: 'back' },
    },
  ] as const;
  stage.tell('n1', 'n2', { kind: 'deliver', room, epoch: 1, entries, commitSeq: 1 });
  expect(stage.log('n1', room)).toEqual([]);
});

test('[RM45] a node that follows once the votes are out is told', () => {
  const { stage, room, order, outcome, lose, atBen } = scene();
  stage.close('n2', atBen);
  stage.pass(timing.unfollowAfterMs + 100);
  lose('n3', null, 'vote');
  const call = order();
  // A member comes back at a node that takes no part.
  const session = stage.open('n2', ben, [{ room, epoch: 1, seq: 3 }]);
  stage.say('n2', ben, room, 'm');
  expect(outcome(call)).toBe('open');
  stage.lose = () => false;
  stage.pass(1_500);
  expect(outcome(call)).toMatchObject({ outcome: 'committed', votes: { n3: 'ready' } });
  expect(stage.log('n2', room)).toEqual([]);
  expect(stage.notices(session, 'state').at(-1)).toMatchObject({ state: 'deleted' });
});

test('[RM46] the same request has one outcome; another one has to wait', () => {
  const { stage, order, outcome, lose } = scene();
  lose('n3', null, 'vote');
  const first = order();
  const same = order();
  expect(outcome(order(olga, 'another'))).toBe('room_busy');
  stage.pass(timing.voteTimeoutMs + 100);
  expect(outcome(first)).toMatchObject({ outcome: 'aborted' });
  expect(outcome(same)).toEqual(outcome(first));
  expect(outcome(order())).toMatchObject({ outcome: 'aborted' });
  stage.restart('n1');
  expect(outcome(order())).toMatchObject({ outcome: 'aborted' });
});

test('[RM46] the same request is answered as before when the room is gone', () => {
  const { stage, room, order, outcome } = scene();
  const first = outcome(order());
  expect(first).toMatchObject({ outcome: 'committed', votes: { n2: 'ready', n3: 'ready' } });
  const own = { outcome: 'committed', votes: { n2: 'ready' }, pending: [] };
  for (const restarted of [false, true]) {
    if (restarted) for (const id of ['n1', 'n2']) stage.restart(id);
    expect(outcome(order())).toEqual({ ...(first as DeletionOutcome), pending: [] });
    // Who took part knows what it was, and of itself how it voted.
    expect(outcome(order(ben, 'd', 'n2'))).toEqual(own);
    expect(outcome(order(ann, 'another'))).toBe('room_deleted');
    expect(outcome(order(ann, 'another', 'n2'))).toBe('room_deleted');
  }
  expect(codeOf(stage.say('n1', ann, room, 'm'))).toBe('room_deleted');
});

test.each(['n1', 'n2'])('[RM47] a promise outlives a restart of %s', (restarted) => {
  const { stage, room, order, holders, lose } = scene();
  lose('n1', 'n2', 'commit');
  order();
  expect(holders()).toEqual(['n2']);
  stage.restart(restarted);
  expect(codeOf(stage.say('n2', ben, room, 'm'))).not.toBe('ok');
  const commits = stage.store('n2').snapshot().commits;
  expect(commits).toMatchObject([{ role: 'participant', state: 'prepared' }]);
  stage.lose = () => false;
  for (const other of ['n1', 'n2', 'n3']) if (other !== restarted) stage.link(restarted, other);
  stage.pass(timing.commitAgainMaxMs);
  expect(holders()).toEqual([]);
});

test('[RM49] a node that was forgotten is not waited for', () => {
  const { stage, order, outcome, lose } = scene();
  lose('n1', 'n2', 'commit');
  const call = order();
  stage.cut('n1', 'n2');
  stage.cut('n2', 'n3');
  const finished = (): boolean =>
    stage
      .store('n1')
      .snapshot()
      .commits.some((each) => each.role === 'coordinator' && each.finished === true);
  stage.pass(120_000);
  expect([outcome(call), finished()]).toMatchObject([{ outcome: 'committed', pending: ['n2', 'n3'] }, false]);
  stage.step('n3', { kind: 'forgetNode', id: 'f', node: 'n2' });
  expect(finished()).toBe(true);
});

/** Both have promised, and the administrator is gone before it says what it decided. */
function abandoned(lost: (to: string) => boolean) {
  const all = scene();
  const { stage, order } = all;
  stage.lose = (_, to, message) =>
    message.kind === 'commit' && ['commit', 'rollback'].includes(message.message.kind) && lost(to);
  order();
  stage.cut('n1', 'n2');
  stage.cut('n1', 'n3');
  return all;
}

test('[RM51] whose administrator was forgotten lets the room go when nobody has heard of a decision', () => {
  const { stage, room, holders, atBen } = abandoned(() => true);
  expect(holders()).toEqual(['n2', 'n3']);
  stage.step('n3', { kind: 'forgetNode', id: 'f', node: 'n1' });
  expect(stage.store('n2').snapshot().commits).toEqual([]);
  expect(stage.store('n3').snapshot().commits).toEqual([]);
  // It can be read, and says why nothing can be written.
  expect(stage.notices(atBen, 'state').at(-1)).toMatchObject({ state: 'unavailable' });
  expect(stage.code('n2', ben, { kind: 'history', room, limit: 5 })).toBe('ok');
  // Had it been deleted there, that holds once the node is back after all.
  stage.link('n1', 'n2');
  stage.link('n1', 'n3');
  stage.pass(2_000);
  expect(holders()).toEqual([]);
});

test('[RM51] whose administrator was forgotten carries out what another node has carried out', () => {
  const { stage, holders, atBen } = abandoned((to) => to === 'n2');
  expect(holders()).toEqual(['n2']);
  stage.step('n2', { kind: 'forgetNode', id: 'f', node: 'n1' });
  expect(holders()).toEqual([]);
  expect(stage.notices(atBen, 'state').at(-1)).toMatchObject({ state: 'deleted' });
});

test('[RM51] who cannot be asked is waited for, also over a restart', () => {
  const { stage, holders } = abandoned((to) => to === 'n2');
  stage.cut('n2', 'n3');
  stage.step('n2', { kind: 'forgetNode', id: 'f', node: 'n1' });
  stage.pass(60_000);
  expect(holders()).toEqual(['n2']);
  stage.restart('n2');
  stage.pass(60_000);
  expect(holders()).toEqual(['n2']);
  stage.link('n2', 'n3');
  stage.pass(timing.commitAgainMaxMs);
  expect(holders()).toEqual([]);
});
