import type { DirectoryCommand } from '@bothy/wire';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wantedMembers } from './members.ts';
import { DirectoryStage } from './testing/directory-stage.ts';

const claim = (name: string): DirectoryCommand => ({
  kind: 'claimName',
  name,
  person: 'ann',
  at: { ms: 1, counter: 0 },
  node: 'a',
});
const nodes: readonly string[] = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

function cluster(count: number, seed = 'members'): DirectoryStage {
  const stage = new DirectoryStage(seed);
  const ids = nodes.slice(0, count);
  stage.start(...ids);
  stage.linkAll(...ids);
  stage.advance(15_000);
  return stage;
}

function forget(stage: DirectoryStage, at: string, node: string, force = false): unknown {
  stage.give(at, { kind: 'forgetNode', id: `forget ${node}`, node, force });
  stage.advance(20_000);
  return stage.answers.get(`forget ${node}`);
}

test.each([
  [1, 1],
  [2, 1],
  [3, 3],
  [4, 3],
  [5, 5],
  [7, 5],
])('[DR32] of %i nodes %i vote', (count, voters) => {
  const view = cluster(count).core('a').view();
  expect([view.voters.length, view.learners.length]).toEqual([voters, count - voters]);
  expect(view.survives).toBe((voters - 1) / 2);
});

test('[DR32] who has not caught up is no voter yet', () => {
  const stage = new DirectoryStage('behind');
  stage.start('a', 'b', 'c');
  stage.isHeard = (_from, to, { kind }) => to !== 'c' || kind !== 'raft';
  stage.linkAll('a', 'b', 'c');
  stage.advance(1_000);
  const { leader } = stage.core('a').view();
  // Where it leads itself, it has all there is.
  if (leader === 'c') throw new Error('choose another seed');
  stage.advance(9_000);
  expect(stage.core(leader ?? '').view()).toMatchObject({ voters: [leader], state: 'ready' });
  stage.isHeard = () => true;
  stage.advance(5_000);
  expect(stage.core('a').view().voters).toEqual(['a', 'b', 'c']);
});

test('[DR32] while another directory is in sight the only voter stays the only one, so that one of them can end', () => {
  const stage = new DirectoryStage('two threes');
  stage.start('a', 'b', 'c', 'x', 'y', 'z');
  stage.linkAll('a', 'b', 'c');
  stage.linkAll('x', 'y', 'z');
  stage.advance(1_000);
  stage.isHeard = (_from, _to, { kind }) => kind !== 'enrol';
  stage.linkAll('a', 'b', 'c', 'x', 'y', 'z');
  stage.advance(10_000);
  for (const node of ['a', 'x']) expect(stage.core(node).view().voters).toHaveLength(1);
  stage.isHeard = () => true;
  stage.advance(20_000);
  const views = ['a', 'b', 'c', 'x', 'y', 'z'].map((node) => stage.core(node).view());
  expect(new Set(views.map(({ directory }) => directory)).size).toBe(1);
  expect(views[0]?.voters).toHaveLength(5);
});

test('[DR32] who is away stays a voter', () => {
  const stage = cluster(4);
  const { voters, leader } = stage.core('a').view();
  const away = voters.find((node) => node !== leader) ?? '';
  const there = nodes.slice(0, 4).find((node) => node !== away) ?? '';
  stage.stop(away);
  stage.advance(60_000);
  expect(stage.core(there).view().voters).toEqual(voters);
});

