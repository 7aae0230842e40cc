import type { EntryRow } from '@bothy/peer/core';
import type { EntryKey, HistoryQuery } from '@bothy/peer/drivers/browser';
import { compareRows } from '@bothy/peer/views';
import { describe, expect, it } from 'vitest';
import { ConversationRows, type HistorySource } from './conversation-rows.ts';

function row(ms: number, conversation = 'c'): EntryRow {
  const record = { header: '', body: '{}' };
  return { conversation, log: 'p/d', n: ms, record, hash: '', hlc: { ms, counter: 0 }, ahead: false };
}

function edit(ms: number, target: number): EntryRow {
  const body = JSON.stringify({ kind: 'edit', of: { device: 'd', n: target }, text: 'anew' });
  return { ...row(ms), record: { header: '', body } };
}

function targetOf(body: string | null): number {
  const parsed = JSON.parse(body ?? '{}') as { of?: { n: number } };
  return parsed.of?.n ?? 0;
}

/** A store that answers at once, and pushes what is added. */
class FakeSource implements HistorySource {
  readonly stored: EntryRow[] = [];
  readonly listeners = new Set<(rows: readonly EntryRow[]) => void>();
  broken = false;

  /** The page as it is read now; given out a moment later. */
  async history(conversation: string, { before, after, limit }: HistoryQuery) {
    if (this.broken) throw new Error('The disk is full.');
    const rows = this.stored
      .filter((each) => each.conversation === conversation)
      .filter((each) => before === undefined || each.hlc.ms < before.hlc.ms)
      .filter((each) => after === undefined || each.hlc.ms > after.hlc.ms)
      .sort(compareRows);
    return after === undefined ? rows.slice(-limit) : rows.slice(0, limit);
  }

  async amendments(rows: readonly EntryKey[]) {
    const wanted = new Set(rows.map(({ n }) => n));
    return this.stored.filter(({ record }) => wanted.has(targetOf(record.body)));
  }

