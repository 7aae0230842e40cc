/** Who waits for an answer of the rooms without a session: commands of REST and other programs, and operators' orders. */
import { BothyError, type RoomResult } from '@bothy/wire';

type Refused = Extract<RoomResult, { readonly ok: false }>;

/** Commands that wait for their answers. */
const maxWaiting = 10_000;

export class RoomCalls {
  readonly #waiting = new Map<string, (result: RoomResult) => void>();
  readonly #forgetting = new Map<string, ReturnType<typeof Promise.withResolvers<boolean>>>();
  #count = 0;

  /** The id of another command; undefined when too many wait. */
  command(answer: (result: RoomResult) => void): string | undefined {
    if (this.#waiting.size >= maxWaiting) return undefined;
    this.#count += 1;
    const id = `rest ${this.#count}`;
    this.#waiting.set(id, answer);
    return id;
  }

  answer(id: string, result: RoomResult): void {
    const resolve = this.#waiting.get(id);
    this.#waiting.delete(id);
    resolve?.(result);
  }

  forget(): { readonly id: string; readonly known: Promise<boolean> } {
    this.#count += 1;
    const id = `forget ${this.#count}`;
    const answer = Promise.withResolvers<boolean>();
    this.#forgetting.set(id, answer);
    return { id, known: answer.promise };
  }

  forgotten(id: string, known: boolean): void {
    this.#forgetting.get(id)?.resolve(known);
    this.#forgetting.delete(id);
  }

  notForgotten(id: string, { code, message }: Refused): void {
    this.#forgetting.get(id)?.reject(new BothyError(code, message));
    this.#forgetting.delete(id);
  }

  /** Nobody answers any more. */
  abandon(anew: Refused): void {
    for (const id of [...this.#waiting.keys()]) this.answer(id, anew);
    for (const id of [...this.#forgetting.keys()]) this.notForgotten(id, anew);
  }
}
