import type { RoomContent, RoomEntry } from '@bothy/wire';
import { describe, expect, test } from 'vitest';
import { statusLines } from './cluster-status.ts';
import { entryLine, memberLines, noticeLine, plain, roomLines } from './rooms-lines.ts';
import { guestName } from './rooms-sign-in.ts';
import { helpLines, typedLine } from './rooms-words.ts';

describe('what is typed', () => {
  test.each([
    ['hello /there', { kind: 'say', body: 'hello /there' }],
    ['//etc is a folder', { kind: 'say', body: '/etc is a folder' }],
    ['   ', { kind: 'nothing' }],
    ['/reply #12 yes, of course', { kind: 'say', replyTo: 12, body: 'yes, of course' }],
    ['/edit 3 better', { kind: 'edit', target: 3, body: 'better' }],
    ['/react 3 👍', { kind: 'react', target: 3, emoji: '👍' }],
    ['/redact 3', { kind: 'redact', target: 3 }],
    ['/join Hut by the lake', { kind: 'join', name: 'Hut by the lake' }],
    ['/role ben moderator', { kind: 'role', name: 'ben', role: 'moderator' }],
    ['/history', { kind: 'history', before: undefined }],
    ['/history #40', { kind: 'history', before: 40 }],
    ['/members ', { kind: 'members' }],
    ['/unban ben', { kind: 'unban', name: 'ben' }],
  ])('%s', (line, typed) => {
    expect(typedLine(line)).toEqual(typed);
  });

  test.each([
    ['/dance', '/dance is no command'],
    ['/reply yes', '/reply 12 <text>'],
    ['/redact', '/redact 12'],
    ['/edit 3', '/edit 12 <text>'],
    ['/role ben king', '/role <name> owner'],
    ['/join', '/join <name>'],
    ['/constructor', 'no command'],
  ])('%s is refused, and it is said what to type', (line, sentence) => {
    expect(() => typedLine(line)).toThrow(sentence);
  });
});

describe('what is shown', () => {
  const entry = (content: RoomContent): RoomEntry => {
    return { epoch: 1, seq: 12, author: 'guest:ben', name: 'ben', sentAt: 0, key: 'k', content };
  };

  test('others cannot move the cursor or turn the text around', () => {
    expect(plain('\u001b[2J\u0007a\u202eb\nc\td')).toBe('�[2J�a�b\nc\td');
    const line = entryLine(
      { ...entry({ kind: 'message', body: '\u001b]0;title\u0007' }), name: 'b\u001b[1m' },
      undefined,
    );
    expect(line).not.toMatch(/\p{Cc}/u);
  });

  test.each<[RoomContent, RegExp]>([
    [{ kind: 'message', body: 'hello', replyTo: 3 }, /^#12 \d\d:\d\d ben: \(to #3\) hello$/],
    [{ kind: 'message', body: null }, /taken away/],
    [{ kind: 'edit', target: 3, body: 'b' }, /ben changed #3 to: b$/],
    [{ kind: 'react', target: 3, emoji: '👍', on: true }, /ben 👍 #3$/],
    [{ kind: 'react', target: 3, emoji: '👍', on: false }, /^$/],
    [{ kind: 'joined', person: 'guest:ben', personName: 'ben', role: 'member' }, /ben joined\.$/],
    [{ kind: 'unknown', original: 'poll', fields: {} }, /poll/],
  ])('%j', (content, line) => {
    expect(entryLine(entry(content), undefined)).toMatch(line);
  });

  test('rooms, members, and what went wrong', () => {
    const info = {
      id: 'x',
      name: 'Hut',
      description: '',
      visibility: 'private',
      administrator: 'n1',
      memberCount: 1,
      state: 'unavailable',
      epoch: 1,
      lastSeq: 0,
      pinned: [],
    } as const;
    expect(roomLines({ rooms: [info], unreachable: ['n2'] })).toEqual([
      'x  Hut (1 member, on n1, private, n1 is away)',
      'n2 cannot be reached; its rooms may be missing here.',
    ]);
    expect(roomLines({ rooms: [], unreachable: [] })[0]).toContain('no rooms yet');
    const ben = {
      person: 'guest:ben',
      name: 'ben',
      role: 'owner',
      verified: false,
      presence: 'away',
    } as const;
    expect(memberLines([ben])).toEqual(['  ben (away for a moment, owner, guest)']);
    const failure = { code: 'banned', message: 'You were banned.' } as const;
    const message = { room: 'x', messageId: 'm', body: 'hello', writtenAt: 0, failure };
    expect(noticeLine({ kind: 'message', message, state: 'failed' }, info)).toContain(
      'Not sent: hello\n  You were banned.',
    );
    const gone = { kind: 'state', room: 'x', state: 'unavailable', reason: '' } as const;
    expect(noticeLine(gone, info)).toContain('sent when n1 is back');
  });

  test('a cluster: health in words, the node that was asked marked, deletions with what is missing', () => {
    const node = { version: '0.1.0', webUrl: 'http://h:1', sessions: 2, rooms: 1, messagesPerSecond: 0.25 };
    const lines = statusLines({
      self: 'n2',
      nodes: [
        { id: 'n2', health: 'up', ...node },
        { id: 'n1', health: 'suspected', ...node },
        { id: 'n3', health: 'down', ...node },
      ],
      rooms: [{ id: 'x', name: 'Hut', administrator: 'n3', memberCount: 2, state: 'unavailable' }],
      deletions: [
        { room: 'y', name: 'Old', administrator: 'n1', outcome: 'committed', pending: ['n3'], at: 0 },
      ],
    });
    expect(lines[0]).toBe('1 of 3 nodes up, 1 room, 0.8 messages a second, as n2 sees it');
    expect(lines.slice(3, 6).map((line) => line.split(/\s{2,}/).slice(0, 2))).toEqual([
      ['n1', 'late'],
      ['n2 *', 'up'],
      ['n3', 'down'],
    ]);
    expect(lines).toContain('  Hut (2 members, n3 is away)');
    expect(lines.at(-1)).toBe('  1970-01-01T00:00:00.000Z Old of n1: committed, n3 not reached yet');
  });
});

test('a guest goes by the name of the account, where that is one', () => {
  expect(guestName('anna', 'root')).toBe('anna');
  expect(guestName(undefined, 'Anna Müller')).toBe('annamller');
  expect(guestName(undefined, '李')).toBe('guest');
  expect(() => guestName('No Good', 'root')).toThrow('is no name');
});

test('the help stands in two columns, or below each other where they do not fit', () => {
  const wide = helpLines(undefined);
  expect(wide[1]).toBe('  /rooms               all rooms           /join <room>    go to another one');
  expect(helpLines(80)).toEqual(wide);
  const narrow = helpLines(40);
  expect(narrow).toContain('  /join <room>  go to another one');
  expect(Math.max(...narrow.map((line) => line.length))).toBeLessThanOrEqual(40);
});
