import type { DirectoryCommand } from '@bothy/wire';
import { expect, test } from 'vitest';
import { directoryLimits } from './machine/limits.ts';
import { DirectoryStage } from './testing/directory-stage.ts';

const claim = (name: string, person = 'ann'): DirectoryCommand => ({
  kind: 'claimName',
  name,
  person,
  at: { ms: 1, counter: 0 },
  node: 'a',
});
const bound = { ok: true, result: { kind: 'bound' } };

function directories(stage: DirectoryStage, ...ids: readonly string[]): string[] {
  return ids.map((id) => stage.core(id).view().directory);
}

/** Two nodes with a directory each, and which of them stays. */
function two(seed = 'two'): { stage: DirectoryStage; stays: string; goes: string } {
  const stage = new DirectoryStage(seed);
  stage.start('a', 'b');
  const [one = '', other = ''] = directories(stage, 'a', 'b');
  return { stage, stays: one < other ? 'a' : 'b', goes: one < other ? 'b' : 'a' };
}

test('[DR27, DR28] of two nodes the one of the higher id goes over, and brings what it has', () => {
  const { stage, stays, goes } = two();
  const kept = stage.core(stays).view().directory;
  stage.command('a', claim('storm'));
  stage.command('b', claim('calm', 'ben'));
  stage.link('a', 'b');
  stage.advance(500);
  expect(directories(stage, 'a', 'b')).toEqual([kept, kept]);
  for (const node of ['a', 'b'])
    expect([stage.core(node).ownerOf('storm'), stage.core(node).ownerOf('calm')]).toEqual(['ann', 'ben']);
  expect(stage.core(goes).view()).toMatchObject({ role: 'learner', state: 'ready', voters: [stays] });
  expect(stage.core(stays).view().warning).toContain(`Without ${stays} no new name`);
  const replaced = stage.outputs(goes).filter(({ kind }) => kind === 'replaced');
  expect(replaced).toHaveLength(2);
});

test.each([
  ['a', 'b'],
  ['b', 'a'],
])('[DR27] of two nodes the one that was there first leads: %s, then %s', (first, second) => {
  for (const seed of ['p', 'q', 'r', 's']) {
    const stage = new DirectoryStage(seed);
    stage.start(first);
    stage.advance(2_000);
    stage.start(second);
    stage.link('a', 'b');
    stage.advance(500);
    for (const node of ['a', 'b']) expect(stage.core(node).view().voters).toEqual([first]);
  }
});

test('[DR28] the own directory is dropped with the write that takes the other one', () => {
  const { stage, goes } = two();
  stage.link('a', 'b');
  const writes = stage.outputs(goes).flatMap((output) => (output.kind === 'persist' ? [output.writes] : []));
  const last = writes.findLast((each) => each.some(({ kind }) => kind === 'putDirectory'));
  expect(last?.map(({ kind }) => kind)).toEqual(['putDirectory', 'putYield']);
  const first = writes.findIndex((each) =>
    each.some((write) => write.kind === 'putYield' && write.to !== null),
  );
  expect(first).toBeGreaterThan(0);
});

test('[DR27] the one of more members stays, whatever its id; and the later one of a higher number of voters', () => {
  for (const seed of ['p', 'q', 'r', 's']) {
    const { stage, stays } = two(seed);
    stage.link('a', 'b');
    stage.advance(500);
    const kept = stage.core(stays).view().directory;
    stage.start('c');
    stage.command('c', claim('storm'));
    stage.link('c', 'a');
    stage.link('c', 'b');
    stage.advance(8_000);
    expect(directories(stage, 'a', 'b', 'c')).toEqual([kept, kept, kept]);
    expect(stage.core('b').ownerOf('storm')).toBe('ann');
    expect(stage.core('a').view().voters).toEqual(['a', 'b', 'c']);
  }
});

test('[DR28] who yields takes no command, also after a restart, and carries it out in the other directory', () => {
  const { stage, stays, goes } = two();
  stage.isHeard = (_from, _to, { kind }) => kind !== 'enrol';
  stage.link('a', 'b');
  stage.advance(300);
  expect(stage.core(goes).view().state).toBe('joining');
  expect(stage.disk(goes).snapshot().yieldsTo).toBe(stage.core(stays).view().directory);
  stage.stop(goes);
  stage.start(goes);
  const asked = stage.command(goes, claim('storm'));
  stage.link('a', 'b');
  stage.advance(300);
  expect([stage.answers.get(asked), stage.core(goes).view().state]).toEqual([undefined, 'joining']);
  stage.isHeard = () => true;
  stage.advance(4_000);
  expect(stage.answers.get(asked)).toEqual(bound);
  expect(stage.core(stays).ownerOf('storm')).toBe('ann');
});

