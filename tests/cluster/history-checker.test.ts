/** The checker finds what it is for: each breach is planted in a run that is whole. */
import { expect, test } from 'vitest';
import { type Answered, History } from './stage/history.ts';
import { recordCall } from './stage/history-calls.ts';
import { breaches } from './stage/history-checker.ts';
import type { LogEntry, NodeDatabase, StoredLog } from './stage/node-database.ts';

const room = 'aaaaaaaaaaaaaaaaaaaa';
let nowMs = 0;
/** What comes first is that she is in it. */
const joining = { kind: 'joined', person: 'guest:anna', personName: 'anna', role: 'member' };
const entry = (seq: number, key = `m${seq}`, body = `body ${seq}`): LogEntry => ({
  seq,
  author: 'guest:anna',
  key,
  value: JSON.stringify({ author: 'guest:anna', body, key, ...(seq === 1 ? joining : { kind: 'message' }) }),
});
const entries = [1, 2, 3, 4, 5].map((seq) => entry(seq));
const log: StoredLog = { name: 'Hut', administrator: 'n1', epoch: 1, base: 0, lastSeq: 5, entries };

function database(node: string, kept: StoredLog | undefined = log): NodeDatabase {
  return {
    node,
    rooms: new Map(kept === undefined ? [] : [[room, kept]]),
    tombstones: new Set(),
    commits: [],
  };
}

function answer(messageId: string, body: string, seq: number, atMs: number): Answered {
  return { client: 'anna', room, messageId, body, seq, calledMs: atMs, answeredMs: atMs + 0.5 };
}

function history(): History {
  const made = new History(() => nowMs);
  for (const { seq, key } of entries) {
    made.answered.push(answer(key, `body ${seq}`, seq, seq));
    made.see('ben', room, { kind: 'entry', entry: entry(seq) });
  }
  return made;
}

/** Somebody says something, and is answered after a while. */
function say(seen: History, messageId: string, answer: Parameters<ReturnType<typeof recordCall>>[0]): void {
  const told = recordCall(seen, 'anna', 'room.send', { room, messageId, body: '' });
  nowMs += 10;
  told(answer);
  nowMs += 10;
}

const judge = (databases: readonly NodeDatabase[], seen = history()): string =>
  breaches({ history: seen, databases, caughtUp: ['n2'] }).join('\n');
const copyOf = (change: Partial<StoredLog>): NodeDatabase => database('n2', { ...log, ...change });

test('a run that is whole has no breach, and a gap that was told is none', () => {
  expect(judge([database('n1'), database('n2')])).toBe('');
  const seen = history();
  seen.see('cleo', room, { kind: 'goesOn', after: 1 });
  seen.see('cleo', room, { kind: 'gap', from: 2, to: 4 });
  seen.see('cleo', room, { kind: 'entry', entry: entry(5) });
  expect(judge([database('n1'), database('n2')], seen)).toBe('');
});

test.each<[string, readonly NodeDatabase[], RegExp]>([
  [
    'an acknowledged message that is lost',
    [database('n1', { ...log, lastSeq: 4, entries: entries.slice(0, 4) })],
    /acknowledged as 5 .* is lost/,
  ],
  [
    'another body under its number',
    [database('n1', { ...log, entries: [...entries.slice(0, 4), entry(5, 'm5', 'other')] })],
    /acknowledged as 5 .* is lost/,
  ],
  [
    'a hole in a log',
    [database('n1', { ...log, entries: entries.filter(({ seq }) => seq !== 2) })],
    /has 3 where 2 should be/,
  ],
  [
    'a key twice',
    [database('n1', { ...log, lastSeq: 6, entries: [...entries, entry(6, 'm1')] })],
    /has m1 of guest:anna twice/,
  ],
  [
    'a copy with another value',
    [database('n1'), copyOf({ entries: [...entries.slice(0, 4), entry(5, 'x')] })],
    /copy .* as 5, its administrator/,
  ],
  [
    'a copy that has more',
    [database('n1'), copyOf({ lastSeq: 6, entries: [...entries, entry(6)] })],
    /has 6, which its administrator has not/,
  ],
  [
    'a copy that is behind',
    [database('n1'), copyOf({ lastSeq: 4, entries: entries.slice(0, 4) })],
    /ends at 4, the room at 5/,
  ],
  ['a copy of a later epoch', [database('n1'), copyOf({ epoch: 2 })], /later epoch/],
  ['two administrators', [database('n1'), copyOf({ administrator: 'n2' })], /two administrators/],
  [
    'a deletion half done',
    [database('n1', undefined), database('n2'), { ...database('n3'), tombstones: new Set([room]) }],
    /n2 still has/,
  ],
  [
    'a promise without a decision',
    [
      database('n1'),
      { ...database('n2'), commits: [{ role: 'participant', state: 'prepared', subject: room }] },
    ],
    /n2 waits for a decision/,
  ],
])('found: %s', (_, databases, sentence) => {
  expect(judge(databases)).toMatch(sentence);
});

test.each<[string, (seen: History) => void, RegExp]>([
  ['an entry twice', (seen) => seen.see('ben', room, { kind: 'entry', entry: entry(5) }), /saw 5 after 5/],
  ['a hidden gap', (seen) => seen.see('cleo', room, { kind: 'entry', entry: entry(3) }), /saw 3 after 0/],
  [
    'a gap that hides what was not seen',
    (seen) => seen.see('ben', room, { kind: 'gap', from: 9, to: 9 }),
    /gap from 9 on after 5/,
  ],
  [
    'what is on no disk',
    (seen) => seen.see('ben', room, { kind: 'entry', entry: entry(6) }),
    /ben .* has 6, which its administrator has not/,
  ],
  [
    'a position that is taken back',
    (seen) => seen.see('ben', room, { kind: 'reset', commonSeq: 3 }),
    /told to forget/,
  ],
  [
    'two numbers for one message',
    (seen) => seen.answered.push(answer('m1', 'body 1', 2, 7)),
    /answered with 1 and with 2/,
  ],
  [
    'a lower number for what was said later',
    (seen) => {
      say(seen, 'm3', { result: { seq: 3 } });
      say(seen, 'm2', { result: { seq: 2 } });
    },
    /No order explains 3 of 5.*\n.*joined of guest:anna.*\n.*message m3 is entry 3\n.*message m2 is entry 2$/,
  ],
  [
    'who is told that they are no member, and has been one since before',
    (seen) => {
      const told = recordCall(seen, 'anna', 'room.join', { room, requestId: 'm1' });
      nowMs += 10;
      told({ result: { room: { state: 'available' } } });
      nowMs += 10;
      say(seen, 'm6', { error: { data: { code: 'not_a_member' } } });
    },
    /No order explains 3 of 7.*\n.*told member of guest:anna\n.*told noMember of guest:anna/,
  ],
])('found: %s', (_, plant, sentence) => {
  const seen = history();
  plant(seen);
  expect(judge([database('n1'), database('n2')], seen)).toMatch(sentence);
});