test('[DR32] the number of voters is odd, at most five, and made of those who can', () => {
  const some = fc.subarray([...nodes]);
  fc.assert(
    fc.property(some, some, some, some, some, (voting, learning, leaving, coming, able) => {
      const voters = ['a', ...voting.filter((node) => node !== 'a')];
      const learners = learning.filter((node) => !voters.includes(node));
      const wanted = wantedMembers(
        { voters, learners },
        {
          self: 'a',
          leaving: new Set(leaving),
          coming: new Set(coming.filter((node) => !leaving.includes(node))),
          mayVote: (node) => able.includes(node),
          isLinked: (node) => able.includes(node),
        },
      );
      const stay = voters.filter((node) => !leaving.includes(node));
      const fit = learners.filter((node) => able.includes(node) && !leaving.includes(node));
      if (stay.length + fit.length === 0) {
        expect(wanted).toEqual({ voters, learners });
        return;
      }
      expect(wanted.voters.length % 2).toBe(1);
      expect(wanted.voters.length).toBe([5, 3, 1].find((count) => count <= stay.length + fit.length));
      const all = [...wanted.voters, ...wanted.learners];
      expect(new Set(all).size).toBe(all.length);
      for (const node of all) expect(leaving).not.toContain(node);
      for (const node of wanted.voters) expect([...stay, ...fit]).toContain(node);
      // Nobody loses a vote to a learner.
      const isFull = stay.length >= wanted.voters.length;
      for (const node of wanted.voters) if (isFull) expect(stay).toContain(node);
    }),
  );
});

test('[DR33] a member that lost its disk is let go, and taken in again', () => {
  const stage = cluster(3);
  const { voters, leader, directory } = stage.core('a').view();
  const lost = voters.find((node) => node !== leader) ?? '';
  stage.command(leader ?? '', claim('storm'));
  stage.stop(lost);
  stage.loseDisk(lost);
  stage.start(lost);
  expect(stage.core(lost).view().directory).not.toBe(directory);
  const sizes = new Set<number>();
  stage.isHeard = () => {
    const view = stage.core(leader ?? '').view();
    sizes.add(view.voters.length + view.learners.length);
    return true;
  };
  for (const node of voters) if (node !== lost) stage.link(node, lost);
  stage.advance(10_000);
  expect(stage.core(lost).view()).toMatchObject({ directory, voters });
  expect(stage.core(lost).ownerOf('storm')).toBe('ann');
  // It was no member for a while.
  expect(sizes).toContain(2);
});

test('[DR33] one that lost its disk is taken in also where its leader changed while it was let go', () => {
  const stage = cluster(3);
  const { voters, leader, directory } = stage.core('a').view();
  const [lost = '', other = ''] = voters.filter((node) => node !== leader);
  stage.stop(lost);
  stage.loseDisk(lost);
  // The change is in the log of the leader alone when that loses its majority, and is brought to its end by the next term.
  stage.isHeard = (from, _to, message) =>
    from !== leader || message.kind !== 'raft' || message.message.kind !== 'append';
  stage.start(lost);
  stage.linkAll(...voters);
  stage.advance(150);
  stage.cut(leader ?? '', other);
  stage.advance(1_000);
  expect(stage.core(leader ?? '').view()).toMatchObject({ leader: null, voters });
  stage.isHeard = () => true;
  stage.linkAll(...voters);
  stage.advance(10_000);
  expect(stage.core(lost).view()).toMatchObject({ directory, voters });
});

test('[DR33] a member that says it is in another directory is let go, whether it comes back or not', () => {
  const stage = cluster(5);
  const { voters, leader } = stage.core('a').view();
  const lost = voters.find((node) => node !== leader) ?? '';
  stage.stop(lost);
  stage.loseDisk(lost);
  stage.start(lost);
  stage.isHeard = (_from, _to, { kind }) => kind !== 'enrol';
  stage.linkAll(...nodes.slice(0, 5));
  stage.advance(4_000);
  const view = stage.core(leader ?? '').view();
  expect([...view.voters, ...view.learners]).not.toContain(lost);
  expect(view.voters).toHaveLength(3);
});