test('[DR28] who yields decides nothing for others either, once it has said what it has', () => {
  const { stage, stays, goes } = two('beside');
  stage.link('a', 'b');
  stage.advance(500);
  stage.start('p', 'q', 'r');
  stage.linkAll('p', 'q', 'r');
  stage.advance(10_000);
  stage.isHeard = (_from, _to, { kind }) => kind !== 'enrolled';
  stage.linkAll('p', 'q', 'r', stays);
  const asked = stage.command(goes, claim('storm'));
  stage.advance(1_000);
  expect([stage.core(stays).view().state, stage.answers.get(asked)]).toEqual(['joining', undefined]);
  stage.isHeard = () => true;
  stage.linkAll('p', 'q', 'r', goes);
  stage.advance(4_000);
  expect(stage.answers.get(asked)).toEqual(bound);
  expect(stage.core('p').ownerOf('storm')).toBe('ann');
});

test('[DR29] whose other directory goes out of sight goes on with its own after 3 s', () => {
  const { stage, stays, goes } = two();
  const own = stage.core(goes).view().directory;
  stage.isHeard = (_from, _to, { kind }) => kind !== 'enrol';
  stage.link('a', 'b');
  stage.stop(stays);
  const asked = stage.command(goes, claim('storm'));
  stage.advance(2_500);
  expect(stage.core(goes).view().state).toBe('joining');
  stage.advance(1_000);
  expect(stage.answers.get(asked)).toEqual(bound);
  expect(stage.core(goes).view()).toMatchObject({ state: 'ready', directory: own });
  expect(stage.disk(goes).snapshot().yieldsTo).toBeNull();
});

test('[DR29] who is not taken in within 15 s goes on, rests, and tries again', () => {
  const { stage, goes } = two();
  stage.isHeard = (_from, _to, { kind }) => kind !== 'enrol';
  stage.link('a', 'b');
  stage.advance(14_000);
  expect(stage.core(goes).view().state).toBe('joining');
  stage.advance(2_000);
  expect(stage.core(goes).view().state).toBe('ready');
  stage.isHeard = () => true;
  stage.advance(31_000);
  expect(new Set(directories(stage, 'a', 'b')).size).toBe(1);
});

test('[DR29] the answer to an earlier enrolment is not heard: more may be bound since', () => {
  const { stage, stays, goes } = two();
  let late: (() => void) | undefined;
  stage.isHeard = (_from, to, message) => {
    if (message.kind !== 'enrolled') return true;
    late ??= () => stage.give(to, { kind: 'message', from: stays, message });
    return false;
  };
  stage.link('a', 'b');
  stage.advance(500);
  stage.cut('a', 'b');
  stage.advance(4_000);
  const asked = stage.command(goes, claim('storm'));
  expect(stage.answers.get(asked)).toEqual(bound);
  stage.link('a', 'b');
  const own = stage.core(goes).view().directory;
  late?.();
  expect(late).toBeDefined();
  expect(stage.core(goes).view().directory).toBe(own);
  stage.isHeard = () => true;
  stage.advance(5_000);
  expect(directories(stage, goes)).toEqual(directories(stage, stays));
  expect(stage.core(stays).ownerOf('storm')).toBe('ann');
});

test('[DR29] an enrolment that does not fit is refused, and both go on', () => {
  const stage = new DirectoryStage('full', { limits: { ...directoryLimits, names: 1 } });
  stage.start('a', 'b');
  stage.command('a', claim('storm'));
  stage.command('b', claim('calm', 'ben'));
  stage.link('a', 'b');
  stage.advance(16_000);
  expect(new Set(directories(stage, 'a', 'b')).size).toBe(2);
  expect([stage.core('a').ownerOf('storm'), stage.core('b').ownerOf('calm')]).toEqual(['ann', 'ben']);
});

test('[DR30] two clusters of several voters stay apart, and show each other', () => {
  const stage = new DirectoryStage('apart');
  stage.start('a', 'b', 'c', 'x', 'y', 'z');
  stage.linkAll('a', 'b', 'c');
  stage.linkAll('x', 'y', 'z');
  stage.advance(10_000);
  stage.link('a', 'x');
  stage.advance(10_000);
  const [one, other] = directories(stage, 'a', 'x');
  expect(one).not.toBe(other);
  expect(stage.core('a').view().foreign).toEqual([{ node: 'x', directory: other }]);
  expect(stage.core('a').view().warning).toContain('x belongs to another cluster');
  expect(stage.core('a').view().state).toBe('ready');
});

test('[DR31] a learner goes where its voters went', () => {
  const { stage, stays, goes } = two('learner');
  stage.link('a', 'b');
  stage.advance(500);
  stage.start('p', 'q', 'r');
  stage.linkAll('p', 'q', 'r');
  stage.advance(10_000);
  const kept = stage.core('p').view().directory;
  stage.linkAll('p', 'q', 'r', stays);
  stage.advance(2_000);
  expect(stage.core(stays).view().directory).toBe(kept);
  stage.linkAll('p', 'q', 'r', goes);
  stage.advance(2_000);
  expect(stage.core(goes).view().directory).toBe(kept);
});
