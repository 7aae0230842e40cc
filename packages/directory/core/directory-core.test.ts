import type { DirectoryCommand } from '@bothy/wire';
import { expect, test } from 'vitest';
import { DirectoryStage } from './testing/directory-stage.ts';

const claim = (name: string, person = 'ann'): DirectoryCommand => ({
  kind: 'claimName',
  name,
  person,
  at: { ms: 1, counter: 0 },
  node: 'a',
});
const bound = { ok: true, result: { kind: 'bound' } };
const nodes = ['a', 'b', 'c', 'd', 'e', 'f'] as const;

/** So many nodes in one directory, as many of them voters as there will be. */
function cluster(count: number, seed?: string, config = {}): DirectoryStage {
  const stage = new DirectoryStage(seed, config);
  const ids = nodes.slice(0, count);
  stage.start(...ids);
  stage.linkAll(...ids);
  stage.advance(15_000);
  return stage;
}

function leaderOf(stage: DirectoryStage): string {
  const { leader } = stage.core('a').view();
  if (leader === null) throw new Error('nobody leads');
  return leader;
}

function follower(stage: DirectoryStage): string {
  const leader = leaderOf(stage);
  return (
    stage
      .core('a')
      .view()
      .voters.find((node) => node !== leader) ?? ''
  );
}

test('[DR26] a fresh node founds a directory, and is ready by itself', () => {
  const stage = new DirectoryStage();
  stage.start('a');
  const asked = stage.command('a', claim('storm'));
  expect(stage.answers.get(asked)).toEqual(bound);
  const view = stage.core('a').view();
  expect(view).toMatchObject({ role: 'leader', leader: 'a', voters: ['a'], learners: [], state: 'ready' });
  expect(view.warning).toBe('');
  expect(stage.outputs('a').filter(({ kind }) => kind === 'replaced')).toHaveLength(1);
  stage.stop('a');
  stage.start('a');
  expect(stage.core('a').ownerOf('storm')).toBe('ann');
  expect(stage.core('a').view().directory).toBe(view.directory);
});

test('[DR20] a command at a follower is answered once the follower knows the result itself', () => {
  const stage = cluster(3);
  const [leader, asker] = [leaderOf(stage), follower(stage)];
  // The leader's heartbeats and entries do not come for a while; the answer does.
  stage.isHeard = (from, to, { kind }) => !(from === leader && to === asker && kind === 'raft');
  const asked = stage.command(asker, claim('storm'));
  expect(stage.core(leader).ownerOf('storm')).toBe('ann');
  expect([stage.answers.get(asked), stage.core(asker).ownerOf('storm')]).toEqual([undefined, undefined]);
  stage.isHeard = () => true;
  stage.advance(100);
  expect([stage.answers.get(asked), stage.core(asker).ownerOf('storm')]).toEqual([bound, 'ann']);
});

test('[DR20] every node is told of a change in the order of all, once', () => {
  const stage = cluster(3);
  for (const [index, node] of ['a', 'b', 'c'].entries()) stage.command(node, claim(`name-${index}`));
  stage.advance(500);
  for (const node of ['a', 'b', 'c']) {
    const names = stage.outputs(node).flatMap((output) => {
      if (output.kind !== 'changed' || output.command.kind !== 'claimName') return [];
      return [output.command.name];
    });
    expect(names).toEqual(['name-0', 'name-1', 'name-2']);
  }
});

test('[DR21] a command waits for a leader, and is carried out by the next one', () => {
  const stage = cluster(3);
  const [leader, asker] = [leaderOf(stage), follower(stage)];
  stage.stop(leader);
  const asked = stage.command(asker, claim('storm'));
  expect(stage.answers.get(asked)).toBeUndefined();
  stage.advance(2_000);
  expect(stage.answers.get(asked)).toEqual(bound);
});