test('[DR34] a node that is forgotten is no member, its edges move, and a learner votes in its place', () => {
  const stage = cluster(4);
  const { voters, leader } = stage.core('a').view();
  const gone = voters.find((node) => node !== leader) ?? '';
  const at = nodes.slice(0, 4).find((node) => node !== gone && node !== leader) ?? '';
  stage.command(at, { kind: 'claimHome', edge: 'e', node: gone, atMs: 1 });
  stage.advance(300);
  stage.stop(gone);
  expect(forget(stage, at, gone)).toEqual({ ok: true });
  const view = stage.core(at).view();
  expect([...view.voters, ...view.learners]).not.toContain(gone);
  expect(view.voters).toHaveLength(3);
  expect(stage.core(at).home('e')).toMatchObject({ epoch: 2 });
  expect(stage.core(at).home('e')?.home).not.toBe(gone);
  // It comes back with what it had.
  stage.start(gone);
  stage.linkAll(...nodes.slice(0, 4));
  stage.advance(10_000);
  expect(stage.core(gone).view()).toMatchObject({ state: 'ready', directory: view.directory });
});

// Whoever leads then.
test.each(['k', 'l', 'm', 'n', 'o'])(
  '[DR34] who came back is not forgotten again by a log that is read anew (%s)',
  (seed) => {
    const stage = cluster(3, seed);
    const leader = stage.core('a').view().leader ?? '';
    const [gone = '', at = ''] = ['a', 'b', 'c'].filter((node) => node !== leader);
    stage.stop(gone);
    expect(forget(stage, at, gone)).toEqual({ ok: true });
    stage.start(gone);
    stage.linkAll('a', 'b', 'c');
    stage.advance(10_000);
    expect(stage.core(at).view().voters).toEqual(['a', 'b', 'c']);
    const sizes = new Set<number>();
    stage.isHeard = () => {
      const { voters, learners } = stage.core('a').view();
      sizes.add(voters.length + learners.length);
      return true;
    };
    for (const node of ['a', 'b', 'c']) stage.stop(node);
    stage.start('a', 'b', 'c');
    stage.linkAll('a', 'b', 'c');
    sizes.clear();
    stage.advance(10_000);
    expect(stage.core(at).view().voters).toEqual(['a', 'b', 'c']);
    expect([...sizes]).toEqual([3]);
  },
);

test('[DR34] the leader can be forgotten, a node that was never there too, and nobody forgets itself', () => {
  const stage = cluster(3);
  const leader = stage.core('a').view().leader ?? '';
  const at = ['a', 'b', 'c'].find((node) => node !== leader) ?? '';
  expect(forget(stage, at, at)).toMatchObject({ ok: false, code: 'bad_request' });
  expect(forget(stage, at, 'nobody')).toEqual({ ok: true });
  stage.stop(leader);
  expect(forget(stage, at, leader)).toEqual({ ok: true });
  expect(stage.core(at).view().voters).toHaveLength(1);
});

test('[DR34] a leader that goes when it was told is no harm: the next one is told', () => {
  const stage = cluster(5);
  const leader = stage.core('a').view().leader ?? '';
  const [gone = '', at = ''] = nodes.slice(0, 5).filter((node) => node !== leader);
  stage.stop(gone);
  // The order is carried out, and the leader is gone before it has changed the members.
  let isTold = false;
  stage.isHeard = (from, _to, message) => {
    if (message.kind !== 'raft' || message.message.kind !== 'append') return true;
    const { entries } = message.message;
    const isChange = entries.some(({ content }) => content.kind === 'configuration');
    isTold ||= isChange;
    return !(from === leader && isChange);
  };
  stage.give(at, { kind: 'forgetNode', id: 'order', node: gone, force: false });
  stage.advance(300);
  expect(isTold).toBe(true);
  stage.stop(leader);
  stage.isHeard = () => true;
  stage.advance(12_000);
  expect(stage.answers.get('order')).toEqual({ ok: true });
  const { voters, learners } = stage.core(at).view();
  expect([...voters, ...learners]).not.toContain(gone);
});

