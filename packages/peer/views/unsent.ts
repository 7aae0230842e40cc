/** Messages that failed: refused or cancelled, kept by the reader's side alone, and shown among the others. */
import type { PersonId } from '@bothy/wire';
import type { MessageItem } from './conversation-view.ts';

export interface UnsentMessage {
  /** Random. */
  readonly id: string;
  readonly text: string;
  /** When it failed, Unix milliseconds. */
  readonly atMs: number;
  /** Why, in a sentence. */
  readonly reason: string;
}

/** Which part of a conversation the items are. */
export interface ShownPart {
  /** There is nothing older. */
  readonly complete: boolean;
  /** There is nothing newer. */
  readonly atNewest: boolean;
}

/**
 * The items with the failed ones at their time; `items` stay in their order, whatever their clocks say. What belongs
 * before or behind the part that is shown is left out.
 */
export function withUnsent(
  items: readonly MessageItem[],
  unsent: readonly UnsentMessage[],
  me: PersonId,
  { complete, atNewest }: ShownPart,
): readonly MessageItem[] {
  const fromMs = complete ? Number.NEGATIVE_INFINITY : (items[0]?.atMs ?? Number.POSITIVE_INFINITY);
  const toMs = atNewest ? Number.POSITIVE_INFINITY : (items.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY);
  const waiting = unsent
    .filter(({ atMs }) => atMs >= fromMs && atMs <= toMs)
    .sort((a, b) => a.atMs - b.atMs)
    .map((each) => unsentItem(each, me));
  if (waiting.length === 0) return items;
  const all: MessageItem[] = [];
  for (const item of items) {
    while (waiting[0] !== undefined && waiting[0].atMs < item.atMs) all.push(...waiting.splice(0, 1));
    all.push(item);
  }
  return [...all, ...waiting];
}

function unsentItem({ id, text, atMs, reason }: UnsentMessage, me: PersonId): MessageItem {
  const about = { edited: false, deleted: false, clockAhead: false, status: 'failed' } as const;
  // It is in no log, so it has no number there.
  return { key: `unsent#${id}`, n: 0, author: me, mine: true, text, atMs, failure: reason, ...about };
}
