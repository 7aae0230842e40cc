/** Nodes of two versions in one cluster: rules DR15 and DR16. */
import { type DirectoryCommand, type DirectoryMessage, levelOfCommand, levelOfContent } from '@bothy/wire';
import { expect, test } from 'vitest';
import { DirectoryStage } from './testing/directory-stage.ts';

const claim = (name: string, person = 'ann'): DirectoryCommand => {
  return { kind: 'claimName', name, person, at: { ms: 1, counter: 0 }, node: 'a' };
};
const keepOut: DirectoryCommand = {
  kind: 'keepOut',
  person: 'ben',
  name: 'ben',
  by: 'ops',
  epoch: 0,
  atMs: 1,
};

/** What a node of level 0 refuses to read. */
function isBeyond(message: DirectoryMessage): boolean {
  switch (message.kind) {
    case 'ask':
      return levelOfCommand(message.command) > 0;
    case 'enrol':
      return levelOfContent(message.content) > 0;
    case 'answer':
      return message.result.kind === 'key' || message.result.kind === 'keptOut';
    case 'raft': {
      const { message: raft } = message;
      if (raft.kind === 'snapshot') return levelOfContent(raft.snapshot.state) > 0;
      if (raft.kind !== 'append') return false;
      return raft.entries.some(
        ({ content }) => content.kind === 'command' && levelOfCommand(content.command) > 0,
      );
    }
    default:
      return false;
  }
}

/** From now on these say nothing of their level and refuse what is beyond it; with none all are of this version. */
function areOld(stage: DirectoryStage, ...old: readonly string[]): void {
  stage.isHeard = (from, to, message) => {
    if (old.includes(to) && isBeyond(message)) return false;
    if (!old.includes(from) || message.kind !== 'about' || message.about.level === 0) return true;
    stage.give(to, { kind: 'message', from, message: { ...message, about: { ...message.about, level: 0 } } });
    return false;
  };
}

function cluster(...ids: readonly string[]): DirectoryStage {
  const stage = new DirectoryStage('levels', { compactEvery: 4 });
  stage.start(...ids);
  stage.linkAll(...ids);
  stage.advance(10_000);
  return stage;
}

test('[DR16] while a member of an earlier version is seen nobody is kept out, and all else goes on', () => {
  const stage = cluster('a', 'b', 'c');
  areOld(stage, 'c');
  stage.advance(6_000);
  for (const node of ['a', 'b']) {
    const asked = stage.command(node, keepOut);
    expect(stage.answers.get(asked)).toMatchObject({
      ok: false,
      code: 'directory_unavailable',
      message: expect.stringContaining('c runs an earlier version'),
      mayHappen: false,
    });
  }
  const named = stage.command('a', claim('storm'));
  expect(stage.answers.get(named)).toEqual({ ok: true, result: { kind: 'bound' } });
  areOld(stage);
  stage.advance(6_000);
  expect(stage.answers.get(stage.command('a', keepOut))).toMatchObject({ ok: true, result: { kind: 'key' } });
  for (const node of ['a', 'b', 'c']) expect(stage.core(node).key('ben')?.isOut).toBe(true);
});

test('[DR16] a leader that sees one of an earlier version carries out nothing that it cannot read', () => {
  const stage = cluster('a', 'b', 'c');
  const leader = stage.core('a').view().leader ?? '';
  const [asker = '', old = ''] = ['a', 'b', 'c'].filter((id) => id !== leader);
  areOld(stage, old);
  stage.advance(6_000);
  // Who asks has no link to it.
  stage.cut(asker, old);
  const asked = stage.command(asker, keepOut);
  stage.advance(6_000);
  expect(stage.answers.get(asked)).toMatchObject({ ok: false, code: 'directory_unavailable' });
  expect(stage.core(leader).key('ben')).toBeUndefined();
});

