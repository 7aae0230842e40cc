import { expect, test } from 'vitest';
import type { ShownRemoval } from './operator-ask.ts';
import { keptOutLines, removalLines, whichRemoval, whoIsMeant } from './person-command.ts';

const removal: ShownRemoval = {
  id: 'a'.repeat(20),
  name: 'ben',
  by: 'ranger',
  state: 'running',
  steps: [
    { name: 'key', state: 'done' },
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
    '  done: key, name and tokens, connections',
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

const kept = { person: 'b'.repeat(32), name: 'ben', by: 'ranger', at: Date.UTC(2026, 10, 26, 9, 30) };

test('who is kept out is shown with how to name them, and that it may be old', () => {
  expect(keptOutLines({ keptOut: [] })).toEqual(['Nobody is kept out.']);
  expect(keptOutLines({ keptOut: [kept], stale: true })).toEqual([
    `ben (${'b'.repeat(32)}, removed by ranger, 2026-11-26 09:30 UTC)`,
    'Most nodes cannot be reached: this is as it was known last.',
  ]);
  const lines = keptOutLines({ keptOut: [{ ...kept, at: Number.MAX_SAFE_INTEGER }] });
  expect(lines[0]).toContain('removed by ranger, at an unknown time');
});

test('who is to be let in is named by name or id, and of two of one name by the id', () => {
  const other = { ...kept, person: 'c'.repeat(32) };
  expect(whoIsMeant('ben', [kept])).toBe(kept);
  expect(whoIsMeant(other.person, [kept, other])).toBe(other);
  expect(() => whoIsMeant('ben', [kept, other])).toThrow(
    `2 people were called ben. Name one by the id: ${kept.person}`,
  );
  expect(() => whoIsMeant('eve', [kept])).toThrow('Nobody called eve is kept out.');
});

test('a removal is taken back by its id or by the name of who is being removed, not of who was', () => {
  const ended: ShownRemoval = { ...removal, id: 'b'.repeat(20), state: 'completed' };
  expect(whichRemoval('ben', [ended, removal])).toBe(removal);
  expect(whichRemoval(ended.id, [removal, ended])).toBe(ended);
  expect(() => whichRemoval('ben', [ended])).toThrow('Nobody called ben is being removed.');
  expect(() => whichRemoval('cy', [removal])).toThrow('Nobody called cy');
});
