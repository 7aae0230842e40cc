/** Commands that wait for what the cores answer. */
import type { AlarmAnswer, NodeInput } from '@bothy/telemetry/core';
import {
  type Alarm,
  type AlarmCommand,
  type AlarmId,
  BothyError,
  type EdgeHome,
  type EdgeId,
} from '@bothy/wire';

type MoveAnswer =
  | { readonly ok: true; readonly home: EdgeHome }
  | Extract<AlarmAnswer, { readonly ok: false }>;
type Answer = AlarmAnswer | MoveAnswer;

const mostWaiting = 10_000;
const anew: Answer = {
  ok: false,
  code: 'rate_limited',
  message: 'Monitoring of this node is busy or starts anew. Try again in a moment.',
};

export class TelemetryCalls {
  readonly #submit: (input: NodeInput) => boolean;
  readonly #waiting = new Map<string, (answer: Answer) => void>();
  #count = 0;

  constructor(submit: (input: NodeInput) => boolean) {
    this.#submit = submit;
  }

  /** Throws what the core refuses with. */
  async alarm(alarm: AlarmId, by: string, command: AlarmCommand): Promise<Alarm> {
    const answer = await this.#ask((id) => ({ kind: 'alarmCommand', id, alarm, by, command }));
    return (answer as Extract<AlarmAnswer, { readonly ok: true }>).alarm;
  }

  async move(edge: EdgeId, to: string): Promise<EdgeHome> {
    const answer = await this.#ask((id) => ({ kind: 'move', id, edge, to }));
    return (answer as Extract<MoveAnswer, { readonly ok: true }>).home;
  }

  answer(id: string, answer: Answer): void {
    const resolve = this.#waiting.get(id);
    this.#waiting.delete(id);
    resolve?.(answer);
  }

  /** The instance has ended: nobody answers any more. */
  abandon(): void {
    for (const id of [...this.#waiting.keys()]) this.answer(id, anew);
  }

  async #ask(inputOf: (id: string) => NodeInput): Promise<Answer> {
    const answer = await new Promise<Answer>((resolve) => {
      this.#count += 1;
      const id = `call ${this.#count}`;
      if (this.#waiting.size >= mostWaiting) return resolve(anew);
      this.#waiting.set(id, resolve);
      if (!this.#submit(inputOf(id))) this.answer(id, anew);
    });
    if (!answer.ok) throw new BothyError(answer.code, answer.message);
    return answer;
  }
}
