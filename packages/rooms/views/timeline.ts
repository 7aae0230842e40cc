/**
 * A room's log folded into what a person reads. Entries may come in any order, pages of history among them, and twice:
 * what is shown depends only on which ones are held. The last edit wins by `seq`, a redaction wins for ever, a reaction
 * and a pin stand as they were set last.
 */
import type { Attachment, Author, RoomContent, RoomEntry } from '@bothy/wire';

export interface Reaction {
  readonly emoji: string;
  /** In the order in which they reacted. */
  readonly by: readonly Author[];
}

export interface RoomMessage {
  readonly seq: number;
  readonly author: Author;
  /** The author's name when it was written. */
  readonly name: string;
  readonly key: string;
  /** The administrator's clock, Unix milliseconds. */
  readonly sentAt: number;
  /** Null when it was taken away. */
  readonly body: string | null;
  readonly edited: boolean;
  /** Who took it away, and why if they said so; undefined while it stands. */
  readonly redacted: { readonly by: string; readonly reason?: string } | undefined;
  readonly replyTo: number | undefined;
  readonly attachments: readonly Attachment[];
  readonly reactions: readonly Reaction[];
  /** As the held entries say; undefined when they say nothing. */
  readonly pinned: boolean | undefined;
}

/** What later entries say about one message. */
interface Amendments {
  edit: RoomEntry | undefined;
  redaction: RoomEntry | undefined;
  pin: RoomEntry | undefined;
  /** By author and emoji. */
  readonly reactions: Map<string, RoomEntry>;
}

/** Entries held: some weeks of a busy room. The oldest go first, and history brings them again. */
export const defaultMaxEntries = 10_000;

type Amending = Extract<RoomContent, { readonly target: number }>;

export class Timeline {
  readonly #maxEntries: number;
  readonly #entries = new Map<number, RoomEntry>();
  readonly #amendments = new Map<number, Amendments>();
  /** Messages as they were folded last: an unchanged one is the same object. */
  readonly #messages = new Map<number, RoomMessage>();
  #sorted: readonly RoomEntry[] | undefined = [];
  #version = 0;

  constructor(maxEntries = defaultMaxEntries) {
    if (!(maxEntries >= 1)) throw new RangeError(`not a number of entries: ${maxEntries}`);
    this.#maxEntries = maxEntries;
  }

  /** Changes whenever something shown may have changed. */
  get version(): number {
    return this.#version;
  }

  /** The entries that are held, in order. */
  get entries(): readonly RoomEntry[] {
    this.#sorted ??= [...this.#entries.values()].sort((one, other) => one.seq - other.seq);
    return this.#sorted;
  }

  /** The first `seq` that is held: history before it is to be asked for. */
  get firstSeq(): number | undefined {
    return this.entries[0]?.seq;
  }

  get lastSeq(): number {
    return this.entries.at(-1)?.seq ?? 0;
  }

