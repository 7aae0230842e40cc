/** Pairs questions about names with their answers: each is answered once, or not at all, within a few seconds. */
import type { TimerHandle, Timers } from '@bothy/runtime';
import type { NameAnswer, NameQuestion, NodeId } from '@bothy/wire';
import type { NameMessage } from '@bothy/wire/cluster';

export interface NameQuestionsOptions {
  readonly timers: Timers;
  readonly timeoutMs: number;
  /** Begins every id: an answer to an earlier start of this node is none to this one. */
  readonly prefix: string;
  readonly send: (to: NodeId, message: NameMessage) => void;
}

interface Open {
  readonly node: NodeId;
  readonly timer: TimerHandle;
  readonly resolve: (answer: NameAnswer | undefined) => void;
}

/** A claim asks each node once; more than this many at once are not asked. */
const mostOpen = 10_000;

export class NameQuestions {
  readonly #options: NameQuestionsOptions;
  readonly #open = new Map<string, Open>();
  #count = 0;

  constructor(options: NameQuestionsOptions) {
    this.#options = options;
  }

  /** Undefined when there is no answer. Does not reject. */
  ask(node: NodeId, question: NameQuestion): Promise<NameAnswer | undefined> {
    if (this.#open.size >= mostOpen) return Promise.resolve(undefined);
    const { timers, timeoutMs, prefix, send } = this.#options;
    this.#count += 1;
    const id = `${prefix}-${this.#count}`;
    return new Promise((resolve) => {
      const timer = timers.set(timeoutMs, () => this.#settle(id, undefined));
      this.#open.set(id, { node, timer, resolve });
      send(node, { kind: 'nameQuery', id, question });
    });
  }

  /** Somebody else than who was asked has no answer to give. */
  answered(from: NodeId, id: string, answer: NameAnswer): void {
    if (this.#open.get(id)?.node === from) this.#settle(id, answer);
  }

  linkEnded(node: NodeId): void {
    for (const [id, open] of [...this.#open]) {
      if (open.node === node) this.#settle(id, undefined);
    }
  }

  #settle(id: string, answer: NameAnswer | undefined): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    this.#open.delete(id);
    this.#options.timers.clear(open.timer);
    open.resolve(answer);
  }
}
