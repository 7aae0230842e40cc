import { expect, test } from 'vitest';
import { removalLines, type ShownRemoval } from './person-command.ts';

const removal: ShownRemoval = {
  id: 'a'.repeat(20),
  name: 'ben',
  by: 'ranger',
  state: 'running',
  steps: [
    { name: 'name', state: 'done' },
    { name: 'sessions', state: 'done' },
    { name: 'rooms', state: 'underWay' },
    { name: 'mailbox', state: 'waiting' },
  ],
  trouble: 'n2 cannot be reached, and may have rooms of theirs.',
};

test('how far a removal is, and what it waits for, is told in words', () => {
  expect(removalLines(removal)).toEqual([
    `ben is being removed (${'a'.repeat(20)}, asked by ranger)`,
    '  done: name and tokens, connections',
    '  now: rooms. n2 cannot be reached, and may have rooms of theirs.',
  ]);
});

test('one that has ended says how, and why', () => {
  const steps = removal.steps.map(({ name }) => ({ name, state: 'done' as const }));
  const { trouble: _, ...rest } = removal;
  expect(removalLines({ ...rest, steps, state: 'completed' })).toHaveLength(1);
  const back = removalLines({ ...rest, steps: [], state: 'compensated', reason: 'ranger took it back.' });
  expect(back[0]).toContain('ben stays: what was done is undone');
  expect(back[1]).toBe('  ranger took it back.');
});
