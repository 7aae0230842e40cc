import type { EntryRow } from '@bothy/peer/core';
import { describe, expect, it } from 'vitest';
import { LastMessages } from './last-messages.ts';

function row(conversation: string, ms: number): EntryRow {
  const record = { header: '', body: '{}' };
  return { conversation, log: 'p/d', n: ms, record, hash: '', hlc: { ms, counter: 0 }, ahead: false };
}

describe('the last messages', () => {
  it('are read once, then kept up by what arrives, whatever its order', async () => {
    const asked: string[] = [];
    let push = (_rows: readonly EntryRow[]): void => undefined;
    const last = new LastMessages({
      history: async (conversation) => {
        asked.push(conversation);
        return [row(conversation, 5)];
      },
      onEntries: (listener) => {
        push = listener;
        return () => undefined;
      },
    });
    last.subscribe(() => undefined);
    last.read(['c']);
    last.read(['c', 'd']);
    await Promise.resolve();
    push([row('c', 9), row('c', 7)]);
    push([row('d', 1)]);
    expect(asked).toEqual(['c', 'd']);
    expect([...last.state()].map(([conversation, each]) => [conversation, each.map(({ n }) => n)])).toEqual([
      ['c', [5, 7, 9]],
      ['d', [1, 5]],
    ]);
  });
});
