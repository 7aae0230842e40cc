import { expect, test } from 'vitest';
import type { Removal } from '../node/operator-client.ts';
import { mayKeep, removalWords } from './removal-words.ts';

const removal = (underWay: string, state: Removal['state'] = 'running'): Removal => ({
  id: 'r1',
  name: 'ben',
  state,
  steps: ['name', 'rooms', 'mailbox'].map((name) => ({
    name,
    state: name === underWay ? 'underWay' : 'waiting',
  })),
});

test('what is being done is told, and what it waits for', () => {
  expect(removalWords({ ...removal(''), steps: [{ name: 'key', state: 'underWay' }] })).toBe(
    'Their key is being kept out.',
  );
  expect(removalWords(removal('name'))).toBe('The name is being freed.');
  expect(removalWords({ ...removal('rooms'), trouble: 'n2 cannot be reached.' })).toBe(
    'They are leaving their rooms. It waits, and goes on by itself: n2 cannot be reached.',
  );
  expect(removalWords(removal('later'))).toBe('Being removed.');
  expect(removalWords(removal('', 'completed'))).toBe('Removed.');
  expect(removalWords(removal('name', 'compensating'))).toBe('Kept: what was done is being undone.');
  expect(removalWords({ ...removal('', 'compensated'), reason: 'ann took it back.' })).toBe(
    'Kept. ann took it back.',
  );
});

test('it can be taken back until the mailbox is being cleared', () => {
  expect(['name', 'rooms', 'mailbox'].map((step) => mayKeep(removal(step)))).toEqual([true, true, false]);
  expect(mayKeep(removal('', 'completed'))).toBe(false);
});
