import type { RoomEntry, RoomState } from '@bothy/wire';
import { describe, expect, it } from 'vitest';
import { eventWords, listed, outcomeWords, roomBanner, voteLines } from './room-words.ts';

describe('names in a row', () => {
  it.each([
    [[], ''],
    [['ada'], 'ada'],
    [['ada', 'ben'], 'ada and ben'],
    [['ada', 'ben', 'cy'], 'ada, ben and cy'],
    [['ada', 'ben', 'cy', 'dan'], 'ada, ben and 2 others'],
  ])('%j', (names, words) => {
    expect(listed(names)).toBe(words);
  });
});

it('who came and went between two messages has changed nothing; who made a room is in it', () => {
  const about = { person: 'guest:ben', personName: 'ben' } as const;
  const base = { epoch: 1, author: 'guest:ben', name: 'ben', sentAt: 0, key: 'k' } as const;
  const joined: RoomEntry = { ...base, seq: 2, content: { kind: 'joined', ...about, role: 'member' } };
  const left: RoomEntry = { ...base, seq: 3, content: { kind: 'left', ...about, reason: 'left' } };
  const made = { kind: 'created', roomName: 'Hut', description: '', visibility: 'public' } as const;
  expect(eventWords([joined, left], undefined)).not.toContain('ben');
  expect(eventWords([joined], undefined)).toBe('ben joined');
  expect(eventWords([{ ...base, seq: 1, content: made }, joined], undefined)).toBe('ben made this room');
});

describe('what stands above a room', () => {
  const room = { administrator: 'n2' };

  it.each<[RoomState, string | undefined]>([
    ['available', undefined],
    ['unavailable', 'n2 cannot be reached'],
    ['catchingUp', 'Catching up'],
    ['deleting', 'This room is being deleted'],
  ])('%s', (state, title) => {
    expect(roomBanner(room, state, 'open')?.title).toBe(title);
  });

  it('says first when no node is there at all, and that what one writes is kept', () => {
    const banner = roomBanner(room, 'unavailable', 'waiting');
    expect(banner?.title).toBe('No node in reach');
    expect(banner?.about).toContain('wait here');
  });
});

describe('a deletion', () => {
  it('tells each vote, and who has still to carry it out', () => {
    const outcome = { outcome: 'pending', votes: { n1: 'ready', n2: 'ready' }, pending: ['n2'] } as const;
    expect(voteLines(outcome).map(({ node, words }) => `${node} ${words}`)).toEqual([
      'n1 agrees',
      'n2 agrees, and has still to carry it out',
    ]);
    expect(outcomeWords(outcome)).toContain('n2 will carry it out');
  });

  it('that one node refused leaves the room as it was', () => {
    const outcome = {
      outcome: 'aborted',
      votes: { n2: 'silent' },
      pending: [],
      reason: 'n2 was silent.',
    } as const;
    expect(voteLines(outcome)).toEqual([{ node: 'n2', words: 'did not answer', good: false }]);
    expect(outcomeWords(outcome)).toContain('n2 was silent.');
  });
});
