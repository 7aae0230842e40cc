import { expect, test } from 'vitest';
import { type DirectoryStanding, directoryWords } from './directory-words.ts';

const three: DirectoryStanding = {
  state: 'ready',
  leader: 'n1',
  voters: ['n1', 'n2', 'n3'],
  learners: [],
  survives: 1,
  warning: '',
  foreign: [],
};

test('what may be lost is said while all is well', () => {
  expect(directoryWords(three)).toEqual({
    tone: 'good',
    state: 'n1, n2 and n3 agree on names, rooms and edges, n1 leads; one of them may be lost.',
    notes: [],
  });
  const alone = { ...three, voters: ['n1'], survives: 0 };
  expect(directoryWords(alone).state).toBe('n1 alone says who has which name, room and edge.');
});

test('two nodes, lost majorities and other directories are told of', () => {
  const two = { ...three, voters: ['n1'], learners: ['n2'], survives: 0, warning: 'n1 must not be lost.' };
  expect(directoryWords(two)).toMatchObject({
    tone: 'away',
    notes: ['n1 must not be lost.', 'n2 keeps a copy and does not decide.'],
  });
  const foreign = [{ node: 'n9' }];
  const stale: DirectoryStanding = { ...three, state: 'stale', leader: null, foreign };
  const words = directoryWords(stale);
  expect(words).toMatchObject({ tone: 'bad', state: expect.stringContaining('cannot be reached') });
  expect(words.notes).toEqual(['n9 has another directory, which cannot be joined with this one by itself.']);
  expect(directoryWords({ ...three, state: 'seeking' }).state).toContain('choosing');
  expect(directoryWords({ ...two, state: 'seeking' }).state).toBe('n1 decides, and does not answer yet.');
  expect(directoryWords({ ...two, state: 'stale' }).state).toContain('n1 decides, and cannot be reached.');
  expect(directoryWords({ ...three, state: 'joining' }).state).toContain('joined');
});
