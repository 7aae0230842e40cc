/**
 * What a redaction forgets: the message, the files with it, and every edit of it. A copy must find those edits in its store
 * when they are no longer in memory, and before it takes the redaction in: afterwards nothing would ask again.
 */
import type { RoomContent, RoomEntry, RoomId } from '@bothy/wire';
import type { RoomFinding } from './records.ts';
import type { Step } from './step.ts';
import type { Tails } from './tails.ts';

/** `seq` of bodies that a redaction forgets: the message, and edits of it that are still in memory. */
export function droppedBy({ content }: RoomEntry, tails: Tails, room: RoomId): number[] {
  if (content.kind !== 'redact') return [];
  const tail = tails.of(room);
  const edits = tail.entries.filter(
    (each) => each.content.kind === 'edit' && each.content.target === content.target,
  );
  const seqs = [content.target, ...edits.map(({ seq }) => seq)];
  for (const seq of seqs) {
    const entry = tail.at(seq);
    if (entry === undefined) continue;
    tails.replace(room, seq, { ...entry, content: withoutBody(entry.content) });
  }
  return seqs;
}

/** What is left of a message or an edit of it. */
export function withoutBody(content: RoomContent): RoomContent {
  if (content.kind === 'edit') return { ...content, body: null };
  if (content.kind !== 'message') return content;
  const { attachments: _attachments, ...rest } = content;
  return { ...rest, body: null };
}

/** The files of a message that is taken away go too, wherever they are kept. */
export function dropFiles(step: Step, room: RoomId, message: RoomEntry | null | undefined): void {
  if (message?.content.kind !== 'message') return;
  const files = (message.content.attachments ?? []).map(({ file }) => file);
  if (files.length > 0) step.emit({ kind: 'dropFiles', room, author: message.author, files });
}

/** The same of an entry that is not yet in memory: what it redacts later in the same message is forgotten at once. */
export class RedactionLookups {
  readonly #tails: Tails;
  readonly #open = new Map<string, { readonly target: number; readonly done: RedactedFound }>();
  #count = 0;

  constructor(tails: Tails) {
    this.#tails = tails;
  }

  /** Targets of these entries that may be in the store alone, or have edits that are. */
  unknownTargets(room: RoomId, base: number, entries: readonly RoomEntry[]): number[] {
    const first = this.#tails.of(room).firstSeq ?? entries[0]?.seq ?? Number.POSITIVE_INFINITY;
    return entries.flatMap(({ content }) => {
      // An edit comes after its message; what the copy never held is not to be forgotten.
      const isOld = content.kind === 'redact' && Math.max(content.target, base + 1) < first;
      return isOld ? [content.target] : [];
    });
  }

  find(step: Step, room: RoomId, target: number, done: RedactedFound): void {
    this.#count += 1;
    const id = `edits ${this.#count}`;
    this.#open.set(id, { target, done });
    // Of nobody and nothing: only the message and its edits are asked for.
    step.lookup(id, { kind: 'check', room, author: 'guest:--', key: '', target });
  }

  found(step: Step, id: string, finding: RoomFinding): void {
    const asked = this.#open.get(id);
    if (asked === undefined || finding.kind !== 'check') return;
    this.#open.delete(id);
    asked.done(step, asked.target, { message: finding.target, edits: finding.edits });
  }
}

/** What the store holds of a message that is being taken away. */
export interface Redacted {
  readonly message: RoomEntry | null;
  /** `seq` of every edit. */
  readonly edits: readonly number[];
}

type RedactedFound = (step: Step, target: number, found: Redacted) => void;
