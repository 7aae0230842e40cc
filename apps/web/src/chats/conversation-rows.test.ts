import type { EntryRow } from '@bothy/peer/core';
import { compareRows } from '@bothy/peer/views';
import { describe, expect, it } from 'vitest';
import { ConversationRows, type HistorySource } from './conversation-rows.ts';

function row(ms: number, conversation = 'c'): EntryRow {
  const record = { header: '', body: '{}' };
  return { conversation, log: 'p/d', n: ms, record, hash: '', hlc: { ms, counter: 0 }, ahead: false };
}

/** A store that answers at once, and pushes what is added. */
class FakeSource implements HistorySource {
  readonly stored: EntryRow[] = [];
  readonly listeners = new Set<(rows: readonly EntryRow[]) => void>();
  broken = false;

  async history(conversation: string, before?: Pick<EntryRow, 'hlc' | 'log' | 'n'>, limit = 50) {
    if (this.broken) throw new Error('The disk is full.');
    return this.stored
      .filter((each) => each.conversation === conversation && (!before || each.hlc.ms < before.hlc.ms))
      .sort(compareRows)
      .slice(-limit);
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

/** Lets the fake's answers arrive: they take two turns of the microtask queue. */
async function answers(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
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

  it('keep a bounded number of rows, and can read the others again', async () => {
    const { source, conversation, shown } = setUp(0);
    conversation.subscribe(() => undefined);
    await answers();
    for (let ms = 1; ms <= 1_200; ms += 1) source.add(row(ms));
    expect(shown()).toHaveLength(1_000);
    expect(conversation.state().complete).toBe(false);
    conversation.readOlder();
    await answers();
    expect(shown()[0]).toBe(151);
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
    conversation.readOlder();
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
    const answers: ((rows: readonly EntryRow[]) => void)[] = [];
    const conversation = new ConversationRows(
      {
        history: () => new Promise((resolve) => answers.push(resolve)),
        onEntries: () => () => undefined,
      },
      'c',
    );
    conversation.subscribe(() => undefined)();
    conversation.subscribe(() => undefined);
    answers[0]?.([row(10)]);
    await Promise.resolve();
    expect(conversation.state()).toMatchObject({ rows: [], reading: true });
    answers[1]?.([row(20)]);
    await Promise.resolve();
    expect(conversation.state()).toMatchObject({ rows: [row(20)], reading: false });
  });
});