test('[DR15] one that was away meanwhile stands still, and goes on where it was once it is updated', () => {
  const stage = cluster('a', 'b', 'c');
  const leader = stage.core('a').view().leader ?? '';
  const [old = ''] = ['a', 'b', 'c'].filter((id) => id !== leader);
  stage.stop(old);
  stage.advance(1_000);
  stage.command(leader, claim('storm'));
  stage.command(leader, keepOut);
  // Once by its log and, since that is dropped by then, once by its snapshot.
  for (const more of [0, 20]) {
    for (let count = 0; count < more; count++) stage.command(leader, claim(`name-${count}`));
    stage.start(old);
    areOld(stage, old);
    stage.linkAll('a', 'b', 'c');
    stage.advance(8_000);
    expect([stage.core(old).key('ben'), stage.core(old).ownerOf('storm')]).toEqual([undefined, undefined]);
    expect(stage.core(leader).view().state).toBe('ready');
    stage.stop(old);
  }
  areOld(stage);
  stage.start(old);
  stage.linkAll('a', 'b', 'c');
  stage.advance(8_000);
  expect(stage.core(old).key('ben')?.isOut).toBe(true);
  expect(stage.core(old).content()).toEqual(stage.core(leader).content());
});

test('[DR16] who cannot read what is there is not taken in, and goes on alone until it is updated', () => {
  const stage = cluster('a', 'b', 'c');
  stage.command('a', keepOut);
  stage.start('d');
  areOld(stage, 'd');
  stage.linkAll('a', 'b', 'c', 'd');
  stage.advance(20_000);
  expect(stage.core('d').view()).toMatchObject({ state: 'ready', voters: ['d'] });
  for (const node of ['a', 'b', 'c'])
    expect(stage.core(node).view().warning).toContain('d runs an earlier version of Bothy');
  const named = stage.command('d', claim('calm', 'dan'));
  expect(stage.answers.get(named)).toMatchObject({ ok: true });
  areOld(stage);
  stage.advance(60_000);
  expect(stage.core('d').view().directory).toBe(stage.core('a').view().directory);
  expect([stage.core('a').ownerOf('calm'), stage.core('d').key('ben')?.isOut]).toEqual(['dan', true]);
  for (const node of ['a', 'b', 'c', 'd']) expect(stage.core(node).view().warning).toBe('');
});

test('[DR16] who brings what a member cannot read is not taken in while that is seen', () => {
  const stage = cluster('a', 'b', 'c');
  areOld(stage, 'c');
  stage.advance(6_000);
  stage.start('d');
  stage.command('d', keepOut);
  stage.linkAll('a', 'b', 'c', 'd');
  stage.advance(20_000);
  expect(stage.core('a').key('ben')).toBeUndefined();
  expect(stage.core('d').view().voters).toEqual(['d']);
  expect(stage.core('d').view().warning).toContain('c runs an earlier version of Bothy');
  areOld(stage);
  stage.advance(60_000);
  expect([stage.core('a').key('ben')?.isOut, stage.core('c').key('ben')?.isOut]).toEqual([true, true]);
});

test('[DR16] one of an earlier version that was forgotten is no member again until it is updated', () => {
  const stage = cluster('a', 'b', 'c');
  const leader = stage.core('a').view().leader ?? '';
  const [old = ''] = ['a', 'b', 'c'].filter((id) => id !== leader);
  stage.stop(old);
  stage.advance(1_000);
  stage.command(leader, keepOut);
  stage.give(leader, { kind: 'forgetNode', id: 'order', node: old, force: false });
  stage.advance(3_000);
  stage.start(old);
  areOld(stage, old);
  stage.linkAll('a', 'b', 'c');
  stage.advance(20_000);
  const members = () => [...stage.core(leader).view().voters, ...stage.core(leader).view().learners];
  expect(members()).not.toContain(old);
  expect(stage.core(leader).view().warning).toContain(`${old} runs an earlier version of Bothy`);
  areOld(stage);
  stage.advance(20_000);
  expect(members()).toContain(old);
});