test('[DR21, DR23] without a majority a command is refused after 5 s, and what is known is shown', () => {
  const stage = cluster(3);
  stage.command('a', claim('storm'));
  stage.advance(200);
  const [leader, asker] = [leaderOf(stage), follower(stage)];
  const other = ['a', 'b', 'c'].find((node) => node !== leader && node !== asker) ?? '';
  stage.stop(leader);
  stage.stop(other);
  stage.advance(1_000);
  const asked = stage.command(asker, claim('calm'));
  stage.advance(4_700);
  expect(stage.answers.get(asked)).toBeUndefined();
  stage.advance(600);
  expect(stage.answers.get(asked)).toMatchObject({
    ok: false,
    code: 'directory_unavailable',
    mayHappen: false,
  });
  const { state, warning, survives } = stage.core(asker).view();
  expect([state, survives]).toEqual(['stale', 1]);
  expect(warning).toContain(leader);
  expect(stage.core(asker).ownerOf('storm')).toBe('ann');
});

test('[DR21] whether a leader may have it is said', () => {
  const stage = cluster(3);
  const [leader, asker] = [leaderOf(stage), follower(stage)];
  stage.isHeard = (_from, to) => to !== asker;
  const asked = stage.command(asker, claim('storm'));
  stage.advance(6_000);
  expect(stage.answers.get(asked)).toMatchObject({ ok: false, mayHappen: true });
  expect(stage.core(leader).ownerOf('storm')).toBe('ann');
});

test('[DR22] a read at a node that was cut off waits until it knows what was answered elsewhere', () => {
  const stage = cluster(3);
  const [leader, asker] = [leaderOf(stage), follower(stage)];
  stage.isHeard = (_from, to, { kind }) => to !== asker || kind !== 'raft';
  stage.command(leader, claim('storm'));
  stage.give(asker, { kind: 'read', id: 'look' });
  stage.advance(150);
  expect(stage.answers.get('look')).toBeUndefined();
  stage.isHeard = () => true;
  stage.advance(1_000);
  expect(stage.answers.get('look')).toEqual({ ok: true });
  expect(stage.core(asker).ownerOf('storm')).toBe('ann');
  stage.give(leaderOf(stage), { kind: 'read', id: 'here' });
  stage.advance(200);
  expect(stage.answers.get('here')).toEqual({ ok: true });
});

test('[DR20] who does not lead says who does, and asks nobody on', () => {
  const stage = cluster(3);
  const [leader, asked] = [leaderOf(stage), follower(stage)];
  const asker = ['a', 'b', 'c'].find((node) => node !== leader && node !== asked) ?? '';
  const { directory } = stage.core('a').view();
  const before = stage.outputs(asked).length;
  for (const message of [
    { kind: 'ask', directory, id: 'q1', command: claim('storm') },
    { kind: 'askRead', directory, id: 'q2' },
    { kind: 'ask', directory: 'elsewhere', id: 'q3', command: claim('storm') },
  ] as const)
    stage.give(asked, { kind: 'message', from: asker, message });
  const sent = stage.outputs(asked).slice(before);
  expect(sent).toEqual(
    ['q1', 'q2', 'q3'].map((id) => ({ kind: 'send', to: asker, message: { kind: 'refuse', id, leader } })),
  );
  expect(stage.core(leader).name('storm')).toBeUndefined();
});

test('[DR21] a command whose leader is silent is asked for again, and one whose leader has gone by the next', () => {
  const stage = cluster(3);
  const [leader, asker] = [leaderOf(stage), follower(stage)];
  stage.isHeard = (_from, _to, { kind }) => kind !== 'ask';
  const first = stage.command(asker, claim('storm'));
  stage.isHeard = () => true;
  stage.advance(1_000);
  expect(stage.answers.get(first)).toBeUndefined();
  stage.advance(1_500);
  expect(stage.answers.get(first)).toEqual(bound);
  stage.isHeard = (_from, _to, { kind }) => kind !== 'answer';
  const second = stage.command(asker, claim('calm'));
  stage.stop(leader);
  stage.isHeard = () => true;
  stage.advance(2_000);
  expect(stage.answers.get(second)).toEqual(bound);
});

