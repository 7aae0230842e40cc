import type { RoomContent, RoomEntry } from '@bothy/wire';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Timeline } from './timeline.ts';
import { type RowOptions, timelineRows } from './timeline-rows.ts';

const anna = 'guest:anna';
const ben = 'guest:ben';
const options: RowOptions = {
  me: anna,
  dayOf: (atMs) => `day ${Math.floor(atMs / 86_400_000)}`,
  pinned: [],
  readTo: undefined,
  outgoing: [],
};

function entry(seq: number, content: RoomContent, author: RoomEntry['author'] = anna): RoomEntry {
  return { epoch: 1, seq, author, name: author.slice(6), sentAt: seq * 1_000, key: `k-${seq}`, content };
}

/** A log as a room's administrator could have written it: targets come first. */
const log: fc.Arbitrary<readonly RoomEntry[]> = fc
  .array(
    fc.record({
      kind: fc.constantFrom('message', 'edit', 'redact', 'react', 'pin', 'joined', 'left'),
      target: fc.nat(30),
      author: fc.constantFrom(anna, ben),
      emoji: fc.constantFrom('👍', '🏔'),
      on: fc.boolean(),
    }),
    { maxLength: 40 },
  )
  .map((drafts) =>
    drafts.map(({ kind, target, author, emoji, on }, index) => {
      const seq = index + 1;
      const at = 1 + (target % seq);
      const contents: Readonly<Record<string, RoomContent>> = {
        message: { kind: 'message', body: `body ${seq}`, ...(target % 3 === 0 ? { replyTo: at } : {}) },
        edit: { kind: 'edit', target: at, body: `edit ${seq}` },
        redact: { kind: 'redact', target: at },
        react: { kind: 'react', target: at, emoji, on },
        pin: { kind: 'pin', target: at, on },
        joined: { kind: 'joined', person: author, personName: author.slice(6), role: 'member' },
        left: { kind: 'left', person: author, personName: author.slice(6), reason: 'left' },
      };
      return entry(seq, contents[kind] ?? { kind: 'message', body: null }, author);
    }),
  );

function pageOf(timeline: Timeline): unknown {
  return JSON.stringify(timelineRows(timeline, options));
}

/** Message by message, in order, as plainly as it can be said. */
function slowBodies(entries: readonly RoomEntry[]): Map<number, string | null> {
  const bodies = new Map<number, string | null>();
  for (const { seq, content } of entries) {
    if (content.kind === 'message') bodies.set(seq, content.body);
    if (content.kind === 'edit' && typeof bodies.get(content.target) === 'string') {
      bodies.set(content.target, content.body);
    }
    if (content.kind === 'redact' && bodies.has(content.target)) bodies.set(content.target, null);
  }
  return bodies;
}

describe('folding', () => {
  test('in any order, in any pieces, with repetitions: the same page', () => {
    fc.assert(
      fc.property(log, fc.infiniteStream(fc.nat(1_000)), (entries, chances) => {
        const whole = new Timeline();
        whole.add(entries);
        const pieces = new Timeline();
        const next = (): number => chances.next().value ?? 0;
        const mixed = [...entries, ...entries.filter(() => next() % 4 === 0)]
          .map((each) => ({ each, at: next() }))
          .sort((one, other) => one.at - other.at)
          .map(({ each }) => each);
        while (mixed.length > 0) {
          pieces.add(mixed.splice(0, 1 + (next() % 5)));
          // What was drawn in between must not stick.
          timelineRows(pieces, options);
        }
        expect(pageOf(pieces)).toBe(pageOf(whole));
      }),
    );
  });

  test('bodies are those of a plain reading', () => {
    fc.assert(
      fc.property(log, (entries) => {
        const timeline = new Timeline();
        timeline.add([...entries].reverse());
        for (const [seq, body] of slowBodies(entries)) expect(timeline.message(seq)?.body).toBe(body);
      }),
    );
  });

  test('a reset leaves what a fold of the rest gives', () => {
    fc.assert(
      fc.property(log, fc.nat(40), (entries, commonSeq) => {
        const reset = new Timeline();
        reset.add(entries);
        reset.reset(commonSeq);
        const rest = new Timeline();
        rest.add(entries.filter(({ seq }) => seq <= commonSeq));
        expect(pageOf(reset)).toBe(pageOf(rest));
      }),
    );
  });

  test('what is held is bounded, and what is left is folded as if the rest had never been', () => {
    fc.assert(
      fc.property(log, fc.integer({ min: 1, max: 10 }), (entries, most) => {
        const bounded = new Timeline(most);
        for (const each of entries) bounded.add([each]);
        expect(bounded.entries.length).toBeLessThanOrEqual(Math.ceil(1.2 * most));
        const kept = new Timeline();
        kept.add(bounded.entries);
        expect(pageOf(bounded)).toBe(pageOf(kept));
        expect(bounded.lastSeq).toBe(entries.length);
      }),
    );
  });

  test('an unchanged message is the same object, so that it need not be drawn again', () => {
    const timeline = new Timeline();
    timeline.add([entry(1, { kind: 'message', body: 'a' }), entry(2, { kind: 'message', body: 'b' })]);
    const [one, two] = [timeline.message(1), timeline.message(2)];
    timeline.add([entry(3, { kind: 'react', target: 2, emoji: '👍', on: true }, ben)]);
    expect(timeline.message(1)).toBe(one);
    expect(timeline.message(2)).not.toBe(two);
    expect(timeline.message(2)?.reactions).toEqual([{ emoji: '👍', by: [ben] }]);
    const { version } = timeline;
    timeline.add([entry(3, { kind: 'react', target: 2, emoji: '👍', on: true }, ben)]);
    expect(timeline.version).toBe(version);
  });
});