  /** In any order; what is held already changes nothing. */
  add(entries: readonly RoomEntry[]): void {
    let isNew = false;
    for (const entry of entries) {
      if (this.#entries.has(entry.seq)) continue;
      isNew = true;
      this.#entries.set(entry.seq, entry);
      this.#amend(entry);
    }
    if (!isNew) return;
    this.#version += 1;
    this.#sorted = undefined;
    // A fifth more, so that the work of dropping is shared by many entries.
    if (this.#entries.size > 1.2 * this.#maxEntries) this.#keep(this.entries.slice(-this.#maxEntries));
  }

  /** What came after `commonSeq` is not in the log. */
  reset(commonSeq: number): void {
    this.#keep(this.entries.filter(({ seq }) => seq <= commonSeq));
  }

  /** The message of this `seq`; undefined when it is not held, or no message. */
  message(seq: number): RoomMessage | undefined {
    const known = this.#messages.get(seq);
    if (known !== undefined) return known;
    const entry = this.#entries.get(seq);
    if (entry?.content.kind !== 'message') return undefined;
    const message = this.#fold(entry, entry.content);
    this.#messages.set(seq, message);
    return message;
  }

  /** Messages after `seq` that somebody else wrote and that still stand. */
  unreadAfter(seq: number, me: Author | undefined): number {
    let count = 0;
    for (let at = this.entries.length - 1; at >= 0; at -= 1) {
      const entry = this.entries[at];
      if (entry === undefined || entry.seq <= seq) break;
      if (entry.author !== me && this.message(entry.seq)?.redacted === undefined) {
        count += entry.content.kind === 'message' ? 1 : 0;
      }
    }
    return count;
  }

  #keep(entries: readonly RoomEntry[]): void {
    this.#entries.clear();
    this.#amendments.clear();
    this.#messages.clear();
    this.#sorted = entries;
    this.#version += 1;
    for (const entry of entries) {
      this.#entries.set(entry.seq, entry);
      this.#amend(entry);
    }
  }

  #amend(entry: RoomEntry): void {
    const { content } = entry;
    if (!isAmending(content)) return;
    const { target } = content;
    const known = this.#amendments.get(target);
    const all = known ?? { edit: undefined, redaction: undefined, pin: undefined, reactions: new Map() };
    this.#amendments.set(target, all);
    this.#messages.delete(target);
    if (content.kind === 'edit') all.edit = later(all.edit, entry);
    // The first one took it away; whoever came later found nothing.
    else if (content.kind === 'redact') all.redaction = earlier(all.redaction, entry);
    else if (content.kind === 'pin') all.pin = later(all.pin, entry);
    else {
      const key = `${entry.author} ${content.emoji}`;
      all.reactions.set(key, later(all.reactions.get(key), entry));
    }
  }

  #fold(entry: RoomEntry, content: Extract<RoomContent, { kind: 'message' }>): RoomMessage {
    const { seq, author, name, key, sentAt } = entry;
    const amendments = this.#amendments.get(seq);
    const edit = amendments?.edit?.content;
    const redaction = amendments?.redaction;
    const pin = amendments?.pin?.content;
    const text = edit?.kind === 'edit' ? edit.body : content.body;
    // A body that is null without a redaction held was taken away by an entry that is not held.
    const isGone = redaction !== undefined || text === null;
    const reason = redaction?.content.kind === 'redact' ? redaction.content.reason : undefined;
    return {
      seq,
      author,
      name,
      key,
      sentAt,
      body: isGone ? null : text,
      edited: !isGone && edit !== undefined,
      redacted: isGone
        ? { by: redaction?.name ?? '', ...(reason === undefined ? {} : { reason }) }
        : undefined,
      replyTo: content.replyTo,
      attachments: isGone ? [] : (content.attachments ?? []),
      reactions: isGone ? [] : reactionsOf(amendments),
      pinned: isGone ? false : pin?.kind === 'pin' ? pin.on : undefined,
    };
  }
}

function isAmending(content: RoomContent): content is Amending {
  return (
    content.kind === 'edit' || content.kind === 'redact' || content.kind === 'react' || content.kind === 'pin'
  );
}

function later(one: RoomEntry | undefined, other: RoomEntry): RoomEntry {
  return one === undefined || other.seq > one.seq ? other : one;
}

function earlier(one: RoomEntry | undefined, other: RoomEntry): RoomEntry {
  return one === undefined || other.seq < one.seq ? other : one;
}

function reactionsOf(amendments: Amendments | undefined): readonly Reaction[] {
  if (amendments === undefined || amendments.reactions.size === 0) return [];
  const standing = [...amendments.reactions.values()].sort((one, other) => one.seq - other.seq);
  const byEmoji = new Map<string, Author[]>();
  for (const { author, content } of standing) {
    if (content.kind !== 'react' || !content.on) continue;
    byEmoji.set(content.emoji, [...(byEmoji.get(content.emoji) ?? []), author]);
  }
  return [...byEmoji].map(([emoji, by]) => ({ emoji, by }));
}
