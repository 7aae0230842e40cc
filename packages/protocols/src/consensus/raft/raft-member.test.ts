import { expect, test } from 'vitest';
import { RaftWorld } from '../../../testing/raft-world.ts';

test('three members elect a leader, commit, answer reads, and go on without one of them', () => {
  const world = new RaftWorld();
  world.found('a', 'b', 'c');
  world.run(3_000);
  const first = world.leader?.id ?? '';
  for (let at = 0; at < 10; at++) world.step(first, { kind: 'propose', id: `p${at}`, command: `x${at}` });
  world.step(first, { kind: 'read', id: 'r', mode: 'index' });
  world.step(first, { kind: 'read', id: 'l', mode: 'lease' });
  world.run(200);
  expect(world.answers.filter(({ result }) => result.ok)).toHaveLength(12);
  for (const { state } of world.processes.values()) expect(state).toHaveLength(10);

  world.crash(first);
  world.run(3_000);
  const second = world.leader?.id ?? '';
  expect(second).not.toBe(first);
  world.step(second, { kind: 'propose', id: 'q', command: 'y' });
  world.run(100);
  world.restart(first);
  world.run(300);
  for (const { state } of world.processes.values()) expect(state.at(-1)).toBe('y');
});

test('one member alone leads at once, and has all of it again after a restart', () => {
  const world = new RaftWorld();
  world.found('a');
  world.step('a', { kind: 'propose', id: 'p', command: 'x' });
  world.step('a', { kind: 'read', id: 'l', mode: 'lease' });
  world.step('a', { kind: 'read', id: 'i', mode: 'index' });
  expect(world.answers.map(({ id, result }) => [id, result.ok])).toEqual([
    ['p', true],
    ['l', true],
    ['i', true],
  ]);
  world.crash('a');
  world.restart('a');
  expect(world.process('a').state).toEqual(['x']);
});