test('a snapshot of a view says in words what may be lost, and what cannot be done', () => {
  const alone = cluster(1).core('a').view();
  expect([alone.warning, alone.survives]).toEqual(['', 0]);
  const two = cluster(2);
  const { voters, warning } = two.core('a').view();
  expect(warning).toBe(
    `Without ${voters[0]} no new name, room or edge can be taken: of two nodes one decides. With a third node any one may be lost.`,
  );
  const other = voters[0] === 'a' ? 'b' : 'a';
  two.stop(voters[0] ?? '');
  two.advance(1_000);
  expect(two.core(other).view()).toMatchObject({ state: 'seeking', role: 'learner' });
  two.advance(4_000);
  const asked = two.command(other, claim('storm'));
  two.advance(6_000);
  expect(two.answers.get(asked)).toMatchObject({
    message: `Names, rooms and edges cannot be changed now: ${voters[0]} has to agree, and does not answer. Try again when it is back.`,
  });
  const stage = new DirectoryStage('three at once');
  stage.start('a', 'b', 'c');
  stage.linkAll('a', 'b', 'c');
  stage.advance(1_000);
  expect(stage.core('a').view().warning).toContain('until the others have caught up');
});

test('[DR24] more than may wait is refused', () => {
  const stage = cluster(2);
  stage.stop('a');
  stage.advance(500);
  for (let count = 0; count < 10_000; count++) stage.command('b', claim('storm'));
  const asked = stage.command('b', claim('storm'));
  expect(stage.answers.get(asked)).toMatchObject({ code: 'limit_reached', mayHappen: false });
});

test('[DR24] more nodes than may be forgotten at once are not, until those that were are answered', () => {
  const stage = cluster(2);
  stage.stop('a');
  stage.advance(500);
  const forget = (id: string) => {
    stage.give('b', { kind: 'forgetNode', id, node: 'a', force: false });
    return stage.answers.get(id);
  };
  for (let count = 0; count < 256; count++) expect(forget(`forget ${count}`)).toBeUndefined();
  expect(forget('one more')).toMatchObject({ code: 'limit_reached', mayHappen: false });
  stage.advance(6_000);
  expect(stage.answers.get('forget 255')).toMatchObject({ code: 'directory_unavailable' });
  expect(forget('later')).toBeUndefined();
});

test('[DR25, DR30] what comes over no link, of another directory, or answers nothing, changes nothing', () => {
  const stage = cluster(2);
  stage.start('z');
  const before = JSON.stringify([stage.core('a').view(), stage.core('a').content()]);
  const { directory } = stage.core('a').view();
  const content = { names: [], rooms: [], buried: [], homes: [] };
  stage.give('a', {
    kind: 'message',
    from: 'z',
    message: { kind: 'enrol', directory, id: 'x', from: 'y', content },
  });
  const append = {
    kind: 'append',
    term: 99,
    round: 1,
    previousIndex: 0,
    previousTerm: 0,
    entries: [],
    commit: 0,
  } as const;
  for (const message of [
    { kind: 'raft', directory: 'elsewhere', message: append },
    { kind: 'enrolled', directory: 'elsewhere', id: '', index: 1 },
    { kind: 'answer', id: 'own 1', index: 1, result: { kind: 'bound' } },
    { kind: 'refuse', id: 'own 1', leader: null },
  ] as const)
    stage.give('a', { kind: 'message', from: 'b', message });
  expect(JSON.stringify([stage.core('a').view(), stage.core('a').content()])).toBe(before);
});

test('[DR36] a snapshot takes the place of the log, and a newcomer is sent it', () => {
  const stage = cluster(3, 'snapshots', { compactEvery: 10 });
  for (let count = 0; count < 200; count++) stage.command('b', claim(`name-${count}`));
  stage.advance(500);
  const { snapshot, entries } = stage.disk('a').snapshot().raft;
  // Of 200 names a snapshot is taken every 50 entries.
  expect(snapshot?.index).toBeGreaterThan(200 - 50);
  expect(entries.length).toBeLessThan(100);
  stage.start('d');
  stage.linkAll('a', 'b', 'c', 'd');
  stage.advance(3_000);
  expect(stage.core('d').names()).toHaveLength(200);
  stage.stop('d');
  stage.start('d');
  expect(stage.core('d').names().length).toBeGreaterThan(0);
});
