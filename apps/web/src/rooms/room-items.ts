/** What a person reads in a room: messages as they stand now, what happened between them in quiet lines, and gaps. */
import type { OutgoingMessage } from '@bothy/rooms/client-core';
import type { Reaction, RoomPermissions } from '@bothy/rooms/views';
import type { Attachment, Author, RoomEntry } from '@bothy/wire';
import type { RoomLog, RoomRow } from './room-log.ts';
import { eventWords } from './room-words.ts';

interface ItemBase {
  readonly key: string;
  readonly author: string;
  readonly atMs: number;
}

export interface RoomMessage extends ItemBase {
  readonly kind: 'message';
  /** 0 while the node has not given it one. */
  readonly seq: number;
  readonly name: string;
  readonly mine: boolean;
  readonly body: string | null;
  readonly edited: boolean;
  readonly pinned: boolean;
  readonly reply?: Quote;
  readonly attachments: readonly Attachment[];
  readonly reactions: readonly Reaction[];
  readonly status: 'pending' | 'sent' | 'failed';
  readonly messageId: string;
  readonly failure?: string;
  readonly mayEdit: boolean;
  readonly mayRedact: boolean;
}

export interface Quote {
  readonly seq: number;
  /** Undefined while the message that it answers is not here. */
  readonly name?: string;
  readonly text?: string;
}

export type RoomItem =
  | RoomMessage
  | (ItemBase & { readonly kind: 'quiet'; readonly text: string })
  | (ItemBase & { readonly kind: 'gap'; readonly seq: number; readonly to: number })
  | (ItemBase & { readonly kind: 'unread' });

export interface ItemsOptions {
  readonly rows: readonly RoomRow[];
  readonly log: RoomLog;
  readonly me: Author | undefined;
  readonly pinned: readonly number[];
  readonly permissions: Pick<RoomPermissions, 'edit' | 'redact'>;
  /** Own messages that have no `seq` yet; shown only at the end of the log. */
  readonly outgoing: readonly OutgoingMessage[];
  /** The last `seq` that had been read when the room was opened: a line stands below it. */
  readonly readUpTo: number | undefined;
}

const quoteChars = 140;

export function roomItems(options: ItemsOptions): readonly RoomItem[] {
  const { rows, log, me, outgoing, readUpTo } = options;
  const items: RoomItem[] = [];
  let events: RoomEntry[] = [];
  let divided = readUpTo === undefined;
  const flush = (): void => {
    const [first] = events;
    if (first !== undefined) {
      const base = { key: `event-${first.seq}`, author: '', atMs: first.sentAt };
      items.push({ ...base, kind: 'quiet', text: eventWords(events, me) });
    }
    events = [];
  };
  for (const row of rows) {
    if (row.kind === 'gap') {
      flush();
      const atMs = items.at(-1)?.atMs ?? rowsTime(rows);
      if (log.hasGap(row)) items.push({ ...row, key: `gap-${row.seq}`, author: '', atMs });
      continue;
    }
    const { entry } = row;
    if (entry.content.kind !== 'message') {
      // On one day, or the line would stand below the wrong date.
      if (events.length > 0 && entry.sentAt - (events[0]?.sentAt ?? 0) > sameEventsMs) flush();
      events.push(entry);
      continue;
    }
    flush();
    const mine = entry.author === me;
    if (!divided && entry.seq > (readUpTo ?? 0)) {
      divided = true;
      if (!mine) items.push({ key: 'unread', kind: 'unread', author: '', atMs: entry.sentAt });
    }
    const item = messageItem(entry, mine, options);
    if (item !== undefined) items.push(item);
  }
  flush();
  const known = new Set(rows.flatMap((row) => (row.kind === 'entry' ? [row.entry.key] : [])));
  const waiting = outgoing.filter(({ messageId }) => !known.has(messageId));
  return [...items, ...waiting.map((message) => outgoingItem(message, log, me))];
}

/** Joins and leaves within so long stand in one line. */
const sameEventsMs = 30 * 60_000;

function rowsTime(rows: readonly RoomRow[]): number {
  const first = rows.find((row) => row.kind === 'entry');
  return first?.kind === 'entry' ? first.entry.sentAt : 0;
}

function messageItem(
  { seq }: RoomEntry,
  mine: boolean,
  { log, pinned, permissions }: ItemsOptions,
): RoomMessage | undefined {
  const message = log.timeline.message(seq);
  if (message === undefined) return undefined;
  const { author, name, key, sentAt, body, edited, replyTo, attachments, reactions } = message;
  return {
    kind: 'message',
    key,
    messageId: key,
    seq,
    author,
    name,
    mine,
    atMs: sentAt,
    body,
    edited,
    attachments,
    reactions,
    pinned: pinned.includes(seq),
    status: 'sent',
    mayEdit: permissions.edit(message),
    mayRedact: permissions.redact(message),
    ...(replyTo === undefined ? {} : { reply: quoteOf(log, replyTo) }),
  };
}

function outgoingItem(message: OutgoingMessage, log: RoomLog, me: Author | undefined): RoomMessage {
  const { messageId, body, replyTo, attachments = [], writtenAt, failure } = message;
  return {
    kind: 'message',
    key: messageId,
    messageId,
    seq: 0,
    author: me ?? '',
    name: '',
    mine: true,
    atMs: writtenAt,
    body,
    edited: false,
    pinned: false,
    attachments,
    reactions: [],
    mayEdit: false,
    mayRedact: false,
    status: failure === undefined ? 'pending' : 'failed',
    ...(failure === undefined ? {} : { failure: failure.message }),
    ...(replyTo === undefined ? {} : { reply: quoteOf(log, replyTo) }),
  };
}

export function quoteOf(log: RoomLog, seq: number): Quote {
  const message = log.timeline.message(seq);
  if (message === undefined) return { seq };
  const { body, name, attachments } = message;
  const text =
    body === null ? 'Taken away' : body === '' ? (attachments[0]?.name ?? '') : body.slice(0, quoteChars);
  return { seq, name, text };
}
