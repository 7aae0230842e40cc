/**
 * Who is there, asked by SWIM where nodes are many: each second one node is pinged, and what is known of the others rides
 * on that. It decides nothing here: it gives grounds against a link that is silent as well (`Nodes`). A node that knows
 * few others asks nobody, and answers.
 */
import { type Random, Swim, type SwimMessage, type SwimOutput } from '@bothy/protocols';
import type { NodeId } from '@bothy/wire';
import { bounds, timing } from './config.ts';
import type { Step } from './step.ts';

export class Probing {
  readonly #self: NodeId;
  readonly #random: Random;
  #swim: Swim;
  #running = false;
  readonly #timers = new Set<string>();
  /** Who did not answer our last ping of them over our own link, and was not heard since. */
  readonly #unreached = new Set<NodeId>();

  constructor(self: NodeId, random: Random) {
    this.#self = self;
    this.#random = random;
    this.#swim = this.#newSwim();
  }

  get running(): boolean {
    return this.#running;
  }

  start(step: Step): void {
    if (this.#running) return;
    this.#running = true;
    this.#perform(step, this.#swim.step({ kind: 'start' }, step.now));
  }

  stop(step: Step): void {
    if (!this.#running) return;
    this.#running = false;
    for (const key of this.#timers) step.clearTimer(`swim ${key}`);
    this.#timers.clear();
    this.#unreached.clear();
    this.#swim = this.#newSwim();
  }

  /** A node that knows of SWIM is linked. */
  meet(step: Step, node: NodeId): void {
    if (this.#running) this.#perform(step, this.#swim.step({ kind: 'meet', member: node }, step.now));
  }

  /** Anything came over its link. */
  heard(node: NodeId): void {
    this.#unreached.delete(node);
  }

  message(step: Step, from: NodeId, message: SwimMessage): void {
    this.#perform(step, this.#swim.step({ kind: 'message', from, message }, step.now));
  }

  timerFired(step: Step, key: string): void {
    this.#timers.delete(key);
    this.#perform(step, this.#swim.step({ kind: 'timer', key }, step.now));
  }

  forget(step: Step, node: NodeId): void {
    this.#unreached.delete(node);
    this.#perform(step, this.#swim.step({ kind: 'forget', member: node }, step.now));
  }

  /** Somebody could not reach it, and it has not contradicted. */
  suspects(node: NodeId): boolean {
    const status = this.#swim.statusOf(node);
    return this.#running && (status === 'suspect' || status === 'dead');
  }

  /** Held for dead by all who heard of it, or not reached over our link: by others it may be. */
  doubts(node: NodeId): boolean {
    return this.#running && (this.#unreached.has(node) || this.#swim.statusOf(node) === 'dead');
  }

  #newSwim(): Swim {
    return new Swim(
      { self: this.#self, periodMs: timing.heartbeatMs, maxMembers: bounds.nodes },
      this.#random,
    );
  }

  #perform(step: Step, outputs: readonly SwimOutput[]): void {
    for (const output of outputs) {
      switch (output.kind) {
        case 'send':
          step.sendEarly(output.to, { kind: 'swim', message: output.message });
          break;
        case 'setTimer':
          this.#timers.add(output.key);
          step.setTimer(`swim ${output.key}`, output.afterMs);
          break;
        case 'clearTimer':
          this.#timers.delete(output.key);
          step.clearTimer(`swim ${output.key}`);
          break;
        case 'probed':
          if (output.outcome !== 'direct') this.#unreached.add(output.member);
          break;
        case 'changed':
          break;
      }
    }
  }
}
