/** The rows of a room's page: days, messages with what they answer, who came and went, holes, what waits to be sent. */
import type { OutgoingMessage } from '@bothy/rooms/client-core';
import type { Author, RoomEntry } from '@bothy/wire';
import type { RoomMessage, Timeline } from './timeline.ts';

/** What happened beside talk: membership, roles, and changes of the room. */
export type Happening = RoomEntry;

export type TimelineRow =
  | { readonly kind: 'day'; readonly key: string; readonly day: string }
  | {
      readonly kind: 'message';
      readonly key: string;
      readonly message: RoomMessage;
      readonly mine: boolean;
      readonly pinned: boolean;
      /** Written by the same person right after another: the name need not be said again. */
      readonly continues: boolean;
      /** What it answers; `message` is undefined where that is not held. */
      readonly replyTo: { readonly seq: number; readonly message: RoomMessage | undefined } | undefined;
    }
  /** One after another without talk in between, folded into one row. */
  | { readonly kind: 'happenings'; readonly key: string; readonly happenings: readonly Happening[] }
  /** Entries that are not held: a click asks history for them. */
  | { readonly kind: 'gap'; readonly key: string; readonly from: number; readonly to: number }
  /** Everything after it was not read before. */
  | { readonly kind: 'unread'; readonly key: string }
  /** An own message that is not in the log yet, or has failed. */
  | { readonly kind: 'outgoing'; readonly key: string; readonly message: OutgoingMessage };

export interface RowOptions {
  readonly me: Author | undefined;
  /** A name for the day of a time, in the reader's time zone: rows with another one begin a new day. */
  readonly dayOf: (atMs: number) => string;
  /** `RoomInfo.pinned`: for messages whose pin is not among the held entries. */
  readonly pinned: readonly number[];
  /** Where the reader had read to when the page was opened; undefined for no line. */
  readonly readTo: number | undefined;
  readonly outgoing: readonly OutgoingMessage[];
}

/** Longer pauses say the name again. */
const continuesWithinMs = 5 * 60_000;

export function timelineRows(timeline: Timeline, options: RowOptions): readonly TimelineRow[] {
  const { me, dayOf, readTo } = options;
  const pinned = new Set(options.pinned);
  const rows: TimelineRow[] = [];
  let happenings: Happening[] = [];
  let day: string | undefined;
  let before: RoomMessage | undefined;
  let lastSeq: number | undefined;
  let hasLine = readTo === undefined;
  const endHappenings = (): void => {
    const [first] = happenings;
    if (first !== undefined) rows.push({ kind: 'happenings', key: `h${first.seq}`, happenings });
    happenings = [];
  };
  const interrupt = (row: TimelineRow): void => {
    endHappenings();
    before = undefined;
    rows.push(row);
  };
  const keys = new Set<string>();
  for (const entry of timeline.entries) {
    const { seq } = entry;
    if (lastSeq !== undefined && seq > lastSeq + 1) {
      interrupt({ kind: 'gap', key: `g${lastSeq + 1}`, from: lastSeq + 1, to: seq - 1 });
    }
    lastSeq = seq;
    const message = timeline.message(seq);
    const isHappening = message === undefined && happens(entry);
    if (message === undefined && !isHappening) continue;
    const thisDay = dayOf(entry.sentAt);
    if (thisDay !== day) interrupt({ kind: 'day', key: `d${seq}`, day: thisDay });
    day = thisDay;
    if (!hasLine && seq > (readTo ?? 0) && entry.author !== me) {
      hasLine = true;
      interrupt({ kind: 'unread', key: 'unread' });
    }
    if (message === undefined) {
      happenings.push(entry);
      before = undefined;
      continue;
    }
    endHappenings();
    if (message.author === me) keys.add(message.key);
    const { replyTo } = message;
    rows.push({
      kind: 'message',
      key: `m${seq}`,
      message,
      mine: message.author === me,
      pinned: message.pinned ?? pinned.has(seq),
      continues: before?.author === message.author && message.sentAt - before.sentAt < continuesWithinMs,
      replyTo: replyTo === undefined ? undefined : { seq: replyTo, message: timeline.message(replyTo) },
    });
    before = message;
  }
  endHappenings();
  for (const message of options.outgoing) {
    if (keys.has(message.messageId)) continue;
    rows.push({ kind: 'outgoing', key: `o${message.messageId}`, message });
  }
  return rows;
}

/** Edits, reactions and the like are seen at their message. */
function happens({ content }: RoomEntry): boolean {
  switch (content.kind) {
    case 'edit':
    case 'redact':
    case 'react':
    case 'pin':
    case 'message':
      return false;
    default:
      return true;
  }
}
