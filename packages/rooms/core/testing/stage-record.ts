/** What sessions on a stage were sent, in order, and the answer to each call. */
import type { RoomResult } from '@bothy/wire';
import type { Shown } from './stage-node.ts';

export class StageRecord {
  readonly #shown = new Map<string, Shown[]>();
  readonly #replies = new Map<string, RoomResult>();

  /** Throws when a call is answered twice. */
  show(session: string, shown: Shown): void {
    const all = this.#shown.get(session) ?? [];
    this.#shown.set(session, all);
    all.push(shown);
    if (shown.kind !== 'reply') return;
    if (this.#replies.has(shown.id)) throw new Error(`${shown.id} was answered twice`);
    this.#replies.set(shown.id, shown.result);
  }

  of(session: string): readonly Shown[] {
    return this.#shown.get(session) ?? [];
  }

  answer(call: string): RoomResult | undefined {
    return this.#replies.get(call);
  }
}