  onEntries(listener: (rows: readonly EntryRow[]) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  add(...rows: EntryRow[]): void {
    this.stored.push(...rows);
    for (const listener of this.listeners) listener(rows);
  }
}

function setUp(storedRows: number) {
  const source = new FakeSource();
  for (let ms = 1; ms <= storedRows; ms += 1) source.stored.push(row(ms * 10));
  const conversation = new ConversationRows(source, 'c');
  const shown = (): number[] => conversation.state().rows.map((each) => each.hlc.ms);
  return { source, conversation, shown };
}

/** Lets the fake's answers arrive: they take a few turns of the microtask queue. */
async function answers(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

describe('the rows of a conversation', () => {
  it('show the newest page, then older pages until there is no more', async () => {
    const { conversation, shown } = setUp(120);
    conversation.subscribe(() => undefined);
    await answers();
    expect(shown()).toHaveLength(50);
    expect(conversation.state().complete).toBe(false);
    conversation.readOlder();
    await answers();
    conversation.readOlder();
    await answers();
    expect(shown()).toEqual(Array.from({ length: 120 }, (_, index) => (index + 1) * 10));
    expect(conversation.state()).toMatchObject({ complete: true, reading: false });
  });

  it('miss nothing that arrives while the first page is read', async () => {
    const { source, conversation, shown } = setUp(2);
    conversation.subscribe(() => undefined);
    source.add(row(30));
    await answers();
    expect(shown()).toEqual([10, 20, 30]);
  });

  it('leave no gap when an old message arrives late', async () => {
    const { source, conversation, shown } = setUp(100);
    conversation.subscribe(() => undefined);
    await answers();
    source.add(row(15));
    expect(shown()[0]).toBe(510);
    conversation.readOlder();
    await answers();
    conversation.readOlder();
    await answers();
    expect(shown()).toHaveLength(101);
    expect(shown().slice(0, 3)).toEqual([10, 15, 20]);
  });

  it('pass over other conversations', async () => {
    const { source, conversation, shown } = setUp(1);
    conversation.subscribe(() => undefined);
    await answers();
    source.add(row(20, 'another'));
    expect(shown()).toEqual([10]);
  });

  it('give up the oldest while new ones are followed, and can read them again', async () => {
    const { source, conversation, shown } = setUp(0);
    conversation.subscribe(() => undefined);
    await answers();
    for (let ms = 1; ms <= 400; ms += 1) source.add(row(ms));
    expect(shown()).toHaveLength(300);
    expect(shown().at(-1)).toBe(400);
    expect(conversation.state()).toMatchObject({ complete: false, atNewest: true });
    conversation.readOlder();
    await answers();
    expect(shown()[0]).toBe(51);
    expect(conversation.state()).toMatchObject({ atNewest: false });
  });

  it('move as a window over a long conversation, up to its beginning and down to its end', async () => {
    const { conversation, shown } = setUp(1_000);
    conversation.subscribe(() => undefined);
    await answers();
    const seen = new Set(shown());
    while (!conversation.state().complete) {
      conversation.readOlder();
      await answers();
      expect(shown().length).toBeLessThanOrEqual(300);
      for (const ms of shown()) seen.add(ms);
    }
    expect(seen.size).toBe(1_000);
    expect(shown()[0]).toBe(10);
    while (!conversation.state().atNewest) {
      conversation.readNewer();
      await answers();
      const rows = shown();
      expect(rows.length).toBeLessThanOrEqual(300);
      // Never a gap: each is the one after the one before.
      expect(rows).toEqual(rows.map((_, index) => (rows[0] ?? 0) + index * 10));
    }
    expect(shown().at(-1)).toBe(10_000);
  });

  it('leave what arrives in the store while the window is elsewhere, and find it on the way down', async () => {
    const { source, conversation, shown } = setUp(400);
    conversation.subscribe(() => undefined);
    await answers();
    conversation.follow(false);
    for (let page = 0; page < 9; page += 1) {
      conversation.readOlder();
      await answers();
    }
    expect(conversation.state()).toMatchObject({ complete: true, atNewest: false });
    source.add(row(9_000));
    expect(shown()).not.toContain(9_000);
    while (!conversation.state().atNewest) {
      conversation.readNewer();
      // Stored after the page was read, told before it is taken.
      if (!source.stored.some((each) => each.hlc.ms === 9_001)) source.add(row(9_001));
      await answers();
    }
    expect(shown().slice(-3)).toEqual([4_000, 9_000, 9_001]);
  });

  it('jump to the newest page', async () => {
    const { conversation, shown } = setUp(500);
    conversation.subscribe(() => undefined);
    await answers();
    for (let page = 0; page < 6; page += 1) {
      conversation.readOlder();
      await answers();
    }
    expect(shown().at(-1)).toBe(4_500);
    conversation.readNewest();
    await answers();
    expect(shown()).toHaveLength(50);
    expect(shown().at(-1)).toBe(5_000);
  });

  it('give up the newest while somebody reads further up', async () => {
    const { source, conversation, shown } = setUp(300);
    conversation.subscribe(() => undefined);
    await answers();
    conversation.follow(false);
    for (let page = 0; page < 5; page += 1) {
      conversation.readOlder();
      await answers();
    }
    const before = shown();
    source.add(row(5_000));
    expect(shown()).toEqual(before);
    expect(conversation.state()).toMatchObject({ atNewest: false });
  });

  it('know the edits of what they show, wherever those stand', async () => {
    const { source, conversation } = setUp(600);
    const edits = (): number[] => conversation.state().amendments.map(({ hlc }) => hlc.ms);
    source.stored.push(edit(6_001, 100));
    conversation.subscribe(() => undefined);
    await answers();
    conversation.follow(false);
    while (!conversation.state().complete) {
      conversation.readOlder();
      await answers();
    }
    expect(edits()).toEqual([6_001]);
    // One more comes while the end is far away.
    source.add(edit(6_002, 200));
    expect(conversation.state().rows.some(({ hlc }) => hlc.ms > 6_000)).toBe(false);
    expect(edits()).toEqual([6_001, 6_002]);
  });

  it('show what arrives late while an older page is read', async () => {
    const { source, conversation, shown } = setUp(80);
    conversation.subscribe(() => undefined);
    await answers();
    conversation.readOlder();
    source.add(row(155));
    await answers();
    expect(shown()).toContain(155);
    expect(shown()).toHaveLength(81);
  });

  it('say why they could not be read, and can try again', async () => {
    const { source, conversation, shown } = setUp(3);
    source.broken = true;
    conversation.subscribe(() => undefined);
    await answers();
    expect(conversation.state()).toMatchObject({
      reading: false,
      problem: expect.stringContaining('disk is full'),
    });
    source.broken = false;
    conversation.readAgain();
    await answers();
    expect(shown()).toEqual([10, 20, 30]);
    expect(conversation.state().problem).toBeUndefined();
  });

  it('start afresh for a new subscriber after the last one has gone', async () => {
    const { source, conversation, shown } = setUp(1);
    const leave = conversation.subscribe(() => undefined);
    leave();
    expect(source.listeners.size).toBe(0);
    source.add(row(20));
    conversation.subscribe(() => undefined);
    await answers();
    expect(shown()).toEqual([10, 20]);
  });

  it('take no answer to a question of an earlier subscriber', async () => {
    const asked: ((rows: readonly EntryRow[]) => void)[] = [];
    const conversation = new ConversationRows(
      {
        history: () => new Promise((resolve) => asked.push(resolve)),
        amendments: async () => [],
        onEntries: () => () => undefined,
      },
      'c',
    );
    conversation.subscribe(() => undefined)();
    conversation.subscribe(() => undefined);
    asked[0]?.([row(10)]);
    await Promise.resolve();
    expect(conversation.state()).toMatchObject({ rows: [], reading: true });
    asked[1]?.([row(20)]);
    await answers();
    expect(conversation.state()).toMatchObject({ rows: [row(20)], reading: false });
  });
});