test('[DR35] a directory that was forced often begins a new name, for the old one got too long', () => {
  const stage = new DirectoryStage('often');
  stage.start('a', 'b', 'c');
  stage.linkAll('a', 'b', 'c');
  stage.advance(1_000);
  const seen: string[] = [];
  for (let round = 0; round < 9; round++) {
    const [voter = ''] = stage.core('a').view().voters;
    const [left = '', other = ''] = ['a', 'b', 'c'].filter((node) => node !== voter);
    stage.stop(voter);
    stage.advance(4_000);
    stage.cut(left, other);
    expect(forget(stage, left, voter, true)).toEqual({ ok: true });
    seen.push(stage.core(left).view().directory);
    // The one that was left beside goes over before there is a third.
    stage.link(left, other);
    stage.advance(500);
    stage.loseDisk(voter);
    stage.start(voter);
    stage.linkAll('a', 'b', 'c');
    stage.advance(1_000);
    expect(new Set(['a', 'b', 'c'].map((node) => stage.core(node).view().directory)).size).toBe(1);
  }
  const dashes = seen.map((directory) => directory.split('-').length - 1);
  expect(dashes.slice(0, 8)).toEqual([1, 2, 3, 4, 5, 6, 7, 0]);
});

test('[DR35] a node that has just joined can be forced too, with what it brought', () => {
  const stage = new DirectoryStage('just joined');
  stage.start('a', 'b');
  const [one, other] = ['a', 'b'].map((node) => stage.core(node).view().directory);
  const [stays, goes] = (one ?? '') < (other ?? '') ? ['a', 'b'] : ['b', 'a'];
  stage.command(goes, claim('storm'));
  // It is a member, and hears nothing of what its new directory knows.
  stage.isHeard = (_from, to, { kind }) => to !== goes || kind !== 'raft';
  stage.link('a', 'b');
  stage.advance(500);
  expect(stage.core(goes).view()).toMatchObject({
    directory: stage.core(stays).view().directory,
    voters: [stays],
  });
  expect(stage.core(goes).ownerOf('storm')).toBe('ann');
  stage.stop(stays);
  stage.advance(4_000);
  expect(stage.core(goes).view().state).toBe('stale');
  expect(forget(stage, goes, stays, true)).toEqual({ ok: true });
  expect(stage.core(goes).view()).toMatchObject({ state: 'ready', voters: [goes] });
  expect(stage.core(goes).ownerOf('storm')).toBe('ann');
});

test('[DR35] a majority that is lost is forgotten by force alone; and whoever comes back goes over', () => {
  const stage = cluster(3);
  const { directory } = stage.core('a').view();
  stage.command('c', claim('storm'));
  stage.advance(300);
  stage.stop('a');
  stage.stop('b');
  stage.advance(5_000);
  expect(forget(stage, 'c', 'a')).toMatchObject({ ok: false, message: expect.stringContaining('by force') });
  expect(stage.core('c').view().state).toBe('stale');
  expect(forget(stage, 'c', 'a', true)).toEqual({ ok: true });
  const view = stage.core('c').view();
  expect(view).toMatchObject({ state: 'ready', voters: ['c'], leader: 'c' });
  expect(view.directory.startsWith(`${directory}-`)).toBe(true);
  expect(stage.core('c').ownerOf('storm')).toBe('ann');
  stage.command('c', claim('calm'));
  stage.stop('c');
  stage.start('c');
  expect(stage.core('c').ownerOf('calm')).toBe('ann');

  // The old ones have a majority of the old directory, and go over all the same.
  stage.start('a', 'b');
  stage.link('a', 'b');
  stage.advance(3_000);
  stage.command('a', claim('late'));
  stage.advance(300);
  expect(stage.core('a').ownerOf('late')).toBe('ann');
  stage.linkAll('a', 'b', 'c');
  stage.advance(12_000);
  for (const node of ['a', 'b', 'c']) {
    expect(stage.core(node).view()).toMatchObject({ directory: view.directory, voters: ['a', 'b', 'c'] });
    for (const name of ['storm', 'calm', 'late']) expect(stage.core(node).ownerOf(name)).toBe('ann');
  }
});
