/** Commands of operators: each is done once, and answered in the status. Rules TO11, TO12 in SPEC.md. */
import type { CommandAnswer } from '@bothy/wire';
import { edgeLimits } from '@bothy/wire';
import type { EdgeWrite } from './records.ts';

/** Commands that the sensors have in hand. */
const mostInHand = 32;

export class EdgeCommands {
  #answers: readonly CommandAnswer[];
  readonly #inHand = new Set<string>();

  constructor(answers: readonly CommandAnswer[]) {
    this.#answers = answers.slice(-edgeLimits.answers);
  }

  get answers(): readonly CommandAnswer[] {
    return this.#answers;
  }

  /** `known`: it was done, or is being done; MQTT repeats. `full`: too many at once. */
  take(id: string): 'new' | 'known' | 'full' {
    if (this.#inHand.has(id) || this.#answers.some((answer) => answer.id === id)) return 'known';
    if (this.#inHand.size >= mostInHand) return 'full';
    this.#inHand.add(id);
    return 'new';
  }

  /** The first answer counts. */
  answer({ id, ok, sentence }: CommandAnswer): EdgeWrite | undefined {
    if (!this.#inHand.delete(id)) return undefined;
    const answer = { id, ok, sentence: sentence.slice(0, edgeLimits.sentenceChars) };
    this.#answers = [...this.#answers, answer].slice(-edgeLimits.answers);
    return { kind: 'putAnswers', answers: this.#answers };
  }
}
