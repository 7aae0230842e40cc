/** An operator says that a node will not come back: its edges get other homes, and it is no member any more. */
import type { NodeId } from '@bothy/wire';
import { bounds, timing } from './config.ts';
import type { DirectoryRefusal } from './directory-messages.ts';
import type { Replica } from './replica.ts';
import type { Outcome, Requests } from './requests.ts';
import type { Step } from './step.ts';

interface Order {
  readonly id: string;
  readonly node: NodeId;
  readonly force: boolean;
  readonly untilMs: number;
  /** When the leader is told again: another one does not know of it. */
  againMs: number;
}

export interface ForgettingHost {
  /** Commands cannot be carried out, and it is not known when. */
  readonly isStuck: () => boolean;
  readonly force: (step: Step) => void;
}

export class Forgetting {
  readonly #node: NodeId;
  readonly #replica: Replica;
  readonly #requests: Requests;
  readonly #host: ForgettingHost;
  /** Decided; what is left is that the leader lets go of the member. */
  #leaving: Order[] = [];
  /** Orders that were not answered yet. */
  #open = 0;

  constructor(node: NodeId, replica: Replica, requests: Requests, host: ForgettingHost) {
    this.#node = node;
    this.#replica = replica;
    this.#requests = requests;
    this.#host = host;
  }

  forget(step: Step, { id, node, force }: Pick<Order, 'id' | 'node' | 'force'>): void {
    if (node === this.#node) {
      const message = 'A node cannot forget itself. Ask another one.';
      return refuse(step, id, { ok: false, code: 'bad_request', message, mayHappen: false });
    }
    if (this.#open >= bounds.forgetting) {
      const message = 'Too many nodes are being forgotten at once. Try again in a moment.';
      return refuse(step, id, { ok: false, code: 'limit_reached', message, mayHappen: false });
    }
    this.#open += 1;
    const { monoMs } = step.now;
    const untilMs = monoMs + 2 * timing.answerWithinMs;
    const order = { id, node, force, untilMs, againMs: monoMs + timing.orderAgainMs };
    this.#requests.ask(step, this.#removal(step, node), (later, outcome) =>
      this.#decided(later, order, outcome),
    );
  }

  /** Looks whether they have gone. */
  look(step: Step): void {
    const waiting = this.#leaving;
    this.#leaving = [];
    for (const order of waiting) {
      if (!this.#replica.isMember(order.node)) this.#accept(step, order.id);
      else if (step.now.monoMs < order.untilMs) {
        this.#leaving.push(order);
        this.#again(step, order);
      } else {
        const message = `${order.node} could not be let go of yet. Ask again in a moment.`;
        this.#failed(step, order, { ok: false, code: 'directory_unavailable', message, mayHappen: true });
      }
    }
  }

  #again(step: Step, order: Order): void {
    if (step.now.monoMs < order.againMs) return;
    order.againMs = step.now.monoMs + timing.orderAgainMs;
    this.#requests.ask(step, this.#removal(step, order.node), () => undefined);
  }

  #decided(step: Step, order: Order, outcome: Outcome): void {
    if (outcome.ok) this.#leaving.push(order);
    else this.#failed(step, order, outcome);
  }

  #failed(step: Step, order: Order, refusal: DirectoryRefusal): void {
    const isMember = this.#replica.isMember(order.node);
    if (!isMember || !this.#host.isStuck()) return this.#refuse(step, order.id, refusal);
    if (!order.force) {
      const sentence = `If it will never come back, ${order.node} can be forgotten by force: this node then goes on with what it knows, and what only lost nodes knew is gone.`;
      return this.#refuse(step, order.id, { ...refusal, message: `${refusal.message} ${sentence}` });
    }
    this.#host.force(step);
    this.#accept(step, order.id);
    // What has to be done all the same; nobody waits for it any more.
    this.#requests.ask(step, this.#removal(step, order.node), () => undefined);
  }

  #accept(step: Step, id: string): void {
    this.#open -= 1;
    step.emit({ kind: 'forgotten', id, result: { ok: true } });
  }

  #refuse(step: Step, id: string, refusal: DirectoryRefusal): void {
    this.#open -= 1;
    refuse(step, id, refusal);
  }

  #removal(step: Step, node: NodeId) {
    const { voters, learners } = this.#replica.about;
    const nodes = [...voters, ...learners].filter((each) => each !== node);
    return { kind: 'removeNode', node, nodes, atMs: step.now.wallMs } as const;
  }
}

function refuse(step: Step, id: string, result: DirectoryRefusal): void {
  step.emit({ kind: 'forgotten', id, result });
}