describe('rows', () => {
  function rowsOf(entries: readonly RoomEntry[], more: Partial<RowOptions> = {}) {
    const timeline = new Timeline();
    timeline.add(entries);
    return timelineRows(timeline, { ...options, ...more });
  }

  test('days, happenings in one row, holes, and the line of what is new', () => {
    const day = 86_400_000;
    const rows = rowsOf(
      [
        entry(1, { kind: 'created', roomName: 'Hut', description: '', visibility: 'public' }),
        entry(2, { kind: 'joined', person: ben, personName: 'ben', role: 'member' }, ben),
        entry(3, { kind: 'message', body: 'hello' }, ben),
        { ...entry(7, { kind: 'message', body: 'again' }, ben), sentAt: day },
      ],
      { readTo: 3 },
    );
    const kinds = rows.map(({ kind }) => kind);
    expect(kinds).toEqual(['day', 'happenings', 'message', 'gap', 'day', 'unread', 'message']);
    expect(rows[1]).toMatchObject({ happenings: [{ seq: 1 }, { seq: 2 }] });
    expect(rows[3]).toMatchObject({ from: 4, to: 6 });
  });

  test('an own message that waits is shown until the log has it', () => {
    const message = { room: 'r', messageId: 'k-1', body: 'hello', writtenAt: 0 };
    expect(rowsOf([], { outgoing: [message] })).toMatchObject([{ kind: 'outgoing', message }]);
    const rows = rowsOf([entry(1, { kind: 'message', body: 'hello' })], { outgoing: [message] });
    expect(rows.map(({ kind }) => kind)).toEqual(['day', 'message']);
    // Somebody else's key says nothing about ours.
    expect(rowsOf([entry(1, { kind: 'message', body: 'x' }, ben)], { outgoing: [message] })).toHaveLength(3);
  });

  test('pins: as the entries say, else as the room says', () => {
    const pins = [entry(1, { kind: 'message', body: 'a' }), entry(2, { kind: 'message', body: 'b' })];
    const off = entry(3, { kind: 'pin', target: 1, on: false });
    const rows = rowsOf([...pins, off], { pinned: [1, 2] });
    expect(rows.flatMap((row) => (row.kind === 'message' ? [row.pinned] : []))).toEqual([false, true]);
  });

  test('a reply shows what it answers, where that is held', () => {
    const rows = rowsOf([
      entry(5, { kind: 'message', body: 'a' }),
      entry(6, { kind: 'message', body: 'b', replyTo: 5 }),
    ]);
    expect(rows.at(-1)).toMatchObject({ replyTo: { seq: 5, message: { body: 'a' } }, continues: true });
    const alone = rowsOf([entry(6, { kind: 'message', body: 'b', replyTo: 5 })]);
    expect(alone.at(-1)).toMatchObject({ replyTo: { seq: 5, message: undefined } });
  });

  test('unread counts what others said and still stands', () => {
    const timeline = new Timeline();
    timeline.add([
      entry(1, { kind: 'message', body: 'a' }, ben),
      entry(2, { kind: 'message', body: 'b' }),
      entry(3, { kind: 'message', body: 'c' }, ben),
      entry(4, { kind: 'message', body: 'd' }, ben),
      entry(5, { kind: 'redact', target: 4 }, ben),
    ]);
    expect([0, 1, 3].map((seq) => timeline.unreadAfter(seq, anna))).toEqual([2, 1, 0]);
  });
});
