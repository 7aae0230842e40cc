/**
 * What a redaction forgets: the message and every edit of it. A copy must find those edits in its store
 * when they are no longer in memory, and before it takes the redaction in: afterwards nothing would ask again.
 */
import type { RoomEntry, RoomId } from '@bothy/wire';
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
    if (entry.content.kind === 'message' || entry.content.kind === 'edit') {
      tails.replace(room, seq, { ...entry, content: { ...entry.content, body: null } });
    }
  }
  return seqs;
}

/** The same of an entry that is not yet in memory: what it redacts later in the same message is forgotten at once. */
export class RedactionLookups {
  readonly #tails: Tails;
  readonly #open = new Map<string, { readonly target: number; readonly done: EditsFound }>();
  #count = 0;

  constructor(tails: Tails) {
    this.#tails = tails;
  }

  /** Targets of these entries whose edits may be in the store alone. */
  unknownTargets(room: RoomId, base: number, entries: readonly RoomEntry[]): number[] {
    const first = this.#tails.of(room).firstSeq ?? entries[0]?.seq ?? Number.POSITIVE_INFINITY;
    return entries.flatMap(({ content }) => {
      // An edit comes after its message; one that the copy never held has nothing to forget.
      const isOld = content.kind === 'redact' && Math.max(content.target, base) + 1 < first;
      return isOld ? [content.target] : [];
    });
  }

  find(step: Step, room: RoomId, target: number, done: EditsFound): void {
    this.#count += 1;
    const id = `edits ${this.#count}`;
    this.#open.set(id, { target, done });
    // Of nobody and nothing: only the edits are asked for.
    step.lookup(id, { kind: 'check', room, author: 'guest:--', key: '', target });
  }

  found(step: Step, id: string, finding: RoomFinding): void {
    const asked = this.#open.get(id);
    if (asked === undefined || finding.kind !== 'check') return;
    this.#open.delete(id);
    asked.done(step, asked.target, finding.edits);
  }
}

type EditsFound = (step: Step, target: number, edits: readonly number[]) => void;
